import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseInnerType } from "../../../src/sql/variant-carrier.ts";
import { columnDeclaration, typeText } from "../../../src/sql/column-type.ts";
import { createNeededObject } from "../../../src/sql/create-needed-object.ts";
import { permissionText } from "../../../src/sql/module-change-statements.ts";
import { hostileNames } from "../../support/hostile-names.ts";
import { expectSameStructure } from "../../support/same-structure.ts";
import { builderCases, nameless, type NameOf } from "../../support/sql-builder-cases.ts";
import { column } from "../../support/table-shapes.ts";

const folder = join(import.meta.dirname, "../../../src/sql");

/** All functions that src/sql exports, as `file name`. */
async function exportedFunctions(): Promise<string[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const found = await Promise.all(
    files.map(async (file) => {
      const exported = (await import(join(folder, file))) as Record<string, unknown>;
      const names = Object.keys(exported).filter((name) => typeof exported[name] === "function");
      return names.map((name) => `${file.replace(/\.ts$/, "")} ${name}`);
    }),
  );
  return found.flat().sort();
}

it("there is a case for every function that src/sql exports, or a reason why it needs none", async () => {
  expect([...Object.keys(builderCases), ...Object.keys(nameless)].sort()).toEqual(await exportedFunctions());
});

const plainName: NameOf = (number) => `zq${number}z`;
/** Names next to each other differ, so that no two columns of a table have the same. */
const hostileFrom =
  (start: number): NameOf =>
  (number) => {
    const name = hostileNames[(start + number * 7) % hostileNames.length] ?? "";
    return name;
  };

/** Texts and parameters in the order in which they stand, wherever they stand. */
interface Parts {
  readonly texts: string[];
  readonly params: { readonly name: string; readonly value: unknown }[];
}

function partsOf(made: unknown, parts: Parts = { texts: [], params: [] }): Parts {
  if (typeof made === "string") parts.texts.push(made);
  else if (Array.isArray(made)) for (const each of made) partsOf(each, parts);
  else if (typeof made === "object" && made !== null) {
    const { params, ...rest } = made as { readonly params?: Parts["params"] };
    parts.params.push(...(params ?? []));
    for (const each of Object.values(rest)) partsOf(each, parts);
  }
  return parts;
}

describe.each(Object.entries(builderCases))("%s", (_, build) => {
  it("keeps each name one name, each text one literal, and values in parameters", () => {
    const plain = partsOf(build(plainName));
    expect(plain.texts.length).toBeGreaterThan(0);
    hostileNames.forEach((_name, start) => {
      const name = hostileFrom(start);
      const valueOf = (text: string): string => text.replace(/^zq(\d+)z$/, (_all, number) => name(Number(number)));
      const hostile = partsOf(build(name));
      expect(hostile.texts).toHaveLength(plain.texts.length);
      plain.texts.forEach((text, at) => expectSameStructure(text, hostile.texts[at] ?? "", valueOf));
      expect(hostile.params.map((param) => param.name)).toEqual(plain.params.map((param) => param.name));
      plain.params.forEach(({ value }, at) => expectSameValue(value, hostile.params[at]?.value, valueOf));
    });
  });
});

/** A parameter is the value itself, JSON that holds it, or T-SQL that the server reads (a name of two parts). */
function expectSameValue(plain: unknown, hostile: unknown, valueOf: (text: string) => string): void {
  if (typeof plain !== "string" || !/zq\d+z/.test(plain)) return expect(hostile).toEqual(plain);
  if (/^zq\d+z$/.test(plain)) return expect(hostile).toBe(valueOf(plain));
  if (/^[[{]["{[]/.test(plain)) return expectSameJson(JSON.parse(plain), JSON.parse(String(hostile)), valueOf);
  expectSameStructure(plain, String(hostile), valueOf);
}

function expectSameJson(plain: unknown, hostile: unknown, valueOf: (text: string) => string): void {
  if (typeof plain === "string") return expect(hostile).toBe(valueOf(plain));
  if (typeof plain !== "object" || plain === null) return expect(hostile).toEqual(plain);
  expect(Object.keys(hostile as object)).toEqual(Object.keys(plain));
  const seen = hostile as Record<string, unknown>;
  for (const [key, value] of Object.entries(plain)) expectSameJson(value, seen[key], valueOf);
}

describe("what cannot be quoted is checked", () => {
  const evil = "int); DROP TABLE t; --";
  it.each<[string, () => unknown]>([
    ["a collation", () => columnDeclaration(column(1, "a", "varchar", { collation: "x; DROP TABLE t" }))],
    ["the inner type of a sql_variant", () => parseInnerType("a", `${evil}|0|0|0|`)],
    [
      "a permission",
      () =>
        permissionText(
          { schema: "dbo", name: "v" },
          { state: "G", permission: "SELECT ON x TO y; --", column: undefined, grantee: "a", grantor: "dbo" },
        ),
    ],
  ])("%s", (_, build) => {
    expect(build).toThrow();
  });

  it("a type", () => {
    expect(typeText({ name: evil, maxLength: 4, precision: 0, scale: 0 })).toBe(`[${evil}]`);
  });

  it.each(["[a].[b]; DROP TABLE t", "a.b", "[a]]", "[a].[b].[c].[d].[e]", "", "[a] .[b]--"])(
    "what a synonym stands for: %s",
    (baseObject) => {
      const made = createNeededObject({ kind: "synonym", name: { schema: "dbo", name: "s" }, id: 1, baseObject });
      expect(made.create).toBeUndefined();
    },
  );
});
