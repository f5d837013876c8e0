import { type ColumnShape, type TableShape, replicatedColumns } from "../model/table-shape.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import { differentBytes, hidesBytes } from "./byte-comparison.ts";
import { writeExpression } from "./column-type.ts";
import { keyEquality } from "./key-range.ts";
import { quoteName, quoteTable } from "./quote.ts";
import { deletedColumn, stageName } from "./stage-table.ts";

/**
 * The statements that bring staged rows into the replica table, for changes and for chunks alike. They run in one
 * batch, in this order: what is gone, what would stand in the way, what exists, what is missing. No MERGE.
 */

/** The columns that are written: those that travel and that the replica table can take. */
export function writtenColumns(shape: TableShape, replica: ReplicaTable): ColumnShape[] {
  return replicatedColumns(shape).filter(({ name }) => replica.writable.has(name));
}

/** Deletes the rows that #changes marks. */
export function deleteMarked(shape: TableShape): string {
  return `DELETE t FROM ${quoteTable(shape.table)} AS t
JOIN #changes AS s ON ${keyEquality(shape, "t", "s")}
WHERE s.${quoteName(deletedColumn(shape))} = 1;`;
}

/** Deletes the rows of a range that the chunk does not hold. */
export function deleteMissing(shape: TableShape, range: string): string {
  return `DELETE t FROM ${quoteTable(shape.table)} AS t
WHERE ${range} AND NOT EXISTS (SELECT 1 FROM #chunk AS s WHERE ${keyEquality(shape, "s", "t")});`;
}

/**
 * Deletes rows that hold a unique value that a staged row brings under another key, where they are still to come: in a
 * later slice, or beyond the chunk. Their own slice or chunk brings them back.
 * NULLs count as equal in a unique index: https://learn.microsoft.com/sql/relational-databases/indexes/create-unique-indexes
 */
export function evictUnique(
  shape: TableShape,
  replica: ReplicaTable,
  kind: "changes" | "chunk",
  stillToCome: string,
): string[] {
  const staged = new Set(replicatedColumns(shape).map(({ name }) => name));
  // An index over a column that does not travel says nothing about staged rows.
  const usable = replica.uniqueIndexes.filter(({ columns }) => columns.every((column) => staged.has(column)));
  return usable.map(({ columns, filter }) => {
    const same = columns.map((column) => {
      const name = quoteName(column);
      return `(s.${name} = t.${name} OR (s.${name} IS NULL AND t.${name} IS NULL))`;
    });
    const conditions = [
      stillToCome,
      ...(filter === undefined ? [] : [`(${filter})`]),
      `EXISTS (SELECT 1 FROM ${stageName(kind)} AS s WHERE ${same.join(" AND ")}${alive(shape, kind)} AND NOT (${keyEquality(shape, "s", "t")}))`,
    ];
    return `DELETE t FROM ${quoteTable(shape.table)} AS t WHERE ${conditions.join(" AND ")};`;
  });
}

/** An identity column cannot be updated: a row with another identity value is deleted, to be inserted again. */
export function deleteOtherIdentity(
  shape: TableShape,
  replica: ReplicaTable,
  kind: "changes" | "chunk",
): string | undefined {
  const identity = replica.identityColumn;
  const written = writtenColumns(shape, replica).some(({ name }) => name === identity);
  if (identity === undefined || !written || isKey(shape, identity)) return undefined;
  return `DELETE t FROM ${quoteTable(shape.table)} AS t
JOIN ${stageName(kind)} AS s ON ${keyEquality(shape, "t", "s")}
WHERE t.${quoteName(identity)} <> s.${quoteName(identity)}${alive(shape, kind)};`;
}

/**
 * Updates the rows that exist. A chunk touches only rows that differ in some byte; changes are written as they are.
 * Key columns are set where the collation calls bytes equal that are not ('abc' and 'ABC').
 */
export function updateExisting(shape: TableShape, replica: ReplicaTable, kind: "changes" | "chunk"): string[] {
  const columns = writtenColumns(shape, replica).filter(({ name }) => name !== replica.identityColumn);
  const plain = columns.filter(({ name }) => !isKey(shape, name));
  const spelled = columns.filter((column) => isKey(shape, column.name) && hidesBytes(column));
  const join = `FROM ${quoteTable(shape.table)} AS t
JOIN ${stageName(kind)} AS s ON ${keyEquality(shape, "t", "s")}`;
  const statements: string[] = [];
  if (plain.length > 0) {
    const differs = kind === "chunk" ? ` AND ${differentBytes(plain)}` : "";
    statements.push(`UPDATE t SET ${assignments(plain)}
${join}
WHERE 1 = 1${alive(shape, kind)}${differs};`);
  }
  if (spelled.length > 0) {
    statements.push(`UPDATE t SET ${assignments(spelled)}
${join}
WHERE ${differentBytes(spelled)}${alive(shape, kind)};`);
  }
  return statements;
}

/** Inserts the rows that are missing; SET IDENTITY_INSERT must be in the INSERT's own batch. */
export function insertMissing(shape: TableShape, replica: ReplicaTable, kind: "changes" | "chunk"): string {
  const columns = writtenColumns(shape, replica);
  const table = quoteTable(shape.table);
  const insert = `INSERT ${table} (${columns.map(({ name }) => quoteName(name)).join(", ")})
SELECT ${columns.map((column) => writeExpression(column, `s.${quoteName(column.name)}`)).join(", ")}
FROM ${stageName(kind)} AS s
WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE ${keyEquality(shape, "t", "s")})${alive(shape, kind)};`;
  if (!columns.some(({ name }) => name === replica.identityColumn)) return insert;
  return `SET IDENTITY_INSERT ${table} ON;
${insert}
SET IDENTITY_INSERT ${table} OFF;`;
}

function assignments(columns: readonly ColumnShape[]): string {
  return columns
    .map((column) => `t.${quoteName(column.name)} = ${writeExpression(column, `s.${quoteName(column.name)}`)}`)
    .join(", ");
}

function alive(shape: TableShape, kind: "changes" | "chunk"): string {
  return kind === "changes" ? ` AND s.${quoteName(deletedColumn(shape))} = 0` : "";
}

function isKey(shape: TableShape, name: string): boolean {
  return shape.key.some((column) => column.name === name);
}
