import { describe, expect, it } from "vitest";
import type { ServerFacts } from "../../../src/operations/server-facts.ts";
import { pairFindings, serverFindings } from "../../../src/operations/server-findings.ts";
import { trackingFindings } from "../../../src/operations/tracking-findings.ts";

const good: ServerFacts = {
  productVersion: "16.0.4135.4",
  edition: "Developer Edition (64-bit)",
  engineEdition: 3,
  user: "mssql_sync",
  compatibilityLevel: 160,
  collation: "SQL_Latin1_General_CP1_CI_AS",
  userAccess: "MULTI_USER",
  readOnly: false,
  updateability: "READ_WRITE",
  autoClose: false,
  readCommittedSnapshot: true,
  delayedDurability: "DISABLED",
  logReuseWait: "NOTHING",
};

describe("serverFindings", () => {
  it.each([
    ["SQL Server 2019", { productVersion: "15.0.4430.1", compatibilityLevel: 150 }],
    ["SQL Server 2025", { productVersion: "17.0.1000.7", compatibilityLevel: 170 }],
    ["Azure SQL Database", { engineEdition: 5, productVersion: "12.0.2000.8", edition: "SQL Azure" }],
    ["Azure SQL Managed Instance", { engineEdition: 8, productVersion: "12.0.2000.8", edition: "SQL Azure" }],
    ["an older level of a new server", { compatibilityLevel: 130 }],
  ])("finds nothing on %s", (_, change) => {
    for (const role of ["primary", "replica"] as const) {
      expect(serverFindings(role, "testct", { ...good, ...change })).toEqual([]);
    }
  });

  it.each([
    ["primary", { productVersion: "14.0.3456.2" }, "error", /^the primary is SQL Server 14\.0/, /2019 or newer/],
    ["replica", { productVersion: "13.0.1" }, "error", /^the replica is SQL Server 13\.0/, /2019 or newer/],
    ["primary", { engineEdition: 9, edition: "Azure SQL Edge" }, "warning", /Azure SQL Edge/, /2019 or newer/],
    [
      "replica",
      { compatibilityLevel: 120 },
      "error",
      /level 120/,
      /^ALTER DATABASE \[a\]\]b\] SET COMPATIBILITY_LEVEL = 150;$/,
    ],
    ["primary", { userAccess: "SINGLE_USER" }, "error", /SINGLE_USER/, /^ALTER DATABASE \[a\]\]b\] SET MULTI_USER;$/],
    ["replica", { userAccess: "RESTRICTED_USER" }, "warning", /RESTRICTED_USER/, /SET MULTI_USER;$/],
    ["primary", { autoClose: true }, "warning", /AUTO_CLOSE/, /^ALTER DATABASE \[a\]\]b\] SET AUTO_CLOSE OFF;$/],
    ["replica", { readOnly: true, updateability: "READ_ONLY" }, "fatal", /read-only/, /SET READ_WRITE;$/],
    ["replica", { updateability: "READ_ONLY" }, "fatal", /readable secondary/, /listener/],
    ["primary", { updateability: "READ_ONLY" }, "fatal", /readable secondary/, /listener/],
    ["primary", { readOnly: true, updateability: "READ_ONLY" }, "info", /nothing changes/, undefined],
    ["replica", { readCommittedSnapshot: false }, "info", /READ_COMMITTED_SNAPSHOT/, /SET READ_COMMITTED_SNAPSHOT ON;/],
    ["replica", { delayedDurability: "FORCED" }, "info", /delayed durability/, /SET DELAYED_DURABILITY = DISABLED;$/],
  ] as const)("of the %s with %j it says %s", (role, change, severity, what, fix) => {
    const [finding, ...more] = serverFindings(role, "a]b", { ...good, ...change });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity, what: expect.stringMatching(what) as string });
    if (fix === undefined) expect(finding?.fix).toBeUndefined();
    else expect(finding?.fix).toMatch(fix);
  });

  it("asks nothing of the primary that only the replica needs", () => {
    const change = { compatibilityLevel: 110, readCommittedSnapshot: false, delayedDurability: "FORCED" };
    expect(serverFindings("primary", "testct", { ...good, ...change })).toEqual([]);
  });
});

describe("pairFindings", () => {
  it("finds nothing where the collations are equal", () => {
    expect(pairFindings(good, good, "r")).toEqual([]);
  });

  it("names both collations where they differ", () => {
    const [finding] = pairFindings(good, { ...good, collation: "Latin1_General_100_BIN2" }, "r");
    expect(finding).toMatchObject({
      severity: "warning",
      what: expect.stringMatching(/Latin1_General_100_BIN2 and the primary's SQL_Latin1_General_CP1_CI_AS/) as string,
      fix: expect.stringContaining("CREATE DATABASE [r] COLLATE SQL_Latin1_General_CP1_CI_AS;") as string,
    });
  });
});

describe("trackingFindings", () => {
  const set = { currentVersion: 5n, retentionMinutes: 2880, autoCleanup: true };
  it.each([
    [{}, []],
    [{ retentionMinutes: 1440 }, []],
    [{ retentionMinutes: 1439 }, [/keeps changes for 1439 min only/]],
    [{ retentionMinutes: 120 }, [/keeps changes for 2 h only/]],
    [{ autoCleanup: false }, [/cleanup of old changes is off/]],
    // Off altogether: the plain report says so.
    [{ currentVersion: undefined, retentionMinutes: undefined, autoCleanup: false }, []],
  ])("says of %j", (change, patterns) => {
    const findings = trackingFindings({ ...set, ...change }, "a]b");
    expect(findings.map(({ what }) => what)).toEqual(
      patterns.map((pattern) => expect.stringMatching(pattern) as string),
    );
    for (const { severity, fix } of findings) {
      expect(severity).toBe("warning");
      expect(fix).toMatch(
        /^ALTER DATABASE \[a\]\]b\] SET CHANGE_TRACKING \((CHANGE_RETENTION = 2 DAYS|AUTO_CLEANUP = ON)\);$/,
      );
    }
  });
});
