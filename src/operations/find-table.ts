import { parseTableKey, type TableName, tableKey } from "../model/table-name.ts";
import { nearestNames } from "../model/nearest-names.ts";

export type FoundTable =
  { readonly kind: "found"; readonly table: TableName } | { readonly kind: "unknown"; readonly nearest: string[] };

/**
 * The table that a text from a URL means: its key exactly; then another spelling of the same name ([User], dbo.User);
 * then the only one that differs in case alone. `%2F` stays undecoded in a route, so a `/` in a name is tried as well.
 */
export function findTable(text: string, known: readonly TableName[]): FoundTable {
  const byKey = new Map(known.map((table) => [tableKey(table), table]));
  const spellings = [...new Set([text, text.replaceAll(/%2f/gi, "/")])];
  for (const spelling of spellings) {
    const parsed = parseTableKey(spelling);
    const exact = byKey.get(spelling) ?? (parsed === undefined ? undefined : byKey.get(tableKey(parsed)));
    if (exact !== undefined) return { kind: "found", table: exact };
  }
  for (const spelling of spellings) {
    const lower = spelling.toLowerCase();
    const parsed = parseTableKey(lower);
    const wanted = parsed === undefined ? lower : tableKey(parsed);
    const alike = [...byKey].filter(([key]) => key.toLowerCase() === wanted);
    if (alike.length === 1 && alike[0] !== undefined) return { kind: "found", table: alike[0][1] };
  }
  // A name that holds both a `/` and the text `%2F`.
  const slashed = (key: string): string => key.replaceAll(/%2f/gi, "/");
  const alike = [...byKey].filter(([key]) => slashed(key) === slashed(text));
  if (alike.length === 1 && alike[0] !== undefined) return { kind: "found", table: alike[0][1] };
  return { kind: "unknown", nearest: nearestNames(text, [...byKey.keys()]) };
}
