import type { LedgerRow } from "../../src/model/ledger-row.ts";
import type { TableFlags } from "../../src/model/table-flags.ts";
import type { TableView } from "../../src/tick/plan-table.ts";

/** A table at version 10 of a primary at version 12, tracked since version 3; each test changes what it is about. */

export function tableFlags(flags: Partial<TableFlags> = {}): TableFlags {
  return { enabled: true, force: undefined, version: undefined, published: undefined, error: undefined, ...flags };
}

export function ledgerRow(row: Partial<LedgerRow> = {}): LedgerRow {
  return {
    table: { schema: "dbo", name: "User" },
    fence: 1n,
    state: "live",
    objectId: 7,
    beginVersion: 3n,
    replicaObjectId: 70,
    shape: "",
    transport: "relay",
    watermark: 10n,
    halfApplied: undefined,
    loadId: 1n,
    load: undefined,
    enabled: true,
    watermarkTime: "2026-01-01T00:00:00Z",
    ...row,
  };
}

export function loadingRow(row: Partial<LedgerRow> = {}): LedgerRow {
  const load = { cursor: ["5"], reason: "new table", synced: 5n, total: 10n, startedAt: "2026-01-01T00:00:00Z" };
  return ledgerRow({ state: "loading", load, ...row });
}

export function tableView(view: Partial<TableView> = {}): TableView {
  return {
    table: { schema: "dbo", name: "User" },
    tracked: { objectId: 7, beginVersion: 3n, minValidVersion: 3n },
    currentVersion: 12n,
    row: undefined,
    flags: tableFlags(),
    changed: undefined,
    replicaObjectId: undefined,
    reload: undefined,
    history: undefined,
    ...view,
  };
}
