import type { TableObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import { LockConflict } from "../storage/locks.ts";
import type { ReadView } from "../storage/read-view.ts";
import type { ChangeRecord, DatabaseTracking, TableTracking } from "../storage/tracking-model.ts";
import { sqlError } from "../values/error-table.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import { keyIdentity, netChanges, type NetChange } from "./net-changes.ts";
import { validitySeen, versionSeen } from "./tracking-versions.ts";

/** Primary key columns of a tracked table as CHANGETABLE shows them, in key order. @throws SqlError 22105 */
export function trackedKeyColumns(database: Database, table: TableObject): TableObject["columns"] {
  return trackingOf(database, table).keyColumnIds.map((id) => table.columns.find((column) => column.columnId === id)!);
}

function trackingOf(database: Database, table: TableObject): TableTracking {
  const tracking = database.tracking?.tables.get(table.objectId);
  if (tracking === undefined) throw sqlError(22105, table.name);
  return tracking;
}

/** The first place whose version is greater. */
function firstAfter(changes: readonly ChangeRecord[], version: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.version > version) high = middle;
    else low = middle + 1;
  }
  return low;
}

function requireReadable(view: ReadView, database: Database, table: TableObject, tracking: TableTracking): void {
  if (table.store.definitionStamp > view.snapshot) throw sqlError(3961, database.name);
  if (view.uncommitted !== "wait") return;
  const writers = [...tracking.writers].filter((writer) => writer !== view.transaction);
  if (writers.length > 0) throw new LockConflict(writers);
}

/**
 * CHANGETABLE(CHANGES table, from). Costs what lies after `from`, not what lies before. No order is promised.
 * Uncommitted changes are not seen, also not the transaction's own.
 * @param from null: all that is there
 * @throws SqlError 22105 (not tracked), 3961; LockConflict
 */
export function changesSince(
  view: ReadView,
  database: Database,
  table: TableObject,
  from: bigint | null,
): Iterable<NetChange> {
  const tracking = trackingOf(database, table);
  requireReadable(view, database, table, tracking);
  const records = recordsIn(database.tracking!, tracking, view.snapshot, from);
  const types = trackedKeyColumns(database, table).map((column) => column.type);
  return netChanges(records, keyIdentity(types));
}

function* recordsIn(
  database: DatabaseTracking,
  tracking: TableTracking,
  snapshot: number,
  from: bigint | null,
): Iterable<ChangeRecord> {
  const { changes } = tracking;
  const newest = versionSeen(database, snapshot);
  const cleaned = validitySeen(database, tracking, snapshot).cleanupVersion;
  const after = Math.max(from === null ? cleaned : Number(from), cleaned);
  for (let at = firstAfter(changes, after); at < changes.length && changes[at]!.version <= newest; at++)
    yield changes[at]!;
}

/** One row of CHANGETABLE(VERSION ...). Both null: no change of that row is known. */
export interface RowVersionInfo {
  readonly version: number | null;
  readonly context: Buffer | null;
}

/**
 * CHANGETABLE(VERSION table, (key columns), (values)) for many keys of one statement. `key` is in key order, its values
 * already of the columns' types.
 * @throws as `changesSince`
 */
export function rowVersions(
  view: ReadView,
  database: Database,
  table: TableObject,
): (key: readonly SqlValue[]) => RowVersionInfo {
  const tracking = trackingOf(database, table);
  requireReadable(view, database, table, tracking);
  const types: SqlType[] = trackedKeyColumns(database, table).map((column) => column.type);
  const identity = keyIdentity(types);
  let latest: Map<unknown, ChangeRecord> | undefined;
  return (key) => {
    if (latest === undefined) {
      latest = new Map();
      for (const record of recordsIn(database.tracking!, tracking, view.snapshot, null))
        latest.set(identity(record.key), record);
    }
    const record = latest.get(identity(key));
    return { version: record?.version ?? null, context: record?.context ?? null };
  };
}
