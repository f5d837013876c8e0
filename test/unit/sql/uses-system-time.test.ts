import { expect, it } from "vitest";
import { usesSystemTime } from "../../../src/sql/uses-system-time.ts";

const head = "CREATE VIEW dbo.v AS ";

it.each<string>([
  "SELECT a FROM t FOR SYSTEM_TIME ALL",
  "SELECT a FROM t FOR SYSTEM_TIME AS OF '2024-01-01'",
  "SELECT a FROM t FOR SYSTEM_TIME AS/**/OF @at",
  "SELECT a FROM t FOR SYSTEM_TIME FROM @a TO @b",
  "SELECT a FROM t FOR SYSTEM_TIME BETWEEN @a AND @b",
  "SELECT a FROM t FOR SYSTEM_TIME CONTAINED IN (@a, @b)",
  "select a from t for system_time all as h",
  "SELECT a FROM t For\r\n\tSystem_Time\u00a0All",
  "SELECT a FROM t FOR /*x*/ SYSTEM_TIME -- y\n ALL",
  "SELECT a FROM t FOR/* /* */ */SYSTEM_TIME/**/ALL",
  "SELECT 'FOR SYSTEM_TIME' AS a FROM t FOR SYSTEM_TIME ALL",
  "SELECT NEXT VALUE FOR SYSTEM_TIME AS a FROM t; SELECT a FROM t FOR SYSTEM_TIME ALL",
])("is used in %j", (body) => {
  expect(usesSystemTime(head + body)).toBe(true);
});

it.each<string>([
  "SELECT a FROM t",
  "SELECT 'FOR SYSTEM_TIME ALL' AS a",
  "SELECT N'it''s FOR SYSTEM_TIME ALL' AS a",
  "SELECT 1 AS a -- FOR SYSTEM_TIME ALL",
  "SELECT 1 AS a /* /* */ FOR SYSTEM_TIME ALL */",
  "SELECT [SYSTEM_TIME] FROM t",
  "SELECT SYSTEM_TIME FROM t",
  "SELECT a AS [FOR SYSTEM_TIME ALL] FROM t",
  'SELECT a AS "FOR SYSTEM_TIME ALL" FROM t',
  "SELECT a FROM t WHERE a = 'FOR' -- \n SYSTEM_TIME",
  "SELECT a FROM t FOR XML PATH('SYSTEM_TIME'), ROOT('ALL')",
  "SELECT a FROM t FOR JSON AUTO",
  "SELECT NEXT VALUE FOR SYSTEM_TIME AS a FROM t",
  "SELECT (NEXT VALUE FOR SYSTEM_TIME) FROM t",
  "CREATE SYNONYM s FOR SYSTEM_TIME; SELECT a FROM ALL_OF",
  "CREATE TABLE t (a datetime2 GENERATED ALWAYS AS ROW START, PERIOD FOR SYSTEM_TIME (a, b))",
  "SELECT a FROM t FOR SYSTEM_TIMES ALL",
  "SELECT a FROM t @FOR SYSTEM_TIME ALL",
])("is not used in %j", (body) => {
  expect(usesSystemTime(head + body)).toBe(false);
});
