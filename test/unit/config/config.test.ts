import { describe, expect, it } from "vitest";
import { describeProblem, readConfig, timerSchedule, type Environment } from "../../../src/config.ts";

const good = {
  MSSQL_PRIMARY_URL: "mssql://sa:Password123!@localhost:1434/testct?encrypt=false",
  MSSQL_REPLICA_URL: "mssql://sa:Password123!@localhost:1435/testct?encrypt=false",
  REDIS_URL: "redis://localhost:6379",
};

function problems(env: Environment): string[] {
  const result = readConfig(env);
  return result.ok ? [] : result.problems.map(describeProblem);
}

describe("readConfig", () => {
  it("fills in the defaults", () => {
    const result = readConfig(good);
    expect(result.ok && result.config).toMatchObject({
      redisUrl: "redis://localhost:6379",
      redisKeyPrefix: "mssql_sync",
      syncSchedule: "*/5 * * * * *",
      moduleSyncSchedule: "*/30 * * * * *",
      syncThreads: 4,
      fullLoadChunkRows: 5000,
      deltaSliceRows: 100_000,
      tickBudgetSeconds: 60,
      dropUnknownViews: true,
      primary: { url: "mssql://localhost:1434/testct" },
      replica: { url: "mssql://localhost:1435/testct" },
    });
    expect(result.ok && Object.isFrozen(result.config) && Object.isFrozen(result.config.primary)).toBe(true);
  });

  it("gives the pools what the app needs of them", () => {
    const result = readConfig({ ...good, SYNC_THREADS: "7" });
    expect(result.ok && result.config.primary.config).toMatchObject({
      server: "localhost",
      port: 1434,
      database: "testct",
      user: "sa",
      password: "Password123!",
      validateConnection: "socket",
      pool: { max: 11, min: 0 },
      options: { appName: "mssql_sync", encrypt: false, maxRetriesOnTransientErrors: 0, enableArithAbort: true },
    });
  });

  it("reports everything that is wrong at once, each with its variable and an example", () => {
    const found = problems({
      SYNC_SCHEDULE: "every 5 s",
      SYNC_THREADS: "0",
      FULL_LOAD_CHUNK_ROWS: "1000001",
      DELTA_SLICE_ROWS: "many",
      TICK_BUDGET_SECONDS: "-1",
      DROP_UNKNOWN_VIEWS: "1",
      REDIS_KEY_PREFIX: "a b",
      REDIS_URL: "localhost:6379",
    });
    const variables = found.map((line) => line.split(" ")[0]);
    expect(variables.sort()).toEqual([
      "DELTA_SLICE_ROWS",
      "DROP_UNKNOWN_VIEWS",
      "FULL_LOAD_CHUNK_ROWS",
      "MSSQL_PRIMARY_URL",
      "MSSQL_REPLICA_URL",
      "REDIS_KEY_PREFIX",
      "REDIS_URL",
      "SYNC_SCHEDULE",
      "SYNC_THREADS",
      "TICK_BUDGET_SECONDS",
    ]);
    for (const line of found) expect(line).toMatch(/^([A-Z_]+) .*Example: \1=/);
  });

  it.each([
    ["1", 1],
    ["1000000", 1_000_000],
    ["auto", "auto"],
    [" AUTO ", "auto"],
    ["", 5000],
  ])("takes FULL_LOAD_CHUNK_ROWS=%j", (value, expected) => {
    const result = readConfig({ ...good, FULL_LOAD_CHUNK_ROWS: value });
    expect(result.ok && result.config.fullLoadChunkRows).toBe(expected);
  });

  it.each([
    [undefined, "auto"],
    ["relay", "relay"],
    [" Driver ", "driver"],
  ])("takes ROW_TRANSPORT %s", (value, expected) => {
    const result = readConfig({ ...good, ROW_TRANSPORT: value });
    expect(result.ok && result.config.rowTransport).toBe(expected);
  });

  it("refuses another ROW_TRANSPORT", () => {
    const result = readConfig({ ...good, ROW_TRANSPORT: "pigeon" });
    expect(!result.ok && result.problems).toEqual([
      { variable: "ROW_TRANSPORT", problem: "is 'pigeon', it must be auto, relay or driver", example: "auto" },
    ]);
  });

  it.each([
    ["true", true],
    ["false", false],
    [" False ", false],
    ["TRUE", true],
    ["", true],
    [undefined, true],
  ])("takes DROP_UNKNOWN_VIEWS=%j", (value, expected) => {
    const result = readConfig({ ...good, DROP_UNKNOWN_VIEWS: value });
    expect(result.ok && result.config.dropUnknownViews).toBe(expected);
  });

  it.each(["0", "no", "off", "falsch"])("refuses DROP_UNKNOWN_VIEWS=%s rather than guess", (value) => {
    expect(problems({ ...good, DROP_UNKNOWN_VIEWS: value })).toEqual([
      `DROP_UNKNOWN_VIEWS is '${value}', it must be true or false. Example: DROP_UNKNOWN_VIEWS=true`,
    ]);
  });

  it.each([
    ["mssql://sa:x@localhost:1434/TESTCT", "mssql://other:y@LOCALHOST:1434/testct"],
    ["mssql://sa:x@db.example.com/a", "Server=tcp:DB.example.com,1433;Database=A;User Id=sa;Password=x"],
    ["mssql://sa:x@db.example.com./a", "mssql://sa:x@db.example.com:1433/a"],
    ["Server=.;Database=a;UID=sa;PWD=x", "mssql://sa:x@127.0.0.1/a"],
    ["Server=host\\SQL1;Database=a;UID=sa;PWD=x", "mssql://sa:x@host/sql1/a"],
  ])("refuses one database as primary and replica: %s and %s", (primary, replica) => {
    const found = problems({ ...good, MSSQL_PRIMARY_URL: primary, MSSQL_REPLICA_URL: replica });
    expect(found).toEqual([expect.stringContaining("leads to the same database as MSSQL_PRIMARY_URL")]);
  });

  it("tells another database on the same server from the primary", () => {
    expect(problems({ ...good, MSSQL_REPLICA_URL: "mssql://sa:x@localhost:1434/copy" })).toEqual([]);
  });

  it("never repeats a credential in a problem", () => {
    const found = problems({
      MSSQL_PRIMARY_URL: "mssql://sa:canary-1@host:99999/db?nonsense=canary-2",
      MSSQL_REPLICA_URL: "Server=x;Password=canary-3;Encrypt=canary-4;nonsense",
      REDIS_URL: "http://:canary-5@host",
    });
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.join("\n")).not.toContain("canary");
  });

  it("knows all secrets", () => {
    const result = readConfig({
      MSSQL_PRIMARY_URL: "mssql://sa:p%40ss@h/a",
      MSSQL_REPLICA_URL:
        "Server=h;Database=b;Authentication=Active Directory Service Principal;User Id=app;Password=s3cret;Tenant Id=t",
      REDIS_URL: "rediss://:a%2Fb@h:6380",
    });
    expect(result.ok && result.config.secrets).toEqual(["p@ss", "s3cret", "a%2Fb", "a/b"]);
  });
});

describe("timerSchedule", () => {
  it.each([
    [undefined, "*/5 * * * * *"],
    ["", "*/5 * * * * *"],
    ["*/2 * * * * *", "*/2 * * * * *"],
    ["00:00:10", "00:00:10"],
    ["* * * * *", "*/5 * * * * *"],
    ["nonsense", "*/5 * * * * *"],
  ])("registers SYNC_SCHEDULE=%j as %s", (value, expected) => {
    expect(timerSchedule({ SYNC_SCHEDULE: value }, "SYNC_SCHEDULE")).toBe(expected);
  });

  it.each([
    [undefined, "*/30 * * * * *"],
    ["*/3 * * * * *", "*/3 * * * * *"],
    ["nonsense", "*/30 * * * * *"],
  ])("registers MODULE_SYNC_SCHEDULE=%j as %s", (value, expected) => {
    expect(timerSchedule({ MODULE_SYNC_SCHEDULE: value }, "MODULE_SYNC_SCHEDULE")).toBe(expected);
  });
});
