import { AppStopping } from "./app-stopping.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Config, type Environment, readConfig } from "./config.ts";
import { Database } from "./db/database.ts";
import { consoleLog, type Log, type Redact, redactor } from "./log.ts";
import type { HashMemory } from "./modules/read-modules.ts";
import { RunningWork, within } from "./running-work.ts";
import { SettingsError } from "./settings-error.ts";
import { RedisConnection } from "./state/connect-redis.ts";
import { entraTokens } from "./state/entra-tokens.ts";
import { SyncState } from "./state/sync-state.ts";
import { createTelemetry } from "./telemetry/create-telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
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
  readonly telemetry: Telemetry;
  /** Hints from tick to tick. */
  readonly memory: TickMemory;
  /** Hints from run to run of module sync. */
  readonly moduleHashes: Readonly<Record<"primary" | "replica", HashMemory>>;
  /** Aborted when the process is about to end, with AppStopping as its reason. */
  readonly stopping: AbortSignal;
  /** Runs the work of an invocation; `close` waits for it. @throws AppStopping when the process is about to end */
  run<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Ends what runs, pools and connections, within 5 s: a step ends by itself at its next row or statement. What a server
   * keeps waiting is broken off; its transaction is rolled back, and its lease given back. Telemetry is sent as far as it goes.
   */
  close(): Promise<void>;
}

/** How long a step may take to end by itself; then to give back its lease; then the pools to close: 4.5 s in all. */
const patienceMs = 2_500;
const farewellMs = 1_500;
const poolsMs = 500;
/** How long telemetry may take to be sent where there is time left of those 4.5 s. */
const telemetryMs = 2_000;

/** @throws SettingsError with all problems at once */
export function createApp(env: Environment): App {
  const result = readConfig(env);
  if (!result.ok) throw new SettingsError(result.problems);
  const { config } = result;
  const redact = redactor(config.secrets);
  const primary = new Database("primary", config.primary.config);
  const replica = new Database("replica", config.replica.config);
  const tokens = config.redisAuth === "entra" ? () => entraTokens(config.azureClientId) : undefined;
  const redis = new RedisConnection(config.redisUrl, { tokens });
  const log = consoleLog(redact);
  const telemetry = createTelemetry(env, { log, redact, now: () => systemClock.now() });
  const stop = new AbortController();
  const running = new RunningWork(stop.signal);
  return {
    config,
    primary,
    replica,
    state: new SyncState(redis, config.redisKeyPrefix, redact),
    clock: systemClock,
    random: Math.random,
    log,
    redact,
    telemetry,
    memory: createTickMemory(),
    moduleHashes: { primary: new Map(), replica: new Map() },
    stopping: stop.signal,
    run: (work) => running.run(work),
    close: async () => {
      const until = systemClock.now() + patienceMs + farewellMs + poolsMs;
      stop.abort(new AppStopping());
      if (!(await running.ended(patienceMs))) {
        for (const database of [primary, replica]) database.abandon(new AppStopping());
        await running.ended(farewellMs);
      }
      // Only now: leases are given back by it.
      redis.close();
      await Promise.all([
        within(poolsMs, Promise.allSettled([primary.close(), replica.close()])),
        telemetry.close(Math.max(0, Math.min(telemetryMs, until - systemClock.now()))),
      ]);
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

/** For the end of the process. What is invoked after it is refused by the app that is closed. */
export async function closeApp(): Promise<void> {
  await worker.app?.close();
}
