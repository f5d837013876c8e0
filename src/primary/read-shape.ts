import { groupRows } from "../db/group-rows.ts";
import type { Row, Session } from "../db/session.ts";
import type { TableName } from "../model/table-name.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { fitsClusteredIndex } from "../model/key-length.ts";
import type { ColumnShape, NeededFunction, TableShape, UniqueKey } from "../model/table-shape.ts";
import { definitionTokens } from "../sql/definition-tokens.ts";
import { shapeQuery } from "../sql/shape-query.ts";
import { ownColumns, trackedKeyQuery } from "../sql/tracked-key-query.ts";
import { readColumn } from "./read-column.ts";
import { readSequence } from "./read-sequence.ts";

/**
 * A tracked table as the primary's catalog shows it now, in one round trip (two where it does not show the primary key);
 * undefined when the login does not see the table or tracking is off for it. Metadata is not versioned: run it under READ COMMITTED, never in the snapshot that
 * reads the rows (3961 after DDL).
 */
export async function readShape(session: Session, table: TableName): Promise<TableShape | undefined> {
  const [tables, columns, keys, sequences, functions] = await session.query(shapeQuery(table));
  const found = tables?.[0];
  if (found === undefined) return undefined;
  const constraints = keysOf(keys ?? []);
  const shapes = (columns ?? []).map(readColumn);
  const seen = constraints.find(({ isPrimary }) => isPrimary)?.key;
  const primaryKey = seen ?? (await readTrackedKey(session, tableName(found), shapes));
  const minValid = found["min_valid_version"];
  return {
    table: tableName(found),
    objectId: found["object_id"] as number,
    beginVersion: BigInt(found["begin_version"] as string),
    minValidVersion: typeof minValid === "string" ? BigInt(minValid) : undefined,
    columns: shapes,
    key: primaryKey?.columns ?? [],
    primaryKey,
    uniques: constraints.filter(({ isPrimary }) => !isPrimary).map(({ key }) => key),
    sequences: mentioned((sequences ?? []).map(readSequence), shapes),
    functions: (functions ?? []).map(functionOf),
    memoryOptimized: isSet(found["is_memory_optimized"]),
    graph: isSet(found["is_node"]) || isSet(found["is_edge"]),
    // 2 = system-versioned: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
    systemVersioned: found["temporal_type"] === 2,
  };
}

/**
 * The sequences that a default names. The server finds texts that hold the letters, a name is a token. Two names that
 * differ in case only may both be taken: one too many does no harm.
 */
function mentioned(sequences: readonly NeededObject[], columns: readonly ColumnShape[]): NeededObject[] {
  if (sequences.length === 0) return [];
  const words = new Set<string>();
  for (const column of columns) {
    for (const { kind, text } of definitionTokens(column.default?.definition ?? "")) {
      if (kind === "word" || kind === "quoted") words.add(text.toLowerCase());
    }
  }
  return sequences.filter(({ name }) => words.has(name.name.toLowerCase()));
}

/**
 * The key by which Change Tracking itself tells rows apart, where the login is not shown the index: the primary key's
 * columns, though neither its name nor its directions; keyset reads need no more than that the columns are all there.
 */
async function readTrackedKey(
  session: Session,
  table: TableName,
  columns: readonly ColumnShape[],
): Promise<UniqueKey | undefined> {
  const [rows] = await session.query(trackedKeyQuery(table));
  const key = (rows ?? []).flatMap(({ ordinal, name }) => {
    if ((ordinal as number) <= ownColumns) return [];
    return columns.find((each) => each.name === name) ?? [];
  });
  if (key.length === 0) return undefined;
  return {
    name: "",
    systemNamed: true,
    clustered: fitsClusteredIndex(key),
    columns: key.map(({ columnId, name }) => ({ columnId, name, descending: false })),
  };
}

function tableName(row: Row): TableName {
  return { schema: row["schema_name"] as string, name: row["table_name"] as string };
}

interface Constraint {
  readonly isPrimary: boolean;
  readonly key: UniqueKey;
}

function keysOf(rows: readonly Row[]): Constraint[] {
  return [...groupRows(rows, "index_id").values()].map((columns) => {
    const first = columns[0] ?? {};
    return {
      isPrimary: isSet(first["is_primary_key"]),
      key: {
        name: first["index_name"] as string,
        systemNamed: isSet(first["is_system_named"]),
        clustered: first["index_type"] === 1,
        columns: columns.map((row) => ({
          columnId: row["column_id"] as number,
          name: row["name"] as string,
          descending: isSet(row["is_descending_key"]),
        })),
      },
    };
  });
}

function functionOf(row: Row): NeededFunction {
  return {
    name: { schema: row["schema_name"] as string, name: row["function_name"] as string },
    objectId: row["object_id"] as number,
    definition: text(row["definition"]),
    ansiNulls: isSet(row["uses_ansi_nulls"]),
    quotedIdentifier: isSet(row["uses_quoted_identifier"]),
  };
}

function isSet(value: unknown): boolean {
  return value === true || value === 1;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
