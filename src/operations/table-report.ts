import type { LedgerRow } from "../model/ledger-row.ts";
import type { TableError, TableFlags } from "../model/table-flags.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { TableState } from "../model/table-state.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import { retentionHeadroom } from "./retention-headroom.ts";
import { secondsBetween } from "./seconds-between.ts";

/** One table as GET /api/tables shows it. Versions are decimal text: they do not fit a JSON number. */
export interface TableReport {
  readonly table: string;
  readonly state: TableState;
  readonly enabled: boolean;
  /** Up to which version the replica holds the table; null before its first load has started. */
  readonly version: string | null;
  readonly currentVersion: string | null;
  readonly lagVersions: number | null;
  /** Age of the version by the primary's clock, 0 when it is the current one. */
  readonly lagSeconds: number | null;
  /** Hours until cleanup on the primary may take changes that the table still needs; null before its first load has started. */
  readonly retentionHeadroomHours: number | null;
  /** Share of the retention period that is used up: 0.5 is half of it. */
  readonly retentionUsed: number | null;
  /** Of the load that is under way. */
  readonly progress: {
    readonly synced: number;
    readonly total: number;
    readonly percent: number;
    readonly startedAt: string;
    readonly reason: string;
  } | null;
  readonly error: TableError | null;
  /** How rows travel, and why so; null before the first load has started. */
  readonly transport: LedgerRow["transport"] | null;
  readonly transportReason: string | null;
  /** Of an order for a full load. */
  readonly forceFullLoad: "ordered" | "running" | null;
}

/** Pure. `tracked` false: the primary does not show the table to this login. */
export function reportTable(
  table: TableName,
  tracked: boolean,
  row: LedgerRow | undefined,
  flags: TableFlags | undefined,
  primary: Pick<PrimaryView, "currentVersion" | "now" | "retentionMinutes">,
): TableReport {
  const error = flags?.error ?? null;
  const force = flags?.force;
  const current = primary.currentVersion;
  const headroom = retentionHeadroom(row, primary);
  return {
    table: tableKey(table),
    state: stateOf(tracked, row, flags),
    enabled: flags?.enabled === true,
    version: row?.watermark.toString() ?? null,
    currentVersion: current?.toString() ?? null,
    lagVersions: row === undefined || current === undefined ? null : Math.max(0, Number(current - row.watermark)),
    lagSeconds: lagSeconds(row, primary),
    retentionHeadroomHours: headroom === undefined ? null : rounded(headroom.hours, 1),
    retentionUsed: headroom === undefined ? null : rounded(headroom.used, 3),
    progress: progressOf(row),
    error,
    transport: row?.transport ?? null,
    transportReason: row?.transportReason ?? null,
    forceFullLoad: force === undefined ? null : force.kind === "ordered" ? "ordered" : "running",
  };
}

function stateOf(tracked: boolean, row: LedgerRow | undefined, flags: TableFlags | undefined): TableState {
  if (flags?.enabled !== true) return "paused";
  if (!tracked || flags.error?.kind === "blocked") return "blocked";
  return row?.state ?? "new";
}

function lagSeconds(row: LedgerRow | undefined, primary: Pick<PrimaryView, "currentVersion" | "now">): number | null {
  if (row === undefined) return null;
  if (row.watermark === primary.currentVersion) return 0;
  const lag = secondsBetween(row.watermarkTime, primary.now);
  return Number.isFinite(lag) ? Math.max(0, Math.round(lag)) : null;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function progressOf(row: LedgerRow | undefined): TableReport["progress"] {
  if (row?.load === undefined) return null;
  const { startedAt, reason } = row.load;
  const [synced, total] = [Number(row.load.synced), Number(row.load.total)];
  // The total is an estimate from when the load began, and a loading table is not done before it is live.
  const percent = total === 0 ? 0 : Math.min(99, Math.floor((synced / total) * 100));
  return { synced, total, percent, startedAt, reason };
}
