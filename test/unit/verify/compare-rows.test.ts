import { describe, expect, it } from "vitest";
import { compareRows, withoutMoved } from "../../../src/verify/compare-rows.ts";

/** `1=a 2=b`: rows by key and hash. */
const rows = (text: string) =>
  text
    .split(" ")
    .filter((each) => each !== "")
    .map((each) => ({ key: (each.split("=")[0] ?? "").split("|"), hash: each.split("=")[1] ?? "" }));
const texts = (found: ReturnType<typeof compareRows>) => found.map(({ kind, key }) => `${kind} ${key.join("|")}`);

describe("compareRows", () => {
  it.each([
    ["nothing", "", "", []],
    ["equal rows", "1=a 2=b", "1=a 2=b", []],
    ["another row", "1=a 2=b", "1=a 2=x", ["different 2"]],
    ["a row less", "1=a 2=b 3=c", "1=a 3=c", ["missing 2"]],
    ["a row more", "1=a 3=c", "1=a 2=b 3=c", ["extra 2"]],
    ["no row at all", "1=a 2=b", "", ["missing 1", "missing 2"]],
    ["rows where there should be none", "", "1=a 2=b", ["extra 1", "extra 2"]],
    ["another key for the same values", "1=a", "2=a", ["missing 1", "extra 2"]],
    ["two rows that changed places", "1=a 2=b", "1=b 2=a", ["different 1", "different 2"]],
    ["another order of equal rows", "1=a 2=b", "2=b 1=a", []],
    ["another spelling of a key", "ab=a", "AB=a", ["missing ab", "extra AB"]],
    ["keys of several columns", "a|b=1 a|c=2", "a|b=1 ab|c=2", ["missing a|c", "extra ab|c"]],
    ["keys that share a text", "1=a 1=b", "1=b 1=a", []],
    ["keys that share a text, one of them otherwise", "1=a 1=b", "1=b 1=x", ["different 1"]],
    ["keys that share a text, one of them missing", "1=a 1=b", "1=b", ["missing 1"]],
  ])("%s", (_, primary, replica, expected) => {
    expect(texts(compareRows(rows(primary), rows(replica)))).toEqual(expected);
  });
});

describe("withoutMoved", () => {
  const found = [{ key: ["1"], kind: "different" } as const, { key: ["Ab ", "2"], kind: "missing" } as const];

  it("leaves out the keys that changed, in whatever spelling", () => {
    expect(withoutMoved(found, [])).toEqual(found);
    expect(withoutMoved(found, [["1"]])).toEqual([found[1]]);
    expect(withoutMoved(found, [["aB", "2"]])).toEqual([found[0]]);
    expect(withoutMoved(found, [["aB", "3"], ["11"]])).toEqual(found);
  });
});
