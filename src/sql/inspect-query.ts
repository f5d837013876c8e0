import type { TableName } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";
import type { SqlParam, Statement } from "./statement.ts";
import { markedCommitsBatch, newestCommitBatch, seesCommitsExpression } from "./history-query.ts";
import { quoteTable } from "./quote.ts";

/**
 * Everything the tick needs of the primary, whatever the number of tables: one row of database facts, then one row a
 * tracked table, then the newest commit that has a row. Locks of DDL are waited for 10 s at most. The database is found by its name: on Azure SQL
 * Database the numbers of sys.databases are the logical server's, DB_ID() and those of other views the database's own.
 * https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/change-tracking-catalog-views-sys-change-tracking-tables
 */
export const inspectQuery: Statement = {
  text: `SET LOCK_TIMEOUT 10000;
DECLARE @current bigint = CHANGE_TRACKING_CURRENT_VERSION();
SELECT @current AS current_version, ${seesCommitsExpression} AS sees_commits,
  CONVERT(varchar(40), SYSUTCDATETIME(), 126) + 'Z' AS [now],
  HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS sees_definitions,
  d.snapshot_isolation_state, ct.is_auto_cleanup_on, ct.retention_period, ct.retention_period_units
FROM sys.databases AS d LEFT JOIN sys.change_tracking_databases AS ct ON ct.database_id = DB_ID()
WHERE d.name = DB_NAME();
SELECT s.name AS schema_name, t.name AS table_name, t.object_id, c.begin_version,
  CHANGE_TRACKING_MIN_VALID_VERSION(t.object_id) AS min_valid_version,
  CONVERT(varchar(40), t.modify_date, 126) AS modified_at
FROM sys.change_tracking_tables AS c
JOIN sys.tables AS t ON t.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
ORDER BY s.name, t.name;
${newestCommitBatch("@current")}`,
  params: [],
};

/** A table to be probed for changes after its watermark. */
export interface ProbedTable {
  readonly table: TableName;
  readonly objectId: number;
  readonly watermark: Version;
  /** The version of the commit row that is known of it. */
  readonly marked: Version | undefined;
}

/** sp_executesql takes 2,100 parameters; every table may need its own. */
export const probeBatchSize = 2000;

/**
 * Which of these tables changed after their watermark, all in one round trip. begin and min valid version are read
 * after the changes, as are the commit rows that the tables' marks know: they tell whether the old watermark was still good when the answer was given.
 * @param tables at most `probeBatchSize`
 */
export function probeQuery(tables: readonly ProbedTable[]): Statement {
  const names = new Map<Version, string>();
  for (const { watermark } of tables) if (!names.has(watermark)) names.set(watermark, `w${names.size}`);
  const probes = tables.map(
    ({ table, objectId, watermark }) =>
      `IF EXISTS (SELECT 1 FROM CHANGETABLE(CHANGES ${quoteTable(table)}, @${names.get(watermark) ?? ""}) AS c) INSERT @changed VALUES (${objectId});`,
  );
  const marked = new Set(tables.flatMap((table) => (table.marked === undefined ? [] : [table.marked])));
  const params = [...names].map(([value, name]): SqlParam => ({ name, type: "bigint", value }));
  return {
    text: `SET NOCOUNT ON; SET LOCK_TIMEOUT 10000;
DECLARE @changed TABLE (object_id int NOT NULL PRIMARY KEY);
${probes.join("\n")}
SELECT c.object_id, c.begin_version, CHANGE_TRACKING_MIN_VALID_VERSION(c.object_id) AS min_valid_version,
  CASE WHEN EXISTS (SELECT 1 FROM @changed AS d WHERE d.object_id = c.object_id) THEN 1 ELSE 0 END AS changed
FROM sys.change_tracking_tables AS c;
${markedCommitsBatch([...marked])}`,
    params,
  };
}
