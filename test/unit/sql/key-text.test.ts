import { describe, expect, it } from "vitest";
import type { ColumnShape } from "../../../src/model/table-shape.ts";
import { keyTextExpression, keyValueExpression, readsBack } from "../../../src/sql/key-text.ts";
import { column } from "../../support/table-shapes.ts";

type Size = readonly [maxLength: number, precision: number, scale: number];

const plain = "CONVERT(nvarchar(4000), t.[k])";
const styled = (style: number): string => `CONVERT(nvarchar(4000), t.[k], ${style})`;
const bytes = "CONVERT(nvarchar(4000), CONVERT(varchar(4000), t.[k], 1))";

const cases: readonly [name: string, size: Size, collation: string | undefined, text: string, value: string][] = [
  ["bit", [1, 1, 0], undefined, plain, "CONVERT(bit, @c0)"],
  ["tinyint", [1, 3, 0], undefined, plain, "CONVERT(tinyint, @c0)"],
  ["smallint", [2, 5, 0], undefined, plain, "CONVERT(smallint, @c0)"],
  ["int", [4, 10, 0], undefined, plain, "CONVERT(int, @c0)"],
  ["bigint", [8, 19, 0], undefined, plain, "CONVERT(bigint, @c0)"],
  ["decimal", [17, 38, 10], undefined, plain, "CONVERT(decimal(38,10), @c0)"],
  ["numeric", [5, 9, 0], undefined, plain, "CONVERT(numeric(9,0), @c0)"],
  ["uniqueidentifier", [16, 0, 0], undefined, plain, "CONVERT(uniqueidentifier, @c0)"],
  ["money", [8, 19, 4], undefined, styled(2), "CONVERT(money, @c0)"],
  ["smallmoney", [4, 10, 4], undefined, styled(2), "CONVERT(smallmoney, @c0)"],
  ["float", [8, 53, 0], undefined, styled(3), "CONVERT(float(53), @c0)"],
  ["real", [4, 24, 0], undefined, styled(3), "CONVERT(real, @c0)"],
  ["date", [3, 10, 0], undefined, styled(121), "CONVERT(date, @c0, 121)"],
  ["time", [5, 16, 7], undefined, styled(121), "CONVERT(time(7), @c0, 121)"],
  ["datetime", [8, 23, 3], undefined, styled(121), "CONVERT(datetime, @c0, 121)"],
  ["smalldatetime", [4, 16, 0], undefined, styled(121), "CONVERT(smalldatetime, @c0, 121)"],
  ["datetime2", [8, 27, 7], undefined, styled(121), "CONVERT(datetime2(7), @c0, 121)"],
  ["datetimeoffset", [10, 34, 7], undefined, styled(121), "CONVERT(datetimeoffset(7), @c0)"],
  ["binary", [16, 0, 0], undefined, bytes, "CONVERT(binary(16), CONVERT(varchar(4000), @c0), 1)"],
  ["varbinary", [900, 0, 0], undefined, bytes, "CONVERT(varbinary(900), CONVERT(varchar(4000), @c0), 1)"],
  ["rowversion", [8, 0, 0], undefined, bytes, "CONVERT(binary(8), CONVERT(varchar(4000), @c0), 1)"],
  [
    "hierarchyid",
    [892, 0, 0],
    undefined,
    "CONVERT(nvarchar(4000), CONVERT(varchar(4000), CONVERT(varbinary(892), t.[k]), 1))",
    "CONVERT(hierarchyid, CONVERT(varbinary(892), CONVERT(varchar(4000), @c0), 1))",
  ],
  ["char", [10, 0, 0], "Greek_CI_AS", plain, "CONVERT(char(10), @c0 COLLATE Greek_CI_AS)"],
  ["varchar", [50, 0, 0], "Cyrillic_General_CI_AS", plain, "CONVERT(varchar(50), @c0 COLLATE Cyrillic_General_CI_AS)"],
  ["nchar", [20, 0, 0], "Latin1_General_BIN2", plain, "CONVERT(nchar(10), @c0 COLLATE Latin1_General_BIN2)"],
  ["nvarchar", [100, 0, 0], "Latin1_General_CS_AS", plain, "CONVERT(nvarchar(50), @c0 COLLATE Latin1_General_CS_AS)"],
];

describe.each(cases)("%s", (name, [maxLength, precision, scale], collation, text, value) => {
  const key: ColumnShape = { ...column(1, "k", "int"), type: { name, maxLength, precision, scale }, collation };

  it("becomes text without loss", () => {
    expect(keyTextExpression(key, "t.[k]")).toBe(text);
  });

  it("is read back in the column's own type", () => {
    expect(keyValueExpression(key, "@c0")).toBe(value);
  });
});

it.each(["xml", "text", "sql_variant", "geography"])("refuses %s, which is no key", (name) => {
  expect(() => keyTextExpression(column(1, "k", name), "t.[k]")).toThrow(/column k is/);
});

it.each(["char", "varchar", "float", "real"])("asks of a %s whether it comes back from its text", (name) => {
  const key = column(1, "k", name, { type: { name, maxLength: 8, precision: 53, scale: 0 } });
  const back = keyValueExpression(key, keyTextExpression(key, "t.[k]"));
  expect(readsBack(key, "t.[k]")).toBe(`t.[k] = TRY_${back}`);
});

it.each(["int", "nvarchar", "datetime2", "binary", "uniqueidentifier", "decimal"])(
  "trusts the text of a %s",
  (name) => {
    expect(readsBack(column(1, "k", name), "t.[k]")).toBeUndefined();
  },
);

it("never puts into a statement what is no collation's name", () => {
  expect(() => keyValueExpression(column(1, "k", "varchar", { collation: "a b" }), "@c0")).toThrow(/collation a b/);
});
