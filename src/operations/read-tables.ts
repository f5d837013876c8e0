import type { App } from "../app.ts";
import type { Ledger } from "../model/ledger-row.ts";
import { knownTables } from "../model/known-tables.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { inspectPrimary, type PrimaryView } from "../primary/inspect.ts";
import { readLedger } from "../replica/ledger.ts";
import type { RedisView } from "../state/redis-view.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { reportTable, type TableReport } from "./table-report.ts";

/** Everything that is known of all tables at one moment. */
export interface TablesView {
  readonly primary: PrimaryView;
  readonly ledger: Ledger;
  readonly redis: RedisView;
  readonly tables: readonly TableName[];
}

/**
 * One query on each database and one pipeline in Redis.
 * @throws DatabaseFailed, RedisUnavailable
 */
export async function readTables(app: App): Promise<TablesView> {
  const [primary, ledger] = await Promise.all([
    inspectPrimary(app.primary).catch((error: unknown) => Promise.reject(new DatabaseFailed(app.primary, error))),
    readLedger(app.replica).catch((error: unknown) => Promise.reject(new DatabaseFailed(app.replica, error))),
  ]);
  const tables = knownTables(primary.tables, ledger);
  return { primary, ledger, tables, redis: await app.state.readFlags(tables) };
}

export function isTracked(view: TablesView, table: TableName): boolean {
  return view.primary.tables.some((tracked) => tableKey(tracked.table) === tableKey(table));
}

export function reportOf(view: TablesView, table: TableName): TableReport {
  const key = tableKey(table);
  return reportTable(table, isTracked(view, table), view.ledger.rows.get(key), view.redis.flags.get(key), view.primary);
}

export interface TablesReport {
  readonly currentVersion: string | null;
  /** The primary's clock. */
  readonly now: string;
  readonly tables: readonly TableReport[];
}

export function reportTables(view: TablesView): TablesReport {
  const tracked = new Set(view.primary.tables.map(({ table }) => tableKey(table)));
  return {
    currentVersion: view.primary.currentVersion?.toString() ?? null,
    now: view.primary.now,
    tables: view.tables.map((table) => {
      const key = tableKey(table);
      return reportTable(table, tracked.has(key), view.ledger.rows.get(key), view.redis.flags.get(key), view.primary);
    }),
  };
}
