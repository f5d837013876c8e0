import { describe, expect, it } from "vitest";
import { headroomFindings } from "../../../src/operations/headroom-findings.ts";
import { retentionHeadroom } from "../../../src/operations/retention-headroom.ts";
import { liveRow } from "../state/ledger-rows.ts";

const primary = { currentVersion: 15n, now: "2025-01-03T00:00:00Z", retentionMinutes: 4 * 24 * 60 };

describe("retentionHeadroom", () => {
  it.each([
    ["half of it is used up", liveRow(), primary, { hours: 48, used: 0.5 }],
    ["more than all of it", liveRow(), { ...primary, retentionMinutes: 24 * 60 }, { hours: -24, used: 2 }],
    ["current tables age not", liveRow({ watermark: 15n }), primary, { hours: 96, used: 0 }],
    ["a clock that was set back", liveRow(), { ...primary, now: "2024-12-31T00:00:00Z" }, { hours: 96, used: 0 }],
    ["no row", undefined, primary, undefined],
    ["tracking is off", liveRow(), { ...primary, retentionMinutes: undefined }, undefined],
    ["a time that is none", liveRow({ watermarkTime: "x" }), primary, undefined],
  ])("%s", (_, row, at, expected) => {
    expect(retentionHeadroom(row, at)).toEqual(expected);
  });
});

describe("headroomFindings", () => {
  const report = (retentionUsed: number | null, enabled = true) => ({
    table: "User",
    enabled,
    retentionUsed,
    retentionHeadroomHours: retentionUsed === null ? null : 48 * (1 - retentionUsed),
  });

  it.each([
    [0.49, []],
    [0.5, ["warning"]],
    [0.79, ["warning"]],
    [0.8, ["error"]],
    [1.5, ["error"]],
    [null, []],
  ])("%s used up: %j", (used, severities) => {
    expect(headroomFindings([report(used)], "[db]").map(({ severity }) => severity)).toEqual(severities);
  });

  it("leaves paused tables alone", () => {
    expect(headroomFindings([report(0.9, false)], "[db]")).toEqual([]);
  });

  it("names the table, what is left and what helps", () => {
    expect(headroomFindings([report(0.5)], "[db]")[0]).toMatchObject({
      what: expect.stringMatching(/User: 50 % .* 24 h are left/) as string,
      fix: expect.stringContaining("ALTER DATABASE [db] SET CHANGE_TRACKING (CHANGE_RETENTION") as string,
    });
  });
});
