using 'main.bicep'

// What azd deploys. It hands over its environment: `azd env set MSSQL_PRIMARY_SERVER ...` and so on. Where no database is named a sample is
// made, owned by whoever runs azd.
var primaryServer = readEnvironmentVariable('MSSQL_PRIMARY_SERVER', '')
var replicaServer = readEnvironmentVariable('MSSQL_REPLICA_SERVER', '')

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'trial')

param sample = empty(primaryServer) && empty(replicaServer)
param primary = empty(primaryServer)
  ? null
  : {
      server: primaryServer
      port: 1433
      database: readEnvironmentVariable('MSSQL_PRIMARY_DATABASE', '')
    }
param replica = empty(replicaServer)
  ? null
  : {
      server: replicaServer
      port: 1433
      database: readEnvironmentVariable('MSSQL_REPLICA_DATABASE', '')
    }

param redisHighAvailability = bool(readEnvironmentVariable('REDIS_HIGH_AVAILABILITY', 'false'))
param privateNetworking = bool(readEnvironmentVariable('PRIVATE_NETWORKING', 'false'))
param alertEmails = empty(readEnvironmentVariable('ALERT_EMAIL', ''))
  ? []
  : [readEnvironmentVariable('ALERT_EMAIL', '')]
