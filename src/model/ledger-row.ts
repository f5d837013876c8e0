import type { Cursor } from "./cursor.ts";
import type { HistoryMark } from "./history-mark.ts";
import type { TableName } from "./table-name.ts";
import type { Version } from "./version.ts";

/** How a table's rows travel. */
export type Transport = "relay" | "driver";

/** Where a window that is too big for one transaction stands: the slices up to `position` are applied. */
export interface HalfAppliedDelta {
  readonly to: Version;
  readonly position: Cursor;
}

/** What a load that is under way has reached. `cursor` undefined: nothing is loaded yet. */
export interface LoadState {
  readonly cursor: Cursor | undefined;
  readonly reason: string;
  readonly synced: bigint;
  readonly total: bigint;
  /** ISO 8601, the app's clock. */
  readonly startedAt: string;
}

/**
 * One row of mssql_sync.ledger: what the replica really holds of a table. Written in the transaction that wrote the
 * rows. A row that holds only a fence (neither watermark nor load) counts as no row and is never handed out as one.
 */
export interface LedgerRow {
  readonly table: TableName;
  readonly fence: bigint;
  readonly state: "loading" | "live";
  /** The primary's object_id and sys.change_tracking_tables.begin_version when the last load started. */
  readonly objectId: number;
  readonly beginVersion: Version;
  readonly replicaObjectId: number;
  /** Canonical text of the replicated columns (model/table-shape.ts, shapeText). */
  readonly shape: string;
  readonly transport: Transport;
  /** Why the rows travel so: the replica's refusal, the setting, or what was tried; undefined: not tried yet. */
  readonly transportReason?: string | undefined;
  readonly watermark: Version;
  /** What the primary's history looked like at the watermark; undefined: a ledger of before kept none. */
  readonly historyMark?: HistoryMark | undefined;
  readonly halfApplied: HalfAppliedDelta | undefined;
  /** Number of the table's last load; 0 when it was adopted. */
  readonly loadId: bigint;
  /** Present while state is "loading". */
  readonly load: LoadState | undefined;
  /** Mirror of the Redis flag. */
  readonly enabled: boolean;
  /** The primary's clock (UTC, ISO 8601) when the watermark was current. */
  readonly watermarkTime: string;
}

/** The ledger as one query returns it. */
export interface Ledger {
  /** Names this replica's ledger; another id means another replica. */
  readonly id: string;
  /** By `tableKey`. */
  readonly rows: ReadonlyMap<string, LedgerRow>;
  /** The object_id that the replica's table of each row has now; null: there is none. Left out: not looked at. */
  readonly replicaObjectIds?: ReadonlyMap<string, number | null>;
}
