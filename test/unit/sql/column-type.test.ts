import { describe, expect, it } from "vitest";
import type { ColumnShape } from "../../../src/model/table-shape.ts";
import { columnDeclaration, readExpression, stageDeclaration, writeExpression } from "../../../src/sql/column-type.ts";
import { column } from "../../support/table-shapes.ts";

const latin = "Latin1_General_100_CI_AS";
const utf8 = "Latin1_General_100_CI_AS_SC_UTF8";

interface Case {
  readonly name: string;
  readonly size: readonly [maxLength: number, precision: number, scale: number];
  readonly collation?: string;
  /** On the replica's table. */
  readonly table: string;
  /** In #temp tables and INSERT BULK; as in the table where it is missing. */
  readonly stage?: string;
  /** On the primary; t.[c] where it is missing. */
  readonly read?: string;
  /** Into the table; s.[c] where it is missing. */
  readonly write?: string;
}

const cases: readonly Case[] = [
  { name: "bit", size: [1, 1, 0], table: "bit" },
  { name: "tinyint", size: [1, 3, 0], table: "tinyint" },
  { name: "smallint", size: [2, 5, 0], table: "smallint" },
  { name: "int", size: [4, 10, 0], table: "int" },
  { name: "bigint", size: [8, 19, 0], table: "bigint" },
  { name: "decimal", size: [9, 18, 4], table: "decimal(18,4)" },
  { name: "numeric", size: [17, 38, 38], table: "numeric(38,38)" },
  { name: "money", size: [8, 19, 4], table: "money" },
  { name: "smallmoney", size: [4, 10, 4], table: "smallmoney" },
  { name: "real", size: [4, 24, 0], table: "real" },
  { name: "float", size: [8, 53, 0], table: "float(53)" },
  { name: "date", size: [3, 10, 0], table: "date" },
  { name: "time", size: [5, 16, 7], table: "time(7)" },
  { name: "time", size: [3, 8, 0], table: "time(0)" },
  { name: "datetime", size: [8, 23, 3], table: "datetime" },
  { name: "smalldatetime", size: [4, 16, 0], table: "smalldatetime" },
  { name: "datetime2", size: [7, 23, 3], table: "datetime2(3)" },
  { name: "datetimeoffset", size: [10, 34, 7], table: "datetimeoffset(7)" },
  { name: "char", size: [10, 0, 0], collation: latin, table: `char(10) COLLATE ${latin}` },
  { name: "varchar", size: [8000, 0, 0], collation: utf8, table: `varchar(8000) COLLATE ${utf8}` },
  { name: "varchar", size: [-1, 0, 0], collation: latin, table: `varchar(max) COLLATE ${latin}` },
  {
    name: "text",
    size: [16, 0, 0],
    collation: "Japanese_CI_AS",
    table: "text COLLATE Japanese_CI_AS",
    stage: "varchar(max) COLLATE Japanese_CI_AS",
    read: "CONVERT(varchar(max), t.[c])",
  },
  { name: "nchar", size: [20, 0, 0], collation: latin, table: `nchar(10) COLLATE ${latin}` },
  { name: "nvarchar", size: [100, 0, 0], collation: latin, table: `nvarchar(50) COLLATE ${latin}` },
  { name: "nvarchar", size: [-1, 0, 0], collation: latin, table: `nvarchar(max) COLLATE ${latin}` },
  {
    name: "ntext",
    size: [16, 0, 0],
    collation: latin,
    table: `ntext COLLATE ${latin}`,
    stage: `nvarchar(max) COLLATE ${latin}`,
    read: "CONVERT(nvarchar(max), t.[c])",
  },
  { name: "binary", size: [16, 0, 0], table: "binary(16)" },
  { name: "varbinary", size: [100, 0, 0], table: "varbinary(100)" },
  { name: "varbinary", size: [-1, 0, 0], table: "varbinary(max)" },
  { name: "image", size: [16, 0, 0], table: "image", stage: "varbinary(max)", read: "CONVERT(varbinary(max), t.[c])" },
  { name: "uniqueidentifier", size: [16, 0, 0], table: "uniqueidentifier" },
  {
    name: "xml",
    size: [-1, 0, 0],
    table: "xml",
    stage: "nvarchar(max)",
    read: "CONVERT(nvarchar(max), t.[c])",
    write: "CONVERT(xml, s.[c], 1)",
  },
  {
    name: "json",
    size: [-1, 0, 0],
    table: "json",
    stage: "nvarchar(max)",
    read: "CONVERT(nvarchar(max), t.[c])",
    write: "CONVERT(json, s.[c])",
  },
  { name: "sql_variant", size: [8016, 0, 0], table: "sql_variant" },
  { name: "rowversion", size: [8, 0, 0], table: "binary(8)", read: "CONVERT(binary(8), t.[c])" },
  {
    name: "hierarchyid",
    size: [892, 0, 0],
    table: "hierarchyid",
    stage: "varbinary(892)",
    read: "CONVERT(varbinary(892), t.[c])",
    write: "CONVERT(hierarchyid, s.[c])",
  },
  {
    name: "geography",
    size: [-1, 0, 0],
    table: "geography",
    stage: "varbinary(max)",
    read: "CONVERT(varbinary(max), t.[c])",
    write: "CONVERT(geography, s.[c])",
  },
  {
    name: "geometry",
    size: [-1, 0, 0],
    table: "geometry",
    stage: "varbinary(max)",
    read: "CONVERT(varbinary(max), t.[c])",
    write: "CONVERT(geometry, s.[c])",
  },
];

describe.each(cases)("$table", ({ name, size, collation, table, stage, read, write }) => {
  const [maxLength, precision, scale] = size;
  const shape: ColumnShape = { ...column(1, "c", "int"), type: { name, maxLength, precision, scale }, collation };

  it("is declared so", () => {
    expect(columnDeclaration(shape)).toBe(table);
    expect(stageDeclaration(shape)).toBe(stage ?? table);
  });

  it("travels so", () => {
    expect(readExpression(shape, "t")).toBe(read ?? "t.[c]");
    expect(writeExpression(shape, "s.[c]")).toBe(write ?? "s.[c]");
  });
});

describe("an alias type", () => {
  const phone = column(1, "c", "varchar", { aliasType: { schema: "dbo", name: "Phone]", nullable: true } });

  it("stands in the table, its base type in the stage", () => {
    expect(columnDeclaration(phone)).toBe("[dbo].[Phone]]]");
    expect(columnDeclaration(phone, false)).toBe(`varchar(100) COLLATE ${latin}`);
    expect(stageDeclaration(phone)).toBe(`varchar(100) COLLATE ${latin}`);
    expect(readExpression(phone, "t")).toBe("t.[c]");
  });
});

it("never puts into a statement what is no collation's name", () => {
  const hostile = column(1, "c", "varchar", { collation: "x; DROP TABLE t" });
  expect(() => columnDeclaration(hostile)).toThrow(/no collation/);
});
