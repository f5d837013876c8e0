import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHost, type LocalHost } from "../host/start-host.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

let databases: TestDatabases;
let redis: RedisServer;
let operator: ReturnType<typeof createClient>;
let host: LocalHost;

async function call(method: string, path: string, key = host.key): Promise<Answer> {
  const response = await fetch(`${host.url}/api/${path}`, { method, headers: { "x-functions-key": key } });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const tick = (): Promise<void> => host.invoke("syncTables");

async function load(...tables: readonly string[]): Promise<void> {
  for (const table of tables) await call("POST", `tables/${table}/enable`);
  for (let ticks = 0; ticks < 30; ticks++) {
    const states = await Promise.all(tables.map(async (table) => (await call("GET", `tables/${table}`)).body["state"]));
    if (states.every((state) => state === "live")) return;
    await tick();
  }
  throw new Error(`${tables.join(", ")} did not become live`);
}

async function last(table: string): Promise<unknown> {
  for (let ticks = 0; ticks < 30; ticks++) {
    const { body } = await call("GET", `tables/${table}/verify`);
    if (body["running"] === null) return body["last"];
    await tick();
  }
  throw new Error(`the comparison of ${table} did not end`);
}

const hostOf = (settings: Readonly<Record<string, string>>): Promise<LocalHost> =>
  startHost({
    cwd: join(import.meta.dirname, "../.."),
    settings: {
      MSSQL_PRIMARY_URL: databases.primary.url,
      MSSQL_REPLICA_URL: databases.replica.url,
      REDIS_URL: redis.url,
      FULL_LOAD_CHUNK_ROWS: "2",
      // Ticks run only when a test asks for one.
      SYNC_SCHEDULE: "0 0 0 1 1 *",
      ...settings,
    },
  });

beforeAll(async () => {
  [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
  await databases.primary.run(`
    CREATE TABLE [User] (id BIGINT PRIMARY KEY, username VARCHAR(100));
    CREATE TABLE [Product] (id BIGINT PRIMARY KEY, name NVARCHAR(100));
    CREATE TABLE [Paused] (id INT PRIMARY KEY);
    ALTER TABLE [User] ENABLE CHANGE_TRACKING;
    ALTER TABLE [Product] ENABLE CHANGE_TRACKING;
    ALTER TABLE [Paused] ENABLE CHANGE_TRACKING;
    INSERT [User] VALUES (1, 'alice'), (2, 'bob'), (3, 'carol');
    INSERT [Product] VALUES (1, N'one'), (2, N'two'), (3, N'three'), (4, N'four'), (5, N'five');`);
  operator = createClient({ url: redis.url });
  await operator.connect();
  host = await hostOf({ VERIFY_SCHEDULE: "0 0 0 1 1 *" });
  await load("User", "Product");
});

afterAll(async () => {
  await host.stop();
  operator.destroy();
  await redis.close();
  await databases.close();
});

describe("POST verify", () => {
  it("needs a key, as every call on it", async () => {
    for (const method of ["GET", "POST", "DELETE"]) {
      expect((await call(method, "tables/User/verify", "wrong")).status).toBe(401);
    }
    expect(await operator.exists("mssql_sync:verify:User")).toBe(0);
  });

  it("shows nothing of a table that was never compared", async () => {
    expect(await call("GET", "tables/user/verify")).toEqual({
      status: 200,
      body: { table: "User", running: null, last: null },
    });
  });

  it("compares a table once, however often it is asked", async () => {
    expect(await call("POST", "tables/User/verify")).toEqual({
      status: 202,
      body: { table: "User", repair: false, changed: true },
    });
    expect((await call("POST", "tables/User/verify?repair=0")).body).toMatchObject({ changed: false });
    const other = await call("POST", "tables/User/verify?repair=1");
    expect(other).toMatchObject({
      status: 409,
      body: { fix: expect.stringContaining("DELETE /api/tables/User/verify") as string },
    });
    expect((await call("GET", "tables/User/verify")).body["running"]).toMatchObject({
      repair: false,
      askedBy: "http",
      startedAt: null,
      rows: 0,
      percent: 0,
      waitsFor: null,
    });
    await tick();
    expect((await call("GET", "tables/User/verify")).body["running"]).toMatchObject({ rows: 2, percent: 66 });
    expect(await last("User")).toMatchObject({
      result: "equal",
      rows: 3,
      differences: { rows: 0, missing: 0, extra: 0, different: 0, repaired: 0, keys: [] },
      outdated: false,
      error: null,
    });
  });

  it("names the rows that differ, here and in the health report, until they are repaired", async () => {
    await databases.replica.run("UPDATE [Product] SET name = N'TWO' WHERE id = 2; DELETE [Product] WHERE id = 5;");
    await call("POST", "tables/Product/verify");
    expect(await last("Product")).toMatchObject({
      result: "different",
      differences: {
        rows: 2,
        missing: 1,
        different: 1,
        keys: [
          { key: ["2"], kind: "different", repaired: false },
          { key: ["5"], kind: "missing", repaired: false },
        ],
      },
    });
    const finding = expect.objectContaining({
      severity: "error",
      what: expect.stringContaining("Product: 2 rows of the replica differ") as string,
      fix: "POST /api/tables/Product/verify?repair=1",
    }) as unknown;
    expect(await call("GET", "health")).toMatchObject({ status: 200, body: { status: "degraded" } });
    expect((await call("GET", "health")).body["findings"]).toContainEqual(finding);

    expect((await call("POST", "tables/Product/verify?repair=1")).status).toBe(202);
    expect(await last("Product")).toMatchObject({ result: "repaired", repair: true, differences: { repaired: 2 } });
    expect((await call("GET", "health")).body["findings"]).not.toContainEqual(finding);
    expect(await databases.replica.rows("SELECT name FROM [Product] ORDER BY id")).toEqual(
      ["one", "two", "three", "four", "five"].map((name) => ({ name })),
    );
  });

  it("refuses tables whose rows cannot be compared now, with the reason", async () => {
    const paused = await call("POST", "tables/Paused/verify");
    expect(paused).toMatchObject({ status: 409, body: { fix: "POST /api/tables/Paused/enable" } });
    const error = { kind: "blocked", what: "a column is missing", fix: "ALTER TABLE", attempts: 1 };
    const times = { at: "2025-01-01T00:00:00Z", retryAt: "2999-01-01T00:00:00Z" };
    await operator.set("mssql_sync:error:User", JSON.stringify({ ...error, ...times }));
    const blocked = await call("POST", "tables/User/verify");
    expect(blocked).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("a column is missing") as string, fix: "ALTER TABLE" },
    });
    await operator.del("mssql_sync:error:User");
    expect((await call("POST", "tables/Nothing/verify")).status).toBe(404);
    expect((await call("POST", "tables/User/verify?repair=yes")).status).toBe(400);
    expect((await call("POST", "tables/User/verify?fast=1")).status).toBe(400);
  });

  it("says what a comparison waits for", async () => {
    await call("POST", "tables/User/verify");
    await call("POST", "tables/User/disable");
    await tick();
    expect((await call("GET", "tables/User/verify")).body["running"]).toMatchObject({
      rows: 0,
      waitsFor: expect.stringContaining("paused") as string,
    });
    await call("POST", "tables/User/enable");
    expect(await last("User")).toMatchObject({ result: "equal" });
  });
});

