import { describe, expect, test } from "vitest";
import { compareStep } from "./compare-step.ts";
import { parseConformanceScript } from "./conformance-script.ts";

const source = "-- source: https://learn.microsoft.com/sql/x";
const stepsOf = (text: string) => parseConformanceScript("x.sql", `${source}\n${text}`).steps;
const outcome = { resultSets: [], errors: [], messages: [] };

describe("scripts", () => {
  test("batches are what stands between GO lines, with their first line", () => {
    const steps = stepsOf("SELECT 1\nGO\n\n  go  \nSELECT 'GO'\n-- GO is not alone here: GO\nSELECT 2");
    expect(steps.map(({ line, sql }) => [line, sql.trim()])).toEqual([
      [1, `${source}\nSELECT 1`],
      [6, "SELECT 'GO'\n-- GO is not alone here: GO\nSELECT 2"],
    ]);
  });

  test("expectations", () => {
    const [step] = stepsOf(
      "-- expect: 1 | NULL\n-- expect: 2 | a\n-- expect next\n-- expect: x\n-- expect error: 547 conflicted with\n" +
        "-- expect message: hello\n-- expect any order\n-- session: other\nSELECT 1",
    );
    expect(step).toMatchObject({
      resultSets: [["1 | NULL", "2 | a"], ["x"]],
      errors: [{ number: 547, text: "conflicted with" }],
      messages: ["hello"],
      anyOrder: true,
      session: "other",
    });
    expect(stepsOf("-- expect no rows\nSELECT 1")[0]).toMatchObject({ resultSets: [[]] });
    expect(stepsOf("SELECT 1")[0]).toMatchObject({
      resultSets: undefined,
      errors: [],
      messages: undefined,
      session: "",
    });
  });

  test("a script without a source, or with a word that is not known, is refused", () => {
    expect(() => parseConformanceScript("x.sql", "SELECT 1")).toThrow("x.sql names no page");
    expect(() => stepsOf("-- expect rows: 1\nSELECT 1")).toThrow("x.sql:2: not an expectation");
  });
});

describe("comparison", () => {
  const [step] = stepsOf("-- expect: 1 | NULL | 0x0AFF\n-- expect: 0 | a | b\nSELECT 1");
  const rows = [
    [true, null, Buffer.from([10, 255])],
    [false, "a", "b"],
  ];

  test("values are compared by their text", () => {
    expect(compareStep(step!, { ...outcome, resultSets: [rows] })).toEqual([]);
    expect(compareStep(step!, { ...outcome, resultSets: [rows.toReversed()] })).toHaveLength(1);
    expect(compareStep({ ...step!, anyOrder: true }, { ...outcome, resultSets: [rows.toReversed()] })).toEqual([]);
    expect(compareStep(step!, { ...outcome, resultSets: [rows, []] })).toHaveLength(1);
    expect(compareStep(step!, outcome)).toHaveLength(1);
  });

  test("an error that nobody expected, or that did not come, is a problem", () => {
    const plain = stepsOf("SELECT 1")[0]!;
    const failing = stepsOf("-- expect error: 547 key\nSELECT 1")[0]!;
    const error = { number: 547, message: "a key is missing" };
    expect(compareStep(plain, outcome)).toEqual([]);
    expect(compareStep(plain, { ...outcome, errors: [error] })).toHaveLength(1);
    expect(compareStep(failing, outcome)).toHaveLength(1);
    expect(compareStep(failing, { ...outcome, errors: [error] })).toEqual([]);
    expect(compareStep(failing, { ...outcome, errors: [{ number: 547, message: "else" }] })).toHaveLength(1);
  });

  test("messages count only where one is expected", () => {
    const plain = stepsOf("SELECT 1")[0]!;
    const talking = stepsOf("-- expect message: a\nSELECT 1")[0]!;
    expect(compareStep(plain, { ...outcome, messages: ["b"] })).toEqual([]);
    expect(compareStep(talking, { ...outcome, messages: ["a"] })).toEqual([]);
    expect(compareStep(talking, { ...outcome, messages: ["a", "b"] })).toHaveLength(1);
  });
});
