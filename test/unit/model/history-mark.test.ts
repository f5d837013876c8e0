import { describe, expect, it } from "vitest";
import {
  type CommitRow,
  type HistoryMark,
  historyMarkJson,
  parseHistoryMark,
  rewrittenHistory,
  sameCommit,
  viewFromNewest,
} from "../../../src/model/history-mark.ts";

const commit: CommitRow = { version: 70n, transactionId: "812", logBlock: "4096", committedAt: "2026-07-04T01:02" };
const mark: HistoryMark = { commit, recoveryFork: "fork-1" };
const seen = (found: CommitRow | undefined, othersStand = false, recoveryFork: string | undefined = "fork-1") => ({
  commit: { found, othersStand },
  recoveryFork,
});

describe("rewrittenHistory", () => {
  it.each([
    ["the same transaction", mark, seen({ ...commit })],
    ["the same transaction after a failover that began another fork", mark, seen(commit, true, "fork-2")],
    ["a row that cleanup took", mark, seen(undefined)],
    ["no mark", undefined, seen(undefined, true, "fork-2")],
    ["a mark of nothing", { commit: undefined, recoveryFork: undefined }, seen(undefined, true)],
    ["commits that the login no longer sees", mark, { commit: undefined, recoveryFork: "fork-1" }],
    ["commits and fork that the login no longer sees", mark, { commit: undefined, recoveryFork: undefined }],
  ])("has nothing against %s", (_, known, now) => {
    expect(rewrittenHistory(known, now)).toBeUndefined();
  });

  it.each([
    ["another transaction", seen({ ...commit, transactionId: "813" }), "version 70 is another transaction"],
    ["another place in the log", seen({ ...commit, logBlock: "4097" }), "version 70 is another transaction"],
    ["another minute", seen({ ...commit, committedAt: "2026-07-04T01:03" }), "version 70 is another transaction"],
    ["a row that is missing, while others stand", seen(undefined, true), "no longer has the transaction"],
    ["another fork, where commits are not to be seen", { commit: undefined, recoveryFork: "fork-2" }, "fork-2"],
  ])("tells a restore by %s", (_, now, reason) => {
    expect(rewrittenHistory(mark, now)).toContain(reason);
  });
});

describe("viewFromNewest", () => {
  const newest = (version: bigint) => ({ commit: { ...commit, version }, recoveryFork: "fork-1" });

  it("says nothing of a mark below the newest commit", () => {
    expect(viewFromNewest(mark, newest(71n))).toBeUndefined();
  });

  it("knows the newest commit itself, and nothing of a mark above it", () => {
    expect(viewFromNewest(mark, newest(70n))).toEqual(seen(commit));
    expect(viewFromNewest(mark, newest(69n))).toEqual(seen(undefined));
  });

  it("has only the fork where there is no commit to compare", () => {
    const only = { commit: undefined, recoveryFork: "fork-1" };
    expect(viewFromNewest(mark, only)).toEqual(only);
    expect(viewFromNewest(undefined, newest(70n))).toEqual(only);
  });
});

it("compares commits by all that they are", () => {
  expect(sameCommit(commit, { ...commit })).toBe(true);
  expect(sameCommit(undefined, undefined)).toBe(true);
  expect(sameCommit(commit, undefined)).toBe(false);
  expect(sameCommit(commit, { ...commit, version: 71n })).toBe(false);
});

it.each([mark, { commit, recoveryFork: undefined }, { commit: undefined, recoveryFork: "x" }] as HistoryMark[])(
  "is kept as text without loss: %o",
  (kept) => {
    expect(parseHistoryMark(historyMarkJson(kept))).toEqual(kept);
  },
);

it("refuses a text that is no mark", () => {
  expect(() => parseHistoryMark('{"version":"1"}')).toThrow("lacks a part");
});
