import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHost, type LocalHost } from "../host/start-host.ts";
import type { LogLine } from "../host/worker/worker-message.ts";

const projectFolder = join(import.meta.dirname, "../..");
const password = "canary-Pa55word";
const away = {
  MSSQL_PRIMARY_URL: `mssql://sa:${password}@127.0.0.1:1/testct`,
  MSSQL_REPLICA_URL: `mssql://sa:${password}@127.0.0.1:2/testct`,
  REDIS_URL: `redis://:${password}@127.0.0.1:3`,
};

interface App {
  readonly host: LocalHost;
  readonly log: LogLine[];
  call(method: string, path: string): Promise<{ response: Response; body: unknown; text: string }>;
}

async function startApp(settings: Record<string, string>): Promise<App> {
  const log: LogLine[] = [];
  const host = await startHost({ cwd: projectFolder, settings, onLog: (line) => log.push(line) });
  return {
    host,
    log,
    call: async (method, path) => {
      const response = await fetch(`${host.url}/api/${path}`, { method, headers: { "x-functions-key": host.key } });
      const text = await response.text();
      return { response, text, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    },
  };
}

const functionNames = [
  "adopt",
  "disable",
  "enable",
  "health",
  "modules",
  "modulesSync",
  "resync",
  "syncModules",
  "syncTables",
  "table",
  "tables",
];

describe("the app with wrong settings", () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({
      MSSQL_PRIMARY_URL: away.MSSQL_PRIMARY_URL,
      MSSQL_REPLICA_URL: away.MSSQL_PRIMARY_URL,
      REDIS_URL: "",
      SYNC_SCHEDULE: "now and then",
      MODULE_SYNC_SCHEDULE: "never",
      SYNC_THREADS: "many",
      DROP_UNKNOWN_VIEWS: "maybe",
    });
  });
  afterAll(() => app.host.stop());

  it("loads all its functions", async () => {
    expect(await app.host.functions()).toEqual(expect.arrayContaining(functionNames));
  });

  it("shows all problems in the health report", async () => {
    const { response, body } = await app.call("GET", "health");
    expect(response.status).toBe(503);
    expect(body).toMatchObject({ status: "unhealthy", settings: { ok: false } });
    const { settings } = body as { settings: { problems: { variable: string; example: string }[] } };
    expect(settings.problems.map(({ variable }) => variable).sort()).toEqual([
      "DROP_UNKNOWN_VIEWS",
      "MODULE_SYNC_SCHEDULE",
      "MSSQL_REPLICA_URL",
      "REDIS_URL",
      "SYNC_SCHEDULE",
      "SYNC_THREADS",
    ]);
    expect(settings.problems.every(({ example }) => example !== "")).toBe(true);
  });

  it.each(["syncTables", "syncModules"])("fails every %s with all problems, without a stack", async (timer) => {
    app.log.length = 0;
    await expect(app.host.invoke(timer)).rejects.toThrow(/SYNC_THREADS is 'many'/);
    const failed = app.log.find(({ message }) => message.includes("SYNC_THREADS is 'many'"));
    expect(failed?.message).toMatch(/REDIS_URL is missing/);
    expect(failed?.message).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["GET", "tables"],
    ["GET", "modules"],
    ["POST", "modules/sync"],
  ])("answers %s %s with the problems", async (method, path) => {
    const { response, body } = await app.call(method, path);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(body).toMatchObject({ title: "Wrong settings", status: 503 });
  });

  it("asks for a key", async () => {
    for (const path of ["health", "tables", "tables/User", "modules"]) {
      expect((await fetch(`${app.host.url}/api/${path}`)).status).toBe(401);
    }
  });
});

describe("the app without SQL Server and Redis", () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(away);
  });
  afterAll(() => app.host.stop());

  it.each([
    ["GET", "tables"],
    ["GET", "tables/User"],
    ["POST", "tables/User/enable"],
    ["POST", "tables/User/disable"],
    ["POST", "tables/User/resync"],
    ["GET", "modules"],
    ["POST", "modules/sync"],
  ])("answers %s %s with 503 and Retry-After", async (method, path) => {
    const { response, body } = await app.call(method, path);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(body).toMatchObject({ status: 503, detail: expect.stringContaining("127.0.0.1") as string });
  });

  it("says in the health report what is away", async () => {
    const { response, body } = await app.call("GET", "health");
    expect(response.status).toBe(503);
    expect(body).toMatchObject({
      status: "unhealthy",
      settings: { ok: true },
      redis: { reachable: false },
      primary: { reachable: false, url: "mssql://127.0.0.1:1/testct" },
      replica: { reachable: false, url: "mssql://127.0.0.1:2/testct" },
    });
    expect((body as { findings: unknown[] }).findings).toHaveLength(3);
  });

  it.each(["syncTables", "syncModules"])("fails %s, and goes on", async (timer) => {
    await expect(app.host.invoke(timer)).rejects.toThrow();
    expect((await app.call("GET", "health")).response.status).toBe(503);
  });

  it("shows no credential anywhere", async () => {
    const texts = [(await app.call("GET", "health")).text, (await app.call("GET", "tables")).text];
    expect([...texts, ...app.log.map(({ message }) => message)].join("\n")).not.toContain(password);
  });
});

describe("npm run check-settings", () => {
  const folder = mkdtempSync(join(tmpdir(), "check-settings-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the built program in an empty folder, with nothing of this process's environment. */
  function check(env: Record<string, string>): Promise<{ code: number; output: string }> {
    const program = join(projectFolder, "dist/src/check-settings.js");
    return new Promise((resolve) => {
      execFile(process.execPath, [program], { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
      });
    });
  }

  it("says OK", async () => {
    const { code, output } = await check(away);
    expect(output).toContain("OK: mssql://127.0.0.1:1/testct -> mssql://127.0.0.1:2/testct");
    expect(output).not.toContain(password);
    expect(code).toBe(0);
  });

  it("prints all problems and exits 1, without a stack", async () => {
    const { code, output } = await check({ ...away, SYNC_THREADS: "0", REDIS_URL: "", DROP_UNKNOWN_VIEWS: "no" });
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toEqual([
      expect.stringMatching(/^SYNC_THREADS is '0'.*Example: SYNC_THREADS=4$/),
      expect.stringMatching(/^REDIS_URL is missing.*Example: REDIS_URL=/),
      expect.stringMatching(/^DROP_UNKNOWN_VIEWS is 'no'.*true or false\. Example: DROP_UNKNOWN_VIEWS=true$/),
    ]);
  });

  it("reads local.settings.json for what the environment lacks", async () => {
    const { REDIS_URL, ...rest } = away;
    const values = { IsEncrypted: false, Values: { REDIS_URL, SYNC_THREADS: "0" } };
    writeFileSync(join(folder, "local.settings.json"), JSON.stringify(values));
    expect((await check({ ...rest, SYNC_THREADS: "2" })).code).toBe(0);
    expect((await check(rest)).output).toMatch(/^SYNC_THREADS is '0'/);
    writeFileSync(join(folder, "local.settings.json"), "{");
    const broken = await check(away);
    expect(broken.code).toBe(1);
    expect(broken.output).toMatch(/local\.settings\.json is no JSON/);
  });
});
