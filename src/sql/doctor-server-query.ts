import type { Statement } from "./statement.ts";

/**
 * One row on the server and the database that the connection is in; needs no right beyond the connection. The row is found by its name:
 * on Azure SQL Database DB_ID() may be another number than sys.databases.database_id.
 * https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-databases-transact-sql
 */
export const doctorServerQuery: Statement = {
  text: `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS product_version,
  CONVERT(nvarchar(128), SERVERPROPERTY('Edition')) AS edition,
  CONVERT(int, SERVERPROPERTY('EngineEdition')) AS engine_edition,
  USER_NAME() AS user_name, d.compatibility_level, d.collation_name, d.user_access_desc, d.is_read_only,
  CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Updateability')) AS updateability,
  d.is_auto_close_on, d.is_read_committed_snapshot_on, d.delayed_durability_desc, d.log_reuse_wait_desc
FROM sys.databases AS d WHERE d.name = DB_NAME();`,
  params: [],
};

/** The server's clock, UTC, ISO 8601. */
export const doctorClockQuery: Statement = {
  text: `SELECT CONVERT(varchar(40), SYSUTCDATETIME(), 126) + 'Z' AS [now];`,
  params: [],
};
