import { describe, expect, it } from "vitest";
import type { BenchResult } from "../../bench/bench-result.ts";
import { resultTable } from "../../bench/result-table.ts";

const result = (caseName: BenchResult["case"], path: BenchResult["path"], rowsPerSecond: number): BenchResult => ({
  case: caseName,
  path,
  rowsPerSecond,
  megabytesPerSecond: rowsPerSecond / 20_000,
  cpuSecondsPerMillionRows: 0.4567,
  peakRssMegabytes: 123.4,
});

describe("the table", () => {
  it("shows each path beside the pipe of its case", () => {
    const results = [
      result("narrow", "relay", 1_234_567),
      result("narrow", "merge", 900),
      result("narrow", "pipe", 9_000_000),
      result("wide", "relay", 20_000),
    ];
    expect(resultTable(results)).toBe(
      [
        "case    path      rows/s   MB/s  of the pipe  CPU s / M rows  peak RSS MB",
        "------  -----  ---------  -----  -----------  --------------  -----------",
        "narrow  relay  1,234,567   61.7          14%            0.46          123",
        "narrow  merge        900    0.0        0.01%            0.46          123",
        "narrow  pipe   9,000,000  450.0         100%            0.46          123",
        "",
        "wide    relay     20,000    1.0                         0.46          123",
      ].join("\n"),
    );
  });
});
