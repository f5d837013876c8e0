import { describe, expect, it } from "vitest";
import { parseBenchArguments } from "../../bench/bench-arguments.ts";

describe("the bench's arguments", () => {
  it("measure everything by default", () => {
    expect(parseBenchArguments([])).toEqual({
      rows: 1_000_000,
      rounds: 5,
      cases: ["narrow", "mixed", "wide", "nulls"],
      paths: ["relay", "driver-path", "driver-copy", "merge", "pipe", "app"],
      json: undefined,
      help: false,
    });
  });

  it("take what is given, in the table's order", () => {
    const given = [
      "--rows",
      "20000",
      "--rounds=7",
      "--case",
      "wide,narrow",
      "--path",
      "pipe, relay",
      "--json",
      "f.json",
    ];
    expect(parseBenchArguments(given)).toEqual({
      rows: 20_000,
      rounds: 7,
      cases: ["narrow", "wide"],
      paths: ["relay", "pipe"],
      json: "f.json",
      help: false,
    });
  });

  it.each([
    [["--rows", "10"], "--rows 10: a number from 10000 to 100000000 is expected, e.g. --rows 1000000"],
    [["--rows", "many"], "--rows many: a number from 10000"],
    [["--rows"], "--rows : a number from 10000"],
    [["--rounds", "0"], "--rounds 0: a number from 1 to 100 is expected, e.g. --rounds 5"],
    [["--rounds", "2.5"], "--rounds 2.5: a number"],
    [["--case", "narow"], "--case narow: one of narrow, mixed, wide, nulls is expected"],
    [["--path", "relay,copy"], "--path copy: one of relay, driver-path, driver-copy, merge, pipe, app is expected"],
    [["--case", ""], "--case : one of narrow"],
    [["--case", "wide", "--path", "app"], "--path app: it is measured with --case narrow only"],
    [["--json"], "--json: a file name is missing, e.g. --json bench.json"],
    [["--json", "--rows"], "--json: a file name is missing"],
    [["--fast"], "--fast: no such option"],
    [["narrow"], '"narrow": nothing is expected here'],
  ])("%j is refused", (given, problem) => {
    expect(() => parseBenchArguments(given)).toThrow(problem);
    expect(() => parseBenchArguments(given)).toThrow("npm run bench --");
  });

  it("report all that is wrong at once", () => {
    expect(() => parseBenchArguments(["--rows", "1", "--case", "x"])).toThrow(/--rows 1:.*\n--case x:/);
  });

  it("give help whatever else is wrong", () => {
    expect(parseBenchArguments(["--help", "--rows", "1"]).help).toBe(true);
  });
});
