import { describe, expect, it } from "vitest";
import { SqlError } from "../../../emulator/values/sql-error.ts";
import { newSession } from "./engine-session.ts";

/** Source of rules: "CAST and CONVERT", "Precision, scale, and length", "Data type conversion" (learn.microsoft.com). */

const session = newSession();

async function outcome(expression: string): Promise<string | null> {
  try {
    return await session.value(`SELECT ${expression}`);
  } catch (error) {
    if (error instanceof SqlError) return `error ${error.number}`;
    throw error;
  }
}

describe("conversions", () => {
  it.each<[string, string | null]>([
    ["CAST('12' AS int)", "12"],
    ["CAST(' -12 ' AS int)", "-12"],
    ["CAST('' AS int)", "0"],
    ["CAST('1.5' AS int)", "error 245"],
    ["CAST('99999999999' AS int)", "error 248"],
    ["CAST('300' AS tinyint)", "error 244"],
    ["CAST(300 AS tinyint)", "error 220"],
    ["CAST('x' AS bigint)", "error 8114"],
    ["CAST(3000000000 AS int)", "error 8115"],
    ["CAST(1.99 AS int)", "1"],
    ["CAST(-1.99 AS int)", "-1"],
    ["CAST($1.99 AS int)", "2"],
    ["CAST(1.995 AS decimal(5,2))", "2.00"],
    ["CAST('abc' AS decimal(5,2))", "error 8114"],
    ["CAST(1000 AS decimal(5,2))", "error 8115"],
    ["CAST(0.1E0 + 0.2E0 AS decimal(20,17))", "0.30000000000000004"],
    ["CAST('$1,234.5' AS money)", "1234.5000"],
    ["CAST('x' AS money)", "error 235"],
    ["CAST(CAST(1234.5678 AS money) AS varchar(20))", "1234.57"],
    ["CONVERT(varchar(20), CAST(1234567.891 AS money), 1)", "1,234,567.89"],
    ["CONVERT(varchar(20), CAST(1234.5678 AS money), 2)", "1234.5678"],
    ["CAST(CAST(1 AS float) / 3 AS varchar(30))", "0.333333"],
    ["CAST(CAST(123456789 AS float) AS varchar(30))", "1.23457e+008"],
    ["CONVERT(varchar(30), CAST(0.1 AS float), 3)", "1.0000000000000001e-001"],
    ["CONVERT(varchar(30), CAST(1.5 AS real), 2)", "1.500000000000000e+000"],
    ["CAST(123456 AS varchar(3))", "*"],
    ["CAST(123456 AS nvarchar(3))", "error 8115"],
    ["CAST('abcdef' AS varchar(3))", "abc"],
    ["CAST('abc' AS char(5)) + '|'", "abc  |"],
    ["CONVERT(varchar(10), 0xABCD, 1)", "0xABCD"],
    ["CONVERT(varchar(10), 0xABCD, 2)", "ABCD"],
    ["CONVERT(varbinary(4), '0xABCD', 1)", "0xABCD"],
    ["CONVERT(varbinary(4), 'ABCD', 2)", "0xABCD"],
    ["CONVERT(varbinary(4), 'ABC', 2)", "error 8114"],
    ["CAST(258 AS varbinary(8))", "0x00000102"],
    ["CAST(258 AS binary(2))", "0x0102"],
    ["CAST(0x0102 AS int)", "258"],
    ["CAST(N'ab' AS varbinary(8))", "0x61006200"],
    [
      "CAST(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS varbinary(16))",
      "0xFF19966F868B11D0B42D00C04FC964FF",
    ],
    ["CAST('not a guid' AS uniqueidentifier)", "error 8169"],
    ["CAST(NEWID() AS char(30))", "error 8170"],
    ["CAST('2024-02-30' AS datetime)", "error 242"],
    ["CAST('2024-02-30' AS date)", "error 241"],
    ["CAST('garbage' AS datetime)", "error 241"],
    ["CONVERT(varchar(30), CAST('2024-02-29 13:05:06.789' AS datetime), 121)", "2024-02-29 13:05:06.790"],
    ["CONVERT(varchar(30), CAST('2024-02-29 13:05:06.789' AS datetime), 126)", "2024-02-29T13:05:06.790"],
    ["CONVERT(varchar(30), CAST('2024-02-29 13:05:06.789' AS datetime), 0)", "Feb 29 2024  1:05PM"],
    ["CONVERT(varchar(30), CAST('2024-02-29 13:05:06.789' AS datetime), 112)", "20240229"],
    ["CONVERT(varchar(30), CAST('2024-02-29 13:05:06.789' AS datetime), 103)", "29/02/2024"],
    ["CONVERT(varchar(40), CAST('2024-02-29 13:05:06.1234567' AS datetime2(7)), 127)", "2024-02-29T13:05:06.1234567"],
    ["CONVERT(varchar(40), CAST('2024-02-29 13:05:06.15' AS datetime2(1)))", "2024-02-29 13:05:06.2"],
    ["CAST(CAST('2024-02-29T13:05:06+02:00' AS datetimeoffset(0)) AS varchar(40))", "2024-02-29 13:05:06 +02:00"],
    ["CAST(CAST('2024-02-29T13:05:06+02:00' AS datetimeoffset(0)) AS datetime2(0))", "2024-02-29 13:05:06"],
    ["CAST(CAST('23:59:59.9999999' AS time(7)) AS varchar(20))", "23:59:59.9999999"],
    ["CAST(CAST('2024-01-01 12:00:30' AS datetime) AS smalldatetime)", "Jan  1 2024 12:01PM"],
    ["CAST(CAST('1900-01-02' AS datetime) AS int)", "1"],
    ["CAST(CAST(1 AS datetime) AS varchar(30))", "Jan  2 1900 12:00AM"],
    ["CAST(1 AS date)", "error 529"],
    ["CAST(CAST('2024-01-01' AS date) AS int)", "error 529"],
    ["CONVERT(varchar(10), GETDATE(), 99)", "error 281"],
    ["TRY_CAST('x' AS int)", null],
    ["TRY_CONVERT(date, '2024-13-01')", null],
    ["CAST('true' AS bit)", "1"],
    ["CAST(2 AS bit)", "1"],
    ["CAST('<a/>' AS xml)", "<a/>"],
    ["CAST(CAST(N'ä€x' AS varchar(10)) AS varbinary(10))", "0xE48078"],
    ["CAST(N'漢' AS varchar(10))", "?"],
    ["CAST(1 AS sql_variant)", "1"],
  ])("%s", async (expression, expected) => {
    expect(await outcome(expression)).toBe(expected);
  });
});

