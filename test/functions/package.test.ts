import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePackageFolder } from "../../infra/make-package-folder.ts";
import { zipFolder } from "../../infra/zip-folder.ts";
import { startHost, type LocalHost } from "../host/start-host.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const project = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "package-"));
const canary = "canary-Pa55word";

/** A clone of the project with what a developer has beside the sources: settings of his own, tests. */
function clone(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, "test"), { recursive: true });
  for (const part of ["functions", "src", "infra", "host.json", "package.json", "tsconfig.json", "LICENSE"]) {
    cpSync(join(project, part), join(root, part), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
  for (const file of ["local.settings.json", ".env", "test/secret.ts", "src/.env"]) {
    writeFileSync(join(root, file), `export const password = "${canary}";`);
  }
  return root;
}

let zip: Uint8Array;
let entries: Record<string, Uint8Array>;
let command: { readonly zip: Uint8Array; readonly output: string };

beforeAll(async () => {
  const here = clone("here");
  await makePackageFolder(here, join(here, "dist/package"));
  zip = zipFolder(join(here, "dist/package"));
  entries = unzipSync(zip);
  const there = clone("some where/deeper");
  const env = { ...process.env, TZ: "Asia/Kolkata" };
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "package"], { cwd: there, env });
  command = { zip: readFileSync(join(there, "dist/mssql-sync.zip")), output: stdout };
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function text(entry: string): string {
  return Buffer.from(entries[entry] ?? []).toString("utf8");
}

const sources = (): readonly string[] => (JSON.parse(text("functions.cjs.map")) as { sources: string[] }).sources;

describe("npm run package", () => {
  it("gives the same bytes in another folder, another time zone and another process", () => {
    expect(Buffer.compare(command.zip, zip)).toBe(0);
  });

  it("prints size and hash of what it wrote", () => {
    expect(command.output).toContain(`${command.zip.length.toLocaleString("en-US")} bytes`);
    expect(command.output).toContain(`sha256 ${createHash("sha256").update(command.zip).digest("hex")}`);
  });

  it("stays below 5 MB", () => {
    expect(zip.length).toBeLessThan(5_000_000);
  });

  it("holds production files only, sorted, with host.json in its root", () => {
    expect(Object.keys(entries)).toEqual([
      "LICENSE",
      "THIRD-PARTY-LICENSES.txt",
      "functions.cjs",
      "functions.cjs.map",
      "host.json",
      "package.json",
    ]);
    expect(JSON.parse(text("host.json"))).toMatchObject({ version: "2.0" });
    expect(JSON.parse(text("package.json"))).not.toHaveProperty("devDependencies");
  });

  it("holds no tests, no development tools, no settings and no path of the machine", () => {
    const own = sources().filter((source) => !/node_modules\/|^webpack:/.test(source));
    expect(own.filter((source) => !/^(src|functions)\/[\w/-]+\.ts$|^functions\.ts$|^late:/.test(source))).toEqual([]);
    const tools = /node_modules\/(esbuild|tsx|typescript|vite|vitest|eslint|prettier|croner|js-redis-server)\//;
    expect(sources().filter((source) => tools.test(source))).toEqual([]);
    for (const name of Object.keys(entries)) {
      expect(text(name)).not.toContain(canary);
      expect(text(name)).not.toContain(folder);
      expect(text(name)).not.toContain(project);
    }
  });

  it("names the licence of each package that is bundled", () => {
    const licenses = text("THIRD-PARTY-LICENSES.txt");
    const named = sources().flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.slice(1) ?? []);
    const bundled = new Set(named.filter((name) => existsSync(join(project, "node_modules", name))));
    expect(bundled.size).toBeGreaterThan(30);
    for (const name of bundled) expect(licenses).toMatch(new RegExp(`^${name} \\d\\S* \\(.+\\)$`, "m"));
    expect(licenses).toMatch(/^redis \S+ \(MIT\)$/m);
    expect(licenses.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(10);
  });
});

describe("the unpacked zip in a Functions host", () => {
  const unpacked = join(folder, "deployed");
  let databases: TestDatabases;
  let redis: RedisServer;
  let host: LocalHost;

  const call = async (method: string, path: string) => {
    const response = await fetch(`${host.url}/api/${path}`, { method, headers: { "x-functions-key": host.key } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  beforeAll(async () => {
    mkdirSync(unpacked);
    for (const [name, bytes] of Object.entries(entries)) writeFileSync(join(unpacked, name), bytes);
    [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
    await databases.primary.run(`
      CREATE TABLE [User] (id BIGINT PRIMARY KEY, username VARCHAR(100));
      ALTER TABLE [User] ENABLE CHANGE_TRACKING;
      INSERT [User] VALUES (1, 'alice'), (2, 'bob');`);
    host = await startHost({
      cwd: unpacked,
      settings: {
        MSSQL_PRIMARY_URL: databases.primary.url,
        MSSQL_REPLICA_URL: databases.replica.url,
        REDIS_URL: redis.url,
        // Ticks run only when a test asks for one.
        SYNC_SCHEDULE: "0 0 0 1 1 *",
        MODULE_SYNC_SCHEDULE: "0 0 0 1 1 *",
      },
    });
  });
  afterAll(async () => {
    await host.stop();
    await redis.close();
    await databases.close();
  });

  it("registers every function of the project", async () => {
    const names = readdirSync(join(project, "functions")).flatMap((file) =>
      [...readFileSync(join(project, "functions", file), "utf8").matchAll(/app\.(?:http|timer)\("(\w+)"/g)].map(
        (match) => match[1],
      ),
    );
    // Without VERIFY_SCHEDULE that timer is not registered.
    expect(await host.functions()).toEqual(names.filter((name) => name !== "verifyTables").sort());
  });

  it("ticks, and answers HTTP", async () => {
    expect(await call("GET", "health")).toMatchObject({ status: 200 });
    await host.invoke("syncTables");
    expect(await call("POST", "tables/User/enable")).toMatchObject({ status: 200, body: { enabled: true } });
    for (let ticks = 0; ticks < 10; ticks++) {
      if ((await call("GET", "tables/User")).body["state"] === "live") break;
      await host.invoke("syncTables");
    }
    expect(await databases.replica.rows("SELECT id, username FROM [User] ORDER BY id")).toHaveLength(2);
    await host.invoke("syncModules");
    expect(await call("GET", "modules")).toMatchObject({ status: 200, body: { lastRun: { pending: 0 } } });
  });

  it("maps an error's stack to the line of the source", async () => {
    const url = "mssql://sa:x@127.0.0.1:1/testct";
    const settings = { MSSQL_PRIMARY_URL: url, MSSQL_REPLICA_URL: `${url}2`, REDIS_URL: "redis://127.0.0.1:3" };
    const away = await startHost({ cwd: unpacked, settings: { ...settings, SYNC_SCHEDULE: "0 0 0 1 1 *" } });
    const error = await away.invoke("syncTables").then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    await away.stop();
    const frames = [...(error?.stack ?? "").matchAll(/((?:src|functions)\/[\w/-]+\.ts):(\d+):\d+/g)];
    const [, file = "", line = ""] = frames[0] ?? [];
    expect(file).toBe("src/invocation-error.ts");
    expect(readFileSync(join(project, file), "utf8").split("\n")[Number(line) - 1]).toContain("new Error(");
    expect(frames.map((frame) => frame[1])).toContain("src/run-timer.ts");
  });
});
