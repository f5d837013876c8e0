import type { Cursor } from "../model/cursor.ts";
import { keyColumns, type TableShape } from "../model/table-shape.ts";
import type { SqlParam } from "./statement.ts";
import { hidesBytes } from "./byte-comparison.ts";
import { keyTextExpression, keyValueExpression, readsBack } from "./key-text.ts";
import { quoteName } from "./quote.ts";

/**
 * The rows between two keys: after `after` (undefined: from the start), up to and including `end` (undefined: to the end).
 * Values that the server calls equal must have the same text at both ends, as endKeyQuery (chunk-query.ts) gives them.
 */
export interface KeyRange {
  readonly after: Cursor | undefined;
  readonly end: Cursor | undefined;
}

/** One end of a range of keys, bound to parameters. */
export interface KeyBound {
  readonly params: readonly SqlParam[];
  /** One expression a key column, typed as the column, so that the server seeks. */
  readonly values: readonly string[];
}

/** Binds a cursor's texts to parameters @<prefix>0, @<prefix>1, ... in the types of the key. */
export function bindKey(shape: TableShape, cursor: Cursor, prefix: string): KeyBound {
  if (cursor.length !== shape.key.length) {
    throw new Error(`bind the cursor ${JSON.stringify(cursor)} to a key of ${shape.key.length} columns`);
  }
  return {
    params: cursor.map((value, at) => ({ name: `${prefix}${at}`, type: "nvarchar", value })),
    values: keyColumns(shape).map((column, at) => keyValueExpression(column, `@${prefix}${at}`)),
  };
}

/**
 * A range cut into pieces, in key order, that do not overlap: each asks for equality on the first columns of the key and
 * for a range on the next one, which is what the server reads by one seek of the key's index, from its first row to
 * its last. An OR of such conditions is not: it seeks on the first column alone and looks at every row that has the same
 * value there. https://learn.microsoft.com/archive/blogs/craigfr/seek-predicates
 */
export function keySegments(
  shape: TableShape,
  qualifier: string,
  { after, end }: KeyRange,
): { readonly texts: readonly string[]; readonly params: readonly SqlParam[] } {
  if (after === undefined && end === undefined) return { texts: ["1 = 1"], params: [] };
  const names = shape.key.map(({ name }) => `${qualifier}.${quoteName(name)}`);
  const low = after && bindKey(shape, after, "a");
  const high = end && bindKey(shape, end, "e");
  const shared = sharedColumns(after, end);
  if (shared === names.length) return { texts: ["1 = 0"], params: [] };

  const condition = (at: number, operator: string, bound: KeyBound): string =>
    `${names[at] ?? ""} ${operator} ${bound.values[at] ?? ""}`;
  const equal = (columns: number, bound: KeyBound): string[] =>
    names.slice(0, columns).map((_, at) => condition(at, "=", bound));
  const beyond = (at: number, bound: KeyBound): string => condition(at, comparison(shape, at, "after"), bound);
  const before = (at: number, bound: KeyBound): string =>
    condition(at, `${comparison(shape, at, "before")}${at === names.length - 1 ? "=" : ""}`, bound);

  const columns = names.map((_, at) => at).slice(shared + 1);
  const texts = [
    ...(low === undefined ? [] : [...columns].reverse().map((at) => [...equal(at, low), beyond(at, low)])),
    [
      ...(low === undefined ? [] : equal(shared, low)),
      ...(low === undefined ? [] : [beyond(shared, low)]),
      ...(high === undefined ? [] : [before(shared, high)]),
    ],
    ...(high === undefined ? [] : columns.map((at) => [...equal(at, high), before(at, high)])),
  ].map((conditions) => conditions.join(" AND "));
  // Where a shared column is not the last one, the pieces at the end of the range ask for all columns of the end's key.
  const fromEnd = columns.length === 0 ? shared : 0;
  return { texts, params: [...(low?.params ?? []), ...(high?.params.slice(fromEnd) ?? [])] };
}

/** How many columns, from the first on, have the same value at both ends. */
function sharedColumns(after: Cursor | undefined, end: Cursor | undefined): number {
  if (after === undefined || end === undefined) return 0;
  const other = after.findIndex((text, at) => text !== end[at]);
  return other === -1 ? after.length : other;
}

function comparison(shape: TableShape, at: number, side: "after" | "before"): ">" | "<" {
  const ascending = shape.key[at]?.descending !== true;
  return (side === "after") === ascending ? ">" : "<";
}

/**
 * Rows after a key, as one condition: for rows that are found by something else than this condition. The first column
 * stands alone in front, so that the server can at least seek on it.
 */
export function afterKey(shape: TableShape, qualifier: string, bound: KeyBound): string {
  const names = shape.key.map(({ name }) => `${qualifier}.${quoteName(name)}`);
  const alternatives = names.map((name, at) => {
    const equal = names.slice(0, at).map((before, index) => `${before} = ${bound.values[index] ?? ""}`);
    return [...equal, `${name} ${comparison(shape, at, "after")} ${bound.values[at] ?? ""}`].join(" AND ");
  });
  if (alternatives.length === 1) return alternatives[0] ?? "";
  const first = `${names[0] ?? ""} ${comparison(shape, 0, "after")}= ${bound.values[0] ?? ""}`;
  return `${first} AND (${alternatives.map((each) => `(${each})`).join(" OR ")})`;
}

/** `[a], [b] DESC`, qualified. */
export function keyOrder(shape: TableShape, qualifier: string): string {
  return shape.key
    .map(({ name, descending }) => `${qualifier}.${quoteName(name)}${descending ? " DESC" : ""}`)
    .join(", ");
}

/** The order backwards: its first row is the last. */
export function keyOrderBackwards(shape: TableShape, qualifier: string): string {
  return shape.key
    .map(({ name, descending }) => `${qualifier}.${quoteName(name)}${descending ? "" : " DESC"}`)
    .join(", ");
}

/** `a.[k] = b.[k] AND ...` over all key columns, in the columns' own collations. */
export function keyEquality(shape: TableShape, left: string, right: string): string {
  return shape.key.map(({ name }) => `${left}.${quoteName(name)} = ${right}.${quoteName(name)}`).join(" AND ");
}

/**
 * The key rendered as lossless texts k0, k1, ...: what a cursor is made of.
 * @param like a key whose spelling is kept where a value is equal to its value ('abc' and 'ABC')
 */
export function keyTexts(shape: TableShape, qualifier: string, like?: KeyBound): string {
  const texts = keyColumns(shape).map((column, at) => {
    const value = `${qualifier}.${quoteName(column.name)}`;
    const text = keyTextExpression(column, value);
    const param = like?.params[at];
    if (like === undefined || param === undefined || !hidesBytes(column)) return `${text} AS k${at}`;
    return `CASE WHEN ${value} = ${like.values[at] ?? ""} THEN @${param.name} ELSE ${text} END AS k${at}`;
  });
  return texts.join(", ");
}

/**
 * Conditions that hold where a row's key can be a cursor: where its texts, read back, are this key and no other
 * (key-text.ts, readsBack). Rows whose keys cannot are never the end of a chunk or slice, but travel within one.
 */
export function cursorConditions(shape: TableShape, qualifier: string): string[] {
  return keyColumns(shape).flatMap((column) => readsBack(column, `${qualifier}.${quoteName(column.name)}`) ?? []);
}
