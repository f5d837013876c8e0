import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { newSession, TestSession } from "./engine-session.ts";

let session: TestSession;

beforeEach(() => {
  session = newSession();
});

async function lines(sql: string, by = session): Promise<string[]> {
  return (await by.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

/** Batches that must succeed. */
async function script(text: string): Promise<void> {
  const { errors } = await session.script(text);
  expect(errors.map((error) => error.message)).toEqual([]);
}

const definitionOf = (name: string): Promise<string | null> =>
  session.value(`SELECT definition FROM sys.sql_modules WHERE object_id = OBJECT_ID('${name}')`);

describe("table types", () => {
  const TYPE = `CREATE TYPE dbo.Pos FROM int NOT NULL
    GO
    CREATE TYPE dbo.Rows AS TABLE (id int IDENTITY(10, 5) NOT NULL PRIMARY KEY, a nvarchar(10) NULL DEFAULT N'x' UNIQUE, b AS (id * 2),
      p dbo.Pos DEFAULT 3, CHECK (p > 0), INDEX ix (p, a))`;

  it("make variables with all their rules, each its own", async () => {
    await script(TYPE);
    expect(
      await lines(
        "DECLARE @t dbo.Rows, @u dbo.Rows; INSERT @t DEFAULT VALUES; INSERT @t (a, p) VALUES (N'y', 4); INSERT @u DEFAULT VALUES; SELECT id, a, b, p FROM @t",
      ),
    ).toEqual(["10 x 20 3", "15 y 30 4"]);
    expect(await session.errors("DECLARE @t dbo.Rows; INSERT @t (p) VALUES (-1)")).toEqual([547]);
    expect(await session.errors("DECLARE @t dbo.Rows; INSERT @t (p) VALUES (NULL)")).toEqual([515]);
    expect(await session.errors("DECLARE @t dbo.Rows; INSERT @t (a) VALUES (N'y'), (N'y')")).toEqual([2627]);
    expect(await session.value("SELECT COUNT(*) FROM tempdb.sys.objects")).toBe("0");
  });

  it("are shown under the object behind them", async () => {
    await script(TYPE);
    const of = (view: string, columns: string): string =>
      `SELECT ${columns} FROM sys.table_types AS t JOIN sys.${view} AS v ON v.object_id = t.type_table_object_id`;
    expect(await lines(of("columns", "v.name, v.is_identity, v.is_computed, SIGN(v.default_object_id)"))).toEqual([
      ...["id 1 0 0", "a 0 0 1", "b 0 1 0", "p 0 0 1"],
    ]);
    expect(await lines(of("indexes", "v.index_id, v.is_primary_key, v.is_unique_constraint, v.type_desc"))).toEqual([
      ...["1 1 0 CLUSTERED", "2 0 1 NONCLUSTERED", "3 0 0 NONCLUSTERED"],
    ]);
    expect(await lines(of("computed_columns", "v.definition"))).toEqual(["([id]*(2))"]);
    const constraints = (view: string): string =>
      `SELECT v.definition FROM sys.table_types AS t JOIN sys.${view} AS v ON v.parent_object_id = t.type_table_object_id`;
    expect(await lines(constraints("check_constraints"))).toEqual(["([p]>(0))"]);
    expect(await lines(constraints("default_constraints"))).toEqual(["(N'x')", "((3))"]);
    expect(await lines("SELECT DISTINCT schema_id FROM sys.objects")).toEqual(["4"]);
  });

  it("are parameters: of that very type, read-only, empty where left out", async () => {
    await script(`${TYPE}
      GO
      CREATE PROCEDURE dbo.Count_ @t dbo.Rows READONLY, @n int = 1 AS SELECT COUNT(*) FROM @t`);
    expect(
      (await session.run("DECLARE @t dbo.Rows; INSERT @t DEFAULT VALUES; EXEC dbo.Count_ @t; EXEC dbo.Count_")).rowsets,
    ).toEqual([[["1"]], [["0"]]]);
    const writing = "CREATE PROCEDURE dbo.Write_ @t dbo.Rows READONLY AS INSERT @t DEFAULT VALUES";
    expect(await session.errors(writing)).toEqual([10700]);
    expect(await session.errors("DECLARE @x TABLE (id int); EXEC dbo.Count_ @x")).toEqual([206]);
    expect(await session.errors("EXEC dbo.Count_ 5")).toEqual([206]);
    expect(await session.errors("DROP TYPE dbo.Rows")).toEqual([3732]);
    expect(await session.errors("DROP TYPE dbo.Pos")).toEqual([3732]);
    await script("DROP PROCEDURE dbo.Count_; DROP TYPE dbo.Rows; DROP TYPE dbo.Pos");
    expect(await session.value("SELECT COUNT(*) FROM sys.objects")).toBe("0");
  });

  it.each<[sql: string, error: number]>([
    ["CREATE TYPE dbo.A AS TABLE (id int CONSTRAINT pk PRIMARY KEY)", 156],
    ["CREATE TYPE dbo.A AS TABLE (id int, CHECK (missing > 1))", 207],
    ["CREATE TYPE dbo.A AS TABLE (id int, id int)", 2705],
    ["CREATE TYPE dbo.A AS TABLE (id dbo.Missing)", 2715],
    ["CREATE PROCEDURE dbo.Q @t dbo.Known AS SELECT 1", 352],
  ])("%s gives %i", async (sql, error) => {
    await script("CREATE TYPE dbo.Known AS TABLE (id int)");
    expect(await session.errors(sql)).toEqual([error]);
  });
});

describe("sys.sql_expression_dependencies", () => {
  async function references(name: string): Promise<string[]> {
    return lines(`SELECT referenced_class, ISNULL(referenced_schema_name, '.'), referenced_entity_name, CASE WHEN referenced_id IS NULL THEN 'none' ELSE 'id' END,
      referenced_minor_id, is_schema_bound_reference, is_caller_dependent, is_ambiguous
      FROM sys.sql_expression_dependencies WHERE referencing_id = OBJECT_ID('${name}')`);
  }

  beforeEach(async () => {
    await script(`CREATE SCHEMA s
      GO
      CREATE TABLE dbo.T (id int NOT NULL, a int NULL, b int NULL); CREATE TABLE s.Own (id int); CREATE SEQUENCE dbo.Seq
      GO
      CREATE TYPE dbo.Phone FROM varchar(20)
      GO
      CREATE TYPE dbo.Ids AS TABLE (id int)
      GO
      CREATE SYNONYM dbo.Syn FOR dbo.T
      GO
      CREATE FUNCTION dbo.F(@a int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @a END`);
  });

  it("names types, sequences, synonyms and functions wherever they stand", async () => {
    await script(`CREATE PROCEDURE s.P @p dbo.Phone, @ids Ids READONLY AS
        DECLARE @q dbo.Phone = CAST(@p AS dbo.Phone);
        WITH c AS (SELECT id FROM Own) SELECT x.id, dbo.F(1), dbo.Missing(2), NEXT VALUE FOR dbo.Seq FROM c AS x JOIN dbo.Syn AS y ON y.id = x.id;
        UPDATE y SET a = 1 FROM dbo.T AS y;
        EXEC Later; EXEC dbo.Now; EXEC other.dbo.Far; EXEC sp_executesql N'SELECT 1'`);
    expect(await references("s.P")).toEqual([
      ...["6 dbo Phone id 0 0 0 0", "6 . Ids id 0 0 0 0", "1 . Own id 0 0 0 0", "1 dbo F id 0 0 0 0"],
      ...["1 dbo Missing none 0 0 0 1", "1 dbo Seq id 0 0 0 0", "1 dbo Syn id 0 0 0 0", "1 dbo T id 0 0 0 0"],
      ...["1 . Later none 0 0 1 0", "1 dbo Now none 0 0 0 0", "1 dbo Far none 0 0 0 0"],
    ]);
  });

  it("has a row for the object and one for each column where it is schema-bound", async () => {
    await script(`CREATE TABLE dbo.U (id int NOT NULL, a int NULL)
      GO
      CREATE VIEW dbo.V WITH SCHEMABINDING AS SELECT t.id, t.a, dbo.F(u.id) AS f FROM dbo.T AS t JOIN dbo.U AS u ON u.id = t.id`);
    expect(await references("dbo.V")).toEqual([
      ...["1 dbo F id 0 1 0 0", "1 dbo T id 0 1 0 0", "1 dbo T id 1 1 0 0", "1 dbo T id 2 1 0 0"],
      ...["1 dbo U id 0 1 0 0", "1 dbo U id 1 1 0 0"],
    ]);
  });

  it("names what expressions of a table call, by column", async () => {
    await script("CREATE TABLE dbo.C (a int DEFAULT (NEXT VALUE FOR dbo.Seq), b AS (dbo.F(a)), CHECK (dbo.F(a) > 0))");
    const sql =
      "SELECT OBJECT_NAME(referencing_id), referencing_minor_id, referenced_entity_name FROM sys.sql_expression_dependencies";
    expect((await lines(sql)).map((line) => line.replace(/__\S+/, "")).sort()).toEqual(["C 2 F", "CK 0 F", "DF 0 Seq"]);
  });
});

describe("triggers on views", () => {
  it("INSTEAD OF stands, survives ALTER VIEW and goes with its view", async () => {
    await script(`CREATE TABLE dbo.T (id int)
      GO
      CREATE VIEW dbo.V AS SELECT id FROM dbo.T
      GO
      CREATE TRIGGER dbo.Tr ON dbo.V INSTEAD OF INSERT, DELETE AS INSERT dbo.T SELECT id FROM inserted
      GO
      ALTER VIEW dbo.V AS SELECT id FROM dbo.T WHERE id > 0`);
    expect(await lines("SELECT name, OBJECT_NAME(parent_id), is_instead_of_trigger FROM sys.triggers")).toEqual([
      "Tr V 1",
    ]);
    await expect(session.run("INSERT dbo.V VALUES (1)")).rejects.toThrow("Unsupported");
    expect(await session.errors("CREATE TRIGGER dbo.Other ON dbo.V INSTEAD OF INSERT AS RETURN")).toEqual([2111]);
    expect(await session.errors("CREATE TRIGGER dbo.Other ON dbo.V AFTER UPDATE AS RETURN")).toEqual([8197]);
    await script("DROP VIEW dbo.V");
    expect(await lines("SELECT name FROM sys.triggers")).toEqual([]);
  });
});

describe("names and texts", () => {
  beforeEach(() => script("CREATE TABLE dbo.T (id int, a int)"));

  it("ALTER and CREATE OR ALTER are stored as CREATE, all else as it is written", async () => {
    await script("-- one\n/* /* two */ */  CREATE OR ALTER VIEW dbo.V AS SELECT 1 AS a --end\n");
    // The batch comes trimmed.
    expect(await definitionOf("dbo.V")).toBe("-- one\n/* /* two */ */  CREATE   VIEW dbo.V AS SELECT 1 AS a --end");
    await script('/*c*/ aLTER\tvIEW [dbo] . "V" AS SELECT 2 AS a');
    expect(await definitionOf("dbo.V")).toBe('/*c*/ CREATE\tvIEW [dbo] . "V" AS SELECT 2 AS a');
    expect(await session.errors("SELECT 1; ALTER VIEW dbo.V AS SELECT 3 AS a")).toEqual([111]);
    expect(await session.errors("SELECT 1; CREATE OR ALTER PROCEDURE dbo.P AS RETURN")).toEqual([111]);
  });

  it("sp_rename and a transfer leave the text as it is", async () => {
    await script(`CREATE SCHEMA s
      GO
      CREATE PROCEDURE dbo.P AS SELECT 1 AS one
      GO
      EXEC sp_rename 'dbo.P', 'Q'; EXEC sp_rename 'dbo.Q', 'q'; ALTER SCHEMA s TRANSFER dbo.q`);
    expect(await definitionOf("s.q")).toBe("CREATE PROCEDURE dbo.P AS SELECT 1 AS one");
    expect((await session.run("EXEC s.q")).rowsets).toEqual([[["1"]]]);
  });

  it("what schema-bound modules refer to keeps its name and schema", async () => {
    await script(`CREATE SCHEMA s
      GO
      CREATE VIEW dbo.Low WITH SCHEMABINDING AS SELECT id FROM dbo.T
      GO
      CREATE VIEW dbo.High WITH SCHEMABINDING AS SELECT id FROM dbo.Low`);
    expect(await session.errors("EXEC sp_rename 'dbo.Low', 'Other'")).toEqual([15336]);
    expect(await session.errors("EXEC sp_rename 'dbo.T.id', 'other', 'COLUMN'")).toEqual([15336]);
    expect(await session.errors("ALTER SCHEMA s TRANSFER dbo.Low")).toEqual([15348]);
    expect(
      await session.errors("EXEC sp_rename 'dbo.High', 'Higher'; EXEC sp_rename 'dbo.T.a', 'other', 'COLUMN'"),
    ).toEqual([]);
  });

  it("keeps texts of any length", async () => {
    const text = `CREATE PROCEDURE dbo.Long AS\n${"SELECT id, a FROM dbo.T WHERE id = 1;\n".repeat(5500)}`.trim();
    expect(text.length).toBeGreaterThan(200_000);
    await script(text);
    expect(await definitionOf("dbo.Long")).toBe(text);
    const huge = `CREATE PROCEDURE dbo.Huge AS /* ${"ü".repeat(2_000_000)} */ SELECT 1 AS one`;
    await script(huge);
    const hash = createHash("sha256").update(Buffer.from(huge, "utf16le")).digest("hex").toUpperCase();
    const sql = "SELECT HASHBYTES('SHA2_256', definition) FROM sys.sql_modules WHERE object_id = OBJECT_ID('dbo.Huge')";
    expect(await session.value(sql)).toBe(`0x${hash}`);
  });
});

describe("what creating finds", () => {
  it.each<[sql: string, error: number, text: string]>([
    ["CREATE VIEW dbo.V AS SELECT id FROM dbo.Missing", 208, "'dbo.Missing'"],
    ["CREATE FUNCTION dbo.I() RETURNS TABLE AS RETURN SELECT id FROM dbo.Missing", 208, "'dbo.Missing'"],
    ["CREATE VIEW dbo.V AS SELECT missing FROM dbo.T", 207, "'missing'"],
    ["CREATE VIEW dbo.V AS SELECT dbo.Missing(id) AS a FROM dbo.T", 4121, '"dbo.Missing"'],
    ["CREATE VIEW dbo.V AS SELECT CAST(id AS dbo.Missing) AS a FROM dbo.T", 243, "dbo.Missing"],
    ["CREATE PROCEDURE dbo.P @a int, @b dbo.Missing AS RETURN", 2715, "#2: Cannot find data type dbo.Missing"],
    ["CREATE PROCEDURE dbo.P AS DECLARE @a int, @b dbo.Missing; RETURN", 2715, "dbo.Missing"],
    ["CREATE FUNCTION dbo.G() RETURNS dbo.Missing AS BEGIN RETURN 1 END", 2715, "dbo.Missing"],
    ["CREATE PROCEDURE dbo.P AS SELECT missing FROM dbo.T", 207, "'missing'"],
    ["CREATE PROCEDURE dbo.P AS IF 1 = 1 BEGIN DECLARE @t TABLE (x int); SELECT y FROM @t END", 207, "'y'"],
    ["CREATE TRIGGER dbo.Tr ON dbo.T AFTER INSERT AS SELECT missing FROM inserted", 207, "'missing'"],
    ["CREATE PROCEDURE dbo.P WITH EXECUTE AS 'nobody' AS RETURN", 15151, "'nobody'"],
    ["ALTER VIEW dbo.Known AS SELECT id FROM dbo.Known", 4429, "'dbo.Known'"],
    ["ALTER VIEW dbo.Known AS SELECT id FROM dbo.OnKnown", 4429, "'dbo.Known'"],
    ["ALTER FUNCTION dbo.F() RETURNS TABLE AS RETURN SELECT 1 AS a", 2010, "'dbo.F'"],
    ["CREATE OR ALTER VIEW dbo.F AS SELECT 1 AS a", 2010, "'dbo.F'"],
    ["CREATE VIEW dbo.F AS SELECT 1 AS a", 2714, "'F'"],
    ["ALTER VIEW dbo.Missing AS SELECT 1 AS a", 208, "'dbo.Missing'"],
    ["DROP PROCEDURE dbo.F", 3705, "with 'dbo.F' because 'dbo.F' is a function. Use DROP FUNCTION."],
    ["CREATE VIEW dbo.V WITH SCHEMABINDING AS SELECT id FROM T", 4512, "view 'dbo.V' because name 'T'"],
    ["CREATE VIEW dbo.V WITH SCHEMABINDING AS SELECT id FROM dbo.Missing", 208, "'dbo.Missing'"],
    ["CREATE VIEW dbo.V WITH SCHEMABINDING AS SELECT id FROM dbo.Known", 4513, "'dbo.Known' is not schema bound"],
    ["CREATE VIEW dbo.V AS SELECT id FROM dbo.T FOR SYSTEM_TIME ALL", 13544, "'test.dbo.T'"],
    ["CREATE PROCEDURE dbo.P AS SELECT id FROM dbo.T FOR SYSTEM_TIME ALL", 13544, "'test.dbo.T'"],
  ])("%s gives %i", async (sql, error, text) => {
    await script(`CREATE TABLE dbo.T (id int, a int)
      GO
      CREATE VIEW dbo.Known AS SELECT id FROM dbo.T
      GO
      CREATE VIEW dbo.OnKnown AS SELECT id FROM dbo.Known
      GO
      CREATE FUNCTION dbo.F() RETURNS int AS BEGIN RETURN 1 END`);
    const { errors } = await session.run(sql);
    expect(errors.map(({ number }) => number)).toEqual([error]);
    expect(errors[0]!.message).toContain(text);
    expect(await session.value("SELECT OBJECT_ID('dbo.V')")).toBeNull();
  });

  it.each([
    "CREATE PROCEDURE dbo.P AS SELECT a FROM dbo.Missing FOR SYSTEM_TIME ALL",
    "CREATE PROCEDURE dbo.P AS SELECT dbo.Missing(1); EXEC dbo.Missing",
    "CREATE PROCEDURE dbo.P AS CREATE TABLE #t (x int); SELECT x FROM #t",
    "CREATE FUNCTION dbo.P(@n int) RETURNS int AS BEGIN RETURN CASE WHEN @n < 2 THEN 1 ELSE @n * dbo.P(@n - 1) END END",
    "CREATE FUNCTION dbo.P() RETURNS @r TABLE (a int) AS BEGIN INSERT @r SELECT a FROM dbo.Missing; RETURN END",
  ])("%s waits until it runs", async (sql) => {
    expect(await session.errors(sql)).toEqual([]);
  });
});

describe("functions among others", () => {
  it("run thousands of statements, and wait for locks as the statement that calls them", async () => {
    await script(`CREATE TABLE dbo.T (id int PRIMARY KEY, a int); INSERT dbo.T VALUES (1, 1)
      GO
      CREATE FUNCTION dbo.Loop(@n int) RETURNS int AS BEGIN DECLARE @i int = 0; WHILE @i < @n SET @i += 1; RETURN @i END
      GO
      CREATE FUNCTION dbo.A() RETURNS int AS BEGIN RETURN (SELECT a FROM dbo.T) END`);
    expect(await session.value("SELECT dbo.Loop(2000)")).toBe("2000");
    const writer = new TestSession(session.engine);
    await writer.run("BEGIN TRAN; UPDATE dbo.T SET a = 2");
    expect(await session.errors("SET LOCK_TIMEOUT 10; SELECT dbo.A()")).toEqual([1222]);
    const waiting = session.run("SET LOCK_TIMEOUT -1; SELECT dbo.A() FROM (VALUES (1), (2)) AS v (x)");
    await writer.run("COMMIT");
    expect((await waiting).rowsets).toEqual([[["2"], ["2"]]]);
  });
});
