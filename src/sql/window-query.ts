import type { Statement } from "./statement.ts";

/**
 * Where Change Tracking stands at this moment, for one table. In a snapshot transaction both values are the snapshot's.
 * https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-min-valid-version-transact-sql
 */
export function windowQuery(objectId: number): Statement {
  return {
    text: `SELECT CHANGE_TRACKING_CURRENT_VERSION() AS current_version,
  CHANGE_TRACKING_MIN_VALID_VERSION(@object_id) AS min_valid_version,
  CONVERT(varchar(40), SYSUTCDATETIME(), 126) + 'Z' AS [now];`,
    params: [{ name: "object_id", type: "int", value: objectId }],
  };
}

/** Rows of a table as the metadata counts them: for progress, not exact. */
export function rowCountQuery(objectId: number): Statement {
  return {
    text: `SELECT SUM(p.rows) AS total FROM sys.partitions AS p WHERE p.object_id = @object_id AND p.index_id IN (0, 1);`,
    params: [{ name: "object_id", type: "int", value: objectId }],
  };
}
