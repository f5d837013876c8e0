import type { HistoryView } from "../model/history-mark.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import { lostHistory } from "../model/load-reason.ts";
import type { TableFlags } from "../model/table-flags.ts";
import type { TableName } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";

/** All that is known of one table when it is planned. */
export interface TableView {
  readonly table: TableName;
  /** undefined: the ledger or Redis knows the table, the primary does not show it. */
  readonly tracked:
    | { readonly objectId: number; readonly beginVersion: Version; readonly minValidVersion: Version | undefined }
    | undefined;
  readonly currentVersion: Version;
  readonly row: LedgerRow | undefined;
  readonly flags: TableFlags;
  /** undefined: not known, so the table is read to find out. */
  readonly changed: boolean | undefined;
  /** The replica table's object_id; undefined: not looked at; null: it is missing. */
  readonly replicaObjectId: number | null | undefined;
  /** Why the table must be loaded in place whatever its row says; undefined: no such reason. */
  readonly reload: string | undefined;
  /** What the primary says of the row's history mark; undefined: not looked at. */
  readonly history: HistoryView | undefined;
}

/** What one tick does with a table: exactly one of these. */
export type TablePlan =
  | { readonly kind: "paused" }
  | { readonly kind: "blocked"; readonly reason: string; readonly fix?: string | undefined; readonly known: boolean }
  | { readonly kind: "prepare" }
  | { readonly kind: "full-load-start"; readonly reason: string; readonly truncate: boolean }
  | { readonly kind: "lost-history"; readonly reason: string }
  | { readonly kind: "full-load-chunk" }
  | { readonly kind: "delta" }
  | { readonly kind: "idle" };

/**
 * Plans one table; pure. Made from what the tick read at its start, and again from what the step reads under its fence.
 * @param now ms since the epoch
 */
export function planTable(view: TableView, now: number): TablePlan {
  const { tracked, row, flags } = view;
  if (flags.enabled !== true) return { kind: "paused" };
  if (flags.error !== undefined && Date.parse(flags.error.retryAt) > now) {
    return { kind: "blocked", reason: flags.error.what, fix: flags.error.fix, known: true };
  }
  if (tracked === undefined) {
    return {
      kind: "blocked",
      reason:
        "the primary no longer shows this table: it was dropped or renamed, its Change Tracking is off, or the login may not see it",
      fix: "ALTER TABLE ... ENABLE CHANGE_TRACKING on the primary, GRANT VIEW DEFINITION to the login, or POST /api/tables/{table}/disable",
      known: false,
    };
  }
  if (tracked.minValidVersion === undefined) {
    return {
      kind: "blocked",
      reason: "the primary gives no minimum valid version: tracking is off, or the login has no right to see it",
      fix: "GRANT VIEW CHANGE TRACKING and SELECT on the table to the login on the primary",
      known: false,
    };
  }
  const ordered = isLoadOrdered(view);
  if (row === undefined) return { kind: "prepare" };
  if (ordered) return { kind: "full-load-start", reason: "ordered by force_full_load", truncate: true };
  if (view.reload !== undefined) return { kind: "full-load-start", reason: view.reload, truncate: false };
  if (view.replicaObjectId === null) return { kind: "prepare" };
  if (view.replicaObjectId !== undefined && view.replicaObjectId !== row.replicaObjectId) {
    return { kind: "full-load-start", reason: "the replica's table was dropped and made again", truncate: false };
  }
  const lost = lostHistory(row, {
    objectId: tracked.objectId,
    beginVersion: tracked.beginVersion,
    minValidVersion: tracked.minValidVersion,
    currentVersion: view.currentVersion,
    history: view.history,
  });
  if (lost !== undefined) return { kind: "lost-history", reason: lost };
  if (row.state === "loading") return { kind: "full-load-chunk" };
  if (view.changed === false && row.halfApplied === undefined) return { kind: "idle" };
  return { kind: "delta" };
}

/** A force flag asks for a load that has not started: just set, or numbered above the ledger's last load. */
export function isLoadOrdered(view: Pick<TableView, "row" | "flags">): boolean {
  const { force } = view.flags;
  if (force === undefined) return false;
  return force.kind === "ordered" || force.loadId > (view.row?.loadId ?? 0n);
}
