metadata description = 'Log Analytics workspace and Application Insights on it. Telemetry is sent by identity; an instrumentation key alone lets nobody in.'

@description('Region of all resources.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Name of Application Insights.')
@minLength(1)
@maxLength(255)
param componentName string

@description('Days that logs and metrics are kept. The first 31 are part of the price of ingestion.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('GB a day after which the workspace takes no more, until the next day: alerts are blind then. -1: no cap.')
@minValue(-1)
param dailyCapGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspace.id

@description('Where telemetry is sent. No secret: senders log in.')
output connectionString string = component.properties.ConnectionString
