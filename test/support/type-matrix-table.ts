import { createHash } from "node:crypto";
import type { TestDatabase } from "./databases.ts";
import type { MatrixGroup } from "./type-matrix.ts";
import type { MatrixType } from "./type-matrix-type.ts";

/** A table of a group's types; every column takes NULL, or none does: the wire forms differ. */
export interface MatrixTable {
  readonly name: string;
  readonly types: readonly MatrixType[];
  readonly nullable: boolean;
}

export function matrixTables({ name, types }: MatrixGroup): MatrixTable[] {
  return [
    { name, types, nullable: true },
    { name: `${name}Filled`, types, nullable: false },
  ];
}

/** CREATE TABLE with Change Tracking, and a row for the most literals that a type has; nullable ones with rows full of NULLs too. */
export function createMatrix(table: MatrixTable): string {
  const { name, types, nullable } = table;
  const columns = types.map(({ declaration }, at) => `c${at} ${declaration} ${nullable ? "NULL" : "NOT NULL"}`);
  const even = types.flatMap((_, at) => (at % 2 === 0 ? [`c${at}`] : [])).join(", ");
  return `CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY, ${columns.join(", ")});
ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
GO
${rowNumbers(table)
  .map((row) => `INSERT ${name} VALUES (${row}, ${values(types, row)});`)
  .join("\n")}
${
  nullable
    ? `INSERT ${name} (id) VALUES (1000);
INSERT ${name} (id, ${even}) SELECT id + 2000, ${even} FROM ${name} WHERE id < 3;`
    : ""
}`;
}

/** Every row gets the values of the next one; some go, some come. */
export function changeMatrix(table: MatrixTable): string {
  const { name, types } = table;
  return rowNumbers(table)
    .map((row) => {
      if (row % 5 === 3) return `DELETE ${name} WHERE id = ${row};`;
      const set = types.map((type, at) => `c${at} = ${literal(type, row + 1)}`);
      return `UPDATE ${name} SET ${set.join(", ")} WHERE id = ${row};
INSERT ${name} VALUES (${row + 100}, ${values(types, row + 2)});`;
    })
    .join("\n");
}

/** CREATE TYPE for what the types' declarations name. */
export function createAliasTypes(types: readonly MatrixType[]): string {
  return types.flatMap(({ aliasType }) => aliasType ?? []).join("\n");
}

/** What a table holds: by row the bytes of each compared expression as text, that no two different values share. */
export interface TableBytes {
  readonly expressions: readonly string[];
  /** By `id`. */
  readonly rows: ReadonlyMap<number, readonly string[]>;
}

export async function tableBytes(
  database: TestDatabase,
  table: string,
  expressions: readonly string[],
): Promise<TableBytes> {
  const items = expressions.map((expression, at) => `CAST(${expression} AS varbinary(max)) AS b${at}`);
  const rows = await database.rows(`SELECT id, ${items.join(", ")} FROM ${table} ORDER BY id;`);
  return {
    expressions,
    rows: new Map(rows.map((row) => [row["id"] as number, expressions.map((_, at) => bytesText(row[`b${at}`]))])),
  };
}

/** The values that differ, each by its place and both its bytes: empty where the tables are the same. */
export function differentValues(primary: TableBytes, replica: TableBytes): string[] {
  const ids = new Set([...primary.rows.keys(), ...replica.rows.keys()]);
  return [...ids].flatMap((id) => {
    const [left, right] = [primary.rows.get(id), replica.rows.get(id)];
    if (left === undefined) return [`row ${id}: on the replica only`];
    if (right === undefined) return [`row ${id}: on the primary only`];
    return primary.expressions.flatMap((expression, at) =>
      left[at] === right[at] ? [] : [`row ${id}, ${expression}: ${left[at]} became ${right[at]}`],
    );
  });
}

/** Hexadecimal digits; of many the number and a hash, that a difference can be read. */
function bytesText(value: unknown): string {
  if (value === null) return "NULL";
  const bytes = value as Buffer;
  return bytes.length <= 64
    ? bytes.toString("hex")
    : `${bytes.length}:${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`;
}

export function comparedExpressions(types: readonly MatrixType[]): string[] {
  return types.flatMap(({ compare }, at) => compare(`c${at}`));
}

function rowNumbers({ types }: MatrixTable): number[] {
  return Array.from({ length: Math.max(...types.map(({ literals }) => literals.length)) }, (_, row) => row);
}

/** The literals number `row` of all types, beginning anew where a type has fewer. */
function values(types: readonly MatrixType[], row: number): string {
  return types.map((type) => literal(type, row)).join(", ");
}

function literal({ literals }: MatrixType, row: number): string {
  return literals[row % literals.length] ?? "NULL";
}
