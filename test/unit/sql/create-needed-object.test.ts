import { describe, expect, it } from "vitest";
import type { ColumnType } from "../../../src/model/table-shape.ts";
import { createNeededObject, type NeededFacts, type TableTypeIndex } from "../../../src/sql/create-needed-object.ts";
import { column } from "../../support/table-shapes.ts";

const latin = "Latin1_General_100_CI_AS";
const bigint: ColumnType = { name: "bigint", maxLength: 8, precision: 19, scale: 0 };
const decimal: ColumnType = { name: "decimal", maxLength: 0, precision: 38, scale: 0 };

const sequence: NeededFacts & { readonly kind: "sequence" } = {
  kind: "sequence",
  name: { schema: "sales", name: "Numbers" },
  id: 5,
  type: bigint,
  current: "9007199254740993",
  increment: "2",
  minimum: "-9223372036854775808",
  maximum: "9223372036854775807",
  cycles: false,
  cached: true,
  cacheSize: undefined,
};

const lines: NeededFacts & { readonly kind: "table type" } = {
  kind: "table type",
  name: { schema: "dbo", name: "Lines]" },
  id: 257,
  memoryOptimized: false,
  columns: [column(1, "id", "int", { nullable: false })],
  indexes: [],
  checks: [],
  hidden: false,
};

const index: TableTypeIndex = {
  name: "ix",
  role: "index",
  clustered: false,
  unique: false,
  ignoresDuplicates: false,
  filter: undefined,
  keys: [{ column: "id", descending: false }],
  included: [],
};

describe("alias types", () => {
  it.each<[string, ColumnType, boolean, string]>([
    ["varchar", { name: "varchar", maxLength: 20, precision: 0, scale: 0 }, false, "varchar(20) NOT NULL"],
    ["nvarchar(max)", { name: "nvarchar", maxLength: -1, precision: 0, scale: 0 }, true, "nvarchar(max) NULL"],
    ["numeric", { name: "numeric", maxLength: 17, precision: 38, scale: 10 }, true, "numeric(38,10) NULL"],
    ["datetime2", { name: "datetime2", maxLength: 7, precision: 23, scale: 3 }, true, "datetime2(3) NULL"],
  ])("of %s", (_, type, nullable, text) => {
    const made = createNeededObject({
      kind: "alias type",
      name: { schema: "crm", name: "Its]Type" },
      id: 300,
      type,
      nullable,
    });
    expect(made).toEqual({
      kind: "alias type",
      name: { schema: "crm", name: "Its]Type" },
      id: 300,
      create: `CREATE TYPE [crm].[Its]]Type] FROM ${text};`,
      definition: `CREATE TYPE [crm].[Its]]Type] FROM ${text};`,
      needs: [],
    });
  });
});

describe("table types", () => {
  it("carry columns, keys, conditions and indexes over", () => {
    const made = createNeededObject({
      ...lines,
      columns: [
        column(1, "id", "int", { nullable: false, identity: { seed: "10", increment: "-2" } }),
        column(2, "note", "nvarchar", { default: { name: "DF__TT__1", systemNamed: true, definition: "(N'it''s')" } }),
        column(3, "twice", "int", { computed: { definition: "([id]*(2))", persisted: true }, nullable: false }),
        column(4, "stamp", "rowversion", { nullable: false }),
        column(5, "guid", "uniqueidentifier", { rowGuid: true, nullable: false }),
      ],
      indexes: [
        {
          ...index,
          role: "primary key",
          name: "PK__TT_Lines__1",
          clustered: true,
          unique: true,
          ignoresDuplicates: true,
          keys: [
            { column: "twice", descending: true },
            { column: "id", descending: false },
          ],
        },
        { ...index, role: "unique constraint", name: "UQ__TT_Lines__2", unique: true },
        {
          ...index,
          name: "two]",
          unique: true,
          keys: [{ column: "guid", descending: false }],
          included: ["note", "id"],
        },
        { ...index, name: "one", filter: "([note] IS NOT NULL)" },
      ],
      checks: ["([id]<>(0))", "([id]<(1000))"],
    });
    expect(made.create).toBe(`CREATE TYPE [dbo].[Lines]]] AS TABLE (
  [id] int IDENTITY(10,-2) NOT NULL,
  [note] nvarchar(50) COLLATE ${latin} DEFAULT (N'it''s') NULL,
  [twice] AS ([id]*(2)) PERSISTED NOT NULL,
  [stamp] timestamp NOT NULL,
  [guid] uniqueidentifier NOT NULL ROWGUIDCOL,
  CHECK ([id]<(1000)),
  CHECK ([id]<>(0)),
  PRIMARY KEY CLUSTERED ([twice] DESC, [id] ASC) WITH (IGNORE_DUP_KEY = ON),
  UNIQUE NONCLUSTERED ([id] ASC),
  INDEX [one] NONCLUSTERED ([id] ASC) WHERE ([note] IS NOT NULL),
  INDEX [two]]] UNIQUE NONCLUSTERED ([guid] ASC) INCLUDE ([id], [note])
);`);
    expect(made).toMatchObject({ kind: "table type", id: 257, definition: made.create, needs: [] });
  });

  it("are the same whatever the order of their constraints", () => {
    const unique = { ...index, role: "unique constraint", unique: true } as const;
    const other = { ...unique, keys: [{ column: "b", descending: false }] };
    const one = createNeededObject({ ...lines, indexes: [unique, other], checks: ["(1=1)", "(2=2)"] });
    const two = createNeededObject({ ...lines, indexes: [other, unique], checks: ["(2=2)", "(1=1)"] });
    expect(two).toEqual(one);
  });

  it("keep the alias types of their columns, save those that would lose their collation", () => {
    const made = createNeededObject({
      ...lines,
      columns: [
        column(1, "amount", "decimal", { aliasType: { schema: "crm", name: "Amount", nullable: false } }),
        column(2, "phone", "varchar", { aliasType: { schema: "crm", name: "Phone", nullable: true } }),
        column(3, "name", "nvarchar", { aliasType: { schema: "sys", name: "sysname", nullable: false } }),
      ],
    });
    expect(made.create).toBe(`CREATE TYPE [dbo].[Lines]]] AS TABLE (
  [amount] [crm].[Amount] NULL,
  [phone] varchar(100) COLLATE ${latin} NULL,
  [name] nvarchar(50) COLLATE ${latin} NULL
);`);
    expect(made.needs).toEqual([{ schema: "crm", name: "Amount" }]);
  });

  it.each<[string, Partial<typeof lines>, RegExp]>([
    ["memory-optimized", { memoryOptimized: true }, /memory-optimized/],
    ["hidden", { hidden: true }, /may not read/],
    ["without columns", { columns: [] }, /may not read its columns/],
    ["with typed xml", { columns: [column(1, "x", "xml", { typedXml: true })] }, /column x is xml with a schema/],
    ["with a CLR type", { columns: [column(1, "p", "Point", { userDefinedClr: true })] }, /column p .* CLR type Point/],
    ["with a vector", { columns: [column(1, "v", "vector")] }, /column v is a vector/],
    ["with another index", { indexes: [{ ...index, clustered: undefined }] }, /index ix is neither/],
  ])("%s are told with their obstacle", (_, facts, obstacle) => {
    const made = createNeededObject({ ...lines, ...facts });
    expect(made.create).toBeUndefined();
    expect(made.obstacle).toMatch(obstacle);
    expect(made.obstacle).toMatch(/create the type on the replica by hand$/);
  });
});

