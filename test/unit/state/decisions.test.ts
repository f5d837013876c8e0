import { describe, expect, it } from "vitest";
import { decideAdoption } from "../../../src/state/adoption.ts";
import { nextRetry } from "../../../src/state/back-off.ts";
import { decideConfigUrls } from "../../../src/state/config-urls.ts";
import { standingOf } from "../../../src/state/force-order.ts";
import { redisKeys } from "../../../src/state/keys.ts";
import {
  parseEnabled,
  parseForce,
  parsePublished,
  parseTableError,
  publishedText,
} from "../../../src/state/redis-values.ts";
import { liveRow } from "./ledger-rows.ts";

describe("standingOf", () => {
  const ordered = { kind: "ordered" } as const;
  const obeying = (loadId: bigint) => ({ kind: "obeying", loadId }) as const;
  it.each([
    ["no order", undefined, "live", 3n, "none"],
    ["an order", ordered, "live", 3n, "take"],
    ["an order during a load", ordered, "loading", 3n, "take"],
    ["a number above the last load", obeying(4n), "live", 3n, "start"],
    ["the number of the load that runs", obeying(3n), "loading", 3n, "running"],
    ["the number of an older load", obeying(2n), "loading", 3n, "running"],
    ["the number of the finished load", obeying(3n), "live", 3n, "obeyed"],
    ["a number from long ago", obeying(1n), "live", 3n, "obeyed"],
    ["a number on a table without a row", obeying(1n), undefined, 0n, "start"],
    ["a number on a table with a fence alone", obeying(1n), undefined, 1n, "start"],
  ] as const)("%s", (_, force, state, lastLoadId, expected) => {
    expect(standingOf(force, state, lastLoadId)).toBe(expected);
  });
});

describe("decideAdoption", () => {
  const flags = { version: 5n, published: undefined, force: undefined };
  it.each([
    ["a version from before", undefined, flags, true, "adopt"],
    ["no version", undefined, { ...flags, version: undefined }, true, "none"],
    ["a row stands", liveRow(), flags, true, "none"],
    ["our own version", undefined, { ...flags, published: { version: 5n, ledgerId: "L1" } }, true, "none"],
    ["no table to adopt", undefined, flags, false, "none"],
    ["a load is ordered", undefined, { ...flags, force: { kind: "ordered" } as const }, true, "none"],
    ["a version of the future", undefined, { ...flags, version: 11n }, true, "blocked"],
    ["the current version", undefined, { ...flags, version: 10n }, true, "adopt"],
    ["version 0 is an ordinary version", undefined, { ...flags, version: 0n }, true, "adopt"],
  ] as const)("%s", (_, row, given, exists, expected) => {
    expect(decideAdoption(row, given, exists, 10n).kind).toBe(expected);
  });

  it("names both versions where it blocks", () => {
    const decision = decideAdoption(undefined, { ...flags, version: 11n }, true, 10n);
    expect(decision.kind === "blocked" && decision.what).toMatch(/11.*10/);
  });
});

describe("nextRetry", () => {
  it.each([
    [1, 0, 5_000],
    [1, 0.999, 5_000],
    [2, 0, 10_000],
    [2, 0.999, 7_502],
    [3, 0, 20_000],
    [7, 0, 300_000],
    [7, 0.999, 225_075],
    [1_000_000, 0, 300_000],
    [0, 0, 5_000],
  ])("after %d failures with random %d waits %d ms", (attempts, random, expected) => {
    expect(nextRetry(attempts, 1_000_000, random) - 1_000_000).toBeCloseTo(expected, -1);
  });
});

describe("decideConfigUrls", () => {
  const ours = { primary: "mssql://a:1434/x", replica: "mssql://b:1433/x" };
  const keys = redisKeys("p");
  it.each([
    ["ours", ours, "ours"],
    ["nothing there yet", { primary: undefined, replica: undefined }, "write"],
    ["one is missing", { ...ours, replica: undefined }, "write"],
    ["written in another case", { ...ours, primary: "mssql://sa:pw@A:1434/X" }, "write"],
    ["written with credentials, same database", { ...ours, primary: "mssql://sa:pw@A:1434/x" }, "write"],
    ["as a connection string", { ...ours, replica: "Server=b;Database=x;User Id=sa;Password=pw" }, "write"],
    ["garbage", { ...ours, primary: "???" }, "write"],
    ["another primary", { ...ours, primary: "mssql://other:1434/x" }, "refused"],
    ["another database", { ...ours, replica: "mssql://b:1433/y" }, "refused"],
    ["the other way round", { primary: ours.replica, replica: ours.primary }, "refused"],
  ])("%s", (_, found, expected) => {
    expect(decideConfigUrls(found, ours, keys).kind).toBe(expected);
  });

  it("says which databases, without credentials, and what helps", () => {
    const decision = decideConfigUrls({ ...ours, primary: "mssql://sa:secret@other/x" }, ours, keys);
    expect(decision).toMatchObject({ kind: "refused" });
    expect(JSON.stringify(decision)).toContain("mssql://other:1433/x");
    expect(JSON.stringify(decision)).toContain("DEL p:config:primary_url p:config:replica_url");
    expect(JSON.stringify(decision)).not.toContain("secret");
  });
});

describe("the values under the keys", () => {
  it.each([
    ["true", true],
    ["True", true],
    ["false", false],
    ["FALSE", false],
    ["", undefined],
    ["1", undefined],
    [" true", undefined],
  ])("enabled %j", (text, expected) => {
    expect(parseEnabled(text)).toBe(expected);
  });

  it.each([
    ["true", { kind: "ordered" }],
    ["7", { kind: "obeying", loadId: 7n }],
    ["false", "none"],
    ["yes", undefined],
    ["-1", undefined],
    ["", undefined],
  ])("force_full_load '%s'", (text, expected) => {
    expect(parseForce(text)).toEqual(expected);
  });

  it.each(["", "{}", "null", '{"version":5,"ledgerId":"x"}', '{"version":"x","ledgerId":"x"}', '{"version":"5"}', "5"])(
    "published %j means nothing",
    (text) => {
      expect(parsePublished(text)).toBeUndefined();
    },
  );

  it("reads what it wrote under published", () => {
    const version = 9_223_372_036_854_775_807n;
    expect(parsePublished(publishedText(version, "id"))).toEqual({ version, ledgerId: "id" });
  });

  it.each(["", "[]", '{"kind":"odd"}', '{"kind":"failed","what":"x","attempts":1,"at":"yesterday","retryAt":"x"}'])(
    "error %j means nothing",
    (text) => {
      expect(parseTableError(text)).toBeUndefined();
    },
  );
});
