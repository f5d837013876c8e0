import type { App } from "../../src/app.ts";
import { createApp } from "../../src/app.ts";
import { createLog, type Log } from "../../src/log.ts";
import { syncModules, type SyncModulesOptions, type SyncModulesResult } from "../../src/modules/sync-modules.ts";
import { runTick, type TickReport } from "../../src/tick/run-tick.ts";
import { openTestDatabases, type TestDatabaseOptions, type TestDatabases } from "./databases.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** Two databases, a Redis and the app, without a host: a test decides when a tick runs, and what time it is. */
export interface SyncStack {
  readonly databases: TestDatabases;
  readonly redis: RedisServer;
  readonly app: App;
  /** Every line that the app logged. */
  readonly lines: Readonly<Record<string, unknown>>[];
  tick(by?: App): Promise<TickReport>;
  /** One run of module sync. */
  syncModules(options?: Partial<SyncModulesOptions>, app?: App): Promise<SyncModulesResult>;
  /** Ticks until the condition holds. @throws Error after `most` ticks, with the last lines of the log */
  tickUntil(what: string, holds: () => Promise<boolean>, most?: number): Promise<void>;
  /** Enables a table as an operator does, and ticks until it is live. */
  load(...tables: readonly string[]): Promise<void>;
  /** Another app on the same servers: a second instance, or the same one after a restart. */
  startApp(settings?: Readonly<Record<string, string>>): App;
  close(): Promise<void>;
}

export interface SyncStackOptions extends TestDatabaseOptions {
  /** One that runs already, and goes on running with what it holds. Default: one of its own. */
  readonly redis?: RedisServer;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startSyncStack(options: SyncStackOptions = {}): Promise<SyncStack> {
  const databases = await openTestDatabases(options);
  const redis = options.redis ?? (await startRedis());
  const apps: App[] = [];
  const lines: Record<string, unknown>[] = [];
  const log: Log = createLog(
    (_level, line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    (text) => text,
  );
  const startApp = (settings: Readonly<Record<string, string>> = {}): App => {
    const app = createApp({
      MSSQL_PRIMARY_URL: databases.primary.url,
      MSSQL_REPLICA_URL: databases.replica.url,
      REDIS_URL: redis.url,
      // `ROW_TRANSPORT=driver npx vitest run test/db`: the same tests by the other way of the rows.
      ROW_TRANSPORT: process.env["ROW_TRANSPORT"],
      ...options.settings,
      ...settings,
    });
    apps.push(app);
    return app;
  };
  const app = startApp();
  const tick = (by: App = app): Promise<TickReport> => runTick(by, { signal: by.stopping, log });
  const tickUntil: SyncStack["tickUntil"] = async (what, holds, most = 50) => {
    for (let ticks = 0; ticks < most; ticks++) {
      await tick();
      if (await holds()) return;
    }
    throw new Error(`${what}: not within ${most} ticks; last of the log: ${JSON.stringify(lines.slice(-5))}`);
  };
  return {
    databases,
    redis,
    app,
    lines,
    tick,
    syncModules: (more = {}, by = app) => syncModules(by, { signal: by.stopping, log, ...more }),
    tickUntil,
    startApp,
    load: async (...tables) => {
      for (const table of tables) await setKey(app, `enabled:${table}`, "true");
      await tickUntil(`load ${tables.join(", ")}`, async () => {
        const states = await Promise.all(tables.map((table) => isLive(app, table)));
        return states.every(Boolean);
      });
    },
    close: async () => {
      await Promise.all(apps.map((each) => each.close()));
      if (options.redis === undefined) await redis.close();
      await databases.close();
    },
  };
}

/** SET <prefix>:<name>, as an operator types it. */
export async function setKey(app: App, name: string, value: string): Promise<void> {
  await app.state.redis.run(`set ${name}`, (client) => client.set(`${app.config.redisKeyPrefix}:${name}`, value));
}

export async function getKey(app: App, name: string): Promise<string | null> {
  return app.state.redis.run(`get ${name}`, (client) => client.get(`${app.config.redisKeyPrefix}:${name}`));
}

export async function deleteKey(app: App, name: string): Promise<void> {
  await app.state.redis.run(`delete ${name}`, (client) => client.del(`${app.config.redisKeyPrefix}:${name}`));
}

/** Published, and no load under way. */
export async function isLive(app: App, table: string): Promise<boolean> {
  const [published, progress, error] = await Promise.all([
    getKey(app, `published:${table}`),
    getKey(app, `progress:${table}`),
    getKey(app, `error:${table}`),
  ]);
  return published !== null && progress === null && error === null;
}
