/**
 * Sequences: a statement without the end of its WHERE, where sys.sequences is `q`. `readSequence` takes the rows. The
 * values are sql_variant, which the driver would give as numbers with less digits: they are read as text.
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sequences-transact-sql
 */
export const catalogSequences = `SELECT q.object_id, s.name AS schema_name, q.name, base.name AS base_type, q.precision, q.scale,
  CONVERT(nvarchar(60), q.current_value) AS current_value, CONVERT(nvarchar(60), q.increment) AS increment_value,
  CONVERT(nvarchar(60), q.minimum_value) AS minimum_value, CONVERT(nvarchar(60), q.maximum_value) AS maximum_value,
  q.is_cycling, q.is_cached, q.cache_size
FROM sys.sequences AS q
JOIN sys.schemas AS s ON s.schema_id = q.schema_id
LEFT JOIN sys.types AS base ON base.user_type_id = q.system_type_id
WHERE q.is_ms_shipped = 0 AND s.name NOT IN (N'sys', N'mssql_sync')`;
