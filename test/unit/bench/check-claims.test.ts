import { describe, expect, it } from "vitest";
import type { BenchResult } from "../../bench/bench-result.ts";
import { checkAims, checkClaims, claimText } from "../../bench/check-claims.ts";

const narrow = (path: BenchResult["path"], rowsPerSecond: number, cpu = 1): BenchResult => ({
  case: "narrow",
  path,
  rowsPerSecond,
  megabytesPerSecond: 1,
  cpuSecondsPerMillionRows: cpu,
  peakRssMegabytes: 1,
});
const changes = { changes: 100_000, ticks: 1, seconds: 10 };
const reached = (...given: Parameters<typeof checkClaims>): (boolean | undefined)[] =>
  checkClaims(...given).map((claim) => claim.reached);

describe("the claims", () => {
  it("are reached at their limits", () => {
    const results = [narrow("relay", 1_200_000), narrow("driver-copy", 100_000)];
    expect(reached(results, { relayGrowthMegabytes: 63.9, changes })).toEqual([true, true, true, true]);
  });

  it("are not reached beyond them", () => {
    const results = [narrow("relay", 1_199_999, 1.01), narrow("driver-copy", 100_000)];
    const late = { ...changes, seconds: 10.1 };
    expect(reached(results, { relayGrowthMegabytes: 64, changes: late })).toEqual([false, false, false, false]);
    expect(reached([], { changes: { ...changes, ticks: 2 } })[3]).toBe(false);
    expect(reached([], { changes: { ...changes, changes: 99_999 } })[3]).toBe(false);
  });

  it("say when they were not measured, and take no other case's figures", () => {
    const wide = { ...narrow("relay", 1_200_000), case: "wide" } as const;
    expect(reached([wide, narrow("driver-copy", 1)], {})).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("are one line each", () => {
    const [times, cpu, , applied] = checkClaims([narrow("relay", 500), narrow("driver-copy", 100)], { changes });
    expect(claimText(times!)).toBe(
      "NOT reached   the relay is at least 12 times as fast as the driver's copy: 5 times",
    );
    expect(claimText(cpu!)).toBe("reached       the relay takes at most 1.0 CPU seconds per million rows: 1 CPU s");
    expect(claimText(applied!)).toBe(
      "reached       100,000 changes are applied in one tick within 10 s on the emulators: 100000 in 10 s and 1 tick",
    );
  });
});

describe("the aims", () => {
  it("compare the relay with the pipe", () => {
    const aims = checkAims([narrow("relay", 50, 0.41), narrow("pipe", 100)]);
    expect(aims.map((aim) => aim.reached)).toEqual([true, false]);
  });
});
