import { type TableName, tableKey } from "./table-name.ts";

/** A key under which a database finds the name: names that it cannot tell apart have the same. */
export function nameKey(name: TableName, caseSensitive: boolean): string {
  const key = tableKey(name);
  return caseSensitive ? key : key.toLowerCase();
}
