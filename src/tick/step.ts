import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Log, Redact } from "../log.ts";
import type { Database } from "../db/database.ts";
import type { PlannedTable } from "./plan-tick.ts";
import type { SyncState } from "../state/sync-state.ts";
import type { TableError } from "../model/table-flags.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { Fence } from "../replica/ledger.ts";

/** What every step of a tick works with. */
export interface TickContext {
  readonly config: Config;
  readonly primary: Database;
  readonly replica: Database;
  readonly state: SyncState;
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Names this replica's ledger. */
  readonly ledgerId: string;
  readonly snapshotAllowed: boolean;
  /** Rows of this tick's chunk. */
  readonly chunkRows: number;
  readonly telemetry: Telemetry;
  /** The table whose verification goes on in this tick, by its key, and what that reports with. */
  readonly verifying: { readonly key: string; readonly log: Log; readonly redact: Redact } | undefined;
}

/** One table under its lease and fence: what the step read after it took them. */
export interface TableStep {
  readonly tick: TickContext;
  readonly planned: PlannedTable;
  readonly fence: Fence;
  readonly shape: TableShape;
  /** Aborted when the lease is lost or the app stops. */
  readonly signal: AbortSignal;
}

/** A step on a table that the replica holds in part or whole. */
export interface LedgerStep extends TableStep {
  readonly row: LedgerRow;
  readonly replicaTable: ReplicaTable;
}

/** What a step did, for the log line, the metrics and the API. */
export interface StepResult {
  readonly kind:
    | "prepared"
    | "adopted"
    | "load-started"
    | "moved"
    | "nothing"
    | "blocked"
    | "planned-again"
    | "held-elsewhere"
    /** Given up where nothing was lost, because the process is about to end. */
    | "stopped";
  /** The ledger row that stands now; undefined when the step wrote none. */
  readonly row?: LedgerRow | undefined;
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
  /** Rows of the delta and of the chunk, and their bytes in wire form. */
  readonly changes?: number;
  readonly chunkRows?: number;
  readonly bytes?: number;
  /** What was thrown, where that is a failure. */
  readonly error?: unknown;
  /** What was recorded of a table that failed or is blocked. */
  readonly recorded?: TableError;
}

/** As long as a failure may pass on its own: a window that mixes moments is read afresh, a lost connection comes back. */
export const passingAttempts = 3;

/** The number of this attempt in a row of failures, 1 for the first. */
export function attemptOf(planned: PlannedTable): number {
  return (planned.view.flags.error?.attempts ?? 0) + 1;
}

/** What the step read is no longer so: nothing was written, the next tick plans anew. */
export class PlanAgain extends Error {
  override readonly name = "PlanAgain";
}
