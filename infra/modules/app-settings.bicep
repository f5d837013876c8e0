metadata description = 'All settings of the app. What stands in the portal and not here is taken away by the next deployment.'

import { settingsType } from 'types.bicep'

@description('Name of the app.')
@minLength(2)
@maxLength(60)
param appName string

@description('Plan that the app runs on.')
param hostingPlan ('FlexConsumption' | 'ElasticPremium')

@description('Client id of the user-assigned identity; empty: system-assigned.')
param clientId string

@description('Resource id of the user-assigned identity; empty: system-assigned.')
param userIdentityId string

@description('Blob endpoint of the storage account of the host.')
param blobEndpoint string

@description('Queue endpoint of the storage account of the host.')
param queueEndpoint string

@description('Table endpoint of the storage account of the host.')
param tableEndpoint string

@description('URL of the container that the package lies in. Elastic Premium runs it from there.')
param packagesUrl string

@description('Where Application Insights takes telemetry.')
param applicationInsightsConnectionString string

@description('URL of an OpenTelemetry collector that gets spans and metrics as well; empty: none.')
param otlpEndpoint string

@description('MSSQL_PRIMARY_URL: a text without a password, or a Key Vault reference.')
param primaryUrl string

@description('MSSQL_REPLICA_URL: a text without a password, or a Key Vault reference.')
param replicaUrl string

@description('REDIS_URL: without a password, or a Key Vault reference.')
param redisUrl string

@description('How the app logs in at Redis.')
param redisAuth ('url' | 'entra')

@description('False: the timer of views, procedures and functions is off.')
param moduleSync bool

@description('Settings of the app.')
param settings settingsType

var userAssigned = !empty(clientId)

// https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
var hostStorage = {
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__queueServiceUri: queueEndpoint
  AzureWebJobsStorage__tableServiceUri: tableEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
}

var userIdentity = userAssigned
  ? {
      AzureWebJobsStorage__clientId: clientId
      AZURE_CLIENT_ID: clientId
    }
  : {}

var telemetry = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: userAssigned
    ? 'Authorization=AAD;ClientId=${clientId}'
    : 'Authorization=AAD'
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
  // The exporter would send usage statistics of its own to Microsoft.
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true'
}

// Flex Consumption has these in functionAppConfig. Without Azure Files, which knows shared keys only, Elastic Premium runs
// the package from its URL: https://learn.microsoft.com/azure/azure-functions/storage-considerations#create-an-app-without-azure-files
var premium = hostingPlan == 'FlexConsumption'
  ? {}
  : union(
      {
        FUNCTIONS_EXTENSION_VERSION: '~4'
        FUNCTIONS_WORKER_RUNTIME: 'node'
        WEBSITE_RUN_FROM_PACKAGE: '${packagesUrl}/mssql-sync.zip'
      },
      userAssigned ? { WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: userIdentityId } : {}
    )

// An empty setting has its default.
var product = {
  MSSQL_PRIMARY_URL: primaryUrl
  MSSQL_REPLICA_URL: replicaUrl
  REDIS_URL: redisUrl
  REDIS_AUTH: redisAuth
  REDIS_KEY_PREFIX: settings.?redisKeyPrefix ?? ''
  SYNC_SCHEDULE: settings.?syncSchedule ?? ''
  MODULE_SYNC_SCHEDULE: settings.?moduleSyncSchedule ?? ''
  VERIFY_SCHEDULE: settings.?verifySchedule ?? ''
  DROP_UNKNOWN_VIEWS: settings.?dropUnknownViews == null ? '' : string(settings.dropUnknownViews!)
  SYNC_THREADS: settings.?syncThreads == null ? '' : string(settings.syncThreads!)
  FULL_LOAD_CHUNK_ROWS: settings.?fullLoadChunkRows == null
    ? ''
    : settings.fullLoadChunkRows! == 0 ? 'auto' : string(settings.fullLoadChunkRows!)
  DELTA_SLICE_ROWS: settings.?deltaSliceRows == null ? '' : string(settings.deltaSliceRows!)
  ROW_TRANSPORT: settings.?rowTransport ?? ''
  TICK_BUDGET_SECONDS: settings.?tickBudgetSeconds == null ? '' : string(settings.tickBudgetSeconds!)
  'AzureWebJobs.syncModules.Disabled': moduleSync ? 'false' : 'true'
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(hostStorage, userIdentity, telemetry, premium, product)
}
