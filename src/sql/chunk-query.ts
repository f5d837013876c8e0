import type { Cursor } from "../model/cursor.ts";
import type { Transport } from "../model/ledger-row.ts";
import { type TableShape, replicatedColumns } from "../model/table-shape.ts";
import type { SqlParam, Statement } from "./statement.ts";
import { bindKey, cursorConditions, type KeyRange, keyOrder, keySegments, keyTexts } from "./key-range.ts";
import { quoteName, quoteTable } from "./quote.ts";
import { selectList } from "./select-list.ts";

/**
 * The n-th key after a cursor, as texts k0, k1, ...; no row when fewer than n rows are left. Keys that cannot be cursors
 * are not counted. Each piece of what is left is read from its first row on and never further than n rows.
 */
export function endKeyQuery(shape: TableShape, after: Cursor | undefined, rows: number): Statement {
  const { texts, params } = keySegments(shape, "t", { after, end: undefined });
  const usable = cursorConditions(shape, "t");
  const pieces = texts.map((text) => `${quoteTable(shape.table)} AS t\nWHERE ${[text, ...usable].join(" AND ")}`);
  const columns = shape.key.map(({ name }) => quoteName(name)).join(", ");
  const inner = pieces.map(
    (piece, at) => `SELECT ${columns} FROM (SELECT TOP (@rows) ${qualified(shape.key)} FROM ${piece}
ORDER BY ${keyOrder(shape, "t")}) AS s${at}`,
  );
  const source = pieces.length === 1 ? pieces.join("") : `(\n${inner.join("\nUNION ALL\n")}\n) AS t`;
  return {
    text: `SELECT ${keyTexts(shape, "t", after && bindKey(shape, after, "a"))} FROM ${source}
ORDER BY ${keyOrder(shape, "t")}
OFFSET @skip ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);`,
    params: [
      ...params,
      ...(pieces.length === 1 ? [] : [{ name: "rows", type: "bigint", value: BigInt(rows) } as const]),
      { name: "skip", type: "bigint", value: BigInt(rows - 1) },
    ],
  };
}

/** The rows of a range in key order. RECOMPILE lets the server plan with the bounds' values: it seeks the range. */
export function chunkQuery(shape: TableShape, range: KeyRange, transport: Transport = "relay"): Statement {
  const { source, params } = rangeSource(shape, range);
  const list = selectList(shape, transport, { value: ({ name }) => `t.${quoteName(name)}`, deleted: undefined });
  return {
    text: `SELECT ${list} FROM ${source}
ORDER BY ${keyOrder(shape, "t")} OPTION (RECOMPILE);`,
    params,
  };
}

/** The rows of a range as what stands behind FROM, under the name t: its pieces never overlap. */
export function rangeSource(
  shape: TableShape,
  range: KeyRange,
): { readonly source: string; readonly params: readonly SqlParam[] } {
  const { texts, params } = keySegments(shape, "t", range);
  const pieces = texts.map((text) => `${quoteTable(shape.table)} AS t\nWHERE ${text}`);
  const inner = pieces.map((piece) => `SELECT ${qualified(replicatedColumns(shape))} FROM ${piece}`);
  return { source: pieces.length === 1 ? pieces.join("") : `(\n${inner.join("\nUNION ALL\n")}\n) AS t`, params };
}

function qualified(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => `t.${quoteName(name)}`).join(", ");
}
