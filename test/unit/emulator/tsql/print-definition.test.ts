import { describe, expect, test } from "vitest";
import type { CreateTableStatement } from "../../../emulator/tsql/ast-tables.ts";
import type { Expression, Predicate } from "../../../emulator/tsql/ast-expressions.ts";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { printDefinition } from "../../../emulator/tsql/print-definition.ts";
import { Unsupported } from "../../../emulator/values/sql-error.ts";

function computed(text: string): Expression {
  const [statement] = parseBatch(`CREATE TABLE t (x AS ${text})`).statements;
  return (statement as CreateTableStatement).definition.columns[0]!.computed!.expression;
}

function check(text: string): Predicate {
  const [statement] = parseBatch(`CREATE TABLE t (x int, CHECK (${text}))`).statements;
  const [constraint] = (statement as CreateTableStatement).definition.constraints;
  if (constraint?.kind !== "check-constraint") throw new Error("no check");
  return constraint.predicate;
}

describe("expressions", () => {
  const cases: [text: string, shown: string][] = [
    ["1", "((1))"],
    ["(1)", "((1))"],
    ["-1", "((-1))"],
    ["- 1", "((-1))"],
    ["1.50", "((1.50))"],
    ["'it''s'", "('it''s')"],
    ["n'x'", "(N'x')"],
    ["0x1F", "(0x1F)"],
    ["null", "(NULL)"],
    ["GetDate()", "(getdate())"],
    ["CURRENT_TIMESTAMP", "(getdate())"],
    ["a", "([a])"],
    ["[a]]b]", "([a]]b])"],
    ["a + 1", "([a]+(1))"],
    ["a + b + c", "(([a]+[b])+[c])"],
    ["a + b * c", "([a]+[b]*[c])"],
    ["(a + b) * c", "(([a]+[b])*[c])"],
    ["a * (b - (c - d))", "([a]*([b]-([c]-[d])))"],
    ["ISNULL([SubTotal] + [TaxAmt] + [Freight], 0)", "(isnull(([SubTotal]+[TaxAmt])+[Freight],(0)))"],
    ["[UnitPrice] * (1.0 - [Discount]) * Qty", "(([UnitPrice]*((1.0)-[Discount]))*[Qty])"],
    ["ISNULL('AW' + dbo.ufn([Id]), '')", "(isnull('AW'+[dbo].[ufn]([Id]),''))"],
    ["CAST(a AS NVARCHAR(23))", "(CONVERT([nvarchar](23),[a]))"],
    ["CONVERT(decimal(10, 2), a, 1)", "(CONVERT([decimal](10,2),[a],(1)))"],
    ["CASE WHEN a = 1 THEN 'x' ELSE 'y' END", "(case when [a]=(1) then 'x' else 'y' end)"],
    ["IIF(a > 1, b, NULL)", "(case when [a]>(1) then [b] else NULL end)"],
    ["DATEADD(YEAR, -18, GETDATE())", "(dateadd(year,(-18),getdate()))"],
    ["a COLLATE Latin1_General_BIN2", "([a] collate Latin1_General_BIN2)"],
    ["NEXT VALUE FOR s", "(NEXT VALUE FOR [dbo].[s])"],
    ["[Node].GetLevel()", "([Node].[GetLevel]())"],
    ["-a", "(-[a])"],
    ["LEFT(a, 1)", "(left([a],(1)))"],
  ];
  test.each(cases)("%s", (text, shown) => {
    expect(printDefinition(computed(text))).toBe(shown);
  });

  test.each(cases)("%s: printing again changes nothing", (_text, shown) => {
    expect(printDefinition(computed(shown))).toBe(shown);
  });
});

describe("conditions", () => {
  const cases: [text: string, shown: string][] = [
    ["a>0", "([a]>(0))"],
    ["a > 0 AND b < 5 OR c = 1", "([a]>(0) AND [b]<(5) OR [c]=(1))"],
    ["a > 0 AND (b < 5 OR c = 1)", "([a]>(0) AND ([b]<(5) OR [c]=(1)))"],
    ["a BETWEEN 6.50 AND 200.00", "([a]>=(6.50) AND [a]<=(200.00))"],
    ["a IN (1, 2)", "([a]=(2) OR [a]=(1))"],
    ["b = 1 AND a IN (1, 2)", "([b]=(1) AND ([a]=(2) OR [a]=(1)))"],
    ["NOT a = 1", "(NOT [a]=(1))"],
    ["a IS NULL OR b IS NOT NULL", "([a] IS NULL OR [b] IS NOT NULL)"],
    ["a LIKE '%x'", "([a] like '%x')"],
    ["a NOT LIKE '%x' ESCAPE '!'", "([a] NOT like '%x' escape '!')"],
    ["UPPER(a) = 'H'", "(upper([a])='H')"],
    ["a + 1 <> b", "([a]+(1)<>[b])"],
  ];
  test.each(cases)("%s", (text, shown) => {
    expect(printDefinition(check(text))).toBe(shown);
    expect(printDefinition(check(shown))).toBe(shown);
  });

  test("a filter keeps its IN", () => {
    expect(printDefinition(check("a IN (1, 2)"), { filter: true })).toBe("([a] IN ((1), (2)))");
  });

  test("queries cannot stand in a definition", () => {
    expect(() => printDefinition(check("EXISTS (SELECT 1)"))).toThrow(Unsupported);
  });
});
