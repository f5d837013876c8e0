import type { Version } from "../model/version.ts";
import type { Statement } from "./statement.ts";

/**
 * Whether the login may read sys.dm_tran_commit_table; VIEW DATABASE STATE shows it in every version.
 * https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/system-dynamic-management-views#required-permissions
 */
export const seesCommitsExpression = "HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE STATE')";

/**
 * recovery_fork_guid, by the name of recovery_fork. Azure SQL Database (engine edition 5) has no such view; by EXEC, so that it
 * is not looked for there.
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-recovery-status-transact-sql
 */
const recoveryForkBatch = `IF CONVERT(int, SERVERPROPERTY('EngineEdition')) <> 5
  EXEC (N'SELECT CONVERT(varchar(36), recovery_fork_guid) AS recovery_fork FROM sys.database_recovery_status WHERE database_id = DB_ID();');`;

const commitColumns = `c.commit_ts, c.xdes_id, c.commit_lbn, CONVERT(varchar(16), c.commit_time, 126) AS commit_time`;

/**
 * The newest commit row at or below `upTo` (an expression), as the rowset with `commit_ts`, where the login may see it; then the recovery
 * fork. Every version is a commit of its own, so the last thousand hold one: more of a table that may hold millions is not looked at.
 */
export function newestCommitBatch(upTo: string): string {
  return `IF ${seesCommitsExpression} = 1
  SELECT TOP (1) ${commitColumns}
  FROM sys.dm_tran_commit_table AS c
  WHERE c.commit_ts <= ${upTo} AND c.commit_ts > ${upTo} - 1000
  ORDER BY c.commit_ts DESC;
${recoveryForkBatch}`;
}

/** The commit rows at these versions, as the rowset with `marked_version`; no rowset where the login may not see them. */
export function markedCommitsBatch(versions: readonly Version[]): string {
  if (versions.length === 0) return "";
  return `IF ${seesCommitsExpression} = 1
  SELECT m.marked_version, ${commitColumns},
    CASE WHEN EXISTS (SELECT 1 FROM sys.dm_tran_commit_table AS o WHERE o.commit_ts < m.marked_version)
      AND EXISTS (SELECT 1 FROM sys.dm_tran_commit_table AS o WHERE o.commit_ts > m.marked_version) THEN 1 ELSE 0 END AS others_stand
  FROM (VALUES ${versions.map((version) => `(CONVERT(bigint, ${version}))`).join(", ")}) AS m (marked_version)
  LEFT JOIN sys.dm_tran_commit_table AS c ON c.commit_ts = m.marked_version;`;
}

/**
 * For one table: the commit row that its ledger row knows, and the mark of version `upTo`. Not to be run in a snapshot: what the catalog
 * and the views of the server show is of now.
 */
export function historyQuery(known: Version | undefined, upTo: Version): Statement {
  return {
    text: `${markedCommitsBatch(known === undefined ? [] : [known])}
${newestCommitBatch("@up_to")}`,
    params: [{ name: "up_to", type: "bigint", value: upTo }],
  };
}
