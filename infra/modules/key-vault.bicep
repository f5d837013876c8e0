metadata description = 'Key Vault for the connection strings that hold a password. Made only where there is one; what an identity can do needs no secret.'

@description('Region of the vault.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('False: reached by a private endpoint only.')
param publicAccess bool

@description('Workspace that gets metrics and the audit log.')
param workspaceId string

@description('MSSQL_PRIMARY_URL where it holds a password; empty: none.')
@secure()
param primaryUrl string

@description('MSSQL_REPLICA_URL where it holds a password; empty: none.')
@secure()
param replicaUrl string

@description('REDIS_URL where it holds a password; empty: none.')
@secure()
param redisUrl string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource primarySecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(primaryUrl)) {
  parent: vault
  name: 'mssql-primary-url'
  properties: {
    value: primaryUrl
    contentType: 'connection string'
  }
}

resource replicaSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(replicaUrl)) {
  parent: vault
  name: 'mssql-replica-url'
  properties: {
    value: replicaUrl
    contentType: 'connection string'
  }
}

resource redisSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(redisUrl)) {
  parent: vault
  name: 'redis-url'
  properties: {
    value: redisUrl
    contentType: 'connection string'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the vault.')
output id string = vault.id

// A reference without a version follows a new version of the secret within a day, or at once after a restart:
// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
@description('Reference for MSSQL_PRIMARY_URL.')
output primaryReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/mssql-primary-url)'

@description('Reference for MSSQL_REPLICA_URL.')
output replicaReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/mssql-replica-url)'

@description('Reference for REDIS_URL.')
output redisReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/redis-url)'
