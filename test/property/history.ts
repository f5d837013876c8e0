import type { FaultStep } from "../emulator/tds/fault-gate.ts";

/**
 * A history: what happens to a primary, a replica, Redis and the app, as plain data. The same seed gives the same one; it can be
 * printed, played again, and cut down: every step stands for itself and does what it still can where others are left out.
 */
export interface History {
  readonly seed: number;
  /** ALLOW_SNAPSHOT_ISOLATION on the primary. */
  readonly snapshot: boolean;
  /** The app's, beside the servers' addresses. */
  readonly settings: Readonly<Record<string, string>>;
  readonly tables: readonly HistoryTable[];
  readonly steps: readonly HistoryStep[];
}

export interface HistoryTable {
  /** In schema dbo. */
  readonly name: string;
  /** Columns and constraints, without the foreign key. */
  readonly definition: readonly string[];
  /** All of them: they are compared byte by byte. */
  readonly columns: readonly string[];
  readonly identity: boolean;
  /** On the primary only; left out where the other table is not there. */
  readonly foreignKey?: { readonly to: string; readonly text: string };
}

export type Side = "primary" | "replica";

/** One T-SQL statement on one table. */
export interface Write {
  readonly table: string;
  readonly sql: string;
}

/** The moment of a connection of the app at which something happens; `after`: so many such moments pass before. */
export interface Place {
  readonly side: Side;
  readonly at: FaultStep;
  readonly after: number;
}

export type HistoryStep =
  /** One transaction on the primary. A constraint that refuses a statement rolls it back: that is part of the history. */
  | { readonly kind: "write"; readonly writes: readonly Write[]; readonly rollback?: true }
  /** Time passes, then so many ticks, five seconds apart; by two apps at the same time where `apps` is 2. */
  | { readonly kind: "tick"; readonly times: number; readonly apps: 1 | 2; readonly after: number }
  /** As tick, once; the writes are committed at that moment of it. */
  | { readonly kind: "tick-with-writes"; readonly place: Place; readonly writes: readonly Write[] }
  /** Waits for the next tick that comes to that moment. */
  | { readonly kind: "fault"; readonly place: Place; readonly what: "drop" | number; readonly times: number }
  /** A tick during which the app is stopped, and one that knows nothing takes its place. */
  | { readonly kind: "crash"; readonly place: Place }
  /** An app stands still in its tick until its leases are over; the primary is written to, another app ticks; then it goes on. */
  | { readonly kind: "stall"; readonly place: Place; readonly writes: readonly Write[] }
  | { readonly kind: "operator"; readonly table: string; readonly does: OperatorAction }
  /** ALTER TABLE ... DISABLE or ENABLE CHANGE_TRACKING. */
  | { readonly kind: "tracking"; readonly table: string; readonly on: boolean }
  /** DROP TABLE and CREATE TABLE on the primary. */
  | { readonly kind: "recreate"; readonly table: string }
  | { readonly kind: "backup"; readonly side: Side }
  /** To the last backup; nothing where there is none. */
  | { readonly kind: "restore"; readonly side: Side }
  /** On the replica, by hand: nobody can know of it before rows are compared. */
  | { readonly kind: "tamper"; readonly table: string; readonly sql: string }
  | { readonly kind: "drop-on-replica"; readonly table: string; readonly what: "table" | "ledger-row" }
  | { readonly kind: "flush-redis" }
  | { readonly kind: "redis-garbage"; readonly table: string; readonly key: RedisGarbage; readonly value: string }
  | { readonly kind: "end-connections"; readonly side: Side }
  /** The server is away during a tick. */
  | { readonly kind: "outage"; readonly side: Side }
  /** All clocks, or the app's alone, go forward. */
  | { readonly kind: "time"; readonly minutes: number; readonly of: "all" | "app" }
  /** History up to now is gone on the primary, whatever the retention; in the middle of a tick where a place is given. */
  | { readonly kind: "forget-history"; readonly table: string; readonly place?: Place };

export type OperatorAction =
  "enable" | "disable" | "delete-enabled" | "force" | "resync" | "adopt" | "verify" | "verify-and-repair";

export type RedisGarbage =
  "enabled" | "force_full_load" | "version" | "published" | "cursor" | "progress" | "error" | "verify";

/** The tables that a step needs to make any sense. */
export function tablesOf(step: HistoryStep): readonly string[] {
  if ("table" in step) return [step.table];
  if ("writes" in step) return [...new Set(step.writes.map(({ table }) => table))];
  return [];
}

/** Whether rows of the replica may stay wrong until they are compared and repaired: somebody changed or vouched for them by hand. */
export function needsRepair({ steps }: Pick<History, "steps">): boolean {
  return steps.some((step) => step.kind === "tamper" || (step.kind === "operator" && step.does === "adopt"));
}
