metadata description = 'For a trial: a logical server with two small Azure SQL databases, one to read and one to write. Logins by Microsoft Entra only.'

import { sqlAdministratorType } from 'types.bicep'

@description('Region of the server.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the server.')
@minLength(1)
@maxLength(63)
param serverName string

@description('Who owns the databases.')
param administrator sqlAdministratorType

@description('False: reached by a private endpoint only.')
param publicAccess bool

@description('Workspace that gets metrics and errors.')
param workspaceId string

var databaseNames = {
  primary: 'primary'
  replica: 'replica'
}

resource server 'Microsoft.Sql/servers@2025-01-01' = {
  name: serverName
  location: location
  tags: tags
  properties: {
    version: '12.0'
    minimalTlsVersion: '1.2'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      login: administrator.name
      sid: administrator.objectId
      principalType: administrator.kind
      tenantId: tenant().tenantId
    }
  }

  // This pair of addresses stands for services of Azure, whoever they belong to: enough for a trial.
  resource azureServices 'firewallRules' = if (publicAccess) {
    name: 'AllowAllWindowsAzureIps'
    properties: {
      startIpAddress: '0.0.0.0'
      endIpAddress: '0.0.0.0'
    }
  }
}

resource databases 'Microsoft.Sql/servers/databases@2025-01-01' = [
  for database in items(databaseNames): {
    parent: server
    name: database.value
    location: location
    tags: tags
    sku: {
      name: 'S0'
      tier: 'Standard'
    }
    properties: {
      collation: 'SQL_Latin1_General_CP1_CI_AS'
      requestedBackupStorageRedundancy: 'Local'
    }
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (database, i) in items(databaseNames): {
    name: 'to-workspace'
    scope: databases[i]
    properties: {
      workspaceId: workspaceId
      logs: [
        {
          category: 'Errors'
          enabled: true
        }
      ]
      metrics: [
        {
          category: 'Basic'
          enabled: true
        }
      ]
    }
  }
]

@description('Resource id of the server.')
output serverId string = server.id

@description('Host name of the server.')
output host string = server.properties.fullyQualifiedDomainName

@description('Database that is read.')
output primaryDatabase string = databaseNames.primary

@description('Database that is written.')
output replicaDatabase string = databaseNames.replica
