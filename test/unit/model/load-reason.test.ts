import { describe, expect, it } from "vitest";
import { lostHistory } from "../../../src/model/load-reason.ts";

const row = { objectId: 7, beginVersion: 3n, watermark: 10n };
const commit = { version: 9n, transactionId: "1", logBlock: "2", committedAt: "2026-01-02T00:00" };
const historyMark = { commit, recoveryFork: undefined };
const seen = (found: typeof commit) => ({ commit: { found, othersStand: true }, recoveryFork: undefined });
const facts = { objectId: 7, beginVersion: 3n, minValidVersion: 3n, currentVersion: 12n };

describe("lostHistory", () => {
  it.each([
    ["nothing changed", {}, undefined],
    ["the watermark is the current version", { currentVersion: 10n }, undefined],
    ["the watermark is the minimum valid version", { minValidVersion: 10n }, undefined],
    ["the server gives no minimum", { minValidVersion: undefined }, undefined],
    ["cleanup went past the watermark", { minValidVersion: 11n }, /cleaned up/],
    ["the table was made again", { objectId: 8 }, /made again/],
    ["the table was truncated", { beginVersion: 10n }, /truncated/],
    ["truncated at the very watermark", { beginVersion: 10n, minValidVersion: 10n, currentVersion: 10n }, /truncated/],
    ["its history is what it was", { history: seen(commit) }, undefined],
    ["its history was rewritten", { history: seen({ ...commit, transactionId: "3" }) }, /another transaction/],
    ["the primary went back", { currentVersion: 9n }, /restored to the past/],
  ])("%s", (_, change, reason) => {
    const found = lostHistory({ ...row, historyMark }, { ...facts, ...change });
    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(reason);
  });
});
