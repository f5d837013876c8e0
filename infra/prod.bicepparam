using 'main.bicep'

param environmentName = 'prod'

param primary = {
  server: 'sql-shop.database.windows.net'
  port: 1433
  database: 'Shop'
}
param replica = {
  server: 'sql-reports.database.windows.net'
  port: 1433
  database: 'Shop'
}

// Not reached from outside. Servers of Azure SQL get a private endpoint too, by their resource ids in sqlServerIds; servers on premises are
// reached through a peering of the network that is made here.
param privateNetworking = true
param sqlServerIds = []

param redisSku = 'Balanced_B0'
param redisHighAvailability = true
param storageRedundancy = 'Standard_ZRS'
param instanceMemoryMB = 2048
param alwaysReadyHttp = 1

param settings = {
  fullLoadChunkRows: 0
  syncThreads: 8
  // Saturdays at three in the morning, UTC.
  verifySchedule: '0 0 3 * * 6'
}

// Without addresses alerts show in the portal only.
param alertEmails = []
param lagLimitSeconds = 300
param runbookUrl = 'docs/operations.md'
param logRetentionDays = 90

param tags = {
  application: 'mssql-sync'
  environment: 'prod'
}
