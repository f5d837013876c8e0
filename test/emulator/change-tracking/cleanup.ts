import type { Database } from "../storage/database.ts";
import type { DatabaseTracking, Since, TableTracking } from "../storage/tracking-model.ts";
import { validitySeen } from "./tracking-versions.ts";

const UNIT = { MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 } as const;

/** Auto cleanup wakes up every 30 minutes ("Change tracking cleanup and troubleshooting"). */
const AUTO_CLEANUP_INTERVAL = 30 * UNIT.MINUTES;

/**
 * Auto cleanup, if its time has come by the server's clock. The engine calls it at the beginning of each statement that
 * reads Change Tracking; nothing happens unless the clock went on.
 */
export function runDueCleanup(database: Database): void {
  const { tracking } = database;
  if (tracking === null || !tracking.autoCleanup) return;
  const now = database.server.clock.now();
  if (now - tracking.lastCleanup < AUTO_CLEANUP_INTERVAL) return;
  tracking.lastCleanup = now;
  cleanUp(database);
}

/** Removes what is older than the retention, at once (sp_flush_CT_internal_table_on_demand; auto cleanup). */
export function cleanUp(database: Database): void {
  const { tracking } = database;
  if (tracking === null) return;
  const horizon = database.server.clock.now() - tracking.retention.value * UNIT[tracking.retention.unit];
  let version: number | undefined;
  for (const { value } of tracking.commits) {
    if (value.commitTime >= horizon) break;
    version = value.commitTs;
  }
  if (version !== undefined) forgetHistory(database, version);
}

/**
 * Forgets the changes up to a version: min valid becomes that version. Open snapshots keep what they see.
 * @param objectId one table only; the commit table is then left alone
 */
export function forgetHistory(database: Database, version: number, objectId?: number): void {
  const { tracking } = database;
  if (tracking === null) return;
  const { commits } = database.server;
  const number = commits.next();
  const tables = [...tracking.tables.values()].filter((table) => objectId === undefined || table.objectId === objectId);
  for (const table of tables) {
    const before = validitySeen(tracking, table, Infinity);
    const value = {
      beginVersion: before.beginVersion,
      minValidVersion: Math.max(before.minValidVersion, version),
      cleanupVersion: Math.max(before.cleanupVersion, version),
    };
    table.validity = [...table.validity, { since: number, value }];
  }
  if (objectId === undefined) tracking.maxCleanupVersion = Math.max(tracking.maxCleanupVersion ?? 0, version);
  commits.whenUnseen(number, () => prune(database, tracking, tables, version, objectId === undefined));
}

function prune(
  database: Database,
  tracking: DatabaseTracking,
  tables: readonly TableTracking[],
  version: number,
  all: boolean,
): void {
  const oldest = database.server.commits.oldestSnapshot;
  for (const table of tables) {
    table.changes = table.changes.filter((change) => change.version > version);
    table.validity = stillSeen(table.validity, oldest, () => false);
  }
  if (!all) return;
  tracking.commits = tracking.commits.filter(({ value }) => value.commitTs > version);
  tracking.versions = stillSeen(tracking.versions, oldest, (value) => value > version);
}

/** What is kept anyway, and of the rest what some snapshot, or now, has as its last one. */
function stillSeen<T>(list: readonly Since<T>[], oldest: number, keep: (value: T) => boolean): Since<T>[] {
  return list.filter((entry, at) => {
    const next = list[at + 1];
    return next === undefined || next.since > oldest || keep(entry.value);
  });
}
