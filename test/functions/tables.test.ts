import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHost, type LocalHost } from "../host/start-host.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const setup = `
CREATE TABLE [User] (id BIGINT PRIMARY KEY, username VARCHAR(100));
CREATE TABLE [Product] (id BIGINT PRIMARY KEY, name NVARCHAR(100));
CREATE TABLE [a/b c] (id INT PRIMARY KEY);
CREATE TABLE [Late] (id INT PRIMARY KEY);
GO
CREATE SCHEMA sales;
GO
CREATE TABLE sales.[User] (id INT PRIMARY KEY);
CREATE TABLE [sales.User] (id INT PRIMARY KEY);
ALTER TABLE [User] ENABLE CHANGE_TRACKING;
ALTER TABLE [Product] ENABLE CHANGE_TRACKING;
ALTER TABLE [a/b c] ENABLE CHANGE_TRACKING;
ALTER TABLE [Late] ENABLE CHANGE_TRACKING;
ALTER TABLE sales.[User] ENABLE CHANGE_TRACKING;
ALTER TABLE [sales.User] ENABLE CHANGE_TRACKING;
INSERT [User] VALUES (1, 'alice'), (2, 'bob');
INSERT [Product] VALUES (1, N'one'), (2, N'two'), (3, N'three'), (4, N'four'), (5, N'five');
INSERT [a/b c] VALUES (1);`;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

let databases: TestDatabases;
let redis: RedisServer;
let operator: ReturnType<typeof createClient>;
let host: LocalHost;

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${host.url}/api/${path}`, {
    method,
    headers: { "x-functions-key": host.key },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

const tick = (): Promise<void> => host.invoke("syncTables");

async function stateOf(table: string): Promise<unknown> {
  return (await call("GET", `tables/${table}`)).body["state"];
}

async function tickUntil(table: string, state: string): Promise<void> {
  for (let ticks = 0; ticks < 30; ticks++) {
    if ((await stateOf(table)) === state) return;
    await tick();
  }
  throw new Error(`${table} is not ${state}: ${JSON.stringify(await call("GET", `tables/${table}`))}`);
}

beforeAll(async () => {
  [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
  await databases.primary.run(setup);
  operator = createClient({ url: redis.url });
  await operator.connect();
  host = await startHost({
    cwd: join(import.meta.dirname, "../.."),
    settings: {
      MSSQL_PRIMARY_URL: databases.primary.url,
      MSSQL_REPLICA_URL: databases.replica.url,
      REDIS_URL: redis.url,
      FULL_LOAD_CHUNK_ROWS: "2",
      // Ticks run only when a test asks for one.
      SYNC_SCHEDULE: "0 0 0 1 1 *",
    },
  });
});

afterAll(async () => {
  await host.stop();
  operator.destroy();
  await redis.close();
  await databases.close();
});

describe("GET /api/tables", () => {
  it("lists tracked tables, paused, before the first tick", async () => {
    const { status, body, headers } = await call("GET", "tables");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("application/json");
    const tables = body["tables"] as Record<string, unknown>[];
    expect(tables.map(({ table }) => table)).toEqual([
      "Late",
      "Product",
      "User",
      "[sales.User]",
      "a/b c",
      "sales.User",
    ]);
    expect(tables[2]).toEqual({
      table: "User",
      state: "paused",
      enabled: false,
      version: null,
      currentVersion: body["currentVersion"],
      lagVersions: null,
      lagSeconds: null,
      retentionHeadroomHours: null,
      retentionUsed: null,
      progress: null,
      error: null,
      transport: null,
      transportReason: null,
      forceFullLoad: null,
    });
  });

  it.each([
    ["User", "User"],
    ["user", "User"],
    ["dbo.User", "User"],
    ["sales.User", "sales.User"],
    ["%5Bsales.User%5D", "[sales.User]"],
    ["a%2Fb%20c", "a/b c"],
  ])("shows tables/%s", async (path, table) => {
    expect((await call("GET", `tables/${path}`)).body).toMatchObject({ table, state: "paused" });
  });

  it("names the nearest tables where there is none of that name", async () => {
    const { status, body, headers } = await call("GET", "tables/Prodcut");
    expect(status).toBe(404);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body).toMatchObject({ title: "Unknown table", status: 404, nearest: ["Product"] });
  });
});

describe("POST enable and disable", () => {
  it("enables a table once", async () => {
    expect(await call("POST", "tables/user/enable")).toMatchObject({
      status: 200,
      body: { table: "User", enabled: true, changed: true },
    });
    expect(await operator.get("mssql_sync:enabled:User")).toBe("true");
    expect((await call("POST", "tables/User/enable", {})).body).toMatchObject({ changed: false });
    expect(await stateOf("User")).toBe("new");
  });

  it("sees the table live after its load, and no other", async () => {
    await tickUntil("User", "live");
    expect(await databases.replica.rows("SELECT id FROM [User] ORDER BY id")).toHaveLength(2);
    expect(await stateOf("Product")).toBe("paused");
    const { body } = await call("GET", "tables/User");
    expect(body).toMatchObject({ state: "live", enabled: true, progress: null, error: null });
    expect(body["version"]).toMatch(/^\d+$/);
  });

  it("disables a table in the middle of its load, and goes on at its cursor", async () => {
    await call("POST", "tables/Product/enable");
    for (let ticks = 0; ticks < 10 && (await operator.get("mssql_sync:cursor:Product")) === null; ticks++) await tick();
    const cursor = await operator.get("mssql_sync:cursor:Product");
    expect(cursor).not.toBeNull();
    expect(await call("GET", "tables/Product")).toMatchObject({
      body: { state: "loading", progress: { synced: 2, total: 5, percent: 40 } },
    });
    expect((await call("POST", "tables/Product/disable")).body).toMatchObject({ enabled: false, changed: true });
    await tick();
    expect(await operator.get("mssql_sync:cursor:Product")).toBe(cursor);
    expect(await stateOf("Product")).toBe("paused");
    await call("POST", "tables/Product/enable");
    await tickUntil("Product", "live");
    expect(await databases.replica.rows("SELECT id FROM [Product]")).toHaveLength(5);
  });

  it("refuses to enable a table that the primary no longer tracks, and still disables it", async () => {
    await call("POST", "tables/Late/enable");
    await tickUntil("Late", "live");
    await call("POST", "tables/Late/disable");
    await databases.primary.run("ALTER TABLE [Late] DISABLE CHANGE_TRACKING;");
    const { status, body } = await call("POST", "tables/Late/enable");
    expect(status).toBe(409);
    expect(body["detail"]).toMatch(/does not show Late/);
    expect((await call("POST", "tables/Late/disable")).body).toMatchObject({ changed: false });
  });

  it("works on a table with a slash and a blank in its name", async () => {
    expect((await call("POST", "tables/a%2Fb%20c/enable")).body).toMatchObject({ table: "a/b c", enabled: true });
    expect(await operator.get("mssql_sync:enabled:a/b c")).toBe("true");
  });

  it.each([
    ["enable", '{"force":true}', 400],
    ["enable", "{", 400],
    ["disable", "[]", 400],
    ["resync", "x".repeat(100_000), 413],
  ])("POST %s refuses a body that means nothing", async (action, body, status) => {
    expect((await call("POST", `tables/User/${action}`, body)).status).toBe(status);
  });

  it.each(["enable", "disable", "resync"])("POST %s of an unknown table is 404", async (action) => {
    expect((await call("POST", `tables/Nothing/${action}`)).status).toBe(404);
  });
});

describe("POST resync", () => {
  it("orders one load, however often it is asked for", async () => {
    await databases.replica.run("INSERT [User] VALUES (99, 'only here');");
    const first = await call("POST", "tables/User/resync");
    expect(first).toMatchObject({ status: 202, body: { forceFullLoad: "ordered", changed: true, paused: false } });
    expect((await call("POST", "tables/User/resync")).body).toMatchObject({ changed: false });
    await tick();
    const running = await call("POST", "tables/User/resync");
    expect(running).toMatchObject({ status: 202, body: { changed: false, forceFullLoad: "running" } });
    for (let ticks = 0; ticks < 30 && (await operator.exists("mssql_sync:force_full_load:User")) === 1; ticks++) {
      await tick();
    }
    expect(await stateOf("User")).toBe("live");
    expect(await databases.replica.rows("SELECT id FROM [User]")).toHaveLength(2);
  });

  it("keeps the order for a paused table", async () => {
    expect((await call("POST", "tables/sales.User/resync")).body).toMatchObject({ changed: true, paused: true });
    await tick();
    expect(await operator.get("mssql_sync:force_full_load:sales.User")).toBe("true");
  });

  it("refuses a blocked table", async () => {
    const error = {
      kind: "blocked",
      what: "a column is missing",
      fix: "ALTER TABLE",
      attempts: 1,
      at: "2025-01-01T00:00:00Z",
      retryAt: "2999-01-01T00:00:00Z",
    };
    await operator.set("mssql_sync:error:Product", JSON.stringify(error));
    expect(await stateOf("Product")).toBe("blocked");
    const { status, body } = await call("POST", "tables/Product/resync");
    expect(status).toBe(409);
    expect(body).toMatchObject({
      detail: expect.stringContaining("a column is missing") as string,
      fix: "ALTER TABLE",
    });
    await operator.del("mssql_sync:error:Product");
  });
});

describe("POST adopt", () => {
  it.each([{}, { version: -1 }, { version: "x" }, { version: 1, more: 2 }])("refuses %j", async (body) => {
    expect((await call("POST", "tables/User/adopt", body)).status).toBe(400);
  });

  it("refuses a table that is not paused", async () => {
    const { status, body } = await call("POST", "tables/User/adopt", { version: 1 });
    expect(status).toBe(409);
    expect(body["fix"]).toMatch(/disable/);
  });

  it("refuses versions that do not exist yet, and tables that the replica has not", async () => {
    const future = await call("POST", "tables/sales.User/adopt", { version: "9223372036854775807" });
    expect(future.status).toBe(409);
    expect(future.body["detail"]).toMatch(/above the primary's current version \d+/);
    const missing = await call("POST", "tables/sales.User/adopt", { version: 1 });
    expect(missing.status).toBe(409);
    expect(missing.body["detail"]).toMatch(/replica has no table sales\.User/);
  });

  it("replaces the watermark of a paused table; the next delta starts there", async () => {
    const [row] = await databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
    const before = String(row?.["v"]);
    await call("POST", "tables/User/disable");
    await databases.primary.run("INSERT [User] VALUES (3, 'carol');");
    const { status, body } = await call("POST", "tables/User/adopt", { version: before });
    expect({ status, body }).toMatchObject({ status: 200, body: { table: "User", version: before } });
    expect(body["advice"]).toMatch(/compare/);
    expect(await call("GET", "tables/User")).toMatchObject({ body: { state: "paused", version: before } });
    await call("POST", "tables/User/enable");
    await tick();
    expect(await stateOf("User")).toBe("live");
    expect(await databases.replica.rows("SELECT id FROM [User]")).toHaveLength(3);
  });
});

describe("GET /api/health", () => {
  it("reports servers, tables and what is odd in Redis", async () => {
    await operator.set("mssql_sync:enabled:product", "true");
    await operator.set("mssql_sync:enabled:sales.User", "perhaps");
    const { status, body } = await call("GET", "health");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "degraded",
      redis: { reachable: true },
      primary: { reachable: true, snapshotIsolation: true, retentionMinutes: 2880, autoCleanup: true },
      replica: { reachable: true },
      tables: { live: 3, blocked: 0 },
      garbageValues: ["mssql_sync:enabled:sales.User"],
    });
    expect(body["strangeKeys"]).toEqual([
      expect.objectContaining({ key: "mssql_sync:enabled:product", nearest: "Product" }),
    ]);
    expect(JSON.stringify(body)).not.toContain("Password123!");
  });

  it("shows the CREATE DATABASE of a replica database that is missing", async () => {
    const url = new URL(databases.replica.url);
    url.pathname = "/not%20there";
    const other = await startHost({
      cwd: join(import.meta.dirname, "../.."),
      settings: {
        MSSQL_PRIMARY_URL: databases.primary.url,
        MSSQL_REPLICA_URL: url.href,
        REDIS_URL: redis.url,
        SYNC_SCHEDULE: "0 0 0 1 1 *",
      },
    });
    try {
      const response = await fetch(`${other.url}/api/health`, { headers: { "x-functions-key": other.key } });
      expect(response.status).toBe(503);
      const { findings } = (await response.json()) as { findings: { fix?: string; sqlError?: number }[] };
      expect(findings).toContainEqual(
        expect.objectContaining({ severity: "fatal", sqlError: 4060, fix: "CREATE DATABASE [not there];" }),
      );
    } finally {
      await other.stop();
    }
  });
});
