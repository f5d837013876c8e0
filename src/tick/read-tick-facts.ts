import type { App } from "../app.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import type { Log } from "../log.ts";
import { knownTables } from "../model/known-tables.ts";
import { tableKey } from "../model/table-name.ts";
import { inspectPrimary } from "../primary/inspect.ts";
import { mirrorEnabled, readLedger } from "../replica/ledger.ts";
import { decideConfigUrls } from "../state/config-urls.ts";
import { flagsAfter, reconcile } from "../state/reconcile.ts";
import { quoteName } from "../sql/quote.ts";
import type { TickFacts } from "./read-views.ts";

/**
 * Reads the primary, the ledger and the flags (three round trips), and makes Redis and the ledger agree where they do
 * not. Tables that nobody knew are discovered: their flag is made, and it says paused.
 * @throws DatabaseFailed, RedisUnavailable; Error when tracking is off or Redis was filled for another pair
 */
export async function readTickFacts(app: App, log: Log): Promise<TickFacts> {
  const [primary, ledger] = await Promise.all([
    inspectPrimary(app.primary).catch((error: unknown) => Promise.reject(new DatabaseFailed(app.primary, error))),
    readLedger(app.replica).catch((error: unknown) => Promise.reject(new DatabaseFailed(app.replica, error))),
  ]);
  if (primary.currentVersion === undefined) {
    throw new Error(
      `Change Tracking is off on the primary database ${app.primary.name}; turn it on: ALTER DATABASE ${quoteName(app.primary.name)} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);`,
    );
  }
  const tables = knownTables(primary.tables, ledger);
  const redis = await app.state.readFlags(tables);
  const urls = { primary: app.config.primary.url, replica: app.config.replica.url };
  const decision = decideConfigUrls(redis.configUrls, urls, app.state.keys);
  if (decision.kind === "refused") throw new Error(`${decision.what}; ${decision.fix}`);

  const actions = reconcile(ledger, redis);
  for (const action of actions) {
    if (action.kind === "mirror-enabled") await mirrorEnabled(app.replica, action.table, action.enabled);
  }
  const unknown = tables.filter((table) => {
    const key = tableKey(table);
    return redis.flags.get(key)?.enabled === undefined && !ledger.rows.has(key);
  });
  const discovered = await app.state.discover(unknown);
  for (const table of discovered) log.info("table-discovered", { table: tableKey(table), enabled: false });
  for (const action of await app.state.fill(actions)) {
    if (action.kind === "write-epoch" && action.event !== "first-start") log.warn(action.event, { ledger: ledger.id });
    if (action.kind === "put-back-version" && action.found !== undefined) {
      const { table, found, version } = action;
      log.warn("version-put-back", { table: tableKey(table), found, version });
    }
  }
  if (decision.kind === "write") await app.state.writeUrls(urls);
  const reloads = actions.flatMap((action) =>
    action.kind === "reload" ? [[tableKey(action.table), action.reason] as const] : [],
  );
  return {
    primary,
    currentVersion: primary.currentVersion,
    ledger,
    flags: flagsAfter(redis, actions),
    reloads: new Map(reloads),
  };
}
