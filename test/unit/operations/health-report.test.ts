import { describe, expect, it } from "vitest";
import { explainDatabaseError } from "../../../src/db/explain-error.ts";
import {
  primaryFindings,
  statusOf,
  transportFindings,
  unhealthySettings,
} from "../../../src/operations/health-report.ts";

const primary = {
  currentVersion: 5n,
  now: "2025-01-01T00:00:00Z",
  seesDefinitions: true,
  snapshotAllowed: true,
  seesCommits: true,
  history: { commit: undefined, recoveryFork: undefined },
  retentionMinutes: 2880,
  autoCleanup: true,
  tables: [],
};

describe("primaryFindings", () => {
  it("finds nothing where all is set up", () => {
    expect(primaryFindings(primary, "testct")).toEqual([]);
  });

  it.each([
    [{ currentVersion: undefined }, "fatal", "ALTER DATABASE [a]]b] SET CHANGE_TRACKING = ON"],
    [{ snapshotAllowed: false }, "warning", "ALTER DATABASE [a]]b] SET ALLOW_SNAPSHOT_ISOLATION ON;"],
    [{ seesDefinitions: false }, "warning", "GRANT VIEW DEFINITION"],
    [{ seesCommits: false }, "warning", "GRANT VIEW DATABASE STATE"],
  ])("says what helps against %j", (change, severity, fix) => {
    const [finding, ...more] = primaryFindings({ ...primary, ...change }, "a]b");
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity, fix: expect.stringContaining(fix) as string });
  });
});

describe("statusOf", () => {
  it.each([
    [[], "healthy"],
    [["warning"], "degraded"],
    [["error", "warning"], "degraded"],
    [["warning", "fatal"], "unhealthy"],
  ] as const)("%j is %s", (severities, expected) => {
    expect(statusOf(severities.map((severity) => ({ severity, what: "x" })))).toBe(expected);
  });
});

describe("unhealthySettings", () => {
  it("shows every problem with its example", () => {
    const problem = { variable: "REDIS_URL", problem: "is missing", example: "redis://localhost:6379" };
    expect(unhealthySettings([problem])).toEqual({
      status: "unhealthy",
      findings: [{ severity: "fatal", what: "REDIS_URL is missing", fix: "REDIS_URL=redis://localhost:6379" }],
      settings: { ok: false, problems: [problem] },
    });
  });
});

describe("explainDatabaseError", () => {
  const failed = (number: number) =>
    new Error("connect to it", { cause: Object.assign(new Error("text"), { number }) });
  it.each([
    [4060, "replica", /no database a\]b/, /^CREATE DATABASE \[a\]\]b\];$/],
    [4060, "primary", /no database a\]b/, /^USE \[a\]\]b\]; CREATE USER \[login\] FOR LOGIN \[login\];$/],
    [18456, "primary", /refuses the login/, /check MSSQL_PRIMARY_URL.*CREATE USER \[login\].*\[a\]\]b\]/],
    [229, "replica", /lacks a right/, /infra\/sql\/replica-rights\.sql in \[a\]\]b\]/],
    [3906, "replica", /cannot be used/, /ALTER DATABASE \[a\]\]b\] SET READ_WRITE;/],
    [50000, "primary", /cannot be used: connect to it: text \(SQL error 50000\)/, undefined],
  ] as const)("%d on the %s", (number, role, what, fix) => {
    const explained = explainDatabaseError(failed(number), role, "a]b");
    expect(explained.what).toMatch(what);
    if (fix === undefined) expect(explained.fix).toBeUndefined();
    else expect(explained.fix).toMatch(fix);
    expect(explained.sqlError).toBe(number);
  });
});

describe("transportFindings", () => {
  const tables = [
    { table: "User", transport: "relay", transportReason: "the replica took a probe" },
    { table: "Odd", transport: "driver", transportReason: "the replica does not take relayed rows: (SQL error 4816)" },
    { table: "New", transport: null, transportReason: null },
  ] as const;

  it("names the tables that travel by the driver although nobody asked for it", () => {
    expect(transportFindings(tables, "auto")).toEqual([
      { severity: "warning", what: expect.stringMatching(/Odd .*4816/) as unknown },
    ]);
  });

  it("finds nothing where the setting says so", () => {
    expect(transportFindings(tables, "driver")).toEqual([]);
  });
});
