import type { Statement } from "./statement.ts";
import type { TableShape } from "../model/table-shape.ts";
import { quoteTable } from "./quote.ts";

/**
 * Whether this login reads every row and every value of a table as they are. Rowsets: its rights; the columns that it
 * may not read, or sees masked; the policies that filter the table's rows.
 *
 * HAS_PERMS_BY_NAME gives NULL for a right that the version does not have on that level (UNMASK on a column before
 * 2022): https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
 */
export function preflightQuery(shape: TableShape): Statement {
  return {
    text: `SELECT USER_NAME() AS user_name, HAS_PERMS_BY_NAME(@table, 'OBJECT', 'VIEW CHANGE TRACKING') AS sees_changes,
  HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS sees_definitions,
  HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK') AS unmasks;
SELECT c.name, c.is_masked, HAS_PERMS_BY_NAME(@table, 'OBJECT', 'SELECT', c.name, 'COLUMN') AS may_select,
  CASE WHEN c.is_masked = 1 THEN HAS_PERMS_BY_NAME(@table, 'OBJECT', 'UNMASK', c.name, 'COLUMN') END AS may_unmask
FROM sys.columns AS c
WHERE c.object_id = @id
ORDER BY c.column_id;
SELECT s.name AS schema_name, y.name AS policy_name
FROM sys.security_predicates AS p
JOIN sys.security_policies AS y ON y.object_id = p.object_id
JOIN sys.schemas AS s ON s.schema_id = y.schema_id
WHERE p.target_object_id = @id AND p.predicate_type = 0 AND y.is_enabled = 1
ORDER BY s.name, y.name;`,
    params: [
      { name: "table", type: "nvarchar", value: quoteTable(shape.table) },
      { name: "id", type: "int", value: shape.objectId },
    ],
  };
}
