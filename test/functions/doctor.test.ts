import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalHost, startHost } from "../host/start-host.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const projectFolder = join(import.meta.dirname, "../..");
const password = "canary-Pa55word";
const away = {
  MSSQL_PRIMARY_URL: `mssql://sa:${password}@127.0.0.1:1/testct`,
  MSSQL_REPLICA_URL: `mssql://sa:${password}@127.0.0.1:2/testct`,
  REDIS_URL: `redis://:${password}@127.0.0.1:3`,
};

let databases: TestDatabases;
let redis: RedisServer;
let settings: Record<string, string>;

beforeAll(async () => {
  [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
  settings = {
    MSSQL_PRIMARY_URL: databases.primary.url,
    MSSQL_REPLICA_URL: databases.replica.url,
    REDIS_URL: redis.url,
    "AzureWebJobs.syncModules.Disabled": "true",
  };
  await databases.primary.run(`CREATE TABLE dbo.T (id int PRIMARY KEY); ALTER TABLE dbo.T ENABLE CHANGE_TRACKING;`);
});
afterAll(async () => {
  await redis.close();
  await databases.close();
});

interface Report {
  readonly status: string;
  readonly findings: readonly { readonly severity: string; readonly part?: string; readonly what: string }[];
  readonly deep?: { readonly tables?: unknown };
}

describe("GET /api/health?deep=1", () => {
  let host: LocalHost;
  beforeAll(async () => {
    host = await startHost({ cwd: projectFolder, settings });
  });
  afterAll(() => host.stop());

  async function call(query: string): Promise<{ status: number; body: Report }> {
    const response = await fetch(`${host.url}/api/health${query}`, { headers: { "x-functions-key": host.key } });
    return { status: response.status, body: (await response.json()) as Report };
  }

  it("adds the facts to the plain report", async () => {
    const { status, body } = await call("?deep=1");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      settings: { ok: true },
      primary: { reachable: true },
      deep: { tables: { tracked: 1, lookedAt: 1, untracked: 0 }, primary: { user: "dbo" } },
    });
    expect(body.findings.every(({ part }) => part !== undefined)).toBe(true);
  });

  it.each(["", "?deep=0"])("leaves the plain report as it is: %j", async (query) => {
    const { status, body } = await call(query);
    expect(status).toBe(200);
    expect(body.deep).toBeUndefined();
    expect(body.findings.some((finding) => "part" in finding)).toBe(false);
  });

  it.each(["?deep=2", "?deep=", "?deep=true", "?depth=1"])("answers 400 to %s", async (query) => {
    const { status, body } = await call(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ title: "Bad input" });
  });

  it("asks for a key", async () => {
    expect((await fetch(`${host.url}/api/health?deep=1`)).status).toBe(401);
  });
});

describe("npm run doctor", () => {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the built program in an empty folder, with nothing of this process's environment. */
  function doctor(env: Record<string, string>, ...options: string[]): Promise<Record<"code" | "out" | "err", unknown>> {
    const program = join(projectFolder, "dist/src/doctor.js");
    return new Promise((resolve) => {
      execFile(process.execPath, ["--no-deprecation", program, ...options], { cwd: folder, env }, (error, out, err) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
      });
    });
  }
  const lastLine = (text: unknown): string | undefined => (text as string).trim().split("\n").at(-1);

  it("exits 0 where nothing must be mended", async () => {
    const { code, out, err } = await doctor(settings);
    expect(err).toBe("");
    expect(out).toMatch(
      /^settings[^]*\nprimary [^]*\nreplica [^]*\n {2}info .*READ_COMMITTED_SNAPSHOT[^]*\nRedis [^]*\ntables {4}1 tracked/,
    );
    expect(lastLine(out)).toMatch(/^Nothing must be mended; /);
    expect(code).toBe(0);
  });

  it("exits 1 where something must be mended, with the statement", async () => {
    const { replica } = databases;
    await replica.run(`ALTER DATABASE [${replica.name}] SET READ_ONLY;`);
    const { code, out } = await doctor(settings);
    await replica.run(`ALTER DATABASE [${replica.name}] SET READ_WRITE;`);
    expect(out).toMatch(/ {2}fatal {3}the replica.*\n {10}ALTER DATABASE \[.*\] SET READ_WRITE;/);
    expect(lastLine(out)).toMatch(/^To be mended: /);
    expect(code).toBe(1);
  });

  it("gives the report as JSON", async () => {
    const { code, out } = await doctor(settings, "--json");
    expect(JSON.parse(out as string)).toMatchObject({ settings: { ok: true }, deep: { tables: { tracked: 1 } } });
    expect(code).toBe(0);
  });

  it("exits 1 where nothing can be reached, and shows no credential", async () => {
    const { code, out, err } = await doctor(away);
    expect((out as string).match(/ {2}fatal /g)).toHaveLength(3);
    expect(lastLine(out)).toBe("To be mended: 3 fatal.");
    expect(`${String(out)}${String(err)}`).not.toContain(password);
    expect(code).toBe(1);
  });

  it("exits 1 with all problems of the settings", async () => {
    const { code, err } = await doctor({ ...away, SYNC_THREADS: "0", REDIS_URL: "" });
    expect(err).toMatch(/^SYNC_THREADS is '0'/m);
    expect(err).toMatch(/^REDIS_URL is missing/m);
    expect(lastLine(err)).toBe("To be mended: the settings.");
    expect(code).toBe(1);
    const json = await doctor({}, "--json");
    expect(JSON.parse(json.out as string)).toMatchObject({ status: "unhealthy", settings: { ok: false } });
    expect(json.code).toBe(1);
  });

  it("exits 2 for wrong use, and explains itself", async () => {
    const wrong = await doctor(settings, "--deep");
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/--deep[^]*npm run doctor/);
    const help = await doctor({}, "--help");
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/Exits 0 when nothing must be mended, 1 when/);
  });
});
