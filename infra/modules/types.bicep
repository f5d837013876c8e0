metadata description = 'Types of parameters that several files share.'

@export()
@description('A database that exists already. The app logs in by its identity.')
type databaseType = {
  @description('Host name of the server: `shop.database.windows.net`, `sql01.corp.example.com`.')
  @minLength(1)
  server: string

  @description('Port of the server.')
  @minValue(1)
  @maxValue(65535)
  port: int

  @description('Name of the database.')
  @minLength(1)
  @maxLength(128)
  database: string
}

@export()
@description('Microsoft Entra administrator of the servers of the sample.')
type sqlAdministratorType = {
  @description('Name that is shown: of the user, the group or the application.')
  @minLength(1)
  name: string

  @description('Object id in Microsoft Entra.')
  @minLength(36)
  @maxLength(36)
  objectId: string

  @description('What it is.')
  kind: 'User' | 'Group' | 'Application'
}

@export()
@description('Settings of the app, as the README explains them. What is left out has its default.')
type settingsType = {
  @description('First part of every Redis key: REDIS_KEY_PREFIX. Default `mssql_sync`.')
  @minLength(1)
  @maxLength(100)
  redisKeyPrefix: string?

  @description('When a tick starts, NCRONTAB: SYNC_SCHEDULE. Default every 5 seconds.')
  @minLength(11)
  syncSchedule: string?

  @description('When views, procedures and functions are compared: MODULE_SYNC_SCHEDULE. Default every 30 seconds.')
  @minLength(11)
  moduleSyncSchedule: string?

  @description('When all live tables are compared with those of the primary: VERIFY_SCHEDULE. Default only when asked.')
  @minLength(11)
  verifySchedule: string?

  @description('Views that only the replica has are dropped, whoever made them: DROP_UNKNOWN_VIEWS. Default true.')
  dropUnknownViews: bool?

  @description('Tables that are worked on at the same time: SYNC_THREADS. Default 4.')
  @minValue(1)
  @maxValue(64)
  syncThreads: int?

  @description('Rows of a load in one step, 0 for as many as fit into a timer period: FULL_LOAD_CHUNK_ROWS. Default 5000.')
  @minValue(0)
  @maxValue(1000000)
  fullLoadChunkRows: int?

  @description('Changes that are committed at once: DELTA_SLICE_ROWS. Default 100000.')
  @minValue(1)
  @maxValue(10000000)
  deltaSliceRows: int?

  @description('How rows travel: ROW_TRANSPORT. Default auto.')
  rowTransport: ('auto' | 'relay' | 'driver')?

  @description('Seconds after which no step of a tick starts: TICK_BUDGET_SECONDS. Default 60.')
  @minValue(1)
  @maxValue(480)
  tickBudgetSeconds: int?
}
