import type { ConnectionPool } from "mssql";
import { readRows } from "./read-rows.ts";
import { readSchema, type TableSchema } from "./read-schema.ts";

export interface TableComparison {
  /** `User`, `sales.OrderLine`. */
  readonly name: string;
  /** Rows on the primary. */
  readonly rows: number;
  readonly differences: number;
  /** The first few differences, in words. */
  readonly examples: readonly string[];
}

const maxExamples = 5;

/**
 * Compares the tables of two databases: columns with type, length, precision, nullability, collation, identity and
 * default, keys, and every value of every row. Tables that only the replica has are differences too.
 */
export async function compareDatabases(primary: ConnectionPool, replica: ConnectionPool): Promise<TableComparison[]> {
  const [wanted, found] = await Promise.all([readSchema(primary), readSchema(replica)]);
  const comparisons: TableComparison[] = [];
  for (const [key, table] of wanted) {
    const differences: string[] = [];
    const copy = found.get(key);
    const rows = await readRows(primary, table);
    if (copy === undefined) differences.push("the table is missing on the replica");
    else {
      compareSchemas(table, copy, differences);
      if (table.columns.every(({ name }, at) => copy.columns[at]?.name === name)) {
        compareRows(rows, await readRows(replica, copy), differences);
      }
    }
    comparisons.push(comparison(table, rows.size, differences));
  }
  for (const [key, table] of found) {
    if (!wanted.has(key)) comparisons.push(comparison(table, 0, ["the table is not on the primary"]));
  }
  return comparisons;
}

function comparison(table: TableSchema, rows: number, differences: readonly string[]): TableComparison {
  return {
    name: table.schema === "dbo" ? table.name : `${table.schema}.${table.name}`,
    rows,
    differences: differences.length,
    examples: differences.slice(0, maxExamples),
  };
}

function compareSchemas(table: TableSchema, copy: TableSchema, differences: string[]): void {
  const names = (columns: TableSchema["columns"]): string => columns.map(({ name }) => name).join(", ");
  if (names(table.columns) !== names(copy.columns)) {
    differences.push(`columns (${names(table.columns)}) arrived as (${names(copy.columns)})`);
    return;
  }
  table.columns.forEach((column, at) => {
    const other = copy.columns[at];
    if (other !== undefined && other.description !== column.description) {
      differences.push(`column ${column.name}: ${column.description} arrived as ${other.description}`);
    }
  });
  if (table.keys.join("; ") !== copy.keys.join("; ")) {
    differences.push(`keys ${table.keys.join("; ")} arrived as ${copy.keys.join("; ")}`);
  }
}

function compareRows(
  rows: ReadonlyMap<string, string>,
  copies: ReadonlyMap<string, string>,
  differences: string[],
): void {
  for (const [key, row] of rows) {
    const copy = copies.get(key);
    if (copy === undefined) differences.push(`row ${key} is missing on the replica`);
    else if (copy !== row) differences.push(`row ${key}: ${row} arrived as ${copy}`);
  }
  for (const key of copies.keys()) {
    if (!rows.has(key)) differences.push(`row ${key} is not on the primary`);
  }
}
