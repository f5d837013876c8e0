import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHost, type LocalHost } from "../host/start-host.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

const projectFolder = join(import.meta.dirname, "../..");
let databases: TestDatabases;
let redis: RedisServer;
let operator: ReturnType<typeof createClient>;
let host: LocalHost;

function settings(): Record<string, string> {
  return {
    MSSQL_PRIMARY_URL: databases.primary.url,
    MSSQL_REPLICA_URL: databases.replica.url,
    REDIS_URL: redis.url,
    // Runs come only when a test asks for one.
    SYNC_SCHEDULE: "0 0 0 1 1 *",
    MODULE_SYNC_SCHEDULE: "0 0 0 1 1 *",
  };
}

async function callOn(app: LocalHost, method: string, path: string, body?: string): Promise<Answer> {
  const response = await fetch(`${app.url}/api/${path}`, {
    method,
    headers: { "x-functions-key": app.key },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

const call = (method: string, path: string, body?: string): Promise<Answer> => callOn(host, method, path, body);

async function modules(answer: Promise<Answer>): Promise<Record<string, unknown>[]> {
  const { status, body } = await answer;
  expect(status).toBe(200);
  return body["modules"] as Record<string, unknown>[];
}

const replicaObjects = async (): Promise<unknown[]> =>
  (await databases.replica.rows("SELECT name FROM sys.objects WHERE type IN ('V', 'P') ORDER BY name;")).map(
    ({ name }) => name,
  );

beforeAll(async () => {
  [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
  operator = createClient({ url: redis.url });
  await operator.connect();
  await databases.primary.run(`CREATE TABLE dbo.Later (id int NOT NULL PRIMARY KEY);
  GO
  CREATE SCHEMA sales;
  GO
  CREATE VIEW dbo.vOne AS SELECT 1 AS one;
  GO
  CREATE PROCEDURE sales.pTwo AS SELECT 2 AS two;
  GO
  CREATE VIEW dbo.vWaits AS SELECT id FROM dbo.Later;`);
  host = await startHost({ cwd: projectFolder, settings: settings() });
});

afterAll(async () => {
  await host.stop();
  operator.destroy();
  await redis.close();
  await databases.close();
});

describe("GET /api/modules", () => {
  it("answers before the first run, and the health report says that there was none", async () => {
    expect(await call("GET", "modules")).toMatchObject({ status: 200, body: { lastRun: null, modules: [] } });
    const { body } = await call("GET", "health");
    expect(body["modules"]).toEqual({
      lastRun: null,
      states: { "in-sync": 0, pending: 0, unsupported: 0, "replica-only": 0 },
      disabled: false,
    });
    expect(body["findings"]).toContainEqual(
      expect.objectContaining({ severity: "warning", what: expect.stringContaining("has not run yet") as string }),
    );
  });

  it("lists what the timer has found, and the health report counts it", async () => {
    await host.invoke("syncModules");
    const answer = await call("GET", "modules");
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body["lastRun"]).toMatchObject({ modules: 3, changed: 2, pending: 1, postponed: 0 });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    expect(answer.body["modules"]).toEqual([
      { name: "sales.pTwo", type: "P", state: "in-sync", lastChange: { what: "created", at: time } },
      { name: "vOne", type: "V", state: "in-sync", lastChange: { what: "created", at: time } },
      {
        name: "vWaits",
        type: "V",
        state: "pending",
        reason: expect.stringContaining("dbo.Later") as string,
        fix: expect.stringContaining("enable the table") as string,
        sqlError: 208,
        attempts: 1,
        retryAt: time,
      },
    ]);
    const { body } = await call("GET", "health");
    expect(body).toMatchObject({
      status: "degraded",
      modules: { lastRun: { pending: 1 }, states: { "in-sync": 2, pending: 1 } },
    });
    expect(body["findings"]).toEqual([expect.objectContaining({ what: "modules that wait for something: vWaits" })]);
    expect(body["strangeKeys"]).toEqual([]);
  });

  it.each(["POST", "PUT", "DELETE"])("is no %s", async (method) => {
    expect(await call(method, "modules")).toMatchObject({ status: 404, body: {} });
  });
});

describe("POST /api/modules/sync", () => {
  it("applies a change of a moment ago, and tries again what waits", async () => {
    await databases.primary.run("ALTER VIEW dbo.vOne AS SELECT 11 AS one;");
    await databases.replica.run("CREATE TABLE dbo.Later (id int NOT NULL PRIMARY KEY);");
    const list = await modules(call("POST", "modules/sync"));
    expect(list).toMatchObject([
      { name: "sales.pTwo", lastChange: { what: "created" } },
      { name: "vOne", state: "in-sync", lastChange: { what: "altered" } },
      { name: "vWaits", state: "in-sync", lastChange: { what: "created" } },
    ]);
    expect(await databases.replica.rows("SELECT one FROM dbo.vOne;")).toEqual([{ one: 11 }]);
    expect(await modules(call("GET", "modules"))).toEqual(list);
  });

  it.each([
    ["?confirm=yes", "confirm"],
    ["?confirm", "confirm"],
    ["?Confirm=1", "Confirm"],
    ["?confirm=1&confirm=1", "confirm"],
    ["?force=1", "force"],
  ])("refuses %s and names the parameter", async (query, named) => {
    const { status, body, headers } = await call("POST", `modules/sync${query}`);
    expect(status).toBe(400);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body["detail"]).toContain(named);
  });

  it.each([
    ["{", 400],
    ['{"confirm":1}', 400],
    ["x".repeat(100_000), 413],
  ])("refuses a body that means nothing", async (body, status) => {
    expect((await call("POST", "modules/sync", body)).status).toBe(status);
  });

  it("takes confirm=0, an empty body and the key in the query", async () => {
    const url = `${host.url}/api/modules/sync?confirm=0&code=${host.key}`;
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(200);
  });

  it("is no GET", async () => {
    expect(await call("GET", "modules/sync")).toMatchObject({ status: 404, body: {} });
  });

  it("answers 409 while another run is under way", async () => {
    await operator.set("mssql_sync:app_lease:modules", "another worker", { PX: 10_000 });
    const { status, body, headers } = await call("POST", "modules/sync");
    expect(status).toBe(409);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(body).toMatchObject({ title: "Not possible now", detail: expect.stringContaining("under way") as string });
    await operator.del("mssql_sync:app_lease:modules");
    expect((await call("POST", "modules/sync")).status).toBe(200);
  });

  it("drops nothing while the primary shows no module at all, until an operator confirms", async () => {
    await databases.replica.run("CREATE PROCEDURE dbo.pOwn AS SELECT 1 AS one;");
    await databases.primary.run("DROP VIEW dbo.vOne, dbo.vWaits; DROP PROCEDURE sales.pTwo;");
    const held = await call("POST", "modules/sync");
    expect(held.body["lastRun"]).toMatchObject({
      dropsHeld: { reason: expect.stringContaining("shows none of the modules") as string },
    });
    expect(held.body["modules"]).toMatchObject([
      { name: "pOwn", state: "replica-only" },
      { name: "sales.pTwo", state: "pending" },
      { name: "vOne", state: "pending" },
      { name: "vWaits", state: "pending" },
    ]);
    expect(await replicaObjects()).toEqual(["pOwn", "pTwo", "vOne", "vWaits"]);
    const { findings } = (await call("GET", "health")).body as { findings: { what: string; fix: string }[] };
    expect(findings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^modules that wait for something: sales\.pTwo, vOne, vWaits$/),
      expect.stringMatching(/^no view, procedure or function is dropped at present/),
    ]);
    expect(findings.at(-1)?.fix).toContain("POST /api/modules/sync?confirm=1");

    expect(await modules(call("POST", "modules/sync?confirm=1"))).toEqual([
      { name: "pOwn", type: "P", state: "replica-only" },
    ]);
    expect(await replicaObjects()).toEqual(["pOwn"]);
  });
});

describe("AzureWebJobs.syncModules.Disabled", () => {
  it("takes the timer out; calls still work, and the health report does not miss it", async () => {
    await operator.del("mssql_sync:module_run");
    const app = await startHost({
      cwd: projectFolder,
      settings: { ...settings(), "AzureWebJobs.syncModules.Disabled": "true" },
    });
    try {
      expect(await app.functions()).not.toContain("syncModules");
      const { body } = await callOn(app, "GET", "health");
      expect(body).toMatchObject({ status: "healthy", modules: { lastRun: null, disabled: true } });
      expect((await callOn(app, "POST", "modules/sync")).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
