import { tableKey } from "../../src/model/table-name.ts";
import { sqlErrorNumber } from "../../src/db/sql-error.ts";
import { adoptTable } from "../../src/operations/adopt-table.ts";
import { readTables } from "../../src/operations/read-tables.ts";
import { resyncTable } from "../../src/operations/resync-table.ts";
import { verifyTable } from "../../src/operations/verify-table.ts";
import type { History, HistoryStep, HistoryTable, OperatorAction, Write } from "./history.ts";
import type { HistoryWorld } from "./history-world.ts";

/**
 * Constraints, locks of the app that last too long, and what a table cannot do: they refuse a transaction of the history, and nothing
 * is wrong with that. 547 foreign key, 2601 and 2627 unique, 515 NULL, 1222 lock, 4712 TRUNCATE of a referenced table, 8115 overflow.
 */
const refusals: ReadonlySet<number> = new Set([515, 547, 1205, 1222, 2601, 2627, 4712, 8115]);

/** Plays one step of a history. @throws Error where the step itself fails: the emulator's fault, or the history's */
export async function playStep(world: HistoryWorld, history: History, step: HistoryStep): Promise<void> {
  switch (step.kind) {
    case "write":
      return write(world, history, step.writes, step.rollback === true);
    case "tick":
      return tick(world, step);
    case "tick-with-writes": {
      const fault = world.arm(step.place, { run: () => write(world, history, step.writes, false) });
      await world.tick();
      return fault.release();
    }
    case "fault":
      world.arm(step.place, step.what === "drop" ? "drop" : { error: step.what }, step.times);
      return;
    case "crash":
      return crash(world, step);
    case "stall":
      return stall(world, history, step);
    case "operator":
      return operate(world, step.table, step.does);
    case "tracking":
      return world.database("primary").run(trackingStatement(step.table, step.on));
    case "recreate":
      return recreate(world, history, step.table);
    case "backup":
      world.images.set(step.side, await world.emulator(step.side).server.backup(world.database(step.side).name));
      return;
    case "restore": {
      const image = world.images.get(step.side);
      if (image === undefined) return;
      await world.emulator(step.side).server.restore(image);
      if (step.side === "primary") world.watermarks.rewind();
      else world.watermarks.forget();
      return world.reconnect(step.side);
    }
    case "tamper":
      return onReplica(world, step.table, step.sql);
    case "drop-on-replica":
      world.watermarks.forget();
      if (step.what === "table") return onReplica(world, step.table, `DROP TABLE dbo.${step.table};`);
      return onReplica(world, step.table, `DELETE mssql_sync.ledger WHERE table_name = '${step.table}';`);
    case "flush-redis":
      return world.servers.redis.flush();
    case "redis-garbage":
      await world.redis((client) => client.set(redisKey(world, step.key, step.table), step.value));
      return;
    case "end-connections":
      await world.emulator(step.side).server.endConnections(world.database(step.side).name);
      return world.reconnect(step.side);
    case "outage": {
      const { server } = world.emulator(step.side);
      await server.stop();
      await world.tick();
      await server.start();
      return world.reconnect(step.side);
    }
    case "time":
      return world.passTime(step.minutes * 60_000, step.of);
    case "forget-history":
      return forgetHistory(world, step);
  }
}

/** The table as the primary makes it, tracked. */
export function createStatement({ name, definition, foreignKey }: HistoryTable, history: History): string {
  const isThere = foreignKey !== undefined && history.tables.some((table) => table.name === foreignKey.to);
  const parts = [...definition, ...(isThere ? [foreignKey.text] : [])];
  return `CREATE TABLE dbo.${name} (${parts.join(", ")});\nALTER TABLE dbo.${name} ENABLE CHANGE_TRACKING;`;
}

/** Does nothing where it is so already. */
export function trackingStatement(table: string, on: boolean): string {
  const is = `EXISTS (SELECT 1 FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('dbo.${table}'))`;
  return on
    ? `IF NOT ${is} ALTER TABLE dbo.${table} ENABLE CHANGE_TRACKING;`
    : `IF ${is} ALTER TABLE dbo.${table} DISABLE CHANGE_TRACKING;`;
}

async function write(
  world: HistoryWorld,
  history: History,
  writes: readonly Write[],
  rollback: boolean,
): Promise<void> {
  const text = writes.map(({ sql }) => sql).join("\n");
  // Short, so that a writer that meets locks of a tick that waits for it ends.
  const script = `SET XACT_ABORT ON; SET LOCK_TIMEOUT 100;\nBEGIN TRANSACTION;\n${text}\n${rollback ? "ROLLBACK" : "COMMIT"};`;
  try {
    await world.database("primary").run(script);
  } catch (error) {
    if (!refusals.has(sqlErrorNumber(error) ?? 0)) throw error;
    const identity = history.tables.filter((table) => table.identity);
    const off = identity.map(({ name }) => `SET IDENTITY_INSERT dbo.${name} OFF;`).join(" ");
    if (off !== "") await world.database("primary").run(off);
  }
}

