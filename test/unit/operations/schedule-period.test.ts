import { describe, expect, it } from "vitest";
import { schedulePeriod } from "../../../src/operations/schedule-period.ts";

describe("schedulePeriod", () => {
  it.each([
    ["*/30 * * * * *", 60],
    ["0 * * * * *", 60],
    ["0 */5 * * * *", 300],
    ["15,45 */10 * * * *", 600],
    ["0 0,20 * * * *", 3_600],
    ["0 0 */6 * * *", 21_600],
    ["0 30 2 * * *", 86_400],
    ["0 0 2 * * 1", undefined],
    ["0 0 0 1 1 *", undefined],
    ["00:00:10", 10],
    ["24:00:00", 86_400],
    ["2.01:00:05", 176_405],
  ])("is at least the time between two runs of %s", (schedule, seconds) => {
    expect(schedulePeriod(schedule)).toBe(seconds);
  });
});
