import { describe, expect, it } from "vitest";
import type { ColumnShape, TableShape } from "../../../src/model/table-shape.ts";
import {
  columnDefinition,
  constraintNames,
  createTableStatements,
  type CreationSite,
} from "../../../src/sql/create-table.ts";
import { column, tableShape } from "../../support/table-shapes.ts";

const latin = "Latin1_General_100_CI_AS";
const emptySite: CreationSite = {
  collation: latin,
  defaultSchema: "dbo",
  takenNames: new Set(),
  aliasTypes: new Map(),
};

const customer = tableShape(
  [
    column(1, "CustomerId", "int", { nullable: false, identity: { seed: "1", increment: "1" } }),
    column(2, "ExternalCode", "nvarchar", { nullable: false }),
    column(3, "Status", "int", {
      nullable: false,
      default: { name: "DF__Customer__Status__1", systemNamed: true, definition: "((1))" },
    }),
    column(4, "CreatedAt", "datetime2", {
      nullable: false,
      default: { name: "DF_CreatedAt", systemNamed: false, definition: "(sysutcdatetime())" },
    }),
  ],
  [{ name: "CustomerId" }],
  {
    table: { schema: "dbo", name: "Customer" },
    primaryKey: {
      name: "PK__Customer__A4AE64D8",
      systemNamed: true,
      clustered: true,
      columns: [{ columnId: 1, name: "CustomerId", descending: false }],
    },
    uniques: [
      {
        name: "UQ_Code",
        systemNamed: false,
        clustered: false,
        columns: [{ columnId: 2, name: "ExternalCode", descending: true }],
      },
    ],
  },
);

/** The last statement: the table itself. */
function tableText(shape: TableShape, site = emptySite): string {
  return createTableStatements(shape, site).at(-1) ?? "";
}

describe("createTableStatements", () => {
  it("makes schema and table", () => {
    expect(createTableStatements(customer, emptySite)).toEqual([
      "IF SCHEMA_ID(N'dbo') IS NULL EXEC(N'CREATE SCHEMA [dbo]');",
      `CREATE TABLE [dbo].[Customer] (
  [CustomerId] int IDENTITY(1,1) NOT NULL,
  [ExternalCode] nvarchar(50) COLLATE ${latin} NOT NULL,
  [Status] int DEFAULT ((1)) NOT NULL,
  [CreatedAt] datetime2(7) CONSTRAINT [DF_CreatedAt] DEFAULT (sysutcdatetime()) NOT NULL,
  PRIMARY KEY CLUSTERED ([CustomerId] ASC),
  CONSTRAINT [UQ_Code] UNIQUE NONCLUSTERED ([ExternalCode] DESC)
);`,
    ]);
  });

  it("leaves taken names to the server", () => {
    const text = tableText(customer, { ...emptySite, takenNames: new Set(["UQ_Code", "DF_CreatedAt"]) });
    expect(text).toContain("[CreatedAt] datetime2(7) DEFAULT (sysutcdatetime()) NOT NULL");
    expect(text).toContain("\n  UNIQUE NONCLUSTERED ([ExternalCode] DESC)");
    expect(text).not.toContain("CONSTRAINT");
  });

  it("quotes hostile names", () => {
    const hostile = tableShape([column(1, "a]; DROP TABLE x--", "int", { nullable: false })], [], {
      table: { schema: "it's]", name: "t'; --" },
      primaryKey: undefined,
    });
    expect(createTableStatements(hostile, emptySite)).toEqual([
      "IF SCHEMA_ID(N'it''s]') IS NULL EXEC(N'CREATE SCHEMA [it''s]]]');",
      "CREATE TABLE [it's]]].[t'; --] (\n  [a]]; DROP TABLE x--] int NOT NULL\n);",
    ]);
  });

  it("leaves column sets out and keeps their sparse columns", () => {
    const shape = tableShape(
      [column(1, "id", "int", { nullable: false }), column(2, "s", "int", { sparse: true }), columnSet(3)],
      [{ name: "id" }],
    );
    expect(tableText(shape)).toContain("[s] int SPARSE NULL");
    expect(tableText(shape)).not.toContain("set");
  });
});

