import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { checkDeepHealth, type DeepHealthReport } from "../../src/operations/check-deep-health.ts";
import type { PlacedFinding } from "../../src/operations/finding.ts";
import type { Emulator } from "../emulator/start-emulator.ts";
import { replicaRights } from "../../src/operations/rights-findings.ts";
import { breakages } from "./doctor-breakages.ts";
import { loginPassword } from "../support/databases.ts";
import { rightsScript } from "../support/rights-script.ts";
import { isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/**
 * What the doctor says of a stack that is as it should be, by logins with the rights of infra/sql; then each thing broken on purpose: that finding and
 * no other, and its statement mends it.
 */

/** What only an emulator does when it is asked to. */
const onEmulators = process.env["SQLSERVER_PRIMARY_URL"] === undefined;
let stack: SyncStack;
let app: App;
let healthy: readonly PlacedFinding[];
/** With the login that has no more than the rights of infra/sql. */
let replicaUrl: string;

const examine = (by: App = app, limitMs?: number): Promise<DeepHealthReport> =>
  checkDeepHealth(by, { moduleSync: false }, limitMs);

beforeAll(async () => {
  stack = await startSyncStack();
  const { primary, replica } = stack.databases;
  await primary.run(`CREATE SCHEMA sales;
  GO
  CREATE TABLE dbo.Parent (id int PRIMARY KEY, name nvarchar(50) NOT NULL, at datetime2(7) NULL);
  CREATE TABLE sales.[Order] (code varchar(10) PRIMARY KEY, parent int NULL);
  ALTER TABLE dbo.Parent ENABLE CHANGE_TRACKING;
  ALTER TABLE sales.[Order] ENABLE CHANGE_TRACKING;
  INSERT dbo.Parent (id, name) VALUES (1, N'one'), (2, N'two');
  INSERT sales.[Order] VALUES ('a', 1);
  GO
  CREATE VIEW dbo.Names AS SELECT p.name FROM dbo.Parent AS p;
  GO
  CREATE FUNCTION dbo.allRows(@id int) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS yes WHERE @id > 0;`);
  replicaUrl = await replica.addUser("mssql_sync", await rightsScript("replica"));
  app = stack.startApp({
    MSSQL_PRIMARY_URL: await primary.addUser("mssql_sync", await rightsScript("primary")),
    MSSQL_REPLICA_URL: replicaUrl,
  });
  const tables = ["Parent", "sales.Order"];
  for (const table of tables) await setKey(app, `enabled:${table}`, "true");
  for (let ticks = 0; ticks < 20; ticks++) {
    await stack.tick(app);
    if ((await Promise.all(tables.map((table) => isLive(app, table)))).every(Boolean)) break;
  }
  await stack.syncModules({}, app);
  healthy = (await examine()).findings;
});
afterAll(() => stack.close());

/** Findings that a stack as it should be does not have. */
function beyondHealthy(report: DeepHealthReport): readonly PlacedFinding[] {
  const known = new Set(healthy.map(({ what }) => what));
  return report.findings.filter(({ what }) => !known.has(what));
}

function emulatorOf(side: "primary" | "replica"): Emulator {
  const { emulator } = stack.databases[side];
  if (emulator === undefined) throw new Error(`the ${side} is no emulator`);
  return emulator;
}

/** In any order: the checks run at the same time. */
function expectTold(findings: readonly PlacedFinding[], ...patterns: readonly RegExp[]): void {
  const texts = told(findings);
  for (const pattern of patterns) expect(texts).toContainEqual(expect.stringMatching(pattern));
  expect(texts).toHaveLength(patterns.length);
}

const told = (findings: readonly PlacedFinding[]): string[] =>
  findings.map(({ part, severity, what }) => `${part} ${severity}: ${what}`);

describe("a stack as it should be", () => {
  it("has no finding but advice", () => {
    expect(told(healthy.filter(({ part }) => part !== "redis"))).toEqual([
      expect.stringMatching(/^replica info: READ_COMMITTED_SNAPSHOT is off/),
    ]);
    const redis = told(healthy.filter(({ part }) => part === "redis"));
    // The real server is started without persistence here, the other one pretends to have it.
    if (stack.redis.kind === "redis-server") expect(redis).toEqual([expect.stringMatching(/writes nothing to disk/)]);
    else expect(redis).toEqual([]);
  });

  it("shows what was looked at", async () => {
    const report = await examine();
    expect(report).toMatchObject({
      settings: { ok: true },
      tables: { live: 2 },
      deep: {
        primary: { engineEdition: 3, user: "mssql_sync", updateability: "READ_WRITE" },
        replica: { compatibilityLevel: 160, userAccess: "MULTI_USER" },
        tables: { tracked: 2, lookedAt: 2, untracked: 0 },
        redis: { role: "master" },
      },
    });
    expect(report.deep.clocks.map(({ who }) => who).sort()).toEqual(["app", "primary", "redis", "replica"]);
    expect(report.deep.space?.files.map(({ kind }) => kind)).toEqual(["data", "log"]);
    expect(JSON.stringify(report)).not.toContain(loginPassword);
  });
});

describe("a thing that is broken is found, and its statement mends it", () => {
  it.each(breakages)("$name", async ({ on, script, found, after }) => {
    const database = stack.databases[on];
    await database.run(script.replaceAll("DATABASE DATABASE", `DATABASE [${database.name}]`));
    try {
      const broken = beyondHealthy(await examine());
      expectTold(broken, ...found);
      for (const fix of new Set(broken.map((finding) => finding.fix))) await database.run(fix ?? "");
      expectTold(beyondHealthy(await examine()));
    } finally {
      if (after !== undefined) await database.run(after);
    }
  });

  it.runIf(onEmulators).each([
    [1105, /^replica error: the replica's database is 100 % full: 8 MB of 8 MB/],
    [9002, /^replica error: the replica's transaction log is 100 % full/],
  ] as const)("a file without room (%d)", async (error, pattern) => {
    const { replica } = stack.databases;
    emulatorOf("replica").server.runOutOfSpace({ error, database: replica.name });
    const broken = beyondHealthy(await examine());
    expectTold(broken, pattern);
    await replica.run(broken[0]?.fix ?? "");
    expectTold(beyondHealthy(await examine()));
  });

  it("READ_COMMITTED_SNAPSHOT", async () => {
    const { replica } = stack.databases;
    const advice = healthy.find(({ what }) => what.startsWith("READ_COMMITTED_SNAPSHOT"));
    await replica.run(advice?.fix ?? "");
    expect((await examine()).findings.map(({ what }) => what)).not.toContain(advice?.what);
    await replica.run(`ALTER DATABASE [${replica.name}] SET READ_COMMITTED_SNAPSHOT OFF;`);
  });
});

describe("what no statement mends", () => {
  it.runIf(onEmulators)("a clock that is wrong", async () => {
    emulatorOf("replica").clock.advance(-30_000);
    const behind = beyondHealthy(await examine());
    emulatorOf("replica").clock.advance(30_000 + 600_000);
    const ahead = beyondHealthy(await examine());
    emulatorOf("replica").clock.advance(-600_000);
    expectTold(behind, /^replica warning: the clock of the replica is 30 s behind/);
    expectTold(ahead, /^replica error: the clock of the replica is 600 s ahead of/);
    expectTold(beyondHealthy(await examine()));
  });

  it("a table without a key", async () => {
    const { primary } = stack.databases;
    await primary.run("CREATE TABLE dbo.Heap (a int NULL);");
    expectTold(beyondHealthy(await examine()), /^tables info: without a primary key.*: Heap$/);
    await primary.run("DROP TABLE dbo.Heap;");
  });

  it("a table that can never be replicated, as long as it is paused", async () => {
    const { primary } = stack.databases;
    await primary.run("CREATE TABLE dbo.Odd (id sql_variant PRIMARY KEY); ALTER TABLE dbo.Odd ENABLE CHANGE_TRACKING;");
    expectTold(
      beyondHealthy(await examine()),
      /^tables info: Odd is paused, and could not be synced if it were enabled: .*sql_variant/,
    );
    await setKey(app, "enabled:Odd", "true");
    expectTold(beyondHealthy(await examine()), /^tables error: Odd: .*sql_variant/);
    await stack.tick(app);
    // The tick has found the same: it is said once.
    expectTold(beyondHealthy(await examine()), /^tables error: Odd: .*sql_variant/);
    await primary.run("DROP TABLE dbo.Odd;");
    await app.state.redis.run("forget Odd", (client) =>
      client.del(["enabled", "error"].map((kind) => `mssql_sync:${kind}:Odd`)),
    );
  });

  it("a replica of another collation", async () => {
    const { replica } = stack.databases;
    await replica.run(`CREATE DATABASE [${replica.name}_other] COLLATE Latin1_General_100_BIN2;`);
    const other = stack.startApp({
      MSSQL_REPLICA_URL: replica.url.replace(replica.name, `${replica.name}_other`),
      REDIS_KEY_PREFIX: "other",
    });
    const report = await examine(other);
    expect(told(report.findings)).toContainEqual(
      expect.stringMatching(
        /^replica warning: .*Latin1_General_100_BIN2 and the primary's SQL_Latin1_General_CP1_CI_AS/,
      ),
    );
    await other.close();
    await replica.run(`DROP DATABASE [${replica.name}_other];`);
  });

  it("keys of Redis that mean nothing", async () => {
    await setKey(app, "enabled:parent", "true");
    await setKey(app, "version:Parent", "soon");
    const found = beyondHealthy(await examine());
    expectTold(
      found,
      /^redis warning: .*enabled:parent.*did you mean Parent/,
      /^redis warning: .*version:Parent holds a value that means nothing/,
    );
    for (const { fix } of found) {
      await app.state.redis.run("mend", (client) => client.sendCommand((fix ?? "").split(" ")));
    }
    expectTold(beyondHealthy(await examine()));
  });

  it("an eviction policy that throws flags away", async () => {
    const command = (text: string) => app.state.redis.run("set it", (client) => client.sendCommand(text.split(" ")));
    await command("CONFIG SET maxmemory-policy allkeys-lru");
    const found = beyondHealthy(await examine());
    expectTold(found, /^redis error: .*allkeys-lru/);
    await command(found[0]?.fix ?? "");
    expectTold(beyondHealthy(await examine()));
  });
});

describe("a check that fails hides no other", () => {
  it.runIf(onEmulators)("an error of the server", async () => {
    const fault = emulatorOf("replica").faults.at({ step: "rpc", match: /sys\.database_files/ }, { error: 10928 });
    await stack.databases.primary.run(`ALTER DATABASE [${stack.databases.primary.name}] SET AUTO_CLOSE ON;`);
    const found = beyondHealthy(await examine());
    fault.release();
    await stack.databases.primary.run(`ALTER DATABASE [${stack.databases.primary.name}] SET AUTO_CLOSE OFF;`);
    expectTold(
      found,
      /^replica warning: free space of the replica could not be checked: .*SQL error 10928/,
      /^primary warning: AUTO_CLOSE/,
    );
  });

  it.runIf(onEmulators)("a server that does not answer in time", async () => {
    const fault = emulatorOf("primary").faults.at({ step: "rpc", match: /ProductVersion/ }, "freeze");
    const found = beyondHealthy(await examine(app, 1000));
    fault.release();
    expectTold(
      found,
      /^primary warning: version and settings of the primary could not be checked: .*no answer within 1 s/,
    );
    expectTold(beyondHealthy(await examine()));
  });

  it("a login without any right", async () => {
    const { replica } = stack.databases;
    const name = `${replica.name}_bare`;
    await replica.run(`CREATE DATABASE [${name}];
    GO
    USE [${name}]; CREATE USER mssql_sync FOR LOGIN [${replica.name}_mssql_sync]; USE [${replica.name}];`);
    const url = new URL(replicaUrl);
    url.pathname = name;
    const bare = stack.startApp({ MSSQL_REPLICA_URL: url.href, REDIS_KEY_PREFIX: "bare" });
    const { findings } = await examine(bare);
    await bare.close();
    await replica.run(`DROP DATABASE [${name}];`);
    const missing = findings.filter(({ what }) => /the login has no .* on the replica/.test(what));
    expect(missing.map(({ fix }) => fix)).toEqual(replicaRights.map((right) => `GRANT ${right} TO [mssql_sync];`));
    expect(told(findings)).toContainEqual(
      expect.stringMatching(/^replica fatal: the login lacks a right on the replica/),
    );
  });

  it("a server that is away", async () => {
    const lonely = stack.startApp({ MSSQL_REPLICA_URL: "mssql://sa:Password123!@127.0.0.1:1/away" });
    const report = await examine(lonely);
    expect(report.status).toBe("unhealthy");
    expectTold(report.findings, /^replica fatal: the replica cannot be used/);
    expect(report.deep).toMatchObject({ primary: { engineEdition: 3 }, redis: { role: "master" } });
    expect(report.deep.replica).toBeUndefined();
    await lonely.close();
  });
});
