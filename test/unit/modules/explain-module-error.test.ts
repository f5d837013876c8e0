import { describe, expect, it } from "vitest";
import { explainModuleError } from "../../../src/modules/explain-module-error.ts";

const name = { schema: "odd]schema", name: "v" };

function serverError(number: number, message = `the server's words for ${number}`): Error {
  return Object.assign(new Error(message), { number });
}

function explain(number: number) {
  return explainModuleError(serverError(number), name);
}

describe("explainModuleError", () => {
  const fixes: [number: number, fix: RegExp | undefined][] = [
    [207, /enable the table/],
    [208, /enable the table/],
    [4121, /enable the table/],
    [4413, /enable the table/],
    [2714, /rename or drop the object of this name on the replica/],
    [2715, /create what it refers to/],
    [15151, /create what it refers to/],
    [15517, /create what it refers to/],
    [3729, /drop what refers to it.*sys\.sql_expression_dependencies/],
    [3732, /drop what refers to it/],
    [229, /GRANT/],
    [230, /GRANT/],
    [262, /GRANT CREATE SCHEMA/],
    [297, /GRANT/],
    [300, /GRANT/],
    [2760, /GRANT CONTROL ON SCHEMA::\[odd\]\]schema\] TO/],
    [15247, /GRANT/],
    [102, undefined],
    [1205, undefined],
    [50000, undefined],
  ];
  it.each(fixes)("error %i: what helps is %s", (number, fix) => {
    const explained = explain(number);
    expect(explained).toMatchObject({ reason: `the server's words for ${number}`, sqlError: number });
    if (fix === undefined) expect(explained.fix).toBeUndefined();
    else expect(explained.fix).toMatch(fix);
  });

  it("the server's own error counts, however it is wrapped", () => {
    const inner = serverError(208);
    const wrapped = new Error("create v", { cause: Object.assign(new Error("request"), { originalError: inner }) });
    expect(explainModuleError(wrapped, name)).toMatchObject({ reason: inner.message, sqlError: 208, passing: false });
  });

  it.each([1205, 1222, 3960, 40501, 40613])("error %i passes on its own", (number) => {
    expect(explain(number).passing).toBe(true);
  });

  it.each([102, 207, 208, 262, 2714, 3729])("error %i does not pass on its own", (number) => {
    expect(explain(number).passing).toBe(false);
  });

  it("a time-out of the driver passes on its own, and has no number", () => {
    const timeout = Object.assign(new Error("Timeout: Request failed to complete in 400000ms"), { code: "ETIMEOUT" });
    const explained = explainModuleError(new Error("create v", { cause: timeout }), name);
    expect(explained).toEqual({
      reason: "create v: Timeout: Request failed to complete in 400000ms",
      fix: undefined,
      sqlError: undefined,
      passing: true,
      needsOthers: false,
    });
  });

  it("what is no error of the server is told in its own words", () => {
    const explained = explainModuleError(new Error("record v: the replica does not show it"), name);
    expect(explained).toMatchObject({ reason: "record v: the replica does not show it", passing: false });
  });
});

describe("needsOthers", () => {
  it.each([207, 208, 313, 2715, 3729, 3732, 4121, 4413, 4429, 4512, 4513, 8144])(
    "error %i: another change may bring it",
    (number) => {
      expect(explain(number).needsOthers).toBe(true);
    },
  );

  it.each([102, 156, 262, 1205, 2714, 15247])("error %i: no other change helps", (number) => {
    expect(explain(number).needsOthers).toBe(false);
  });

  it("nor does one where there is no number", () => {
    expect(explainModuleError(new Error("no server spoke"), name).needsOthers).toBe(false);
  });
});