function columnSet(columnId: number): ColumnShape {
  return column(columnId, "set", "xml", { columnSet: true });
}

describe("columnDefinition", () => {
  it.each<[string, ColumnShape, string]>([
    ["a plain column", column(1, "a", "int"), "[a] int NULL"],
    [
      "an identity of decimal beyond bigint",
      column(1, "a", "decimal", {
        type: { name: "decimal", maxLength: 17, precision: 38, scale: 0 },
        nullable: false,
        identity: { seed: "-99999999999999999999", increment: "-2" },
      }),
      "[a] decimal(38,0) IDENTITY(-99999999999999999999,-2) NOT NULL",
    ],
    [
      "a computed column",
      column(1, "a", "int", { computed: { definition: "([b]+(1))", persisted: false } }),
      "[a] AS ([b]+(1))",
    ],
    [
      "a persisted computed column",
      column(1, "a", "int", { nullable: false, computed: { definition: "(isnull([b],(0)))", persisted: true } }),
      "[a] AS (isnull([b],(0))) PERSISTED NOT NULL",
    ],
    [
      "a rowversion",
      column(1, "a", "rowversion", {
        nullable: false,
        type: { name: "rowversion", maxLength: 8, precision: 0, scale: 0 },
      }),
      "[a] binary(8) NOT NULL",
    ],
    [
      "a row guid",
      column(1, "a", "uniqueidentifier", { nullable: false, rowGuid: true }),
      "[a] uniqueidentifier NOT NULL ROWGUIDCOL",
    ],
    [
      "a period column: plain datetime2",
      column(1, "a", "datetime2", { nullable: false, generatedAlways: "row-start" }),
      "[a] datetime2(7) NOT NULL",
    ],
  ])("%s", (_, shape, text) => {
    expect(columnDefinition(shape)).toBe(text);
  });
});

describe("alias types", () => {
  const phone = column(2, "phone", "varchar", { aliasType: { schema: "crm", name: "Phone", nullable: false } });
  const shape = tableShape([column(1, "id", "int", { nullable: false }), phone], [{ name: "id" }]);

  it("are made where they are missing, in their own schema", () => {
    const statements = createTableStatements(shape, emptySite);
    expect(statements.slice(0, 3)).toEqual([
      "IF SCHEMA_ID(N'crm') IS NULL EXEC(N'CREATE SCHEMA [crm]');",
      "IF SCHEMA_ID(N'sales') IS NULL EXEC(N'CREATE SCHEMA [sales]');",
      "IF TYPE_ID(N'[crm].[Phone]') IS NULL CREATE TYPE [crm].[Phone] FROM varchar(100) NOT NULL;",
    ]);
    expect(statements.at(-1)).toContain("[phone] [crm].[Phone] NULL");
  });

  it("are used where they stand already", () => {
    const site = { ...emptySite, aliasTypes: new Map([["[crm].[Phone]", `varchar(100) COLLATE ${latin}`]]) };
    expect(createTableStatements(shape, site).join("\n")).not.toContain("CREATE TYPE");
    expect(tableText(shape, site)).toContain("[phone] [crm].[Phone] NULL");
  });

  it.each<[string, CreationSite]>([
    ["the replica's type of that name is another", { ...emptySite, aliasTypes: new Map([["[crm].[Phone]", "int"]]) }],
    ["it would get another collation there", { ...emptySite, collation: "SQL_Latin1_General_CP1_CI_AS" }],
  ])("give way to their base type where %s", (_, site) => {
    const statements = createTableStatements(shape, site);
    expect(statements.join("\n")).not.toContain("CREATE TYPE");
    expect(statements.at(-1)).toContain(`[phone] varchar(100) COLLATE ${latin} NULL`);
  });

  it("take sysname as it is", () => {
    const name = column(2, "n", "nvarchar", { aliasType: { schema: "sys", name: "sysname", nullable: false } });
    const statements = createTableStatements(tableShape([name], []), emptySite);
    expect(statements.join("\n")).not.toContain("CREATE TYPE");
    expect(statements.at(-1)).toContain("[n] [sys].[sysname] NULL");
  });
});

