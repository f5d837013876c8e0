/**
 * The key after which the next chunk starts: one lossless text per key column, in key order, as the server rendered
 * it (sql/key-text.ts). A key takes no NULL.
 */
export type Cursor = readonly string[];

/** The form in which a cursor stands in the ledger and in Redis. */
export function cursorJson(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

/** @throws Error when the text is not a JSON array of texts */
export function parseCursor(json: string): Cursor {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value) || !value.every((part) => typeof part === "string")) {
    throw new Error(`read the cursor ${json}: it must be a JSON array of texts`);
  }
  return value;
}
