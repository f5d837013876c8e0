import { describe, expect, it } from "vitest";
import type { NeededObject } from "../../../src/model/needed-object.ts";
import type { TableName } from "../../../src/model/table-name.ts";
import { neededObjectChooser } from "../../../src/modules/choose-needed-objects.ts";

function needed(kind: NeededObject["kind"], schema: string, name: string, needs: TableName[] = []): NeededObject {
  return { kind, name: { schema, name }, id: 0, create: "", definition: "", needs };
}

const phone = needed("alias type", "crm", "Phone");
const amount = needed("alias type", "dbo", "Amount");
const lines = needed("table type", "dbo", "Lines", [amount.name, phone.name]);
const numbers = needed("sequence", "dbo", "Numbers");
const people = needed("synonym", "dbo", "the] people");
const objects = [lines, numbers, phone, people, amount];

const exact = (name: string): string => name;
const folded = (name: string): string => name.toLowerCase();

describe("neededObjectChooser", () => {
  it.each<[string, NeededObject[]]>([
    ["CREATE PROC p @p Phone AS SELECT 1", [phone]],
    ["CREATE PROC p @p [crm] . [Phone] AS SELECT 1", [phone]],
    ['CREATE PROC p @p crm."Phone" AS SELECT 1', [phone]],
    ["SELECT NEXT VALUE FOR dbo.Numbers", [numbers]],
    ["SELECT * FROM [the]] people]", [people]],
    ["SELECT 'Numbers', @Numbers, #Phone -- Phone\n/* Numbers /* Phone */ */", []],
    ["SELECT Numbers2, Pho", []],
    ["", []],
  ])("%s", (definition, expected) => {
    expect(neededObjectChooser(objects, exact)(definition)).toEqual(expected);
  });

  it("puts what an object needs before it, each once", () => {
    const choose = neededObjectChooser(objects, exact);
    expect(choose("p @a Phone, @l Lines, @m Lines, @n Amount")).toEqual([phone, amount, lines]);
    expect(choose("p @l Lines")).toEqual([amount, phone, lines]);
  });

  it("compares names as the database does", () => {
    expect(neededObjectChooser(objects, exact)("select next value for NUMBERS")).toEqual([]);
    expect(neededObjectChooser(objects, folded)("select next value for NUMBERS")).toEqual([numbers]);
    const spelled = needed("table type", "dbo", "Spelled", [{ schema: "CRM", name: "PHONE" }]);
    expect(neededObjectChooser([spelled, phone], folded)("spelled")).toEqual([phone, spelled]);
  });

  it("takes all objects of a name, and of a need only the type of its schema", () => {
    const others = [needed("alias type", "other", "Phone"), needed("synonym", "crm", "Phone")];
    const choose = neededObjectChooser([...others, ...objects], exact);
    expect(choose("Phone")).toEqual([...others, phone]);
    expect(choose("Lines")).toEqual([amount, phone, lines]);
  });

  it("ends where objects need each other or something unknown", () => {
    const a = needed("table type", "dbo", "A", [{ schema: "dbo", name: "B" }]);
    const b = needed("table type", "dbo", "B", [a.name, { schema: "dbo", name: "Nowhere" }]);
    expect(neededObjectChooser([a, b], exact)("A")).toEqual([b, a]);
  });

  it("costs the length of the texts, not their number times the objects", () => {
    const many = Array.from({ length: 500 }, (_, at) => needed("sequence", "dbo", `Sequence${at}`));
    let compared = 0;
    const choose = neededObjectChooser(many, (name) => {
      compared++;
      return name;
    });
    const definition = `CREATE PROCEDURE dbo.p AS SELECT ${"column, ".repeat(100)} NEXT VALUE FOR dbo.Sequence7`;
    compared = 0;
    for (let at = 0; at < 50; at++) expect(choose(definition)).toEqual([many[7]]);
    expect(compared).toBeLessThanOrEqual(50 * 120);
  });
});