describe("functions", () => {
  const needed = {
    name: { schema: "calc", name: "Twice" },
    objectId: 77,
    definition:
      "CREATE FUNCTION calc.Twice(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x * 2 /* it's */ END",
    ansiNulls: true,
    quotedIdentifier: true,
  };

  it("come before the table, in their own schema", () => {
    const statements = createTableStatements({ ...customer, functions: [needed] }, emptySite);
    expect(statements.slice(0, 3)).toEqual([
      "IF SCHEMA_ID(N'calc') IS NULL EXEC(N'CREATE SCHEMA [calc]');",
      "IF SCHEMA_ID(N'dbo') IS NULL EXEC(N'CREATE SCHEMA [dbo]');",
      `IF OBJECT_ID(N'[calc].[Twice]') IS NULL EXEC(N'${needed.definition.replaceAll("'", "''")}');`,
    ]);
  });

  it("keep the settings they were made under", () => {
    const statements = createTableStatements(
      { ...customer, functions: [{ ...needed, quotedIdentifier: false }] },
      emptySite,
    );
    expect(statements[2]).toBe("SET ANSI_NULLS ON; SET QUOTED_IDENTIFIER OFF;");
    expect(statements[4]).toBe("SET ANSI_NULLS ON; SET QUOTED_IDENTIFIER ON;");
  });

  it.each<[string, string, string, CreationSite]>([
    ["renamed since", "CREATE FUNCTION calc.Double(@x int)", "CREATE FUNCTION [calc].[Twice](@x int)", emptySite],
    [
      "moved from the schema of the text",
      "CREATE FUNCTION Twice(@x int)",
      "CREATE FUNCTION [calc].[Twice](@x int)",
      emptySite,
    ],
    [
      "written without schema, which is the login's own here",
      "CREATE FUNCTION Twice(@x int)",
      "CREATE FUNCTION Twice(@x int)",
      { ...emptySite, defaultSchema: "calc" },
    ],
    [
      "written in other quotes",
      'CREATE FUNCTION [calc]."Twice"(@x int)',
      'CREATE FUNCTION [calc]."Twice"(@x int)',
      emptySite,
    ],
    [
      "left as OR ALTER",
      "CREATE OR ALTER FUNCTION calc.Twice(@x int)",
      "CREATE FUNCTION calc.Twice(@x int)",
      emptySite,
    ],
  ])("get today's name where they were %s", (_, stored, created, site) => {
    const body = " RETURNS int AS BEGIN RETURN @x * 2; /* calc.Double */ END";
    const functions = [{ ...needed, definition: stored + body }];
    expect(createTableStatements({ ...customer, functions }, site)[2]).toBe(
      `IF OBJECT_ID(N'[calc].[Twice]') IS NULL EXEC(N'${created}${body}');`,
    );
  });

  it("cannot be made from a definition whose head cannot be read", () => {
    const unread = { ...needed, definition: "CREATE AGGREGATE calc.Twice(@x int) RETURNS int" };
    expect(() => createTableStatements({ ...customer, functions: [unread] }, emptySite)).toThrow(
      /\[calc\]\.\[Twice\].*could not be read/,
    );
  });

  it("cannot be made without their definition", () => {
    const hidden = { ...needed, definition: undefined };
    expect(() => createTableStatements({ ...customer, functions: [hidden] }, emptySite)).toThrow(/\[calc\]\.\[Twice\]/);
  });
});

it("names the constraints that want a name", () => {
  expect(constraintNames(customer)).toEqual(["DF_CreatedAt", "UQ_Code"]);
});
