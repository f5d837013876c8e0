import { execFile } from "node:child_process";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../emulator/start-emulator.ts";
import { type LocalHost, startHost } from "../host/start-host.ts";
import { leaks } from "../support/canaries.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type LockedRedis, lockRedis } from "../support/locked-redis.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

/** Three passwords of the worst signs; each is looked for in all its spellings in all that leaves the app. */
const primaryPassword = "primary-canary@:/#?%;'\"{}&=+ end";
const replicaPassword = "replica-canary'';\"\"--]]\\n\nend";
const redisPassword = "redis-canary%2F:@/\"'\tend";
const clientSecret = "secret-canary;'\"=~end";
const secrets = [primaryPassword, replicaPassword, redisPassword, clientSecret];

const projectFolder = join(import.meta.dirname, "../..");
const never = { SYNC_SCHEDULE: "0 0 0 1 1 *", MODULE_SYNC_SCHEDULE: "0 0 0 1 1 *" };
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const routes: readonly (readonly [method: string, path: string])[] = [
  ["GET", "health"],
  ["GET", "health?deep=1"],
  ["GET", "tables"],
  ["GET", "tables/User"],
  ["POST", "tables/User/enable"],
  ["POST", "tables/User/disable"],
  ["POST", "tables/User/resync"],
  ["POST", "tables/User/verify"],
  ["GET", "tables/User/verify"],
  ["GET", "modules"],
  ["POST", "modules/sync"],
  ["GET", "live"],
];

let emulators: { primary: Emulator; replica: Emulator };
let databases: TestDatabases;
let redis: RedisServer;
let locked: LockedRedis;

/** Everything that an app with these settings lets out: log lines, answers, what its timers throw. */
async function collect(
  settings: Record<string, string>,
  play?: (host: LocalHost, call: (method: string, path: string) => Promise<string>) => Promise<void>,
): Promise<string> {
  const out: string[] = [];
  const host = await startHost({
    cwd: projectFolder,
    settings: { ...never, ...settings },
    onLog: (line) => out.push(JSON.stringify(line), line.message),
  });
  const call = async (method: string, path: string): Promise<string> => {
    const response = await fetch(`${host.url}/api/${path}`, { method, headers: { "x-functions-key": host.key } });
    const text = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
    out.push(text);
    expect(text, `${method} ${path} shows a stack`).not.toMatch(/\\n\s*at |\.[jt]s:\d|node_modules/);
    return text;
  };
  try {
    for (const timer of ["syncTables", "syncModules"]) {
      await host.invoke(timer).catch((error: unknown) => out.push(String(error), (error as Error).stack ?? ""));
    }
    for (const [method, path] of routes) await call(method, path);
    await play?.(host, call);
  } finally {
    await host.stop();
  }
  return out.join("\n");
}

function runProgram(name: string, settings: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const program = join(projectFolder, `dist/src/${name}.js`);
    execFile(process.execPath, [program], { cwd: import.meta.dirname, env: settings }, (error, stdout, stderr) =>
      resolve(`${stdout}${stderr}${error?.code}`),
    );
  });
}

async function everythingInRedis(): Promise<string> {
  const client = createClient({ url: redis.url });
  client.on("error", () => undefined);
  await client.connect();
  const texts = await Promise.all(
    (await client.keys("*")).map(async (key) => {
      const value = (await client.type(key)) === "hash" ? await client.hGetAll(key) : await client.get(key);
      return `${key} ${
        typeof value === "string"
          ? value
          : Object.entries(value ?? {})
              .flat()
              .join(" ")
      }`;
    }),
  );
  client.destroy();
  return texts.join("\n");
}

async function everythingOnReplica(): Promise<string> {
  const tables = await databases.replica.rows(
    "SELECT t.name FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE s.name = 'mssql_sync';",
  );
  const rows = await Promise.all(
    tables.map(({ name }) => databases.replica.rows(`SELECT * FROM mssql_sync.[${String(name)}];`)),
  );
  return JSON.stringify(rows.flat());
}

function working(): Record<string, string> {
  const { port } = emulators.replica;
  return {
    MSSQL_PRIMARY_URL: databases.primary.url,
    MSSQL_REPLICA_URL: `Server=tcp:127.0.0.1,${port};Database=${databases.replica.name};User Id=sa;Password=${quoted(replicaPassword)};Encrypt=true;TrustServerCertificate=true`,
    REDIS_URL: `redis://:${encodeURIComponent(redisPassword)}@${locked.address}`,
  };
}

