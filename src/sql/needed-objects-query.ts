import { catalogColumns } from "./catalog-columns.ts";
import { catalogSequences } from "./catalog-sequences.ts";

/** How many rowsets `neededObjectsQuery` gives, whatever the database holds. */
export const neededObjectsRowsets = 7;

/**
 * Everything that `NeededObject` knows of, on either side: a text to append to a batch, without parameters and
 * variables. Rowsets: types (alias, CLR, table); the columns of table types; their indexes, a row a column; their CHECK
 * constraints; sequences; synonyms; XML schema collections. What the login may not see is left out without an error.
 *
 * The columns, indexes and constraints of a table type belong to the object `type_table_object_id`:
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-table-types-transact-sql
 */
export const neededObjectsQuery = `SELECT t.user_type_id, s.name AS schema_name, t.name, base.name AS base_type, t.max_length, t.precision, t.scale,
  t.is_nullable, t.is_assembly_type, t.is_table_type, tt.type_table_object_id, tt.is_memory_optimized
FROM sys.types AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
LEFT JOIN sys.types AS base ON base.user_type_id = t.system_type_id
LEFT JOIN sys.table_types AS tt ON tt.user_type_id = t.user_type_id
WHERE t.is_user_defined = 1 AND s.name NOT IN (N'sys', N'mssql_sync')
ORDER BY s.name, t.name;
${catalogColumns}
WHERE c.object_id IN (SELECT tt.type_table_object_id FROM sys.table_types AS tt)
ORDER BY c.object_id, c.column_id;
SELECT i.object_id, i.index_id, i.name AS index_name, i.type, i.is_unique, i.is_primary_key, i.is_unique_constraint,
  i.ignore_dup_key, i.has_filter, i.filter_definition, c.name AS column_name, ic.is_descending_key, ic.is_included_column
FROM sys.table_types AS tt
JOIN sys.indexes AS i ON i.object_id = tt.type_table_object_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
ORDER BY i.object_id, i.index_id, ic.is_included_column, ic.key_ordinal, ic.index_column_id;
SELECT k.parent_object_id, k.definition
FROM sys.table_types AS tt
JOIN sys.check_constraints AS k ON k.parent_object_id = tt.type_table_object_id
ORDER BY k.parent_object_id, k.object_id;
${catalogSequences}
ORDER BY s.name, q.name;
SELECT y.object_id, s.name AS schema_name, y.name, y.base_object_name
FROM sys.synonyms AS y
JOIN sys.schemas AS s ON s.schema_id = y.schema_id
WHERE y.is_ms_shipped = 0 AND s.name NOT IN (N'sys', N'mssql_sync')
ORDER BY s.name, y.name;
SELECT x.xml_collection_id, s.name AS schema_name, x.name
FROM sys.xml_schema_collections AS x
JOIN sys.schemas AS s ON s.schema_id = x.schema_id
WHERE s.name NOT IN (N'sys', N'mssql_sync')
ORDER BY s.name, x.name;`;
