import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TableError } from "../../../src/model/table-flags.ts";
import { RedisConnection } from "../../../src/state/connect-redis.ts";
import { listStrangeKeys } from "../../../src/state/list-strange-keys.ts";
import { reconcile } from "../../../src/state/reconcile.ts";
import { SyncState } from "../../../src/state/sync-state.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";
import { ledgerOf, liveRow, loadingRow, noFlags } from "./ledger-rows.ts";

const user = { schema: "dbo", name: "User" };
const line = { schema: "sales", name: "OrderLine" };
const error: TableError = {
  kind: "failed",
  what: "apply User",
  sqlError: 547,
  attempts: 2,
  at: "2025-01-01T00:00:00.000Z",
  retryAt: "2025-01-01T00:00:10.000Z",
};

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

describe("readFlags", () => {
  it("reads an empty Redis", async () => {
    expect(await state.readFlags([user])).toEqual({
      epoch: undefined,
      rebuilt: undefined,
      configUrls: { primary: undefined, replica: undefined },
      flags: new Map([["User", noFlags]]),
      garbage: [],
    });
  });

  it("reads what operators and the app wrote", async () => {
    await operator.set("mssql_sync:enabled:User", "true");
    await operator.set("mssql_sync:force_full_load:User", "true");
    await operator.set("mssql_sync:force_full_load:sales.OrderLine", "4");
    await state.publish("L1", liveRow());
    await state.recordError(line, error);
    await state.setEpoch("L1");
    await state.writeUrls({ primary: "mssql://a:1/x", replica: "mssql://b:1/x" });
    const view = await state.readFlags([user, line]);
    expect(view).toMatchObject({ epoch: "L1", garbage: [] });
    expect(view.configUrls).toEqual({ primary: "mssql://a:1/x", replica: "mssql://b:1/x" });
    expect(view.flags.get("User")).toEqual({
      enabled: true,
      force: { kind: "ordered" },
      version: 10n,
      published: { version: 10n, ledgerId: "L1" },
      error: undefined,
    });
    expect(view.flags.get("sales.OrderLine")).toEqual({
      ...noFlags,
      force: { kind: "obeying", loadId: 4n },
      error,
    });
  });

  it("takes garbage and other types for missing, and reports their keys", async () => {
    await operator.set("mssql_sync:enabled:User", "perhaps");
    await operator.set("mssql_sync:version:User", "-1");
    await operator.set("mssql_sync:published:User", "{");
    await operator.lPush("mssql_sync:force_full_load:User", "true");
    await operator.hSet("mssql_sync:epoch", "a", "b");
    const view = await state.readFlags([user]);
    expect(view.flags.get("User")).toEqual(noFlags);
    expect(view.epoch).toBeUndefined();
    expect([...view.garbage].sort()).toEqual([
      "mssql_sync:enabled:User",
      "mssql_sync:epoch",
      "mssql_sync:force_full_load:User",
      "mssql_sync:published:User",
      "mssql_sync:version:User",
    ]);
  });

  it("reads 500 tables", async () => {
    const tables = Array.from({ length: 500 }, (_, at) => ({ schema: "s", name: `T${at}` }));
    await state.discover(tables);
    const view = await state.readFlags(tables);
    expect(view.flags.size).toBe(500);
    expect([...view.flags.values()].every(({ enabled }) => enabled === false)).toBe(true);
  });
});

describe("discover", () => {
  it("pauses new tables and leaves known ones alone", async () => {
    await operator.set("mssql_sync:enabled:User", "true");
    expect(await state.discover([user, line])).toEqual([line]);
    expect(await operator.get("mssql_sync:enabled:User")).toBe("true");
    expect(await operator.get("mssql_sync:enabled:sales.OrderLine")).toBe("false");
    expect(await state.discover([])).toEqual([]);
  });
});

describe("publish", () => {
  it("shows a load's cursor and progress, and removes them when the table is live", async () => {
    await state.recordError(user, error);
    await state.publish("L1", loadingRow());
    expect(await operator.get("mssql_sync:version:User")).toBe("10");
    expect(JSON.parse((await operator.get("mssql_sync:published:User")) ?? "")).toEqual({
      version: "10",
      ledgerId: "L1",
    });
    expect(await operator.get("mssql_sync:cursor:User")).toBe('["41"]');
    expect(JSON.parse((await operator.get("mssql_sync:progress:User")) ?? "")).toMatchObject({
      synced: 5000,
      total: 20000,
      startedAt: "2025-01-01T00:00:00.000Z",
      updatedAt: expect.stringMatching(/^\d{4}-/) as string,
      reason: loadingRow().load?.reason,
    });
    expect(await operator.exists("mssql_sync:error:User")).toBe(0);
    await state.publish("L1", liveRow({ watermark: 11n }));
    expect(await operator.keys("*")).toHaveLength(2);
    expect(await operator.get("mssql_sync:version:User")).toBe("11");
  });

  it("takes many tables at once", async () => {
    await state.publish("L1", liveRow({ key: "A" }), liveRow({ key: "B" }));
    await state.publish("L1");
    expect((await operator.keys("*")).length).toBe(4);
  });
});

