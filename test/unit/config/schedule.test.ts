import { describe, expect, it } from "vitest";
import { scheduleProblem } from "../../../src/config/schedule.ts";

describe("scheduleProblem", () => {
  it.each([
    "*/5 * * * * *",
    "0 */5 * * * *",
    "0 0 9-17 * * MON-FRI",
    "0 30 9 * Jan Mon",
    "0,15,30 0-10/2 1 1 12 0",
    "5/15 * * * * *",
    "00:00:05",
    "23:59:59",
    "1.00:00:00",
  ])("takes %s", (schedule) => {
    expect(scheduleProblem(schedule)).toBeUndefined();
  });

  it.each([
    ["* * * * *", "six"],
    ["* * * * * * *", "six"],
    ["60 * * * * *", "second"],
    ["* 61 * * * *", "minute"],
    ["* * 24 * * *", "hour"],
    ["* * * 0 * *", "day"],
    ["* * * * 13 *", "month"],
    ["* * * * * 8", "day of week"],
    ["*/0 * * * * *", "second"],
    ["1-2-3 * * * * *", "second"],
    ["a * * * * *", "second"],
    ["@hourly", "six"],
  ])("refuses %s, naming the %s", (schedule, word) => {
    expect(scheduleProblem(schedule)).toContain(word);
  });
});
