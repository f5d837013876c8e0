import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { functionApp, type FunctionApp } from "../host/function-app.ts";
import { type LocalHost, startHost } from "../host/start-host.ts";
import { WorkerProcess } from "../host/worker-process.ts";
import type { LogLine } from "../host/worker/worker-message.ts";
import { hostileNames } from "../support/hostile-names.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const projectFolder = join(import.meta.dirname, "../..");
const quoted = (name: string): string => `[${name.replaceAll("]", "]]")}]`;
const keyOf = (name: string): string => (/[.[\]]/.test(name) ? quoted(name) : name);
/** Names of tables that a URL can say: the host takes a path apart at `.` and `..` as every client does. */
const names = [
  "a/b",
  "it's; --",
  "a]b[c.d",
  "line\nbreak",
  "50%25",
  "😀 \u202ex",
  "__proto__",
  "q?x=1&y#z",
  "x".repeat(128),
];

let databases: TestDatabases;
let redis: RedisServer;
let host: LocalHost;
let registered: FunctionApp;
/** By function; each parameter stands for User. */
let paths: ReadonlyMap<string, string>;
const log: LogLine[] = [];

const call = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${host.url}/api/${path}`, { method, ...init, headers: { "x-functions-key": host.key, ...init.headers } });

/** What fetch would not send. */
function raw(method: string, path: string, headers: Record<string, string>, body?: () => Buffer | undefined) {
  return new Promise<{ status: number; sent: number }>((resolve, reject) => {
    let sent = 0;
    const sending = request(`${host.url}/api/${path}`, {
      method,
      headers: { "x-functions-key": host.key, ...headers },
    });
    sending.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, sent });
    });
    sending.on("error", reject);
    for (let part = body?.(); part !== undefined; part = body?.()) {
      sent += part.length;
      sending.write(part);
    }
    sending.end();
  });
}

beforeAll(async () => {
  [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
  for (const name of names) {
    await databases.primary.rows(`CREATE TABLE ${quoted(name)} (id int PRIMARY KEY);
      ALTER TABLE ${quoted(name)} ENABLE CHANGE_TRACKING; INSERT ${quoted(name)} VALUES (1);`);
  }
  const settings = {
    MSSQL_PRIMARY_URL: databases.primary.url,
    MSSQL_REPLICA_URL: databases.replica.url,
    REDIS_URL: redis.url,
    SYNC_SCHEDULE: "0 0 0 1 1 *",
    MODULE_SYNC_SCHEDULE: "0 0 0 1 1 *",
  };
  const worker = new WorkerProcess({
    appFolder: projectFolder,
    settings,
    onLog: () => undefined,
    onExit: () => undefined,
  });
  const functions = await worker.ready;
  registered = functionApp(functions, settings, () => undefined);
  paths = new Map(
    functions.map(({ name, bindings }) => {
      const route = Object.values(bindings).find((binding) => binding.route !== undefined)?.route ?? name;
      return [name, route.replaceAll(/\{[^}]*\}/g, "User")];
    }),
  );
  worker.terminate();
  await worker.exited;
  host = await startHost({ cwd: projectFolder, settings, onLog: (line) => log.push(line) });
}, 60_000);

afterAll(async () => {
  await host.stop();
  await redis.close();
  await databases.close();
});

/** Every route with each of its methods. */
function routes(): { name: string; method: string; path: string }[] {
  return registered.http.flatMap(({ name, methods }) =>
    methods.map((method) => ({ name, method, path: paths.get(name) ?? "" })),
  );
}

describe("keys", () => {
  it("are asked for by every function with a route but the liveness probe", () => {
    expect(registered.http.length).toBeGreaterThan(10);
    const open = registered.http.filter(({ authLevel }) => authLevel !== "function");
    expect(open.map(({ name, authLevel }) => `${name} ${authLevel}`)).toEqual(["live anonymous"]);
    for (const { methods } of registered.http) expect(methods.length).toBeGreaterThan(0);
  });

  it("that are missing or wrong are answered 401 and nothing else, whatever is asked", async () => {
    for (const { name, method, path } of routes()) {
      for (const headers of [{}, { "x-functions-key": "wrong" }, { "x-functions-key": "" }]) {
        const response = await fetch(`${host.url}/api/${path}`, { method, headers });
        expect(`${method} ${path} ${response.status}`).toBe(`${method} ${path} ${name === "live" ? 200 : 401}`);
        if (name !== "live") expect(await response.text()).toBe("");
      }
    }
  });

  it("do not open a method that a route has not", async () => {
    for (const { method, path } of routes()) {
      const allowed = routes().filter((route) => route.path === path);
      for (const other of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (allowed.some((route) => route.method === other) || other === method) continue;
        expect(`${other} ${path} ${(await call(other, path)).status}`).toBe(`${other} ${path} 404`);
      }
    }
  });
});

describe("GET /api/live", () => {
  it("says that the process takes calls, and nothing of anything else", async () => {
    const response = await fetch(`${host.url}/api/live?x=1`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"status":"alive"}');
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("does so with settings that are wrong and servers that are away", async () => {
    const broken = await startHost({ cwd: projectFolder, settings: { MSSQL_PRIMARY_URL: "x", REDIS_URL: "" } });
    const response = await fetch(`${broken.url}/api/live`);
    expect([response.status, await response.text()]).toEqual([200, '{"status":"alive"}']);
    await broken.stop();
  });
});

describe("answers", () => {
  it.each([
    ["GET", "health", 200],
    ["GET", "tables", 200],
    ["GET", "modules", 200],
    ["GET", "tables/Nothing", 404],
    ["POST", "tables/Nothing/enable", 404],
    ["POST", "modules/sync?dry=1", 400],
    ["GET", `tables/${"x".repeat(601)}`, 400],
  ])("of %s %s are never stored, never guessed at and without a stack", async (method, path, status) => {
    const response = await call(method, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const text = await response.text();
    expect(text).not.toMatch(/\\n\s*at |\.[jt]s:\d|node_modules/);
    if (status >= 400) expect(response.headers.get("content-type")).toContain("application/problem+json");
    else expect(response.headers.get("content-type")).toContain("application/json");
  });
});

describe("bodies", () => {
  const path = `tables/${encodeURIComponent("it's; --")}/adopt`;

  it.each([
    ["too large", "x".repeat(17_000), {}, 413],
    ["far too large", "x".repeat(1_000_000), {}, 413],
    ["no JSON", "{", {}, 400],
    ["deep", "[".repeat(8_000) + "]".repeat(8_000), {}, 400],
    ["of another type", "<a/>", { "content-type": "application/xml" }, 400],
    ["of an unknown member", '{"version":"1","enabled":true}', {}, 400],
  ])("that are %s are refused", async (_, body, headers, status) => {
    const response = await call("POST", path, { body, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status });
  });

  it("without an announced length are refused as well", async () => {
    let parts = 40;
    const answer = await raw("POST", path, {}, () => (parts-- > 0 ? Buffer.alloc(1024, 32) : undefined));
    expect(answer.status).toBe(413);
  });
});

describe("tables with hostile names", () => {
  it.each(names)("are reached by the route: %j", async (name) => {
    const table = encodeURIComponent(keyOf(name));
    expect(await (await call("GET", `tables/${table}`)).json()).toMatchObject({ table: keyOf(name) });
    const enabled = await call("POST", `tables/${table}/enable`);
    expect([enabled.status, await enabled.json()]).toEqual([200, { table: keyOf(name), enabled: true, changed: true }]);
  });

  it("are synced, and answer the same names", async () => {
    for (let ticks = 0; ticks < names.length + 2; ticks++) await host.invoke("syncTables");
    const { tables } = (await (await call("GET", "tables")).json()) as { tables: { table: string; state: string }[] };
    expect(tables.map(({ table, state }) => `${table} ${state}`).sort()).toEqual(
      names.map((name) => `${keyOf(name)} live`).sort(),
    );
  });
});

describe("the log of calls", () => {
  it("keeps one line a record, whatever headers, parameters and names say", async () => {
    const evil = 'x\r\n{"level":"info","event":"forged"}';
    for (const name of [...hostileNames, evil]) {
      const text = encodeURIComponent(name);
      await call("GET", `tables/${text}?${text}=${text}`);
      await call("POST", `modules/sync?confirm=${text}`);
      await call("POST", `tables/${text}/adopt`, { body: JSON.stringify({ version: name, [name]: name }) });
    }
    await call("GET", "tables", {
      headers: { "x-forwarded-for": "1\u00852{}", "user-agent": '","event":"forged","x":"' },
    });
    expect(await raw("GET", "live", { "x-evil": "%0d%0aforged" })).toMatchObject({ status: 200 });
    const ours = log.filter(({ category }) => category.endsWith(".User")).map(({ message }) => message);
    expect(ours.length).toBeGreaterThan(0);
    for (const line of ours) {
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect((JSON.parse(line) as { event: string }).event).not.toBe("forged");
    }
  });
});
