/**
 * Columns of tables and table types with all that their declarations need: a statement without its WHERE, where
 * sys.columns is `c`. `readColumn` takes the rows.
 */
export const catalogColumns = `SELECT c.object_id, c.column_id, c.name, c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable,
  c.is_rowguidcol, c.is_filestream, c.is_sparse, c.is_column_set, c.is_masked, c.generated_always_type,
  c.encryption_type, c.graph_type, c.xml_collection_id, c.is_computed, c.default_object_id,
  base.name AS base_type, own.name AS own_type, own.is_user_defined, own.is_assembly_type,
  own.is_nullable AS own_is_nullable, ts.name AS own_schema,
  CONVERT(nvarchar(60), i.seed_value) AS seed_value, CONVERT(nvarchar(60), i.increment_value) AS increment_value,
  p.definition AS computed_definition, p.is_persisted,
  d.name AS default_name, d.is_system_named AS default_is_system_named, d.definition AS default_definition
FROM sys.columns AS c
LEFT JOIN sys.types AS base ON base.user_type_id = c.system_type_id
LEFT JOIN sys.types AS own ON own.user_type_id = c.user_type_id
LEFT JOIN sys.schemas AS ts ON ts.schema_id = own.schema_id
LEFT JOIN sys.identity_columns AS i ON i.object_id = c.object_id AND i.column_id = c.column_id
LEFT JOIN sys.computed_columns AS p ON p.object_id = c.object_id AND p.column_id = c.column_id
LEFT JOIN sys.default_constraints AS d ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id`;
