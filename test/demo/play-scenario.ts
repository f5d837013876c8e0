import type { ConnectionPool } from "mssql";
import { fillPrimary, initialRows } from "./fill-primary.ts";
import { makeReplicaOnly, modulesArrive, modulesFollow } from "./follow-modules.ts";
import type { Operator } from "./operator.ts";
import { startWriter } from "./steady-writer.ts";
import type { TableWatch } from "./table-watch.ts";
import { until } from "./until.ts";

export interface ScenarioStage {
  readonly primary: ConnectionPool;
  readonly replica: ConnectionPool;
  readonly operator: Operator;
  readonly watch: TableWatch;
  readonly startApp: () => Promise<void>;
  /** Ticks that have ended so far. */
  readonly ticks: () => number;
  /** As a deployment or a scale-in stops it. */
  readonly stopApp: () => Promise<void>;
  readonly say: (text: string) => void;
  /**
   * Called when the first load is under way and again when the second is. What it does to the app goes on beside the
   * scenario; the promise ends when it is over.
   */
  readonly disturb: (part: "first load" | "second load") => Promise<void>;
  /** How many times longer than usual everything may take. */
  readonly patience: number;
}

const tables = Object.keys(initialRows) as (keyof typeof initialRows)[];

/** The story of the demo, from rows on the primary to a replica that has caught up. @throws at the first broken promise */
export async function playScenario(stage: ScenarioStage): Promise<void> {
  const { primary, operator, watch, say } = stage;
  await fillPrimary(primary);
  const total = Object.values(initialRows).reduce((sum, rows) => sum + rows, 0);
  say(`primary: database testct with ${tables.length} tracked tables and ${total.toLocaleString("en")} rows`);
  await makeReplicaOnly(stage);

  await stage.startApp();
  await nothingIsCopied(stage);
  await enableTables(stage);

  const writer = startWriter(primary);
  say("a writer inserts, updates and deletes in all tables from now on");
  await Promise.all([stage.disturb("first load"), stopInTheMiddle(stage), modulesArrive(stage)]);
  await watch.until("Product is loaded and live", "Product", ({ state }) => state === "live", 120 * stage.patience);
  say("Product: loaded and live");
  await operator.set("force_full_load:Product", "true");
  await operator.call("POST", "/api/tables/sales.OrderLine/resync");
  say("resync: Product by Redis flag, sales.OrderLine by HTTP");
  await Promise.all([stage.disturb("second load"), untilLoadedAgain(stage), modulesFollow(stage)]);

  await writer.stop();
  say(`the writer ends after ${writer.statements.toLocaleString("en")} statements`);
  await watch.until("every table is live", undefined, ({ state }) => state === "live", 120 * stage.patience);
  await until("the replica has caught up with the primary", () => caughtUp(stage), {
    seconds: 120 * stage.patience,
    everyMs: 250,
  });
  say("the replica has caught up");
  await stage.stopApp();
}

async function nothingIsCopied({ operator, replica, ticks, say }: ScenarioStage): Promise<void> {
  for (const table of tables) {
    const enabled = `enabled:${table}`;
    await until(`${enabled} stands in Redis`, async () => (await operator.get(enabled)) ?? undefined);
    const value = await operator.get(enabled);
    if (value !== "false") throw new Error(`${enabled} is "${value}", but a discovered table starts paused`);
  }
  const seen = ticks();
  await until("two more ticks ended", () => Promise.resolve(ticks() >= seen + 2));
  const query =
    "SELECT t.name FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE s.name <> N'mssql_sync'";
  const found = (await replica.request().batch<{ name: string }>(query)).recordset;
  if (found.length > 0) throw new Error(`paused tables were copied: ${found.map(({ name }) => name).join(", ")}`);
  say('all tables are discovered and paused (Redis: enabled "false"); no table is copied');
}

async function enableTables({ operator, watch, say }: ScenarioStage): Promise<void> {
  await operator.set("enabled:User", "true");
  await watch.until("User is loaded and live", "User", ({ state }) => state === "live", 60);
  say("User: enabled by Redis SET mssql_sync:enabled:User true; loaded and live");
  for (const table of tables) {
    if (table !== "User") await operator.call("POST", `/api/tables/${encodeURIComponent(table)}/enable`);
  }
  say("the other tables: enabled by HTTP, POST /api/tables/{table}/enable");
}

/** Stops the app while Product loads, starts it again, and looks that the load goes on where it was. */
async function stopInTheMiddle(stage: ScenarioStage): Promise<void> {
  const { operator, watch, say } = stage;
  await watch.until(
    "a third of Product is loaded",
    "Product",
    ({ state, load }) => state === "live" || (load !== undefined && load.synced >= initialRows.Product / 3),
    120 * stage.patience,
  );
  await stage.stopApp();
  const before = await productProgress(operator);
  if (before === undefined) throw new Error("Product was loaded before the app could be stopped in the middle");
  say(
    `the app is stopped in the middle of the load: ${before.synced.toLocaleString("en")} rows, cursor ${before.cursor}`,
  );

  await stage.startApp();
  const after = await until("the load of Product goes on", async () => {
    const now = await productProgress(operator);
    if (now !== undefined && now.synced < before.synced) {
      throw new Error(`the load went back from ${before.synced} to ${now.synced} rows`);
    }
    return now === undefined || now.cursor !== before.cursor ? { now } : undefined;
  });
  if (after.now !== undefined && after.now.startedAt !== before.startedAt) {
    throw new Error(`a new load was started at ${after.now.startedAt}; the one of ${before.startedAt} was to go on`);
  }
  say(`the app is started again and resumes behind its cursor: now at ${after.now?.cursor ?? "the end"}`);
}

interface Progress {
  readonly synced: number;
  readonly startedAt: string;
  readonly cursor: string;
}

async function productProgress(operator: Operator): Promise<Progress | undefined> {
  const progress = await operator.get("progress:Product");
  const cursor = await operator.get("cursor:Product");
  if (progress === null || cursor === null) return undefined;
  const { synced, startedAt } = JSON.parse(progress) as { synced: number | string; startedAt: string };
  return { synced: Number(synced), startedAt, cursor };
}

/** Both orders are removed when they are obeyed. */
async function untilLoadedAgain({ operator, watch, say, patience }: ScenarioStage): Promise<void> {
  for (const table of ["sales.OrderLine", "Product"]) {
    const flag = `force_full_load:${table}`;
    await until(`${flag} is obeyed and removed`, async () => (await operator.get(flag)) === null, {
      seconds: 150 * patience,
    });
    await watch.until(`${table} is live again`, table, ({ state }) => state === "live", 60 * patience);
    say(`${table}: truncated, loaded again and live`);
  }
}

/** Whether no table has a change after the version that the app published for it. */
async function caughtUp({ primary, operator }: ScenarioStage): Promise<boolean> {
  for (const table of tables) {
    const version = await operator.get(`version:${table}`);
    if (version === null || !/^\d+$/.test(version)) return false;
    const [name, schema = "dbo"] = table.split(".").reverse();
    const changes = `CHANGETABLE(CHANGES [${schema}].[${name}], ${version})`;
    const { recordset } = await primary.request().batch<{ n: number }>(`SELECT COUNT(*) AS n FROM ${changes} AS c`);
    if (recordset[0]?.n !== 0) return false;
  }
  return true;
}
