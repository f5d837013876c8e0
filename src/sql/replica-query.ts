import type { Statement } from "./statement.ts";
import type { TableName } from "../model/table-name.ts";

/**
 * A table of the replica, in one round trip; nothing when it does not exist. Rowsets: the table; its columns; its
 * enabled unique indexes, a row a column; its enabled triggers.
 *
 * Which view an index is on tells sys.sql_expression_dependencies, which takes a right of its own; without it any
 * indexed view of the database counts as being on this table.
 */
export function replicaQuery(table: TableName): Statement {
  return {
    text: `DECLARE @id int = (SELECT t.object_id FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
  WHERE s.name = @schema AND t.name = @table);
DECLARE @under_indexed_view bit = 0;
IF EXISTS (SELECT 1 FROM sys.views AS v JOIN sys.indexes AS i ON i.object_id = v.object_id)
BEGIN
  IF HAS_PERMS_BY_NAME(N'sys.sql_expression_dependencies', N'OBJECT', N'SELECT') = 1
  BEGIN
    IF EXISTS (SELECT 1 FROM sys.sql_expression_dependencies AS d JOIN sys.indexes AS i ON i.object_id = d.referencing_id
      JOIN sys.views AS v ON v.object_id = i.object_id WHERE d.referenced_id = @id) SET @under_indexed_view = 1;
  END
  ELSE SET @under_indexed_view = 1;
END;
SELECT t.object_id, t.temporal_type, @under_indexed_view AS under_indexed_view,
  CASE WHEN t.is_published = 1 OR t.is_replicated = 1 OR t.is_merge_published = 1 OR t.is_tracked_by_cdc = 1
    THEN 1 ELSE 0 END AS is_published,
  CASE WHEN EXISTS (SELECT 1 FROM sys.foreign_keys AS f WHERE f.referenced_object_id = t.object_id
    AND f.parent_object_id <> t.object_id) THEN 1 ELSE 0 END AS is_referenced
FROM sys.tables AS t WHERE t.object_id = @id;
SELECT c.name, c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_identity, c.is_computed,
  c.is_column_set, c.generated_always_type, c.default_object_id, COALESCE(base.name, own.name) AS type_name
FROM sys.columns AS c
LEFT JOIN sys.types AS base ON base.user_type_id = c.system_type_id
LEFT JOIN sys.types AS own ON own.user_type_id = c.user_type_id
WHERE c.object_id = @id
ORDER BY c.column_id;
SELECT i.index_id, i.is_primary_key, i.filter_definition, c.name
FROM sys.indexes AS i
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.object_id = @id AND i.is_unique = 1 AND i.is_disabled = 0 AND i.is_hypothetical = 0
ORDER BY i.index_id, ic.key_ordinal;
SELECT r.name FROM sys.triggers AS r WHERE r.parent_id = @id AND r.is_disabled = 0 ORDER BY r.name;`,
    params: [
      { name: "schema", type: "nvarchar", value: table.schema },
      { name: "table", type: "nvarchar", value: table.name },
    ],
  };
}
