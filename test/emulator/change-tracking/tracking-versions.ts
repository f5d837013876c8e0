import type { Database } from "../storage/database.ts";
import type { CommitRow, DatabaseTracking, Since, TableTracking, TableValidity } from "../storage/tracking-model.ts";

/**
 * Versions and what is valid since which, as seen by a snapshot. A snapshot sees what was committed with a number up to
 * its own; Infinity is now.
 */

/** The last one that a snapshot sees. */
function seenBy<T>(list: readonly Since<T>[], snapshot: number): T | undefined {
  const last = list[list.length - 1];
  if (last === undefined || last.since <= snapshot) return last?.value;
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.since <= snapshot) low = middle + 1;
    else high = middle;
  }
  return list[low - 1]?.value;
}

export function versionSeen(tracking: DatabaseTracking, snapshot: number): number {
  return seenBy(tracking.versions, snapshot) ?? 0;
}

export function validitySeen(tracking: DatabaseTracking, table: TableTracking, snapshot: number): TableValidity {
  const seen = seenBy(table.validity, snapshot);
  if (seen !== undefined) return seen;
  // Switched on by the transaction that asks: it will begin at the version that is current at its commit.
  const version = versionSeen(tracking, snapshot);
  return { beginVersion: version, minValidVersion: version, cleanupVersion: 0 };
}

/** CHANGE_TRACKING_CURRENT_VERSION(): null where Change Tracking is off. */
export function currentVersion(database: Database, snapshot = Infinity): bigint | null {
  return database.tracking === null ? null : BigInt(versionSeen(database.tracking, snapshot));
}

/**
 * CHANGE_TRACKING_MIN_VALID_VERSION(object_id): null where Change Tracking is off for the database or table, or there is
 * no such table. Rights are the engine's business.
 */
export function minValidVersion(database: Database, objectId: number, snapshot = Infinity): bigint | null {
  const { tracking } = database;
  const table = tracking?.tables.get(objectId);
  if (tracking === null || table === undefined) return null;
  return BigInt(validitySeen(tracking, table, snapshot).minValidVersion);
}

/** Checkpoints come of their own accord once a minute ("Database checkpoints": TARGET_RECOVERY_TIME, 60 seconds). */
const CHECKPOINT_INTERVAL = 60_000;

/** The clock at the last checkpoint, asked for or automatic: what was committed by then is in the commit table on disk. */
export function lastCheckpoint(database: Database): number {
  const now = database.server.clock.now();
  return Math.max(database.checkpointTime, Math.floor(now / CHECKPOINT_INTERVAL) * CHECKPOINT_INTERVAL);
}

/** sys.dm_tran_commit_table, oldest first. */
export function commitRows(database: Database, snapshot = Infinity): CommitRow[] {
  const rows: CommitRow[] = [];
  const tracking = database.tracking;
  if (tracking === null) return rows;
  for (const { since, value } of tracking.commits) if (since <= snapshot) rows.push(value);
  return rows;
}
