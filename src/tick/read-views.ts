import type { Database } from "../db/database.ts";
import { isConnectionLoss } from "../db/sql-error.ts";
import { knownTables } from "../model/known-tables.ts";
import { viewFromNewest } from "../model/history-mark.ts";
import type { Ledger, LedgerRow } from "../model/ledger-row.ts";
import { lostHistory } from "../model/load-reason.ts";
import type { TableFlags } from "../model/table-flags.ts";
import { tableKey } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";
import { type PrimaryView, type Probe, probeChanges, type TrackedTable } from "../primary/inspect.ts";
import { type TickMemory, isKnownIdle } from "./tick-memory.ts";
import type { TableView } from "./plan-table.ts";

/** Everything a tick knows of all tables before it plans, from one look at the primary, the ledger and Redis. */
export interface TickFacts {
  readonly primary: PrimaryView;
  readonly currentVersion: Version;
  readonly ledger: Ledger;
  readonly flags: ReadonlyMap<string, TableFlags>;
  /** Why a table must be loaded in place, by key. */
  readonly reloads: ReadonlyMap<string, string>;
}

const noFlags: TableFlags = {
  enabled: undefined,
  force: undefined,
  version: undefined,
  published: undefined,
  error: undefined,
};

/** Finds out which tables changed, in one round trip for all that are not known to be idle, and makes the views. */
export async function readViews(
  primary: Database,
  facts: TickFacts,
  memory: TickMemory,
  now: number,
): Promise<TableView[]> {
  const tracked = new Map(facts.primary.tables.map((table) => [tableKey(table.table), table]));
  const candidates: { key: string; table: TrackedTable; row: LedgerRow }[] = [];
  const idle = new Set<string>();
  for (const [key, row] of facts.ledger.rows) {
    const table = tracked.get(key);
    const flags = facts.flags.get(key);
    if (table === undefined || !isProbed(row, flags, now)) continue;
    // An altered table must have its shape compared, whether its rows changed or not: so it counts as changed.
    if (memory.comparedShapes.get(key) !== table.modifiedAt) continue;
    const { currentVersion } = facts;
    const history = viewFromNewest(row.historyMark, facts.primary.history);
    if (lostHistory(row, { ...table, currentVersion, history }) !== undefined) continue;
    const { commit } = facts.primary.history;
    if (
      (row.watermark === currentVersion && history !== undefined) ||
      isKnownIdle(memory.idle.get(key), row, { currentVersion, commit, ...table })
    ) {
      idle.add(key);
    } else candidates.push({ key, table, row });
  }
  const probes = await probe(primary, candidates, facts.primary.history.recoveryFork);
  for (const { key, table, row } of candidates) {
    const found = probes.get(table.objectId);
    if (found === undefined || found.changed) continue;
    const after = { ...table, ...found, currentVersion: facts.currentVersion };
    if (lostHistory(row, after) !== undefined) continue;
    idle.add(key);
    memory.idle.set(key, {
      currentVersion: facts.currentVersion,
      commit: facts.primary.history.commit,
      watermark: row.watermark,
      objectId: table.objectId,
      beginVersion: found.beginVersion,
    });
  }
  return knownTables(facts.primary.tables, facts.ledger).map((table) => {
    const key = tableKey(table);
    return {
      table,
      tracked: tracked.get(key),
      currentVersion: facts.currentVersion,
      row: facts.ledger.rows.get(key),
      flags: facts.flags.get(key) ?? noFlags,
      changed: idle.has(key) ? false : undefined,
      replicaObjectId: facts.ledger.replicaObjectIds?.get(key),
      reload: facts.reloads.get(key),
      history: undefined,
    };
  });
}

/** Only tables whose next step depends on whether they changed. */
function isProbed(row: LedgerRow, flags: TableFlags | undefined, now: number): boolean {
  if (flags?.enabled !== true || row.halfApplied !== undefined) return false;
  return flags.error === undefined || Date.parse(flags.error.retryAt) <= now;
}

/**
 * One table that vanished or may not be read fails the batch of all: then nothing is known, and every table is read by
 * its own step, which also finds out whose fault it was.
 */
async function probe(
  primary: Database,
  candidates: readonly { table: TrackedTable; row: LedgerRow }[],
  recoveryFork: string | undefined,
): Promise<Map<number, Probe>> {
  if (candidates.length === 0) return new Map();
  try {
    return await probeChanges(
      primary,
      candidates.map(({ table: { table, objectId }, row: { watermark, historyMark } }) => ({
        table,
        objectId,
        watermark,
        historyMark,
      })),
      recoveryFork,
    );
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    return new Map();
  }
}
