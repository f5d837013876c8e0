import type { TableState } from "../model/table-state.ts";
import type { attributeValues } from "./telemetry-names.ts";

export type Outcome = (typeof attributeValues.outcome)[number];

/** The host's span that an invocation belongs to: W3C Trace Context, https://www.w3.org/TR/trace-context/ */
export interface TraceParent {
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
}

/** Rows that one transaction committed on the replica. */
export interface CommittedRows {
  /** By `tableKey`, as everywhere here. */
  readonly table: string;
  readonly plan: (typeof attributeValues.plan)[number];
  readonly rows: number;
  readonly bytes: number;
}

/** Where a table stands at the end of a tick, in the numbers of GET /api/tables; null where nothing can be said. */
export interface TableStanding {
  readonly table: string;
  readonly state: TableState;
  /** Tables that are not are counted, and nothing else of them is told: an operator has paused them. */
  readonly enabled: boolean;
  readonly lagSeconds: number | null;
  readonly lagVersions: number | null;
  readonly retentionHeadroomHours: number | null;
  readonly retentionUsed: number | null;
  /** 0 to 1 while the table is loading. */
  readonly progress: number | null;
}

interface Timed {
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One step of one table that did something. */
export interface TableRecord extends Timed {
  readonly table: string;
  readonly plan: string;
  readonly result: string;
  readonly rows: number;
  readonly bytes: number;
  /** Watermarks before and after. */
  readonly from: bigint | undefined;
  readonly to: bigint | undefined;
  readonly transport: string | undefined;
  readonly attempts: number;
  readonly reason: string | undefined;
  /** What was thrown; undefined also where the table is blocked by something that was found. */
  readonly error: unknown;
  readonly blocked: boolean;
}

export interface TickRecord extends Timed {
  readonly parent: TraceParent | undefined;
  readonly outcome: Outcome;
  readonly error?: unknown;
  readonly version?: bigint;
  readonly steps: readonly TableRecord[];
  readonly postponed: number;
  /** Of all known tables; undefined: the tick failed before it knew. Called only where somebody wants to know. */
  readonly standings: (() => readonly TableStanding[]) | undefined;
}

export interface ModulesRecord extends Timed {
  readonly parent: TraceParent | undefined;
  readonly outcome: Outcome;
  readonly error?: unknown;
  readonly counts?: {
    readonly modules: number;
    readonly changed: number;
    readonly pending: number;
    readonly postponed: number;
  };
}

/**
 * What the product tells of its work, besides the log. No method throws, waits for anybody or does work that is worth mentioning:
 * telemetry that is away or slow costs no tick anything.
 */
export interface Telemetry {
  rowsCommitted(rows: CommittedRows): void;
  /** Each error once, also one that is tried over. */
  errorMet(error: unknown): void;
  leaseLost(table: string): void;
  tickEnded(tick: TickRecord): void;
  modulesEnded(run: ModulesRecord): void;
  /** Sends what is left, for `limitMs` at most. Never rejects; what is told afterwards is lost. */
  close(limitMs: number): Promise<void>;
}

/** Where no setting asks for telemetry. */
export const noTelemetry: Telemetry = {
  rowsCommitted: () => undefined,
  errorMet: () => undefined,
  leaseLost: () => undefined,
  tickEnded: () => undefined,
  modulesEnded: () => undefined,
  close: () => Promise.resolve(),
};
