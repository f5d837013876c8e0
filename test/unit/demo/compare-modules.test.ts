import { describe, expect, it } from "vitest";
import { moduleChanges, moduleQueries } from "../../demo/change-modules.ts";
import { moduleDifferences } from "../../demo/compare-modules.ts";
import type { ModuleSchema } from "../../demo/read-modules.ts";

function module(change: Partial<ModuleSchema> = {}): ModuleSchema {
  return {
    name: "p",
    schema: "dbo",
    objectName: "p",
    type: "P",
    definition: "CREATE PROCEDURE p AS SELECT 1;",
    facts: ["ANSI_NULLS true", "QUOTED_IDENTIFIER true"],
    ...change,
  };
}

describe("two modules", () => {
  it("are equal where text and facts are", () => {
    expect(moduleDifferences(module(), module())).toEqual([]);
  });

  it.each([
    ["CREATE PROCEDURE old AS SELECT 1;", "CREATE PROCEDURE [dbo].[p] AS SELECT 1;"],
    ["create proc [dbo].old AS SELECT 1;", "create proc [dbo].[p] AS SELECT 1;"],
    [
      '-- CREATE PROCEDURE p\n/* x */ CREATE PROCEDURE "old" AS 1',
      "-- CREATE PROCEDURE p\n/* x */ CREATE PROCEDURE p AS 1",
    ],
  ])("are equal where only the name of a renamed one was made right: %j", (definition, rewritten) => {
    expect(moduleDifferences(module({ definition }), module({ definition: rewritten }))).toEqual([]);
  });

  it.each([
    ["CREATE PROCEDURE p AS SELECT 1;", "CREATE PROCEDURE p AS SELECT 2;"],
    ["CREATE PROCEDURE p AS SELECT 1;", "CREATE PROCEDURE p AS SELECT 1; "],
    ["CREATE PROCEDURE p AS SELECT 1;", "CREATE PROCEDURE q AS SELECT 1;"],
    ["CREATE PROCEDURE old AS SELECT 1;", "CREATE PROCEDURE [sales].[p] AS SELECT 1;"],
    ["CREATE PROCEDURE old AS SELECT 1;", "CREATE PROCEDURE [dbo].[p] AS SELECT 2;"],
    ["-- one\nCREATE PROCEDURE old AS 1", "-- two\nCREATE PROCEDURE p AS 1"],
    ["CREATE PROCEDURE p AS SELECT 1;", ""],
  ])("differ: %j and %j", (definition, arrived) => {
    expect(moduleDifferences(module({ definition }), module({ definition: arrived }))).toHaveLength(1);
  });

  it("differ in type, settings, columns and indexes", () => {
    const copy = module({ type: "FN", facts: ["ANSI_NULLS false", "QUOTED_IDENTIFIER true", "index a"] });
    expect(moduleDifferences(module(), copy)).toEqual([
      "type P arrived as FN",
      "ANSI_NULLS true did not arrive",
      "ANSI_NULLS false is not the primary's",
      "index a is not the primary's",
    ]);
  });

  it("differ where the primary hides the text", () => {
    expect(moduleDifferences(module({ definition: "" }), module({ definition: "" }))).toHaveLength(1);
  });
});

describe("the demo's changes", () => {
  it("alter a module of each type, rename one and drop one", () => {
    const words = moduleChanges.map(({ what }) => what);
    for (const kind of [/^view .* altered/, /^procedure .* altered/, /^scalar/, /^inline/, /^table function/]) {
      expect(words.filter((what) => kind.test(what))).toHaveLength(1);
    }
    expect(words.filter((what) => what.includes("renamed"))).toHaveLength(1);
    expect(words.filter((what) => what.includes("dropped"))).toHaveLength(1);
    expect(Object.keys(moduleQueries)).toHaveLength(8);
  });
});
