metadata description = 'Workbook on the telemetry of the app.'

@description('Region of the workbook.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name that the portal shows.')
@minLength(1)
param displayName string

@description('Workspace that its queries read.')
param workspaceId string

@description('Where docs/operations.md can be read.')
@minLength(1)
param runbookUrl string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, displayName, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: displayName
    serializedData: replace(
      replace(loadTextContent('../workbook.json'), 'WORKSPACE_ID', workspaceId),
      'docs/operations.md',
      runbookUrl
    )
    sourceId: workspaceId
  }
}

@description('Resource id of the workbook.')
output id string = workbook.id