describe("DELETE verify", () => {
  it("ends a comparison, and keeps what the one before it found", async () => {
    await call("POST", "tables/Product/verify");
    await tick();
    expect(await call("DELETE", "tables/Product/verify")).toEqual({
      status: 200,
      body: { table: "Product", changed: true },
    });
    expect((await call("DELETE", "tables/Product/verify")).body).toMatchObject({ changed: false });
    await tick();
    expect((await call("GET", "tables/Product/verify")).body).toMatchObject({
      running: null,
      last: { result: "repaired" },
    });
  });
});

describe("VERIFY_SCHEDULE", () => {
  it("asks for a comparison of every live table, one after the other", async () => {
    await host.invoke("verifyTables");
    const running = async (table: string) => (await call("GET", `tables/${table}/verify`)).body["running"];
    expect(await running("Paused")).toBeNull();
    expect(await running("User")).toMatchObject({ askedBy: "schedule", repair: false });
    await tick();
    expect(await running("Product")).toMatchObject({ rows: 2 });
    expect(await running("User")).toMatchObject({ rows: 0, startedAt: null });
    await host.invoke("verifyTables");
    expect(await running("Product")).toMatchObject({ rows: 2 });
    expect(await last("User")).toMatchObject({ result: "equal", askedBy: "schedule" });
    expect((await call("GET", "tables/Product/verify")).body).toMatchObject({ last: { result: "equal", rows: 5 } });
  });

  it.each([{}, { VERIFY_SCHEDULE: "" }])("makes no timer where there is none: %j", async (settings) => {
    const other = await hostOf(settings);
    try {
      await expect(other.invoke("verifyTables")).rejects.toThrow();
      await other.invoke("syncTables");
    } finally {
      await other.stop();
    }
  });
});