describe("arithmetic", () => {
  it.each<[string, string | null]>([
    ["7 / 2", "3"],
    ["-7 / 2", "-3"],
    ["-7 % 3", "-1"],
    ["7 / 2.0", "3.500000"],
    ["1 / 3.0", "0.333333"],
    ["2.0 / 3", "0.666666"],
    ["CAST(1 AS decimal(38,10)) / 3", "0.3333333333"],
    ["1.25 * 1.5", "1.875"],
    ["CAST(0.5 AS decimal(38,20)) * CAST(0.5 AS decimal(38,20))", "0.250000"],
    ["2147483647 + 1", "error 8115"],
    ["CAST(255 AS tinyint) + CAST(1 AS tinyint)", "error 8115"],
    ["CAST(9223372036854775807 AS bigint) + 1", "error 8115"],
    ["1 / 0", "error 8134"],
    ["1.0 / 0", "error 8134"],
    ["$10 / 3", "3.3333"],
    ["1 + '2'", "3"],
    ["'1' + '2'", "12"],
    ["'a' + NULL", null],
    ["1 + 'a'", "error 245"],
    ["5 & 3", "1"],
    ["5 | 3", "7"],
    ["5 ^ 3", "6"],
    ["~5", "-6"],
    ["-CAST(5 AS tinyint)", "-5"],
    ["0x01 + 0x02", "0x0102"],
    ["CAST('2024-01-31' AS datetime) + 1", "Feb  1 2024 12:00AM"],
    ["CAST('2024-01-31' AS date) + 1", "error 206"],
    ["1.5 % 1", "0.5"],
  ])("%s", async (expression, expected) => {
    expect(await outcome(expression)).toBe(expected);
  });

  it.each<[string, string]>([
    ["1.5 + 2", "numeric(3,1)"],
    ["CAST(1 AS decimal(10,2)) * CAST(1 AS decimal(10,4))", "decimal(21,6)"],
    ["CAST(1 AS decimal(10,2)) / CAST(1 AS decimal(10,4))", "decimal(25,13)"],
    ["SUM(CAST(1 AS decimal(10,2)))", "decimal(38,2)"],
    ["AVG(CAST(1 AS decimal(10,2)))", "decimal(38,6)"],
    ["CASE WHEN 1 = 1 THEN 1 ELSE 1.5 END", "numeric(11,1)"],
    ["ISNULL(CAST(NULL AS varchar(2)), 'abcd')", "varchar(2)"],
    ["COALESCE(CAST(NULL AS varchar(2)), 'abcd')", "varchar(4)"],
    ["N'a' + 'bc'", "nvarchar(3)"],
    ["COUNT(*)", "int"],
    ["COUNT_BIG(*)", "bigint"],
  ])("the type of %s", async (expression, expected) => {
    const { types } = await session.run(`SELECT ${expression} AS x`);
    const type = types[0]![0]!;
    const size = type.precision === undefined ? type.length : `${type.precision},${type.scale ?? 0}`;
    expect(size === undefined ? type.name : `${type.name}(${size})`).toBe(expected);
  });
});
