metadata description = 'Azure Managed Redis for flags, progress and leases: TLS only, logins by Microsoft Entra only, one database without cluster, kept on disk, nothing evicted.'

@description('Region of Redis.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of Redis.')
@minLength(1)
@maxLength(60)
param name string

@description('Size. The app needs a few MB: the smallest one will do for thousands of tables.')
param skuName string

@description('A second node takes over when the first one fails. Without it Redis is away during maintenance, and so is replication.')
param highAvailability bool

@description('How data is kept on disk: aof, written every second; rdb-1h, a snapshot every hour. What is lost is filled again from the ledger on the replica.')
param persistence ('aof' | 'rdb-1h')

@description('False: reached by a private endpoint only.')
param publicAccess bool

@description('Workspace that gets metrics and connection events.')
param workspaceId string

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: any(skuName)
  }
  properties: {
    minimumTlsVersion: '1.2'
    highAvailability: highAvailability ? 'Enabled' : 'Disabled'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  }

  // The policy of a database is fixed when it is made: NoCluster takes scripts and transactions over several keys.
  resource database 'databases' = {
    name: 'default'
    properties: {
      clientProtocol: 'Encrypted'
      port: 10000
      clusteringPolicy: 'NoCluster'
      evictionPolicy: 'NoEviction'
      accessKeysAuthentication: 'Disabled'
      persistence: persistence == 'aof'
        ? {
            aofEnabled: true
            aofFrequency: '1s'
            rdbEnabled: false
          }
        : {
            aofEnabled: false
            rdbEnabled: true
            rdbFrequency: '1h'
          }
    }
  }
}

resource redisMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: redis
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource databaseLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: redis::database
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('Resource id of Redis.')
output id string = redis.id

@description('Host name that clients connect to.')
output hostName string = redis.properties.hostName

@description('URL for REDIS_URL. It holds no credential.')
output url string = 'rediss://${redis.properties.hostName}:${redis::database.properties.port!}'
