import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { serialize } from "node:v8";
import { type App, createApp } from "../../src/app.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { Database } from "../../src/db/database.ts";
import type { Role } from "../../src/db/role.ts";
import { createLog, type Log } from "../../src/log.ts";
import { syncModules } from "../../src/modules/sync-modules.ts";
import { runTick, type TickReport } from "../../src/tick/run-tick.ts";
import type { TickMemory } from "../../src/tick/tick-memory.ts";
import { type CrashServers, redisPrefix } from "./crash-servers.ts";

/**
 * An app with all its connections in one hand, as the kernel has a process's: `kill` ends them at once and gives no
 * others, so that whatever its code does later reaches no server. One lives at a time.
 */
export interface CrashApp {
  readonly app: App;
  /** Every line that it logged. */
  readonly lines: string[];
  /** Connects everywhere, as far as an app has that has been running for a while. */
  warmUp(): Promise<void>;
  tick(): Promise<TickReport>;
  syncModules(): Promise<unknown>;
  /** Its clock goes on by that. */
  letPass(ms: number): void;
  /** Equal where it remembers the same and holds as many connections. */
  fingerprint(): string;
  kill(): void;
  readonly killed: boolean;
  close(): Promise<void>;
}

export interface CrashAppOptions {
  /** What its clock says, ms since the epoch: the clock stands, but for `letPass`, so that every run goes the same way. */
  readonly now: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** What an app that has been running for a while remembers; it is copied. */
  readonly memory?: TickMemory;
}

/** Shorter waits between attempts are over at once; longer ones (a lease's renewal) take their time. */
const shortWaitMs = 1_500;

export function startCrashApp(servers: CrashServers, options: CrashAppOptions): CrashApp {
  servers.redis.open();
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  const log: Log = createLog(
    (_level, line) => lines.push(line),
    (text) => text,
  );
  let killed = false;
  let { now } = options;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      if (ms > shortWaitMs) await systemClock.sleep(ms, signal);
    },
  };
  const made = createApp({
    MSSQL_PRIMARY_URL: servers.primary.url,
    MSSQL_REPLICA_URL: servers.replica.url,
    REDIS_URL: servers.redis.url,
    REDIS_KEY_PREFIX: redisPrefix,
    SYNC_THREADS: "1",
    ...options.settings,
  });
  const open = async (port: number): Promise<Socket> => {
    if (killed) throw new Error("this process was killed");
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    await once(socket, "connect");
    return socket;
  };
  const database = (role: Role): Database => {
    const { config } = made.config[role];
    // `connector` is tedious' own option; mssql hands it on.
    const connector = { connector: () => open(config.port ?? 0) };
    return new Database(role, { ...config, options: { ...config.options, ...connector } });
  };
  const app: App = {
    ...made,
    primary: database("primary"),
    replica: database("replica"),
    clock,
    memory: options.memory === undefined ? made.memory : structuredClone(options.memory),
  };
  return {
    app,
    lines,
    warmUp: async () => {
      const ask = (database: Database) => database.query({ text: "SELECT 1 AS one;", params: [] });
      await Promise.all([ask(app.primary), ask(app.primary), ask(app.replica), app.state.readFlags([])]);
    },
    tick: () => runTick(app, { signal: app.stopping, log }),
    syncModules: () => syncModules(app, { signal: app.stopping, log }),
    letPass: (ms) => {
      now += ms;
    },
    fingerprint: () => {
      const held = [...sockets].filter(({ destroyed }) => !destroyed).map(({ remotePort }) => remotePort ?? 0);
      return createHash("sha256")
        .update(serialize([app.memory, held.sort()]))
        .digest("hex");
    },
    kill: () => {
      killed = true;
      // With an error: the driver would wait out its time for a socket that merely ends on this side.
      for (const socket of sockets) socket.destroy(new Error("this process was killed"));
      servers.redis.shut();
    },
    get killed() {
      return killed;
    },
    close: async () => {
      await Promise.allSettled([made.close(), app.primary.close(), app.replica.close()]);
    },
  };
}
