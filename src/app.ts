import { type Clock, systemClock } from "./clock.ts";
import { type Config, type Environment, readConfig } from "./config.ts";
import { Database } from "./db/database.ts";
import { consoleLog, type Log, type Redact, redactor } from "./log.ts";
import type { HashMemory } from "./modules/read-modules.ts";
import { SettingsError } from "./settings-error.ts";
import { RedisConnection } from "./state/connect-redis.ts";
import { SyncState } from "./state/sync-state.ts";
import { createTickMemory, type TickMemory } from "./tick/tick-memory.ts";

/** Everything an invocation works with; made once for each worker process. Nothing in it is connected before its use. */
export interface App {
  readonly config: Config;
  readonly primary: Database;
  readonly replica: Database;
  readonly state: SyncState;
  readonly clock: Clock;
  readonly random: () => number;
  /** For what happens outside of any invocation. */
  readonly log: Log;
  readonly redact: Redact;
  /** Hints from tick to tick. */
  readonly memory: TickMemory;
  /** Hints from run to run of module sync. */
  readonly moduleHashes: Readonly<Record<"primary" | "replica", HashMemory>>;
  /** Aborted when the process is about to end. */
  readonly stopping: AbortSignal;
  /** Ends pools and connections. */
  close(): Promise<void>;
}

/** @throws SettingsError with all problems at once */
export function createApp(env: Environment): App {
  const result = readConfig(env);
  if (!result.ok) throw new SettingsError(result.problems);
  const { config } = result;
  const redact = redactor(config.secrets);
  const primary = new Database("primary", config.primary.config);
  const replica = new Database("replica", config.replica.config);
  const redis = new RedisConnection(config.redisUrl);
  const stop = new AbortController();
  return {
    config,
    primary,
    replica,
    state: new SyncState(redis, config.redisKeyPrefix, redact),
    clock: systemClock,
    random: Math.random,
    log: consoleLog(redact),
    redact,
    memory: createTickMemory(),
    moduleHashes: { primary: new Map(), replica: new Map() },
    stopping: stop.signal,
    close: async () => {
      stop.abort(new Error("the app is being stopped"));
      redis.close();
      await Promise.allSettled([primary.close(), replica.close()]);
    },
  };
}

/**
 * The one app of this worker process. All functions of a process share its pools, and the Functions runtime hands
 * nothing from one invocation to the next, so it has to live at the level of the module.
 */
const worker: { app: App | undefined } = { app: undefined };

/**
 * The app, made at first use and again after an attempt that failed: nothing may be thrown while function files are
 * loaded, or the host would go on without any function.
 * @throws SettingsError with all problems at once
 */
export function getApp(): Promise<App> {
  return new Promise((resolve) => resolve((worker.app ??= createApp(process.env))));
}

/** For the end of the process; the next use would make the app anew. */
export async function closeApp(): Promise<void> {
  const { app } = worker;
  worker.app = undefined;
  await app?.close();
}
