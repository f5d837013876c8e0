import type { Cursor } from "./cursor.ts";
import { type HistoryMark, newerMark } from "./history-mark.ts";
import type { LedgerRow, LoadState, Transport } from "./ledger-row.ts";
import type { TableName } from "./table-name.ts";
import type { Version } from "./version.ts";

/** How a ledger row follows from the one before; pure. Every one of them is written in the transaction of the rows. */

export interface LoadStart {
  readonly table: TableName;
  readonly fence: bigint;
  readonly objectId: number;
  readonly beginVersion: Version;
  readonly replicaObjectId: number;
  readonly shape: string;
  readonly transport: Transport;
  readonly transportReason?: string | undefined;
  /** The current version, read after object_id and begin_version. */
  readonly watermark: Version;
  readonly watermarkTime: string;
  readonly historyMark: HistoryMark;
  readonly loadId: bigint;
  readonly reason: string;
  /** Rows on the primary now, as far as its metadata knows. */
  readonly total: bigint;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A load begins from nothing: cursor and half-applied window are cleared. */
export function rowAtLoadStart(start: LoadStart): LedgerRow {
  const { reason, total, startedAt, ...kept } = start;
  return {
    ...kept,
    state: "loading",
    halfApplied: undefined,
    load: { cursor: undefined, reason, synced: 0n, total, startedAt },
    enabled: true,
  };
}

/** A replica table that an operator filled is taken as it is, at the version that they set. */
export function rowAtAdoption(start: LoadStart): LedgerRow {
  return { ...rowAtLoadStart(start), state: "live", load: undefined };
}

/** A slice of a big window is applied up to `position`; the watermark waits for the window's end. */
export function rowAfterSlice(row: LedgerRow, to: Version, position: Cursor): LedgerRow {
  return { ...row, halfApplied: { to, position } };
}

/** A whole window is applied. */
export function rowAfterWindow(row: LedgerRow, to: Version, watermarkTime: string): LedgerRow {
  return { ...row, watermark: to, watermarkTime, halfApplied: undefined };
}

/** The mark of the watermark: the newer of what is known and what could be read; both are of the same history. */
export function rowWithMark(row: LedgerRow, mark: HistoryMark): LedgerRow {
  return { ...row, historyMark: newerMark(row.historyMark, mark) };
}

/**
 * A chunk is applied.
 * @param end its last key; undefined: it was the last chunk, and the table is live
 */
export function rowAfterChunk(row: LedgerRow, end: Cursor | undefined, rows: number): LedgerRow {
  if (row.load === undefined) throw new Error("move the cursor of a table that is not loading");
  if (end === undefined) return { ...row, state: "live", load: undefined };
  const load: LoadState = { ...row.load, cursor: end, synced: row.load.synced + BigInt(rows) };
  return { ...row, load };
}
