import { describe, expect, it } from "vitest";
import { chunkRows, timerPeriodMs } from "../../../src/tick/chunk-rows.ts";

describe("chunkRows", () => {
  it.each([
    ["a number is taken as it is", 5_000 as const, { rows: 10, ms: 1 }, 5_000],
    ["auto begins small", "auto" as const, undefined, 5_000],
    ["auto quadruples at most", "auto" as const, { rows: 5_000, ms: 10 }, 20_000],
    ["auto aims at the period", "auto" as const, { rows: 50_000, ms: 4_000 }, 62_500],
    ["auto slows down", "auto" as const, { rows: 50_000, ms: 50_000 }, 5_000],
    ["auto has a floor", "auto" as const, { rows: 1_000, ms: 500_000 }, 1_000],
    ["auto has a ceiling", "auto" as const, { rows: 900_000, ms: 100 }, 1_000_000],
  ])("%s", (_, setting, last, rows) => {
    expect(chunkRows(setting, last, 5_000)).toBe(rows);
  });
});

describe("timerPeriodMs", () => {
  it.each([
    ["*/5 * * * * *", 5_000],
    ["*/1 * * * * *", 1_000],
    ["* * * * * *", 1_000],
    ["0 */5 * * * *", 5_000],
  ])("%s", (schedule, ms) => {
    expect(timerPeriodMs(schedule)).toBe(ms);
  });
});
