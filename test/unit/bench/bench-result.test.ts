import { describe, expect, it } from "vitest";
import { type Sample, benchResult, inOrder, median, resultsText } from "../../bench/bench-result.ts";

const sample = (seconds: number, cpuSeconds = seconds, peakRssMegabytes = 100): Sample => ({
  rows: 1000,
  seconds,
  cpuSeconds,
  peakRssMegabytes,
});

describe("the median", () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[10, 9, 100, 1, 2], 9],
    [[4, 1, 3, 2], 2],
  ])("of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  it("of nothing is refused", () => expect(() => median([])).toThrow(RangeError));
});

describe("a result", () => {
  it("has the median of each figure", () => {
    const samples = [sample(1, 0.004, 130), sample(4, 0.002, 110), sample(2, 0.003, 120.06)];
    expect(benchResult("narrow", "relay", 50, samples)).toEqual({
      case: "narrow",
      path: "relay",
      rowsPerSecond: 500,
      megabytesPerSecond: 0.025,
      cpuSecondsPerMillionRows: 3,
      peakRssMegabytes: 120.1,
    });
  });
});

describe("the JSON", () => {
  const [first, second, third] = [
    benchResult("mixed", "relay", 1, [sample(1)]),
    benchResult("narrow", "pipe", 1, [sample(1)]),
    benchResult("narrow", "relay", 1, [sample(1)]),
  ];

  it("is in the order of the cases and paths, whatever was measured first", () => {
    expect(inOrder([first, second, third])).toEqual([third, second, first]);
  });

  it("has these names and nothing else", () => {
    const parsed = JSON.parse(resultsText([first])) as { results: object[] };
    expect(Object.keys(parsed)).toEqual(["results"]);
    expect(Object.keys(parsed.results[0] ?? {})).toEqual([
      "case",
      "path",
      "rowsPerSecond",
      "megabytesPerSecond",
      "cpuSecondsPerMillionRows",
      "peakRssMegabytes",
    ]);
  });
});
