metadata description = 'Alerts on the telemetry of the app. Each names the heading of the runbook that says what to do.'

@description('Region of the rules.')
param location string

@description('Tags of all resources.')
param tags object

@description('Part of the name of every rule.')
@minLength(1)
param stem string

@description('Workspace that the queries read.')
param workspaceId string

@description('Addresses that alerts go to.')
param emails string[]

@description('Seconds that a table may be behind.')
param lagLimitSeconds int

@description('Failed logins in 10 minutes.')
param loginFailureLimit int

@description('Where docs/operations.md can be read.')
param runbookUrl string

@description('A rule, and what it says.')
type alertType = {
  @description('Last part of the name.')
  name: string

  @description('What the portal and the mail show.')
  title: string

  @description('What happens, in one sentence.')
  text: string

  @description('Page and heading of the runbook that say what to do.')
  runbook: string

  @description('0 is the worst.')
  @minValue(0)
  @maxValue(4)
  severity: int

  @description('What is measured: a KQL query.')
  query: string

  @description('Column of the query that is compared with the threshold.')
  column: string

  @description('Columns of the query that each have alerts of their own.')
  dimensions: string[]

  @description('The alert is for more than this.')
  threshold: int

  @description('How often it is looked.')
  every: string

  @description('How far back it is looked.')
  window: string
}

var alerts alertType[] = [
  {
    name: 'no-tick'
    title: 'mssql-sync: no tick'
    text: 'No tick has come to a good end for 2 minutes: nothing is replicated.'
    runbook: 'docs/operations.md#alert-no-tick'
    severity: 1
    query: loadTextContent('../queries/no-tick.kql')
    column: 'MinutesWithoutTick'
    dimensions: []
    threshold: 2
    every: 'PT1M'
    window: 'PT15M'
  }
  {
    name: 'lag'
    title: 'mssql-sync: a table lags'
    text: 'A table has been more than ${lagLimitSeconds} seconds behind the primary for 5 minutes.'
    runbook: 'docs/operations.md#alert-lag'
    severity: 2
    query: loadTextContent('../queries/lag.kql')
    column: 'LagSeconds'
    dimensions: ['Table']
    threshold: lagLimitSeconds
    every: 'PT5M'
    window: 'PT5M'
  }
  {
    name: 'retention-half'
    title: 'mssql-sync: half of the retention is used up'
    text: 'A table has used up more than half of the retention of changes on the primary. When all is used up it is loaded anew.'
    runbook: 'docs/operations.md#alert-retention'
    severity: 2
    query: loadTextContent('../queries/retention.kql')
    column: 'RetentionUsedPercent'
    dimensions: ['Table']
    threshold: 50
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'retention-most'
    title: 'mssql-sync: most of the retention is used up'
    text: 'A table has used up more than 80 % of the retention of changes on the primary. When all is used up it is loaded anew.'
    runbook: 'docs/operations.md#alert-retention'
    severity: 1
    query: loadTextContent('../queries/retention.kql')
    column: 'RetentionUsedPercent'
    dimensions: ['Table']
    threshold: 80
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'blocked'
    title: 'mssql-sync: a table is blocked'
    text: 'A table waits for a person. GET /api/tables says which one and what helps.'
    runbook: 'docs/operations.md#alert-blocked'
    severity: 2
    query: loadTextContent('../queries/blocked.kql')
    column: 'BlockedTables'
    dimensions: []
    threshold: 0
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'login-failures'
    title: 'mssql-sync: logins are refused'
    text: 'A server has refused more than ${loginFailureLimit} logins within 10 minutes.'
    runbook: 'docs/operations.md#alert-login-failures'
    severity: 1
    query: loadTextContent('../queries/login-failures.kql')
    column: 'LoginFailures'
    dimensions: ['Side', 'Number']
    threshold: loginFailureLimit
    every: 'PT5M'
    window: 'PT10M'
  }
]

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(emails)) {
  name: 'ag-${stem}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'mssql-sync'
    enabled: true
    emailReceivers: [
      for email in emails: {
        name: email
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: 'alert-${alert.name}-${stem}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${alert.title} (${stem})'
      description: '${alert.text} What to do: ${replace(alert.runbook, 'docs/operations.md', runbookUrl)}'
      enabled: true
      severity: alert.severity
      scopes: [
        workspaceId
      ]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      // The first deployment comes before the first telemetry, which makes the tables that the queries name.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Maximum'
            metricMeasureColumn: alert.column
            dimensions: [
              for column in alert.dimensions: {
                name: column
                operator: 'Include'
                values: [
                  '*'
                ]
              }
            ]
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: empty(emails)
        ? {}
        : {
            actionGroups: [
              actions.id
            ]
          }
    }
  }
]
