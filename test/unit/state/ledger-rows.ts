import type { Ledger, LedgerRow } from "../../../src/model/ledger-row.ts";
import type { TableFlags } from "../../../src/model/table-flags.ts";
import { parseTableKey, tableKey } from "../../../src/model/table-name.ts";

export const noFlags: TableFlags = {
  enabled: undefined,
  force: undefined,
  version: undefined,
  published: undefined,
  error: undefined,
};

/** A live row at version 10; changed as asked. */
export function liveRow(change: Partial<LedgerRow> & { readonly key?: string } = {}): LedgerRow {
  const { key = "User", ...rest } = change;
  return {
    table: parseTableKey(key) ?? { schema: "dbo", name: key },
    fence: 1n,
    state: "live",
    objectId: 100,
    beginVersion: 0n,
    replicaObjectId: 200,
    shape: "[]",
    transport: "relay",
    watermark: 10n,
    halfApplied: undefined,
    loadId: 1n,
    load: undefined,
    enabled: true,
    watermarkTime: "2025-01-01T00:00:00Z",
    ...rest,
  };
}

export function loadingRow(change: Partial<LedgerRow> & { readonly key?: string } = {}): LedgerRow {
  return liveRow({
    state: "loading",
    load: { cursor: ["41"], reason: "new table", synced: 5000n, total: 20_000n, startedAt: "2025-01-01T00:00:00.000Z" },
    ...change,
  });
}

export function ledgerOf(id: string, ...rows: readonly LedgerRow[]): Ledger {
  return { id, rows: new Map(rows.map((row) => [tableKey(row.table), row])) };
}
