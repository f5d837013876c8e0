import type { Ledger } from "./ledger-row.ts";
import { type TableName, tableKey } from "./table-name.ts";

/** All tables that the primary shows or the ledger knows, by key. */
export function knownTables(tracked: readonly { readonly table: TableName }[], ledger: Ledger): TableName[] {
  const byKey = new Map(tracked.map(({ table }) => [tableKey(table), table]));
  for (const [key, { table }] of ledger.rows) if (!byKey.has(key)) byKey.set(key, table);
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}
