import { describe, expect, it } from "vitest";
import { type ClockReading, clockFindings } from "../../../src/operations/clock-findings.ts";
import { readingOf } from "../../../src/operations/read-server-facts.ts";

/** Offsets in seconds. */
function clocks(offsets: Partial<Record<ClockReading["who"], number>>, uncertaintyMs = 1): ClockReading[] {
  return Object.entries(offsets).map(([who, seconds]) => ({
    who: who as ClockReading["who"],
    offsetMs: seconds * 1000,
    uncertaintyMs,
  }));
}

describe("clockFindings", () => {
  it.each([
    ["all agree", { app: 0, primary: 0.2, replica: -0.3, redis: 0 }, []],
    ["small differences", { app: 0, primary: 4.9, replica: 0, redis: 0 }, []],
    [
      "one is ahead",
      { app: 0, primary: 6, replica: 0, redis: 0 },
      ["primary warning the clock of the primary is 6 s ahead of that of this machine"],
    ],
    [
      "one is behind",
      { app: 0, primary: 0, replica: -90, redis: 0 },
      ["replica error the clock of the replica is 90 s behind that of this machine"],
    ],
    [
      "Redis is wrong",
      { app: 0, primary: 0, replica: 0, redis: 61 },
      ["redis error the clock of Redis is 61 s ahead of that of this machine"],
    ],
    [
      "the app's own is wrong",
      { app: 0, primary: 20, replica: 20, redis: 20 },
      ["settings warning the clock of this machine is 20 s behind that of the primary"],
    ],
    [
      "only two",
      { app: 0, primary: 20 },
      ["primary warning the clock of the primary is 20 s ahead of that of this machine"],
    ],
    ["none but the app's", { app: 0 }, []],
    ["none", {}, []],
  ] as const)("%s", (_, offsets, expected) => {
    const found = clockFindings(clocks(offsets));
    expect(found.map(({ part, finding: { severity, what } }) => `${part} ${severity} ${what.split(":")[0]}`)).toEqual(
      expected,
    );
  });

  it("leaves to a slow answer what it may owe to the way", () => {
    expect(clockFindings(clocks({ app: 0, primary: 0, replica: 6 }, 1000))).toEqual([]);
  });
});

describe("readingOf", () => {
  it("takes the answer for the middle of the round trip", () => {
    expect(readingOf("replica", 1000, 1100, 5050)).toEqual({ who: "replica", offsetMs: 4000, uncertaintyMs: 50 });
  });
});
