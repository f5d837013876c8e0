import type { Statement } from "./statement.ts";

/**
 * The primary's tables beyond what a tick reads. Rowsets: the ordinary tables that are not tracked, `has_key` 1 where they could be; the rows of
 * the tracked ones, as the catalog counts them. History tables of temporal ones, memory-optimised, graph and external tables are left out of the
 * first: they cannot be replicated.
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-partitions-transact-sql
 */
export const doctorTablesQuery: Statement = {
  text: `SELECT s.name AS schema_name, t.name AS table_name,
  CASE WHEN EXISTS (SELECT 1 FROM sys.indexes AS i WHERE i.object_id = t.object_id AND i.is_primary_key = 1) THEN 1 ELSE 0 END AS has_key
FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
WHERE t.is_ms_shipped = 0 AND t.temporal_type <> 1 AND t.is_memory_optimized = 0 AND t.is_external = 0 AND t.is_node = 0 AND t.is_edge = 0
  AND NOT EXISTS (SELECT 1 FROM sys.change_tracking_tables AS c WHERE c.object_id = t.object_id)
ORDER BY s.name, t.name;
SELECT s.name AS schema_name, t.name AS table_name, SUM(p.rows) AS row_count
FROM sys.change_tracking_tables AS c
JOIN sys.tables AS t ON t.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.partitions AS p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
GROUP BY s.name, t.name;`,
  params: [],
};

/**
 * The foreign keys of the replica that are enforced: rows arrive table by table, each at a version of its own.
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-foreign-keys-transact-sql
 */
export const doctorForeignKeysQuery: Statement = {
  text: `SELECT s.name AS schema_name, t.name AS table_name, f.name AS key_name, rs.name AS referenced_schema,
  r.name AS referenced_table, f.delete_referential_action_desc
FROM sys.foreign_keys AS f
JOIN sys.tables AS t ON t.object_id = f.parent_object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.tables AS r ON r.object_id = f.referenced_object_id
JOIN sys.schemas AS rs ON rs.schema_id = r.schema_id
WHERE f.is_disabled = 0
ORDER BY s.name, t.name, f.name;`,
  params: [],
};
