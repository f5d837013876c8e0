import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { RedisConnection, RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { LeaseLost, withLease } from "../../../src/state/lease.ts";
import { SyncState } from "../../../src/state/sync-state.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";

const table = { schema: "sales", name: "OrderLine" };
const key = "mssql_sync:lease:sales.OrderLine";
const options = { clock: systemClock, random: Math.random };

let server: RedisServer;
let operator: ReturnType<typeof createClient>;
let redis: RedisConnection;
let state: SyncState;

beforeAll(async () => {
  server = await startRedis();
  operator = createClient({ url: server.url });
  await operator.connect();
  redis = new RedisConnection(server.url);
  state = new SyncState(redis, "mssql_sync");
});

beforeEach(() => server.flush());

afterAll(async () => {
  redis.close();
  operator.destroy();
  await server.close();
});

/** Resolves with the signal's reason. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

describe("withLease", () => {
  it("holds the key while it works and gives it back", async () => {
    const result = await withLease(state, table, options, async (signal) => {
      expect(signal.aborted).toBe(false);
      expect(await operator.get(key)).toMatch(/^[\w-]+$/);
      const left = await operator.pTTL(key);
      expect(left).toBeGreaterThan(8_000);
      expect(left).toBeLessThanOrEqual(10_000);
      return 7;
    });
    expect(result).toEqual({ kind: "done", value: 7 });
    expect(await operator.exists(key)).toBe(0);
  });

  it("keeps a second worker out, by whichever name it asks", async () => {
    await withLease(state, table, options, async () => {
      const second = await withLease(state, "sales.OrderLine", options, () =>
        Promise.reject(new Error("must not run")),
      );
      expect(second).toEqual({ kind: "held-elsewhere" });
      const other = await withLease(state, { app: "sales.OrderLine" }, options, () => Promise.resolve("other"));
      expect(other).toEqual({ kind: "done", value: "other" });
    });
  });

  it("gives the key back when the work fails, and throws what it threw", async () => {
    await expect(withLease(state, table, options, () => Promise.reject(new Error("work")))).rejects.toThrow("work");
    expect(await operator.exists(key)).toBe(0);
  });

  it("renews the key for as long as the work takes", async () => {
    const quick = { ...options, ttlMs: 150, renewEveryMs: 40 };
    const startedAt = Date.now();
    const result = await withLease(state, table, quick, async (signal) => {
      const token = await operator.get(key);
      for (let renewals = 0, before = await operator.pTTL(key); renewals < 10;) {
        const left = await operator.pTTL(key);
        if (left > before) renewals += 1;
        before = left;
      }
      expect(await operator.get(key)).toBe(token);
      return signal.aborted;
    });
    expect(Date.now() - startedAt).toBeGreaterThan(150);
    expect(result).toEqual({ kind: "done", value: false });
  });

  it("aborts when somebody else has the lease, and leaves it to them", async () => {
    const quick = { ...options, renewEveryMs: 20 };
    await withLease(state, table, quick, async (signal) => {
      await operator.set(key, "somebody else");
      expect(await aborted(signal)).toBeInstanceOf(LeaseLost);
    });
    expect(await operator.get(key)).toBe("somebody else");
  });

  it("aborts when the key is gone: Redis was flushed", async () => {
    await withLease(state, table, { ...options, renewEveryMs: 20 }, async (signal) => {
      await operator.flushAll();
      expect(await aborted(signal)).toBeInstanceOf(LeaseLost);
    });
  });

  it("aborts with the outer signal, and keeps the lease until the work has ended", async () => {
    const outer = new AbortController();
    await withLease(state, table, { ...options, signal: outer.signal }, async (signal) => {
      outer.abort(new Error("stopping"));
      expect(await aborted(signal)).toMatchObject({ message: "stopping" });
      expect(await operator.exists(key)).toBe(1);
    });
  });

  it("holds on through a short absence of Redis, and aborts when its time is over", async () => {
    const own = await startRedis();
    const connection = new RedisConnection(own.url, { commandTimeoutMs: 200 });
    const quick = { ...options, ttlMs: 400, renewEveryMs: 50 };
    try {
      const startedAt = Date.now();
      await withLease(new SyncState(connection, "p"), table, quick, async (signal) => {
        await own.close();
        const reason = await aborted(signal);
        expect(reason).toBeInstanceOf(LeaseLost);
        expect((reason as LeaseLost).message).toContain("could not be renewed");
      });
      expect(Date.now() - startedAt).toBeGreaterThan(300);
    } finally {
      connection.close();
    }
  });

  it("throws where Redis cannot be asked", async () => {
    const connection = new RedisConnection("redis://127.0.0.1:1");
    const result = withLease(new SyncState(connection, "p"), table, options, () => Promise.resolve());
    await expect(result).rejects.toBeInstanceOf(RedisUnavailable);
  });
});
