import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/database.ts";
import type { Log, Redact } from "../log.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { SyncState } from "../state/sync-state.ts";

/** What a verification works with. */
export interface VerifyContext {
  readonly config: Config;
  readonly primary: Database;
  readonly replica: Database;
  readonly state: SyncState;
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly snapshotAllowed: boolean;
  readonly log: Log;
  /** For texts of errors, which may quote what nobody should read. */
  readonly redact: Redact;
}

/** A live table under its lease and fence, right after its delta: nobody else writes it, and all of the row's watermark is in it. */
export interface VerifiedTable {
  readonly shape: TableShape;
  readonly row: LedgerRow;
  readonly replicaTable: ReplicaTable;
  /** Aborted when the lease is lost or the app stops. */
  readonly signal: AbortSignal;
}

/** The table moves in a way that says nothing of its rows: what was read does not count, and is read again later. */
export class TableMoved extends Error {
  override readonly name = "TableMoved";
}
