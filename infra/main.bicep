metadata name = 'mssql-sync'
metadata description = 'Everything that the app needs but the two databases: plan and function app, storage, Redis, logs, alerts, workbook; Key Vault, network and a sample where asked for.'

targetScope = 'resourceGroup'

import { databaseType, settingsType, sqlAdministratorType } from 'modules/types.bicep'

// ---- What and where

@description('Part of the name of every resource: dev, prod. Lower-case letters, digits and hyphens.')
@minLength(2)
@maxLength(20)
param environmentName string

@description('Region of all resources. Flex Consumption is not in every one: az functionapp list-flexconsumption-locations.')
@minLength(1)
param location string = resourceGroup().location

@description('Tags of all resources.')
param tags { *: string } = {}

// ---- Databases

@description('The database that is read, where the app logs in by its identity. Null with primaryUrl, or with sample.')
param primary databaseType?

@description('The database that is written, where the app logs in by its identity. Null with replicaUrl, or with sample.')
param replica databaseType?

@description('Connection string of the database that is read, where it holds a password: a SQL login. It goes to Key Vault.')
@secure()
param primaryUrl string = ''

@description('Connection string of the database that is written, where it holds a password: a SQL login. It goes to Key Vault.')
@secure()
param replicaUrl string = ''

@description('For a trial: makes a server with two Azure SQL databases, and uses them. Change Tracking comes by infra/sql/sample-primary.sql.')
param sample bool = false

@description('Who owns the databases of the sample. Null: whoever deploys it, a person.')
param sampleAdministrator sqlAdministratorType?

// ---- Redis

@description('URL of a Redis that exists already, with its password. It goes to Key Vault, and no Redis is made. It must evict nothing.')
@secure()
param existingRedisUrl string = ''

@description('Size of Azure Managed Redis. The app needs a few MB.')
@allowed([
  'Balanced_B0'
  'Balanced_B1'
  'Balanced_B3'
  'Balanced_B5'
  'Balanced_B10'
  'ComputeOptimized_X3'
  'ComputeOptimized_X5'
  'ComputeOptimized_X10'
  'MemoryOptimized_M10'
])
param redisSku string = 'Balanced_B0'

@description('A second node of Redis. Without it replication stops during maintenance of Redis, and goes on by itself.')
param redisHighAvailability bool = true

@description('How Redis keeps data on disk. What it loses all the same is filled again from the ledger on the replica.')
@allowed(['aof', 'rdb-1h'])
param redisPersistence string = 'aof'

// ---- App

@description('Flex Consumption with an always-ready instance for each timer, or Elastic Premium with one instance that is always on.')
@allowed(['FlexConsumption', 'ElasticPremium'])
param hostingPlan string = 'FlexConsumption'

@description('Memory of an instance in MB. Flex Consumption only.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances. The work itself is done by one at a time; HTTP may use more. Flex Consumption only.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always stand ready for HTTP calls: no cold start. Flex Consumption only.')
@minValue(0)
@maxValue(10)
param alwaysReadyHttp int = 0

@description('Size of an instance. Elastic Premium only.')
@allowed(['EP1', 'EP2', 'EP3'])
param premiumSku string = 'EP1'

@description('UserAssigned: the identity outlives the app, and rights are granted before the first start. SystemAssigned: it comes and goes with it.')
@allowed(['UserAssigned', 'SystemAssigned'])
param identityKind string = 'UserAssigned'

@description('Settings of the app. What is left out has its default.')
param settings settingsType = {}

@description('False: views, procedures and functions do not follow by themselves.')
param moduleSync bool = true