describe("sequences", () => {
  it("start with the current value, which is no part of their definition", () => {
    const made = createNeededObject(sequence);
    const head = "CREATE SEQUENCE [sales].[Numbers] AS bigint";
    const tail = "INCREMENT BY 2 MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807 NO CYCLE CACHE;";
    expect(made.create).toBe(`${head} START WITH 9007199254740993 ${tail}`);
    expect(made.definition).toBe(`${head} ${tail}`);
    expect(createNeededObject({ ...sequence, current: "9007199254740995" }).definition).toBe(made.definition);
  });

  it.each<[Partial<typeof sequence>, string]>([
    [{ cached: false }, "NO CYCLE NO CACHE;"],
    [{ cacheSize: 50, cycles: true }, "CYCLE CACHE 50;"],
    [{ type: decimal, maximum: "9".repeat(38) }, `MAXVALUE ${"9".repeat(38)} NO CYCLE CACHE;`],
  ])("say how they go on: %j", (facts, end) => {
    expect(createNeededObject({ ...sequence, ...facts }).create?.endsWith(` ${end}`)).toBe(true);
  });

  it("keep the digits of their type", () => {
    expect(createNeededObject({ ...sequence, type: decimal }).create).toContain("AS decimal(38,0) START");
  });

  it("are refused where a value is not to be seen", () => {
    expect(createNeededObject({ ...sequence, current: "null" })).toMatchObject({
      create: undefined,
      obstacle: expect.stringMatching(/may not read its values/) as string,
    });
  });
});

describe("synonyms", () => {
  const synonym = (baseObject: string): NeededFacts => ({
    kind: "synonym",
    name: { schema: "dbo", name: "People" },
    id: 7,
    baseObject,
  });

  it.each(["[dbo].[Customer]", "[Customer]", "[a.b]]c]..[t]", "[srv].[db].[dbo].[t]"])("for %s", (baseObject) => {
    expect(createNeededObject(synonym(baseObject)).create).toBe(`CREATE SYNONYM [dbo].[People] FOR ${baseObject};`);
  });

  it.each(["", "[a]; DROP TABLE [b]", "dbo.Customer", "[a].[b].[c].[d].[e]", "[a].", "[a]]"])(
    "that say %j are refused: it is no quoted name",
    (baseObject) => {
      expect(createNeededObject(synonym(baseObject))).toMatchObject({
        create: undefined,
        obstacle: expect.stringMatching(/by hand$/) as string,
      });
    },
  );
});

it.each(["clr type", "xml schema collection"] as const)("a %s is known, and not made", (kind) => {
  const name = { schema: "dbo", name: "Point" };
  const made = createNeededObject({ kind, name, id: 9 });
  expect(made).toMatchObject({ kind, name, id: 9, create: undefined, needs: [] });
  expect(made.obstacle).toMatch(/on the replica by hand$/);
});
