import { setImmediate as nextTurn } from "node:timers/promises";
import type { App } from "../../src/app.ts";
import type { Clock } from "../../src/clock.ts";
import type { TickReport } from "../../src/tick/run-tick.ts";
import { type Random, seededRandom } from "../demo/seeded-random.ts";
import type { Fault, FaultAction } from "../emulator/faults.ts";
import { type Emulator, startEmulator } from "../emulator/start-emulator.ts";
import type { DatabaseImage } from "../emulator/storage/database-image.ts";
import type { TestDatabase } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import type { History, Place, Side } from "./history.ts";
import { WatermarkCheck } from "./watermark-check.ts";

/** Two emulators and a Redis that serve one history after the other. */
export interface HistoryServers {
  readonly primary: Emulator;
  readonly replica: Emulator;
  readonly redis: RedisServer;
  close(): Promise<void>;
}

export async function startHistoryServers(): Promise<HistoryServers> {
  const [primary, replica, redis] = await Promise.all([startEmulator(), startEmulator(), startRedis()]);
  return {
    primary: unencrypted(primary),
    replica: unencrypted(replica),
    redis,
    close: async () => {
      await Promise.all([primary.close(), replica.close(), redis.close()]);
    },
  };
}

/** TLS has tests of its own, and would take a third of the time here. */
function unencrypted(emulator: Emulator): Emulator {
  return { ...emulator, url: emulator.url.replace("encrypt=true", "encrypt=false") };
}

/** The Redis keys of leases live so long without renewal. */
const leaseMs = 10_000;

/** Fresh databases and an app for one history. Its clock stands apart from the machine's: waits cost nothing. */
export class HistoryWorld {
  readonly servers: HistoryServers;
  readonly stack: SyncStack;
  readonly images = new Map<Side, DatabaseImage>();
  /** What ticks threw since faults were armed last; for the report of a history that does not converge. */
  readonly thrown: string[] = [];
  readonly watermarks: WatermarkCheck;
  readonly #random: Random;
  #offsetMs = 0;
  #app: App;
  /** Leases that nobody will give back end then. */
  #leasesUntil: number | undefined;

  private constructor(servers: HistoryServers, stack: SyncStack, seed: number) {
    this.servers = servers;
    this.stack = stack;
    this.watermarks = new WatermarkCheck(stack.databases.primary, stack.databases.replica);
    this.#random = seededRandom(seed + 1);
    // The stack's own app is the operator's: it is never stopped.
    this.#app = this.anotherApp();
  }

  static async open(servers: HistoryServers, history: History): Promise<HistoryWorld> {
    for (const emulator of [servers.primary, servers.replica]) {
      emulator.clock.set(Date.now());
      emulator.unsupported.length = 0;
    }
    await servers.redis.flush();
    const stack = await startSyncStack({
      snapshot: history.snapshot,
      emulators: servers,
      redis: servers.redis,
      settings: history.settings,
    });
    return new HistoryWorld(servers, stack, history.seed);
  }

  get app(): App {
    return this.#app;
  }

  emulator(side: Side): Emulator {
    return this.servers[side];
  }

  database(side: Side): TestDatabase {
    return this.stack.databases[side];
  }

  /** Another instance of the app, or the one that comes after a crash. */
  anotherApp(): App {
    return this.#timed(this.stack.startApp());
  }

  /** From here on the first app is a new one, without memory; the leases of the old one stand until their time is over. */
  replaceApp(): void {
    this.#app = this.anotherApp();
    this.#leasesUntil = this.#now() + leaseMs;
  }

  /** An app that is to be stopped with all that it is doing: nothing of it reaches Redis any more. */
  stop(app: App): void {
    void app.close();
  }

  async passTime(ms: number, of: "all" | "app" = "app"): Promise<void> {
    this.#offsetMs += ms;
    if (of === "all") for (const side of ["primary", "replica"] as const) this.emulator(side).clock.advance(ms);
    if (this.#leasesUntil !== undefined && this.#now() > this.#leasesUntil) await this.endLeases();
  }

  /** As after ten seconds without renewal. */
  async endLeases(): Promise<void> {
    this.#leasesUntil = undefined;
    const prefix = this.#app.config.redisKeyPrefix;
    await this.redis(async (client) => {
      const keys = await client.keys(`${prefix}:lease:*`);
      if (keys.length > 0) await client.del(keys);
    });
  }

  /** Commands of an operator. */
  async redis<T>(commands: Parameters<App["state"]["redis"]["run"]>[1]): Promise<T> {
    return (await this.stack.app.state.redis.run("what an operator does", commands)) as T;
  }

  /** One tick; what it throws is kept, since a tick may fail while the servers do. */
  async tick(by: App = this.#app): Promise<TickReport | undefined> {
    try {
      return await this.stack.tick(by);
    } catch (error) {
      this.thrown.push(String(error));
      return undefined;
    }
  }

  /** Something happens to a connection of the app, to this history's database. */
  arm({ side, at, after }: Place, action: FaultAction, times = 1): Fault {
    const place = { step: at, app: "mssql_sync", database: this.database(side).name, after, times };
    return this.emulator(side).faults.at(place, action);
  }

  /** Connections of this program that broke are made again. */
  async reconnect(side: Side): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await this.database(side).rows("SELECT 1 AS one;");
        return;
      } catch (error) {
        if (failures > 20) throw error;
        await nextTurn();
      }
    }
  }

  async close(): Promise<void> {
    for (const side of ["primary", "replica"] as const) this.emulator(side).faults.clear();
    await this.stack.close();
  }

  #now(): number {
    return Date.now() + this.#offsetMs;
  }

  #timed(app: App): App {
    const clock: Clock = {
      now: () => this.#now(),
      sleep: async (ms, signal) => {
        // The waits between attempts of a step; leases are renewed by real time, which is also Redis's.
        if (signal !== app.stopping) return app.clock.sleep(ms, signal);
        this.#offsetMs += ms;
        await nextTurn();
      },
    };
    return { ...app, clock, random: () => this.#random(1_000_000) / 1_000_000 };
  }
}
