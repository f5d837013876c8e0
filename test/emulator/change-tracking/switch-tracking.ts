import type { TableObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { DatabaseTracking, TableTracking, TableValidity } from "../storage/tracking-model.ts";
import type { Transaction } from "../storage/transaction.ts";
import { sqlError } from "../values/error-table.ts";
import { recordStart } from "./change-recorder.ts";
import { validitySeen, versionSeen } from "./tracking-versions.ts";

export interface TrackingOptions {
  readonly retention?: DatabaseTracking["retention"];
  readonly autoCleanup?: boolean;
}

/** CHANGE_RETENTION: at least one minute; at most what fits the number of minutes ("ALTER DATABASE SET options"). */
const MAX_RETENTION = { MINUTES: 2147483647, HOURS: 35791394, DAYS: 1491308 } as const;

function checkRetention(options: TrackingOptions): void {
  const { retention } = options;
  if (retention === undefined) return;
  const most = MAX_RETENTION[retention.unit];
  if (retention.value < 1 || retention.value > most) throw sqlError(5092, "CHANGE_RETENTION", 1, most);
}

/**
 * ALTER DATABASE ... SET CHANGE_TRACKING = ON (...). Versions go on where they were when it was on before.
 * @throws SqlError 5088 (already on), 5090 (system database), 5092 (retention); the engine adds 5069
 */
export function enableDatabaseTracking(database: Database, options: TrackingOptions = {}): void {
  if (database.databaseId <= 4) throw sqlError(5090, database.name);
  if (database.tracking !== null) throw sqlError(5088, database.name);
  checkRetention(options);
  const former = database.formerTracking;
  database.formerTracking = null;
  database.tracking = {
    retention: options.retention ?? { value: 2, unit: "DAYS" },
    autoCleanup: options.autoCleanup ?? true,
    tables: new Map(),
    versions: [{ since: 0, value: former === null ? 0 : versionSeen(former, Infinity) }],
    commits: [],
    lastCleanup: database.server.clock.now(),
    maxCleanupVersion: null,
    former: former?.former ?? new Map<number, TableValidity>(),
  };
}

/** SET CHANGE_TRACKING (...): changes options only. @throws SqlError 5089 (off), 5092 */
export function alterDatabaseTracking(database: Database, options: TrackingOptions): void {
  if (database.tracking === null) throw sqlError(5089, database.name);
  checkRetention(options);
  if (options.retention !== undefined) database.tracking.retention = options.retention;
  if (options.autoCleanup !== undefined) database.tracking.autoCleanup = options.autoCleanup;
}

/** SET CHANGE_TRACKING = OFF. @throws SqlError 5089 (off), 22115 (tables are still tracked) */
export function disableDatabaseTracking(database: Database): void {
  if (database.tracking === null) throw sqlError(5089, database.name);
  if (database.tracking.tables.size > 0) throw sqlError(22115, database.name);
  database.formerTracking = database.tracking;
  database.tracking = null;
}

/**
 * ALTER TABLE ... ENABLE CHANGE_TRACKING.
 * @throws SqlError 5089 (off for the database), 4996 (already on), 4997 (no primary key), 22119 (it is disabled),
 * 4999 (a timestamp in the key), 22118 (an encrypted column in the key), 13563 (a history table); LockConflict
 */
export function enableTableTracking(
  transaction: Transaction,
  database: Database,
  table: TableObject,
  trackColumns: boolean,
): void {
  const { tracking } = database;
  if (tracking === null) throw sqlError(5089, database.name);
  if (tracking.tables.has(table.objectId)) throw sqlError(4996, table.name);
  if (table.historyOfTableId !== undefined || table.ledger === "history") throw sqlError(13563, table.name);
  const key = table.indexes.find((index) => index.primaryKey);
  if (key === undefined) throw sqlError(4997, table.name);
  if (key.disabled) throw sqlError(22119, table.name);
  const columns = key.keyColumns.map(({ columnId }) => table.columns.find((c) => c.columnId === columnId)!);
  if (columns.some(({ type }) => type.name === "rowversion")) throw sqlError(4999, table.name);
  if (columns.some(({ encryption }) => encryption)) throw sqlError(22118, table.name);
  database.server.locks.acquire(transaction, table.store, "Sch-M");
  const tracked: TableTracking = {
    objectId: table.objectId,
    trackColumns,
    keyColumnIds: key.keyColumns.map(({ columnId }) => columnId),
    changes: [],
    validity: [],
    writers: new Set(),
  };
  change(transaction, tracking, table.objectId, tracked);
  database.replaceObject(transaction, { ...table, modifyDate: database.server.clock.now() });
  recordStart(transaction, database, tracked);
}

/** ALTER TABLE ... DISABLE CHANGE_TRACKING, and DROP TABLE of a tracked table. @throws SqlError 4998; LockConflict */
export function disableTableTracking(transaction: Transaction, database: Database, table: TableObject): void {
  const { tracking } = database;
  const tracked = tracking?.tables.get(table.objectId);
  if (tracking === null || tracked === undefined) throw sqlError(4998, table.name);
  database.server.locks.acquire(transaction, table.store, "Sch-M");
  change(transaction, tracking, table.objectId, undefined);
  database.replaceObject(transaction, { ...table, modifyDate: database.server.clock.now() });
  if (tracked.validity.length > 0) {
    transaction.onCommit(() => tracking.former.set(table.objectId, validitySeen(tracking, tracked, Infinity)));
  }
}

/** Whether the table is tracked: then its primary key cannot be dropped (error 22113 says so) and it reports changes. */
export function isTracked(database: Database, objectId: number): boolean {
  return database.tracking?.tables.has(objectId) === true;
}

function change(
  transaction: Transaction,
  tracking: DatabaseTracking,
  objectId: number,
  to: TableTracking | undefined,
): void {
  const before = tracking.tables.get(objectId);
  const put = (table: TableTracking | undefined): void => {
    if (table === undefined) tracking.tables.delete(objectId);
    else tracking.tables.set(objectId, table);
  };
  put(to);
  transaction.recordUndo({ undo: () => put(before) });
}
