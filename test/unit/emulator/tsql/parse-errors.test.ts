import { describe, expect, test } from "vitest";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { SqlError, Unsupported } from "../../../emulator/values/sql-error.ts";

function failure(text: string): unknown {
  try {
    parseBatch(text);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("errors carry the server's number, text and line", () => {
  const cases: [text: string, number: number, message: string, line?: number][] = [
    ["SELECT * FORM t", 102, "Incorrect syntax near 'FORM'."],
    ["SELECT 1\nFROM t\nWHERE", 102, "Incorrect syntax near 'WHERE'.", 3],
    ["SELECT * FROM", 102, "Incorrect syntax near 'FROM'."],
    ["\n\nSELECT FROM t", 156, "Incorrect syntax near the keyword 'FROM'.", 3],
    ["SELECT a FROM t ORDER a", 102, "Incorrect syntax near 'a'."],
    ["SELECT (1", 102, "Incorrect syntax near '1'."],
    ["SELECT 1)", 102, "Incorrect syntax near ')'."],
    ["SELECT a > 1 FROM t", 102, "Incorrect syntax near '>'."],
    ["CREATE TABLE t (a int) GO", 102, "Incorrect syntax near 'GO'."],
    ["CREATE TABLE t (table int)", 156, "Incorrect syntax near the keyword 'table'."],
    ["CREATE TABLE t (a int b int)", 102, "Incorrect syntax near 'b'."],
    [
      "INSERT INTO t (a, b) VALUES (1)",
      109,
      "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.",
    ],
    [
      "INSERT INTO t (a) VALUES (1, 2)",
      110,
      "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.",
    ],
    [
      "INSERT INTO t VALUES (1), (2, 3)",
      10709,
      "The number of columns for each row in a table value constructor must be the same.",
    ],
    ["SELECT 1\nCREATE VIEW v AS SELECT 1 AS a", 111, "'CREATE VIEW' must be the first statement in a query batch.", 2],
    [
      "SELECT 1 ALTER PROC p AS SELECT 1",
      111,
      "'CREATE/ALTER PROCEDURE' must be the first statement in a query batch.",
    ],
    [
      "SELECT 1 CREATE OR ALTER FUNCTION f () RETURNS int AS BEGIN RETURN 1 END",
      111,
      "'CREATE FUNCTION' must be the first statement in a query batch.",
    ],
    ["SELECT 1 CREATE SCHEMA s", 111, "'CREATE SCHEMA' must be the first statement in a query batch."],
    ["CREATE VIEW v AS SELECT 1 AS a SELECT 2", 156, "Incorrect syntax near the keyword 'SELECT'."],
    [
      "CREATE PROCEDURE db.dbo.p AS SELECT 1",
      166,
      "'CREATE/ALTER PROCEDURE' does not allow specifying the database name as a prefix to the object name.",
    ],
    [
      "EXEC p @a = 1, 2",
      119,
      "Must pass parameter number 2 and subsequent parameters as '@name = value'. After the form '@name = value' has been used, all subsequent parameters must be passed in the form '@name = value'.",
    ],
    [
      "a: SELECT 1\na: SELECT 2",
      132,
      "The label 'a' has already been declared. Label names must be unique within a query batch or stored procedure.",
      2,
    ],
    ["SELECT 1 GOTO x", 133, "A GOTO statement references the label 'x' but the label has not been declared."],
    [
      "DECLARE @a int IF 1 = 1\nDECLARE @b int, @A bit",
      134,
      "The variable name '@A' has already been declared. Variable names must be unique within a query batch or stored procedure.",
      2,
    ],
    [
      "CREATE PROCEDURE p @a int AS DECLARE @a int",
      134,
      "The variable name '@a' has already been declared. Variable names must be unique within a query batch or stored procedure.",
    ],
    ["BREAK", 135, "Cannot use a BREAK statement outside the scope of a WHILE statement."],
    ["CONTINUE", 136, "Cannot use a CONTINUE statement outside the scope of a WHILE statement."],
    ["SET FOO ON", 155, "'FOO' is not a recognized SET option."],
    ["RETURN 1", 178, "A RETURN statement with a return value cannot be used in this context."],
    [
      "SELECT 1 AS a WITH c AS (SELECT 1 AS b) SELECT * FROM c",
      319,
      "Incorrect syntax near the keyword 'with'. If this statement is a common table expression, an xmlnamespaces clause or a change tracking context clause, the previous statement must be terminated with a semicolon.",
    ],
    ["CREATE THING x", 343, "Unknown object type 'THING' used in a CREATE, DROP, or ALTER statement."],
    [
      `SELECT ${"9".repeat(39)}`,
      1007,
      `The number '${"9".repeat(39)}' is out of the range for numeric representation (maximum precision 38).`,
    ],
    [
      "IF 1 PRINT 'x'",
      4145,
      "An expression of non-boolean type specified in a context where a condition is expected, near 'PRINT'.",
    ],
    [
      "SELECT 1 WHERE (1)",
      4145,
      "An expression of non-boolean type specified in a context where a condition is expected, near ')'.",
    ],
    [
      "SELECT 1 WHERE 1 = 1 AND 2",
      4145,
      "An expression of non-boolean type specified in a context where a condition is expected, near '2'.",
    ],
    [
      "MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
      10713,
      "A MERGE statement must be terminated by a semi-colon (;).",
    ],
    [
      "WITH CHANGE_TRACKING_CONTEXT (0x1) SELECT 1",
      22108,
      "The CHANGE_TRACKING_CONTEXT WITH clause cannot be used with a SELECT statement.",
    ],
    ["SELECT 'abc", 105, "Unclosed quotation mark after the character string 'abc'."],
    ["SELECT 1 /* abc", 113, "Missing end comment mark '*/'."],
    [
      `SELECT ${"(".repeat(5000)}1${")".repeat(5000)}`,
      191,
      "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.",
    ],
  ];
  test.each(cases)("%.60s", (text, number, message, line = 1) => {
    const error = failure(text);
    expect(error).toBeInstanceOf(SqlError);
    expect(error).toMatchObject({ number, message, line });
  });

  test("more than 1,000 rows in VALUES", () => {
    const rows = Array.from({ length: 1001 }, () => "(1)").join(",");
    expect(failure(`INSERT INTO t VALUES ${rows}`)).toMatchObject({ number: 10738 });
  });
});

describe("not T-SQL, refused near the place", () => {
  const cases: [text: string, number: number][] = [
    ["SELECT * FROM t LIMIT 5", 102],
    ["SELECT TOP @n a FROM t", 102],
    ["SELECT * FROM (SELECT 1 AS a)", 102],
    ["SELECT * FROM CHANGETABLE(CHANGES t, @v)", 22104],
    ["SELECT * FROM CHANGETABLE(CHANGES t, @v - 1) AS ct", 102],
    ["SELECT * FROM CHANGETABLE(VERSION t, (a)) AS ct", 102],
    ["SELECT COUNT(DISTINCT) FROM t", 102],
    ["SELECT a FROM t WHERE a IN ()", 102],
    ["SELECT CASE END", 156],
    ["SELECT CAST(1, int)", 102],
    ["DELETE t WHERE", 102],
    ["UPDATE t SET", 102],
    ["UPDATE t SET a == 1", 102],
    ["DECLARE @a int, @t TABLE (a int)", 156],
    ["DECLARE a int", 102],
    ["EXEC p 1 + 1", 102],
    ["EXEC ('a' + QUOTENAME('b'))", 102],
    ["BEGIN END", 156],
    ["BEGIN TRY END TRY BEGIN CATCH END CATCH", 156],
    ["SELECT 1 THROW 50001, 'x', 1", 102],
    ["ALTER TABLE t ADD COLUMN a int", 156],
    ["ALTER TABLE t ENABLE CHANGE_TRACKING (TRACK_COLUMNS_UPDATED = ON)", 102],
    ["ALTER DATABASE d SET CHANGE_TRACKING ON", 156],
    ["ALTER DATABASE d SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 WEEKS)", 102],
    ["CREATE INDEX ON t (a)", 156],
    ["SET IDENTITY_INSERT t", 102],
    ["SET NOCOUNT = ON", 102],
    ["ELSE SELECT 1", 156],
  ];
  test.each(cases)("%s", (text, number) => {
    const error = failure(text);
    expect(error).toBeInstanceOf(SqlError);
    expect(error).toMatchObject({ number });
  });
});

describe("T-SQL that is not modelled", () => {
  const cases = [
    "BACKUP DATABASE x TO DISK = 'x'",
    "DECLARE c CURSOR FOR SELECT 1",
    "OPEN c",
    "SELECT * FROM t PIVOT (SUM(a) FOR b IN ([1])) AS p",
    "SELECT * FROM t TABLESAMPLE (10 PERCENT)",
    "SELECT a FROM t GROUP BY ROLLUP (a)",
    "SELECT a FROM t GROUP BY GROUPING SETS ((a))",
    "SELECT * FROM OPENROWSET('a', 'b', 'c')",
    "SELECT 1 WHERE CONTAINS(a, 'x')",
    "CREATE COLUMNSTORE INDEX ix ON t (a)",
    "CREATE ASSEMBLY a FROM 'x'",
    "CREATE FULLTEXT CATALOG c",
    "ALTER TABLE t SWITCH TO u",
    "TRUNCATE TABLE t WITH (PARTITIONS (1))",
    "EXEC p WITH RESULT SETS NONE",
    "EXEC ('x') AT srv",
    "BEGIN DISTRIBUTED TRAN",
    "CREATE TABLE t (a int ENCRYPTED WITH (x = y))",
    "UPDATE STATISTICS t",
    "DELETE t WHERE CURRENT OF c",
    "CREATE PROCEDURE p WITH NATIVE_COMPILATION, SCHEMABINDING AS BEGIN ATOMIC SELECT 1 END",
  ];
  test.each(cases)("%s", (text) => {
    expect(failure(text)).toBeInstanceOf(Unsupported);
  });
});