@description('How the storage of the host is replicated.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageRedundancy string = 'Standard_LRS'

// ---- Network

@description('True: storage, Redis and Key Vault are reached by private endpoints only, from a network that is made for the app. Telemetry goes to the public endpoint of Application Insights.')
param privateNetworking bool = false

@description('Address space of that network, /24 or larger.')
@minLength(9)
@maxLength(18)
param networkAddressPrefix string = '10.40.0.0/24'

@description('Resource ids of SQL servers that get a private endpoint in that network. Their owner may have to approve it.')
param sqlServerIds string[] = []

@description('False with privateNetworking: HTTP and deployments come in by a private endpoint only, so from within the network.')
param publicHttp bool = true

// ---- Watching

@description('Addresses that alerts go to. Empty: alerts show in the portal only.')
param alertEmails string[] = []

@description('Seconds that a table may be behind before the alert.')
@minValue(30)
@maxValue(86400)
param lagLimitSeconds int = 300

@description('Failed logins in 10 minutes before the alert.')
@minValue(1)
@maxValue(1000)
param loginFailureLimit int = 5

@description('Where docs/operations.md can be read: alerts lead to its headings.')
@minLength(1)
param runbookUrl string = 'docs/operations.md'

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs a day, after which no more are taken and alerts are blind until the next day. -1: no cap.')
@minValue(-1)
@maxValue(1000)
param logDailyCapGb int = -1

@description('URL of an OpenTelemetry collector that gets spans and metrics as well. Empty: none.')
param otlpEndpoint string = ''

// ---- Names

var suffix = uniqueString(resourceGroup().id, environmentName)
var stem = 'mssql-sync-${toLower(environmentName)}'
var allTags = union(tags, { 'azd-env-name': environmentName })
var userAssigned = identityKind == 'UserAssigned'

// Known before anything is made: what-if can tell what becomes of resources whose names come from here.
var names = {
  app: 'func-${stem}-${suffix}'
  applicationInsights: 'appi-${stem}'
  identity: 'id-${stem}'
  keyVault: 'kv-sync-${suffix}'
  redis: 'redis-${stem}-${suffix}'
  storage: 'stsync${suffix}'
  workspace: 'log-${stem}'
}

var ownRedis = empty(existingRedisUrl)
var secrets = !empty(primaryUrl) || !empty(replicaUrl) || !empty(existingRedisUrl)

// ---- What everything writes its logs to

module monitoring 'modules/monitoring.bicep' = {
  params: {
    location: location
    tags: allTags
    workspaceName: names.workspace
    componentName: names.applicationInsights
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

resource userIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (userAssigned) {
  name: names.identity
  location: location
  tags: allTags
}

// ---- Storage, Redis, secrets, sample

module storage 'modules/storage.bicep' = {
  params: {
    location: location
    tags: allTags
    name: names.storage
    redundancy: storageRedundancy
    publicAccess: !privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module redis 'modules/redis.bicep' = if (ownRedis) {
  params: {
    location: location
    tags: allTags
    name: names.redis
    skuName: redisSku
    highAvailability: redisHighAvailability
    persistence: redisPersistence
    publicAccess: !privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/key-vault.bicep' = if (secrets) {
  params: {
    location: location
    tags: allTags
    name: names.keyVault
    publicAccess: !privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    primaryUrl: primaryUrl
    replicaUrl: replicaUrl
    redisUrl: existingRedisUrl
  }
}

module sampleSql 'modules/sample-sql.bicep' = if (sample) {
  params: {
    location: location
    tags: allTags
    serverName: 'sql-${stem}-${suffix}'
    administrator: sampleAdministrator ?? {
      name: deployer().userPrincipalName
      objectId: deployer().objectId
      kind: 'User'
    }
    publicAccess: !privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

// ---- Network

var storageSuffix = environment().suffixes.storage
var zones = {
  blob: 'privatelink.blob.${storageSuffix}'
  queue: 'privatelink.queue.${storageSuffix}'
  table: 'privatelink.table.${storageSuffix}'
  redis: 'privatelink.redis.azure.net'
  vault: 'privatelink.vaultcore.azure.net'
  sql: 'privatelink${environment().suffixes.sqlServerHostname}'
  sites: 'privatelink.azurewebsites.net'
}
var sqlEndpoints = privateNetworking && (sample || !empty(sqlServerIds))
var appEndpoint = privateNetworking && !publicHttp

module network 'modules/network.bicep' = if (privateNetworking) {
  params: {
    location: location
    tags: allTags
    name: 'vnet-${stem}'
    addressPrefix: networkAddressPrefix
    appDelegation: hostingPlan == 'FlexConsumption' ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'
    zoneNames: concat(
      [zones.blob, zones.queue, zones.table],
      ownRedis ? [zones.redis] : [],
      secrets ? [zones.vault] : [],
      sqlEndpoints ? [zones.sql] : [],
      appEndpoint ? [zones.sites] : []
    )
  }
}

module storageEndpoints 'modules/private-endpoint.bicep' = [
  for part in ['blob', 'queue', 'table']: if (privateNetworking) {
    params: {
      location: location
      tags: allTags
      name: 'pep-${part}-${stem}'
      subnetId: network!.outputs.endpointSubnetId
      targetId: storage.outputs.id
      groupId: part
      zoneName: 'privatelink.${part}.${storageSuffix}'
    }
  }
]

module redisEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking && ownRedis) {
  params: {
    location: location
    tags: allTags
    name: 'pep-redis-${stem}'
    subnetId: network!.outputs.endpointSubnetId
    targetId: redis!.outputs.id
    groupId: 'redisEnterprise'
    zoneName: zones.redis
  }
}

module vaultEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking && secrets) {
  params: {
    location: location
    tags: allTags
    name: 'pep-vault-${stem}'
    subnetId: network!.outputs.endpointSubnetId
    targetId: keyVault!.outputs.id
    groupId: 'vault'
    zoneName: zones.vault
  }
}

module sampleSqlEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking && sample) {
  params: {
    location: location
    tags: allTags
    name: 'pep-sql-sample-${stem}'
    subnetId: network!.outputs.endpointSubnetId
    targetId: sampleSql!.outputs.serverId
    groupId: 'sqlServer'
    zoneName: zones.sql
  }
}

module sqlServerEndpoints 'modules/private-endpoint.bicep' = [
  for (id, i) in sqlServerIds: if (privateNetworking) {
    params: {
      location: location
      tags: allTags
      name: 'pep-sql-${i}-${stem}'
      subnetId: network!.outputs.endpointSubnetId
      targetId: id
      groupId: 'sqlServer'
      zoneName: zones.sql
    }
  }
]

// ---- The app

module app 'modules/function-app.bicep' = {
  params: {
    location: location
    tags: allTags
    appTags: { 'azd-service-name': 'api' }
    name: names.app
    planName: 'plan-${stem}'
    hostingPlan: hostingPlan
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    premiumSku: premiumSku
    userIdentityId: userAssigned ? userIdentity.id : ''
    packagesUrl: storage.outputs.packagesUrl
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    publicAccess: !appEndpoint
    workspaceId: monitoring.outputs.workspaceId
  }
}

module sitesEndpoint 'modules/private-endpoint.bicep' = if (appEndpoint) {
  params: {
    location: location
    tags: allTags
    name: 'pep-sites-${stem}'
    subnetId: network!.outputs.endpointSubnetId
    targetId: app.outputs.id
    groupId: 'sites'
    zoneName: zones.sites
  }
}

var principalId = userAssigned ? userIdentity!.properties.principalId : app.outputs.systemPrincipalId
var clientId = userAssigned ? userIdentity!.properties.clientId : ''

// The name of the identity: a system-assigned one is called as its app.
var identityName = userAssigned ? names.identity : names.app

module access 'modules/access.bicep' = {
  dependsOn: [
    keyVault
  ]
  params: {
    principalId: principalId
    identityName: identityName
    storageName: names.storage
    componentName: names.applicationInsights
    vaultName: secrets ? names.keyVault : ''
  }
}

module redisAccess 'modules/redis-access.bicep' = if (ownRedis) {
  dependsOn: [
    redis
  ]
  params: {
    redisName: names.redis
    principalId: principalId
    identityName: identityName
  }
}

// A text without a password: the app logs in by its identity. https://learn.microsoft.com/sql/connect/ado-net/sql/azure-active-directory-authentication
var login = 'Encrypt=true;Authentication=Active Directory Managed Identity${userAssigned ? ';User Id=${clientId}' : ''}'
var primaryPlace = primary ?? (sample
  ? { server: sampleSql!.outputs.host, port: 1433, database: sampleSql!.outputs.primaryDatabase }
  : null)
var replicaPlace = replica ?? (sample
  ? { server: sampleSql!.outputs.host, port: 1433, database: sampleSql!.outputs.replicaDatabase }
  : null)

// In quotes, and quotes doubled: a name may hold any character.
var primaryText = primaryPlace == null
  ? ''
  : 'Server=tcp:${primaryPlace!.server},${primaryPlace!.port};Database="${replace(primaryPlace!.database, '"', '""')}";${login}'
var replicaText = replicaPlace == null
  ? ''
  : 'Server=tcp:${replicaPlace!.server},${replicaPlace!.port};Database="${replace(replicaPlace!.database, '"', '""')}";${login}'

module appSettings 'modules/app-settings.bicep' = {
  // With its settings the app starts anew, and then has its rights.
  dependsOn: [
    app
    access
    redisAccess
  ]
  params: {
    appName: names.app
    hostingPlan: hostingPlan
    clientId: clientId
    userIdentityId: userAssigned ? userIdentity.id : ''
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    packagesUrl: storage.outputs.packagesUrl
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    otlpEndpoint: otlpEndpoint
    primaryUrl: !empty(primaryUrl)
      ? keyVault!.outputs.primaryReference
      : empty(primaryText) ? fail('the primary is missing: give primary, primaryUrl or sample') : primaryText
    replicaUrl: !empty(replicaUrl)
      ? keyVault!.outputs.replicaReference
      : empty(replicaText) ? fail('the replica is missing: give replica, replicaUrl or sample') : replicaText
    redisUrl: ownRedis ? redis!.outputs.url : keyVault!.outputs.redisReference
    redisAuth: ownRedis ? 'entra' : 'url'
    moduleSync: moduleSync
    settings: settings
  }
}

// ---- What people look at

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: allTags
    stem: stem
    workspaceId: monitoring.outputs.workspaceId
    emails: alertEmails
    lagLimitSeconds: lagLimitSeconds
    loginFailureLimit: loginFailureLimit
    runbookUrl: runbookUrl
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    location: location
    tags: allTags
    displayName: stem
    workspaceId: monitoring.outputs.workspaceId
    runbookUrl: runbookUrl
  }
}

// ---- For the next step

@description('Name of the function app.')
output appName string = names.app

@description('Where HTTP is answered.')
output appUrl string = 'https://${app.outputs.hostName}'

@description('User to make in both databases: CREATE USER [identityName] FROM EXTERNAL PROVIDER.')
output identityName string = identityName

@description('Client id of the user-assigned identity; empty: system-assigned.')
output identityClientId string = clientId

@description('Object id of the identity.')
output identityPrincipalId string = principalId

@description('To run in the primary by its owner, before infra/sql/primary-rights.sql, and in the replica before infra/sql/replica-rights.sql.')
output createUser string = 'CREATE USER [${identityName}] FROM EXTERNAL PROVIDER;'

@description('Where the package is put on Elastic Premium: az storage blob upload --auth-mode login.')
output packagesUrl string = storage.outputs.packagesUrl

@description('Host name of Redis; empty: an existing one is used.')
output redisHost string = ownRedis ? redis!.outputs.hostName : ''

@description('Host name of the server of the sample; empty: there is none.')
output sampleServer string = sample ? sampleSql!.outputs.host : ''

@description('Name of the Log Analytics workspace.')
output workspaceName string = names.workspace

@description('Name of Application Insights.')
output applicationInsightsName string = names.applicationInsights

@description('Workbook in the portal.')
output workbookId string = workbook.outputs.id
