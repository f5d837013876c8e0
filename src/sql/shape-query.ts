import { catalogColumns } from "./catalog-columns.ts";
import { catalogSequences } from "./catalog-sequences.ts";
import type { Statement } from "./statement.ts";
import type { TableName } from "../model/table-name.ts";

/** Rows of sys.sql_expression_dependencies in which something refers to a function. */
const toFunction = `sys.sql_expression_dependencies AS d
      JOIN sys.objects AS f ON f.object_id = d.referenced_id AND f.type IN ('FN', 'IF', 'TF', 'FS', 'FT')`;

/** What the table's computed columns and defaults refer to. Its CHECK constraints are not carried over. */
const fromTable = `d.referenced_class = 1 AND (d.referencing_id = @id OR d.referencing_id IN
        (SELECT c.object_id FROM sys.default_constraints AS c WHERE c.parent_object_id = @id))`;

/**
 * Everything about one tracked table, in one round trip; nothing when the login does not see it or tracking is off.
 * Rowsets: the table; its columns; its primary key and unique constraints, a row a column; sequences whose names occur
 * in its defaults; the functions that its computed columns and defaults need, deepest first.
 *
 * Reading sys.sql_expression_dependencies takes a right of its own, which only owners have by default:
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-expression-dependencies-transact-sql#permissions
 * Without it the last rowset is missing.
 */
export function shapeQuery(table: TableName): Statement {
  return {
    text: `SET LOCK_TIMEOUT 10000;
DECLARE @id int = (SELECT t.object_id FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
  WHERE s.name = @schema AND t.name = @table);
SELECT s.name AS schema_name, t.name AS table_name, t.object_id, t.is_memory_optimized, t.is_node, t.is_edge, t.temporal_type,
  ct.begin_version, CHANGE_TRACKING_MIN_VALID_VERSION(t.object_id) AS min_valid_version
FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.change_tracking_tables AS ct ON ct.object_id = t.object_id
WHERE t.object_id = @id;
${catalogColumns}
WHERE c.object_id = @id
ORDER BY c.column_id;
SELECT i.index_id, i.name AS index_name, i.type AS index_type, i.is_primary_key, k.is_system_named, ic.column_id, c.name,
  ic.is_descending_key
FROM sys.indexes AS i
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
LEFT JOIN sys.key_constraints AS k ON k.parent_object_id = i.object_id AND k.unique_index_id = i.index_id
WHERE i.object_id = @id AND (i.is_primary_key = 1 OR i.is_unique_constraint = 1)
ORDER BY i.index_id, ic.key_ordinal;
${catalogSequences}
  AND EXISTS (SELECT 1 FROM sys.default_constraints AS d WHERE d.parent_object_id = @id
    AND CHARINDEX(REPLACE(q.name, N']', N']]'), d.definition COLLATE Latin1_General_100_CI_AS) > 0)
ORDER BY s.name, q.name;
IF HAS_PERMS_BY_NAME(N'sys.sql_expression_dependencies', N'OBJECT', N'SELECT') = 1
BEGIN
  IF EXISTS (SELECT 1 FROM ${toFunction} WHERE ${fromTable})
  BEGIN
    WITH needed AS (
      SELECT d.referenced_id AS object_id, 1 AS depth FROM ${toFunction} WHERE ${fromTable}
      UNION ALL
      SELECT d.referenced_id, n.depth + 1 FROM ${toFunction}
      JOIN needed AS n ON n.object_id = d.referencing_id
      WHERE d.referenced_class = 1 AND d.referenced_id <> n.object_id AND n.depth < 32
    )
    SELECT o.object_id, s.name AS schema_name, o.name AS function_name, m.definition, m.uses_ansi_nulls, m.uses_quoted_identifier,
      n.depth
    FROM (SELECT object_id, MAX(depth) AS depth FROM needed GROUP BY object_id) AS n
    JOIN sys.objects AS o ON o.object_id = n.object_id
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
    ORDER BY n.depth DESC;
  END;
END;`,
    params: [
      { name: "schema", type: "nvarchar", value: table.schema },
      { name: "table", type: "nvarchar", value: table.name },
    ],
  };
}
