import { describe, expect, it } from "vitest";
import { timeSpanMs } from "../../host/host-json.ts";
import { timerSchedule } from "../../host/timer-schedule.ts";

const nextRuns: [schedule: string, from: string, next: string][] = [
  ["*/5 * * * * *", "2026-01-01T00:00:01Z", "2026-01-01T00:00:05Z"],
  ["*/5 * * * * *", "2026-01-01T00:00:05Z", "2026-01-01T00:00:10Z"],
  ["0 */2 * * * *", "2026-01-01T00:00:01Z", "2026-01-01T00:02:00Z"],
  ["*/2 * * * *", "2026-01-01T00:00:01Z", "2026-01-01T00:02:00Z"],
  ["0 30 9 * * Mon-Fri", "2026-01-02T10:00:00Z", "2026-01-05T09:30:00Z"],
  // Both day fields must hold: the first 13th that is a Friday.
  ["0 0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-02-13T00:00:00Z"],
  ["0 5/15 * * * *", "2026-01-01T00:06:00Z", "2026-01-01T00:20:00Z"],
  ["00:00:05", "2026-01-01T00:00:01Z", "2026-01-01T00:00:06Z"],
  ["00:00:00.5", "2026-01-01T00:00:01Z", "2026-01-01T00:00:01.5Z"],
  ["1.00:00:00", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
];

describe("a timer's schedule", () => {
  it.each(nextRuns)("%s after %s fires at %s", (schedule, from, next) => {
    expect(timerSchedule(schedule).next(Date.parse(from))).toBe(Date.parse(next));
  });

  it.each(["", "every minute", "61 * * * * *", "* * *", "00:00:00", "0 0 0 31 2 *"])("'%s' is refused", (schedule) => {
    expect(() => timerSchedule(schedule)).toThrow(/schedule/);
  });

  it("knows which are faster than a minute", () => {
    expect(timerSchedule("*/5 * * * * *").belowOneMinute).toBe(true);
    expect(timerSchedule("00:00:05").belowOneMinute).toBe(true);
    expect(timerSchedule("0 * * * * *").belowOneMinute).toBe(false);
  });

  it.each([
    ["00:10:00", 600_000],
    ["1.02:03:04.5", 93_784_500],
    ["24:00:00", undefined],
    ["10 minutes", undefined],
  ])("reads the TimeSpan %s", (text, ms) => {
    expect(timeSpanMs(text)).toBe(ms);
  });
});