async function tick(world: HistoryWorld, step: Extract<HistoryStep, { kind: "tick" }>): Promise<void> {
  await world.passTime(step.after * 1000);
  const other = step.apps === 2 ? world.anotherApp() : undefined;
  for (let times = 0; times < step.times; times++) {
    if (times > 0) await world.passTime(5_000);
    await Promise.all([world.tick(), ...(other === undefined ? [] : [world.tick(other)])]);
  }
  await other?.close();
}

async function crash(world: HistoryWorld, { place }: Extract<HistoryStep, { kind: "crash" }>): Promise<void> {
  const { app } = world;
  const fault = world.arm(place, { run: () => world.stop(app) });
  await world.tick(app);
  fault.release();
  await app.close();
  world.replaceApp();
}

/** So long the other app's tick may wait for locks of the one that stands still, before that one goes on. */
const longestStallMs = 150;

async function stall(
  world: HistoryWorld,
  history: History,
  { place, writes }: Extract<HistoryStep, { kind: "stall" }>,
): Promise<void> {
  const fault = world.arm(place, "freeze");
  const stalled = world.tick();
  const reached = await Promise.race([fault.hit.then(() => true), stalled.then(() => false)]);
  if (reached) {
    const other = world.anotherApp();
    await world.endLeases();
    await write(world, history, writes, false);
    const overtaking = world.tick(other);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([overtaking, new Promise((resolve) => (timer = setTimeout(resolve, longestStallMs)))]);
    clearTimeout(timer);
    // What the other one has written by now, the one that stands still must not take back.
    await world.watermarks.look();
    fault.release();
    await overtaking;
    await stalled;
    await other.close();
  }
  fault.release();
  await stalled;
}

/** As an operator does it; what the app refuses is left as it is. */
async function operate(world: HistoryWorld, name: string, does: OperatorAction): Promise<void> {
  const set = (key: string, value: string): Promise<unknown> =>
    world.redis((client) => client.set(redisKey(world, key, name), value));
  switch (does) {
    case "enable":
      return void (await set("enabled", "true"));
    case "disable":
      return void (await set("enabled", "false"));
    case "delete-enabled":
      return void (await world.redis((client) => client.del(redisKey(world, "enabled", name))));
    case "force":
      return void (await set("force_full_load", "true"));
    case "resync":
    case "adopt":
    case "verify":
    case "verify-and-repair": {
      const { app } = world;
      const table = { schema: "dbo", name };
      // Armed faults may meet an operator's call too.
      const view = await readTables(app).catch(() => undefined);
      if (view === undefined) return;
      const call = async (): Promise<unknown> => {
        if (does === "resync") return resyncTable(app, view, table);
        if (does === "adopt") world.watermarks.forget();
        else return verifyTable(app, view, table, { repair: does !== "verify", askedBy: "http" });
        return adoptTable(app, view, table, view.primary.currentVersion ?? 0n);
      };
      await call().catch((error: unknown) => world.thrown.push(String(error)));
    }
  }
}

async function recreate(world: HistoryWorld, history: History, name: string): Promise<void> {
  const table = history.tables.find((each) => each.name === name);
  const isReferenced = history.tables.some(({ foreignKey }) => foreignKey?.to === name);
  if (table === undefined || isReferenced) return;
  await world
    .database("primary")
    .run(`${trackingStatement(name, false)}\nDROP TABLE dbo.${name};\nGO\n${createStatement(table, history)}`);
}

/** Nothing where the app has made neither the table nor the ledger yet. */
async function onReplica(world: HistoryWorld, table: string, sql: string): Promise<void> {
  const there = `OBJECT_ID('dbo.${table}') IS NOT NULL AND OBJECT_ID('mssql_sync.ledger') IS NOT NULL`;
  const [row] = await world.database("replica").rows(`SELECT CASE WHEN ${there} THEN 1 ELSE 0 END AS there;`);
  if (row?.["there"] !== 1) return;
  await world.database("replica").run(sql);
}

async function forgetHistory(
  world: HistoryWorld,
  { table, place }: Extract<HistoryStep, { kind: "forget-history" }>,
): Promise<void> {
  const forget = (): void =>
    world.emulator("primary").server.forgetHistory(world.database("primary").name, { table: `dbo.${table}` });
  if (place === undefined) return forget();
  const fault = world.arm(place, { run: forget });
  await world.tick();
  fault.release();
}

function redisKey(world: HistoryWorld, kind: string, table: string): string {
  return `${world.app.config.redisKeyPrefix}:${kind}:${tableKey({ schema: "dbo", name: table })}`;
}
