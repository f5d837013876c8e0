import { describe, expect, test } from "vitest";
import type { DeclareStatement } from "../../../emulator/tsql/ast-control.ts";
import type { Literal } from "../../../emulator/tsql/ast-expressions.ts";
import type { SelectStatement } from "../../../emulator/tsql/ast-dml.ts";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { systemType } from "../../../emulator/tsql/system-type.ts";
import type { TypeUse } from "../../../emulator/tsql/system-type.ts";
import type { SqlError } from "../../../emulator/values/sql-error.ts";

function typeOf(text: string, use: TypeUse = "declaration") {
  const [variable] = (parseBatch(`DECLARE @x ${text}`).statements[0] as DeclareStatement).variables;
  if (variable?.kind !== "scalar-variable") throw new Error("no scalar");
  return systemType(variable.type, use);
}

describe("types by name", () => {
  const cases: [text: string, type: object | undefined][] = [
    ["INT", { name: "int" }],
    ["integer", { name: "int" }],
    ["sys.bigint", { name: "bigint" }],
    ["varchar", { name: "varchar", length: 1 }],
    ["varchar(8000)", { name: "varchar", length: 8000 }],
    ["nvarchar(MAX)", { name: "nvarchar", length: -1 }],
    ["varbinary(max)", { name: "varbinary", length: -1 }],
    ["national character varying(7)", { name: "nvarchar", length: 7 }],
    ["char varying(7)", { name: "varchar", length: 7 }],
    ["sysname", { name: "nvarchar", length: 128 }],
    ["decimal", { name: "decimal", precision: 18, scale: 0 }],
    ["dec(5)", { name: "decimal", precision: 5, scale: 0 }],
    ["numeric(38, 38)", { name: "numeric", precision: 38, scale: 38 }],
    ["float", { name: "float" }],
    ["float(24)", { name: "real" }],
    ["float(25)", { name: "float" }],
    ["double precision", { name: "float" }],
    ["datetime2", { name: "datetime2", scale: 7 }],
    ["time(0)", { name: "time", scale: 0 }],
    ["timestamp", { name: "rowversion" }],
    ["dbo.int", undefined],
    ["hierarchyid", { name: "hierarchyid" }],
    ["sys.geography", { name: "geography" }],
    ["dbo.geometry", undefined],
    ["MyType", undefined],
  ];
  test.each(cases)("%s", (text, type) => {
    expect(typeOf(text)).toEqual(type);
  });

  test("without a length CAST takes 30", () => {
    expect(typeOf("varchar", "cast")).toEqual({ name: "varchar", length: 30 });
    expect(typeOf("binary", "cast")).toEqual({ name: "binary", length: 30 });
  });
});

describe("types that are refused", () => {
  const cases: [text: string, number: number][] = [
    ["varchar(8001)", 131],
    ["nvarchar(4001)", 2717],
    ["varchar(0)", 1001],
    ["int(4)", 2716],
    ["datetime(3)", 2716],
    ["decimal(39)", 2750],
    ["decimal(5, 6)", 192],
    ["float(54)", 2750],
    ["time(8)", 1002],
    ["char(max)", 102],
  ];
  test.each(cases)("%s", (text, number) => {
    expect(() => typeOf(text)).toThrowError(expect.objectContaining({ number }) as SqlError);
  });
});

describe("types of constants", () => {
  const buffer = (hex: string) => Buffer.from(hex, "hex");
  const cases: [text: string, type: object, value: unknown][] = [
    ["1", { name: "int" }, 1],
    ["-2147483648", { name: "int" }, -2147483648],
    ["2147483648", { name: "numeric", precision: 10, scale: 0 }, 2147483648n],
    ["1.50", { name: "numeric", precision: 3, scale: 2 }, 150n],
    ["0.5", { name: "numeric", precision: 1, scale: 1 }, 5n],
    ["007", { name: "int" }, 7],
    ["-.25", { name: "numeric", precision: 2, scale: 2 }, -25n],
    ["1e3", { name: "float" }, 1000],
    ["-1E", { name: "float" }, -1],
    ["$1.5", { name: "money" }, 15000n],
    ["$-0.00005", { name: "money" }, -1n],
    ["$", { name: "money" }, 0n],
    ["''", { name: "varchar", length: 1 }, ""],
    ["'abc'", { name: "varchar", length: 3 }, "abc"],
    ["N'a😀'", { name: "nvarchar", length: 3 }, "a😀"],
    [`'${"x".repeat(8001)}'`, { name: "varchar", length: -1 }, "x".repeat(8001)],
    [`N'${"x".repeat(4001)}'`, { name: "nvarchar", length: -1 }, "x".repeat(4001)],
    ["0x", { name: "varbinary", length: 1 }, buffer("")],
    ["0x123", { name: "varbinary", length: 2 }, buffer("0123")],
    ["NULL", { name: "int" }, null],
  ];
  test.each(cases)("%.20s", (text, type, value) => {
    const body = (parseBatch(`SELECT ${text}`).statements[0] as SelectStatement).query.body;
    const item = body.kind === "select-query" ? body.items[0] : undefined;
    const literal = item?.kind === "select-expression" ? (item.expression as Literal) : undefined;
    expect(literal).toMatchObject({ kind: "literal", type, text });
    expect(literal?.value).toEqual(value);
  });
});