beforeAll(async () => {
  const [primary, replica] = await Promise.all([
    startEmulator({ password: primaryPassword }),
    startEmulator({ password: replicaPassword }),
  ]);
  emulators = { primary, replica };
  [databases, redis] = await Promise.all([openTestDatabases({ emulators }), startRedis()]);
  locked = await lockRedis(redis.url, redisPassword);
  // Errors of the server quote names: these hold whole connection strings.
  const repeated = `Password=${quoted(primaryPassword)}`.replaceAll("]", "]]");
  const repeatedUrl = `mssql://sa:${encodeURIComponent(replicaPassword)}@h`;
  await databases.primary.run(`CREATE TABLE [User] (id int PRIMARY KEY, age int);
    CREATE TABLE Broken (id int PRIMARY KEY, age int);
    CREATE TABLE [x ${repeated}] (id int PRIMARY KEY);
    ALTER TABLE [User] ENABLE CHANGE_TRACKING;
    ALTER TABLE Broken ENABLE CHANGE_TRACKING;
    INSERT [User] VALUES (1, 1);
    INSERT Broken VALUES (1, -1);
    GO
    CREATE VIEW vBroken AS SELECT id FROM dbo.[x ${repeated}];
    GO
    CREATE VIEW vFine AS SELECT id FROM dbo.[User];`);
  await databases.replica.run(
    `CREATE TABLE Broken (id int PRIMARY KEY, age int, CONSTRAINT [c ${repeatedUrl}] CHECK (age > 0));`,
  );
}, 60_000);

afterAll(async () => {
  await locked.close();
  await redis.close();
  await databases.close();
  await Promise.all([emulators.primary.close(), emulators.replica.close()]);
});

describe("no credential leaves the app", () => {
  it("that works, with tables and modules that fail with errors which repeat connection strings", async () => {
    const text = await collect(working(), async (host, call) => {
      await call("POST", "tables/User/enable");
      await call("POST", "tables/Broken/enable");
      for (let tick = 0; tick < 4; tick++) await host.invoke("syncTables");
      expect(await call("GET", "tables/User")).toContain('"state":"live"');
      expect(await call("GET", "tables/Broken")).toMatch(/"error":.*CHECK constraint/);
      expect(await call("GET", "health")).toContain("CHECK constraint");
      expect(await call("GET", "modules")).toMatch(/vBroken.*Invalid object name/);
      await call("POST", "tables/User/verify");
      await host.invoke("syncTables");
      expect(await call("GET", "tables/User/verify")).toContain('"result":"equal"');
    });
    const redisTexts = await everythingInRedis();
    const replicaTexts = await everythingOnReplica();
    expect(redisTexts).toContain("CHECK constraint");
    expect(replicaTexts).toContain("transport_reason");
    for (const each of [text, redisTexts, replicaTexts]) {
      expect(leaks(each, ...secrets)).toEqual([]);
      expect(each).not.toContain("canary");
    }
  });

  const wrong = "another-wrong-canary;'\"@/\\end";
  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      "with wrong passwords everywhere",
      () => ({
        MSSQL_PRIMARY_URL: databases.primary.url.replace(
          encodeURIComponent(primaryPassword),
          encodeURIComponent(wrong),
        ),
        MSSQL_REPLICA_URL: working()["MSSQL_REPLICA_URL"]?.replace(quoted(replicaPassword), quoted(wrong)) ?? "",
        REDIS_URL: `redis://:${encodeURIComponent(wrong)}@${locked.address}`,
      }),
      /18456[^]*WRONGPASS|WRONGPASS[^]*18456/,
    ],
    [
      "without a password for Redis, and with servers that do not answer",
      () => ({
        MSSQL_PRIMARY_URL: `mssql://sa:${encodeURIComponent(primaryPassword)}@127.0.0.1:1/a`,
        MSSQL_REPLICA_URL: `Server=127.0.0.1,2;Database=b;User Id=sa;Password=${quoted(replicaPassword)}`,
        REDIS_URL: `redis://${locked.address}`,
      }),
      /NOAUTH[^]*what helps: write the password into REDIS_URL/,
    ],
    [
      "with a Redis that does not answer, and a database that is missing",
      () => ({
        ...working(),
        MSSQL_PRIMARY_URL: emulators.primary.databaseUrl("missing"),
        REDIS_URL: `redis://:${encodeURIComponent(redisPassword)}@127.0.0.1:3`,
      }),
      /ECONNREFUSED/,
    ],
    [
      "with wrong settings that hold passwords",
      () => ({
        MSSQL_PRIMARY_URL: `Server=h;Database=d;User Id=sa;Password=${primaryPassword}`,
        MSSQL_REPLICA_URL: `mssql://sa:${replicaPassword}@h/db`,
        REDIS_URL: `redis://:${redisPassword}@h`,
        REDIS_AUTH: redisPassword,
      }),
      /Wrong or missing settings/,
    ],
    [
      "with a password for Redis where tokens are to be used, and a wrong database setting beside a client secret",
      () => ({
        MSSQL_PRIMARY_URL: `Server=h;Database=d;Authentication=Active Directory Service Principal;Client ID=i;Tenant ID=t;Client Secret=${quoted(clientSecret)};Port=x`,
        MSSQL_REPLICA_URL: databases.replica.url,
        REDIS_URL: `rediss://:${encodeURIComponent(redisPassword)}@h:10000`,
        REDIS_AUTH: "entra",
      }),
      /REDIS_AUTH is entra/,
    ],
  ])("%s", async (_, settings, expected) => {
    const [text, ...programs] = await Promise.all([
      collect(settings()),
      runProgram("check-settings", settings()),
      runProgram("doctor", settings()),
    ]);
    expect(text).toMatch(expected);
    const all = [text, ...programs].join("\n");
    expect(leaks(all, ...secrets, wrong)).toEqual([]);
    expect(all).not.toContain("canary");
  });
});