describe("an order for a full load", () => {
  const key = "mssql_sync:force_full_load:User";

  it("is given once, numbered, and stands until its load is done", async () => {
    expect(await state.orderForce(user)).toBe("ordered");
    expect(await state.orderForce(user)).toBe("already-ordered");
    expect(await state.clearForceOrder(user, 9n)).toBe(false);
    expect(await state.takeForceOrder(user, 5n)).toBe(true);
    expect(await operator.get(key)).toBe("5");
    expect(await state.takeForceOrder(user, 6n)).toBe(false);
    expect(await state.orderForce(user)).toEqual({ obeyingLoad: 5n });
    expect(await operator.get(key)).toBe("5");
    expect(await state.clearForceOrder(user, 4n)).toBe(false);
    expect(await state.clearForceOrder(user, 5n)).toBe(true);
    expect(await operator.exists(key)).toBe(0);
    expect(await state.takeForceOrder(user, 6n)).toBe(false);
    expect(await state.clearForceOrder(user, 6n)).toBe(false);
  });

  it("given again during its load starts another", async () => {
    await operator.set(key, "5");
    await operator.set(key, "TRUE");
    expect(await state.clearForceOrder(user, 5n)).toBe(false);
    expect(await state.takeForceOrder(user, 6n)).toBe(true);
    expect(await operator.get(key)).toBe("6");
  });

  it("replaces what means nothing", async () => {
    await operator.lPush(key, "x");
    expect(await state.takeForceOrder(user, 1n)).toBe(false);
    expect(await state.clearForceOrder(user, 1n)).toBe(false);
    expect(await state.orderForce(user)).toBe("ordered");
    await operator.set(key, "false");
    expect(await state.orderForce(user)).toBe("ordered");
  });
});

describe("fill", () => {
  const row = liveRow();
  const ledger = ledgerOf("L1", row);

  async function reconcileNow() {
    return state.fill(reconcile(ledger, await state.readFlags([user])));
  }

  it("fills a Redis that was lost, and has nothing more to do", async () => {
    expect((await reconcileNow()).map(({ kind }) => kind)).toEqual(["set-enabled", "republish", "write-epoch"]);
    const view = await state.readFlags([user]);
    expect(view.epoch).toBe("L1");
    expect(view.flags.get("User")).toEqual({
      ...noFlags,
      enabled: true,
      version: 10n,
      published: { version: 10n, ledgerId: "L1" },
    });
    expect(await reconcileNow()).toEqual([]);
  });

  it("replaces garbage and other types", async () => {
    await operator.hSet("mssql_sync:published:User", "a", "b");
    await operator.set("mssql_sync:version:User", "many");
    await operator.lPush("mssql_sync:epoch", "x");
    await reconcileNow();
    const view = await state.readFlags([user]);
    expect(view.garbage).toEqual([]);
    expect(view.flags.get("User")).toMatchObject({ version: 10n, published: { version: 10n, ledgerId: "L1" } });
  });

  it("puts a version back that was set by hand", async () => {
    await reconcileNow();
    await operator.set("mssql_sync:version:User", "3");
    expect(await reconcileNow()).toEqual([{ kind: "put-back-version", table: user, found: 3n, version: 10n }]);
    expect(await operator.get("mssql_sync:version:User")).toBe("10");
    await operator.set("mssql_sync:version:User", "garbage");
    expect(await reconcileNow()).toHaveLength(1);
    expect(await operator.get("mssql_sync:version:User")).toBe("10");
  });

  it("does nothing on top of what another worker published since it looked", async () => {
    await reconcileNow();
    await state.publish("L1", liveRow({ watermark: 9n }));
    const seen = reconcile(ledger, await state.readFlags([user]));
    expect(seen.map(({ kind }) => kind)).toEqual(["republish"]);
    await state.publish("L1", liveRow({ watermark: 12n }));
    expect(await state.fill(seen)).toEqual([]);
    expect(await operator.get("mssql_sync:version:User")).toBe("12");
  });

  it("leaves an operator's flag alone", async () => {
    const seen = reconcile(ledger, await state.readFlags([user]));
    await operator.set("mssql_sync:enabled:User", "false");
    const done = await state.fill(seen);
    expect(done.map(({ kind }) => kind)).toEqual(["republish", "write-epoch"]);
    expect(await operator.get("mssql_sync:enabled:User")).toBe("false");
  });
});

describe("listStrangeKeys", () => {
  it("lists keys that name no table, with the nearest name", async () => {
    await state.discover([user, line]);
    await state.setEpoch("L1");
    await state.writeUrls({ primary: "a", replica: "b" });
    for (const key of ["enabled:user", "enabled:dbo.User", "enable:User", "version:Orders.Line", "epoch2"]) {
      await operator.set(`mssql_sync:${key}`, "true");
    }
    await operator.set("mssql_sync2:enabled:x", "true");
    await operator.set("mssqlXsync:enabled:x", "true");
    const found = await listStrangeKeys(state, new Set(["User", "sales.OrderLine"]));
    expect(found.map(({ key, nearest }) => [key, nearest])).toEqual([
      ["mssql_sync:enable:User", undefined],
      ["mssql_sync:enabled:dbo.User", "User"],
      ["mssql_sync:enabled:user", "User"],
      ["mssql_sync:epoch2", undefined],
      ["mssql_sync:version:Orders.Line", "sales.OrderLine"],
    ]);
  });

  it("stops at its limit", async () => {
    for (let at = 0; at < 20; at++) await operator.set(`mssql_sync:odd${at}`, "x");
    expect(await listStrangeKeys(state, new Set(), 5)).toHaveLength(5);
  });
});
