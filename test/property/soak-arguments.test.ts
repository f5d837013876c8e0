import { describe, expect, it } from "vitest";
import { parseSoakArguments, soakUsage } from "./soak-arguments.ts";

describe("parseSoakArguments", () => {
  it("has a default for everything", () => {
    expect(parseSoakArguments([])).toEqual({
      histories: 1000,
      seed: 1,
      steps: undefined,
      json: undefined,
      help: false,
    });
  });

  it("takes every option", () => {
    expect(parseSoakArguments(["--histories", "10000", "--seed=7", "--steps", "40", "--json", "out.json"])).toEqual({
      histories: 10_000,
      seed: 7,
      steps: 40,
      json: "out.json",
      help: false,
    });
    expect(parseSoakArguments(["-h"]).help).toBe(true);
  });

  it.each([
    [["--histories", "0"], "--histories 0: a whole number from 1"],
    [["--histories"], "--histories : a whole number from 1"],
    [["--seed", "1.5"], "--seed 1.5: a whole number from 1"],
    [["--seed", "4294967296"], "--seed 4294967296: a whole number"],
    [["--steps", "many"], "--steps many: a whole number"],
    [["--json"], "--json: a file name is missing"],
    [["--jsno", "x"], "--jsno: no such option"],
    [["10000"], '"10000": nothing is expected here'],
  ])("refuses %j", (argv, problem) => {
    expect(() => parseSoakArguments(argv)).toThrow(problem);
    expect(() => parseSoakArguments(argv)).toThrow(soakUsage.slice(0, 40));
  });

  it("names all that is wrong at once", () => {
    expect(() => parseSoakArguments(["--seed", "x", "--steps", "y"])).toThrow(/--seed x[^]*--steps y/);
  });
});
