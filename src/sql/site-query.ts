import type { SqlParam, Statement } from "./statement.ts";
import type { TableShape } from "../model/table-shape.ts";
import { constraintNames } from "./create-table.ts";
import { quoteTable } from "./quote.ts";

/**
 * What the replica has of what a table needs. Rowsets: the database's collation and the login's default
 * schema; one row with a column n0, n1, ... a
 * name of `constraintNames`, NULL where the name is free; the alias types of the schemas that the table's types are in.
 */
export function siteQuery(shape: TableShape): Statement {
  const names = constraintNames(shape);
  const params = names.map((name, at): SqlParam => ({
    name: `n${at}`,
    type: "nvarchar",
    value: quoteTable({ schema: shape.table.schema, name }),
  }));
  const taken = names.map((_, at) => `OBJECT_ID(@n${at}) AS n${at}`);
  return {
    text: `SELECT CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')) AS collation_name,
  SCHEMA_NAME() AS default_schema;
SELECT ${taken.length === 0 ? "0 AS none" : taken.join(", ")};
SELECT s.name AS schema_name, t.name AS type_name, base.name AS base_type, t.max_length, t.precision, t.scale,
  t.collation_name
FROM sys.types AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.types AS base ON base.user_type_id = t.system_type_id
WHERE t.is_user_defined = 1 AND t.is_assembly_type = 0 AND t.is_table_type = 0;`,
    params,
  };
}
