import type { Cursor } from "../model/cursor.ts";
import type { Transport } from "../model/ledger-row.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { SqlParam, Statement } from "./statement.ts";
import { bindKey, keyOrder, keyPredicate, keyTexts } from "./key-range.ts";
import { quoteName, quoteTable } from "./quote.ts";
import { selectList } from "./select-list.ts";

/** The rows between two keys: after `after` (undefined: from the start), up to and including `end` (undefined: to the end). */
export interface KeyRange {
  readonly after: Cursor | undefined;
  readonly end: Cursor | undefined;
}

/** A range as a predicate with its parameters; `1 = 1` for the whole table. */
export function rangePredicate(
  shape: TableShape,
  qualifier: string,
  range: KeyRange,
): { text: string; params: SqlParam[] } {
  const parts: string[] = [];
  const params: SqlParam[] = [];
  for (const [cursor, prefix, side] of [
    [range.after, "a", "after"],
    [range.end, "e", "up-to"],
  ] as const) {
    if (cursor === undefined) continue;
    const bound = bindKey(shape, cursor, prefix);
    params.push(...bound.params);
    parts.push(`(${keyPredicate(shape, qualifier, bound, side)})`);
  }
  return { text: parts.length === 0 ? "1 = 1" : parts.join(" AND "), params };
}

/** The n-th key after a cursor, as texts k0, k1, ...; no row when fewer than n rows are left. */
export function endKeyQuery(shape: TableShape, after: Cursor | undefined, rows: number): Statement {
  const range = rangePredicate(shape, "t", { after, end: undefined });
  return {
    text: `SELECT ${keyTexts(shape, "t")} FROM ${quoteTable(shape.table)} AS t
WHERE ${range.text}
ORDER BY ${keyOrder(shape, "t")}
OFFSET @skip ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);`,
    params: [...range.params, { name: "skip", type: "bigint", value: BigInt(rows - 1) }],
  };
}

/** The rows of a range in key order. RECOMPILE lets the server plan with the bounds' values: it seeks the range. */
export function chunkQuery(shape: TableShape, range: KeyRange, transport: Transport = "relay"): Statement {
  const predicate = rangePredicate(shape, "t", range);
  const list = selectList(shape, transport, { value: ({ name }) => `t.${quoteName(name)}`, deleted: undefined });
  return {
    text: `SELECT ${list} FROM ${quoteTable(shape.table)} AS t
WHERE ${predicate.text}
ORDER BY ${keyOrder(shape, "t")} OPTION (RECOMPILE);`,
    params: predicate.params,
  };
}
