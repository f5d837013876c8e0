import type { Cursor } from "../model/cursor.ts";
import { keyColumns, type TableShape } from "../model/table-shape.ts";
import type { SqlParam } from "./statement.ts";
import { keyTextExpression, keyValueExpression } from "./key-text.ts";
import { quoteName } from "./quote.ts";

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
 * Rows after (or up to) a key in the order of the key. The first column stands alone in front, so that the server can
 * seek on it: an OR of conjunctions alone is read by a scan.
 */
export function keyPredicate(shape: TableShape, qualifier: string, bound: KeyBound, side: "after" | "up-to"): string {
  const names = shape.key.map(({ name }) => `${qualifier}.${quoteName(name)}`);
  const beyond = (at: number): string => {
    const ascending = shape.key[at]?.descending !== true;
    return (side === "after") === ascending ? ">" : "<";
  };
  const alternatives = names.map((name, at) => {
    const equal = names.slice(0, at).map((before, index) => `${before} = ${bound.values[index] ?? ""}`);
    const last = at === names.length - 1 && side === "up-to";
    return [...equal, `${name} ${beyond(at)}${last ? "=" : ""} ${bound.values[at] ?? ""}`].join(" AND ");
  });
  if (alternatives.length === 1) return alternatives[0] ?? "";
  return `${names[0] ?? ""} ${beyond(0)}= ${bound.values[0] ?? ""} AND (${alternatives.map((each) => `(${each})`).join(" OR ")})`;
}

/** `[a] ASC, [b] DESC`, qualified. */
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

/** The key rendered as lossless texts k0, k1, ...: what a cursor is made of. */
export function keyTexts(shape: TableShape, qualifier: string): string {
  return keyColumns(shape)
    .map((column, at) => `${keyTextExpression(column, `${qualifier}.${quoteName(column.name)}`)} AS k${at}`)
    .join(", ");
}
