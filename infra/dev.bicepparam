using 'main.bicep'

// Small and cheap: one node of Redis, public endpoints, 30 days of logs.
param environmentName = 'dev'

// Your own two databases. For a trial without any leave both out, and set sample to true.
param primary = {
  server: 'sql-shop-dev.database.windows.net'
  port: 1433
  database: 'Shop'
}
param replica = {
  server: 'sql-reports-dev.database.windows.net'
  port: 1433
  database: 'Shop'
}

param redisSku = 'Balanced_B0'
param redisHighAvailability = false
param logDailyCapGb = 1

param settings = {
  fullLoadChunkRows: 0
}

param tags = {
  application: 'mssql-sync'
  environment: 'dev'
}
