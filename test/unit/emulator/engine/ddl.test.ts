import { beforeEach, describe, expect, it } from "vitest";
import { newSession, TestSession } from "./engine-session.ts";

let session: TestSession;

beforeEach(() => {
  session = newSession();
});

async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

const numbers = (errors: readonly { number: number }[]): number[] => errors.map((error) => error.number);

describe("definitions as the catalog shows them", () => {
  it.each<[written: string, shown: string]>([
    ["int DEFAULT 1", "((1))"],
    ["int DEFAULT -1", "((-1))"],
    ["varchar(10) DEFAULT 'it''s'", "('it''s')"],
    ["datetime2 DEFAULT SYSUTCDATETIME()", "(sysutcdatetime())"],
    ["datetime DEFAULT CURRENT_TIMESTAMP", "(getdate())"],
    ["int DEFAULT (1 + 2 * 3)", "((1)+(2)*(3))"],
    ["int DEFAULT ((1 + 2) * 3)", "(((1)+(2))*(3))"],
    ["int DEFAULT NULL", "(NULL)"],
    ["varchar(10) DEFAULT CAST(5 AS varchar(10))", "(CONVERT([varchar](10),(5)))"],
    ["uniqueidentifier DEFAULT NEWID()", "(newid())"],
  ])("%s is %s", async (written, shown) => {
    await session.run(`CREATE TABLE t (c ${written})`);
    expect(await session.value("SELECT definition FROM sys.default_constraints")).toBe(shown);
  });

  it("checks and computed columns", async () => {
    await session.run(
      "CREATE TABLE t (a int, b varchar(5), c AS (a + 1), CHECK (a > 0 AND b IN ('x', 'y')), CONSTRAINT ck CHECK (a BETWEEN 1 AND 9 OR b IS NULL))",
    );
    expect(await lines("SELECT definition FROM sys.check_constraints ORDER BY object_id")).toEqual([
      "([a]>(0) AND ([b]='y' OR [b]='x'))",
      "([a]>=(1) AND [a]<=(9) OR [b] IS NULL)",
    ]);
    expect(await session.value("SELECT definition FROM sys.computed_columns")).toBe("([a]+(1))");
  });
});

describe("CREATE TABLE", () => {
  it.each<[sql: string, error: number]>([
    ["CREATE TABLE t (a int); CREATE TABLE t (a int)", 2714],
    ["CREATE TABLE t (a int, A int)", 2705],
    ["CREATE TABLE nowhere.t (a int)", 2760],
    ["CREATE TABLE t (a nonsense)", 2715],
    ["CREATE TABLE t (a varchar(10) COLLATE Khmer_100_CI_AS)", 459],
    ["CREATE TABLE t (a int IDENTITY, b int IDENTITY)", 2744],
    ["CREATE TABLE t (a varchar(10) IDENTITY)", 2749],
    ["CREATE TABLE t (a int NULL PRIMARY KEY)", 8147],
    ["CREATE TABLE t (a int PRIMARY KEY, b int PRIMARY KEY)", 1779],
    ["CREATE TABLE t (a int, PRIMARY KEY (b))", 1911],
    ["CREATE TABLE t (a varchar(max) PRIMARY KEY)", 1919],
    ["CREATE TABLE t (a int REFERENCES missing (x))", 1767],
    ["CREATE TABLE p (x int); CREATE TABLE t (a int REFERENCES p (x))", 1776],
    ["CREATE TABLE p (x bigint PRIMARY KEY); CREATE TABLE t (a int REFERENCES p (x))", 1778],
    ["CREATE TABLE t (a int DEFAULT 1 IDENTITY)", 1754],
  ])("%s gives %i", async (sql, error) => {
    expect((await session.errors(sql)).at(0)).toBe(error);
  });
});

describe("ALTER TABLE", () => {
  beforeEach(async () => {
    const { errors } = await session.run(
      "CREATE TABLE t (id int NOT NULL CONSTRAINT pk PRIMARY KEY, a int NULL, b varchar(5) NULL CONSTRAINT df DEFAULT 'x', c AS (a * 2)); INSERT t (id, a) VALUES (1, 10), (2, NULL)",
    );
    expect(errors).toEqual([]);
  });

  it("adds columns, with values where they are wanted", async () => {
    await session.run("ALTER TABLE t ADD d int NOT NULL DEFAULT 5, e int NULL DEFAULT 6, f int NULL, g AS (d + 1)");
    expect(await lines("SELECT d, e, f, g FROM t WHERE id = 1")).toEqual(["5 - - 6"]);
    await session.run("ALTER TABLE t ADD h int NULL DEFAULT 7 WITH VALUES");
    expect(await session.value("SELECT h FROM t WHERE id = 1")).toBe("7");
  });

  it("changes types where the values allow it", async () => {
    await session.run("ALTER TABLE t DROP COLUMN c");
    await session.run("ALTER TABLE t ALTER COLUMN a varchar(3) NULL");
    expect(await lines("SELECT a FROM t ORDER BY id")).toEqual(["10", "-"]);
    expect(await session.errors("ALTER TABLE t ALTER COLUMN a varchar(1) NULL")).toEqual([2628]);
    expect(await session.errors("ALTER TABLE t ALTER COLUMN a varchar(3) NOT NULL")).toEqual([515]);
  });

  it("does not give a dropped column's id again", async () => {
    await session.run("ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD z int");
    expect(
      await lines("SELECT name, column_id FROM sys.columns WHERE object_id = OBJECT_ID('t') ORDER BY column_id"),
    ).toEqual(["id 1", "a 2", "b 3", "z 5"]);
  });

  it.each<[sql: string, errors: number[]]>([
    ["ALTER TABLE missing ADD x int", [4902]],
    ["ALTER TABLE t ADD x int NOT NULL", [4901]],
    ["ALTER TABLE t ADD a int", [2705]],
    ["ALTER TABLE t DROP COLUMN nope", [4924]],
    ["ALTER TABLE t DROP COLUMN b", [5074, 4922]],
    ["ALTER TABLE t DROP COLUMN a", [5074, 4922]],
    ["ALTER TABLE t DROP COLUMN id", [5074, 4922]],
    ["ALTER TABLE t DROP CONSTRAINT nope", [3728, 3727]],
    ["ALTER TABLE t ADD CHECK (a > 50)", [547]],
    ["ALTER TABLE t ADD CONSTRAINT df DEFAULT 1 FOR a", [2714]],
    ["ALTER TABLE t ADD DEFAULT 1 FOR b", [1781]],
    ["ALTER TABLE t ADD CONSTRAINT u UNIQUE (c); ALTER TABLE t ALTER COLUMN a bigint", [5074, 4922]],
  ])("%s gives %j", async (sql, errors) => {
    expect(await session.errors(sql)).toEqual(errors);
  });

  it("WITH NOCHECK takes what stands, and is not trusted", async () => {
    await session.run("ALTER TABLE t WITH NOCHECK ADD CONSTRAINT big CHECK (a > 50)");
    expect(await lines("SELECT is_not_trusted, is_disabled FROM sys.check_constraints")).toEqual(["1 0"]);
    expect(await session.errors("INSERT t (id, a) VALUES (9, 1)")).toEqual([547]);
    await session.run("ALTER TABLE t NOCHECK CONSTRAINT big; INSERT t (id, a) VALUES (9, 1)");
    expect(await session.errors("ALTER TABLE t WITH CHECK CHECK CONSTRAINT big")).toEqual([547]);
  });
});

describe("indexes", () => {
  beforeEach(async () => {
    await session.run(
      "CREATE TABLE t (id int PRIMARY KEY, a int NULL, b int NULL); INSERT t VALUES (1, 5, 1), (2, 5, NULL), (3, 6, NULL)",
    );
  });

  it("unique ones refuse duplicates, when they are made and later", async () => {
    expect(await session.errors("CREATE UNIQUE INDEX u ON t (a)")).toEqual([1505]);
    expect(await session.errors("CREATE UNIQUE INDEX u ON t (a, id); INSERT t VALUES (4, 5, 1)")).toEqual([]);
    expect(
      await session.errors(
        "CREATE UNIQUE INDEX f ON t (b) WHERE b IS NOT NULL; INSERT t VALUES (5, 5, NULL); INSERT t VALUES (6, 5, 1)",
      ),
    ).toEqual([1505]);
  });

  it("filtered ones hold only what their predicate takes", async () => {
    expect(
      await session.errors(
        "CREATE UNIQUE INDEX f ON t (a) WHERE b IS NOT NULL; INSERT t VALUES (5, 5, NULL); INSERT t VALUES (6, 5, 9)",
      ),
    ).toEqual([2601]);
    expect(await session.value("SELECT filter_definition FROM sys.indexes WHERE name = 'f'")).toBe("([b] IS NOT NULL)");
  });

  it("IGNORE_DUP_KEY leaves rows out and says so", async () => {
    const recorded = await session.run(
      "CREATE TABLE d (x int PRIMARY KEY WITH (IGNORE_DUP_KEY = ON)); INSERT d VALUES (1), (1), (2)",
    );
    expect(recorded.counts).toEqual([2]);
    expect(recorded.infos).toEqual(["Duplicate key was ignored."]);
  });

  it.each<[sql: string, error: number]>([
    ["CREATE INDEX i ON t (a); CREATE INDEX i ON t (b)", 1913],
    ["CREATE CLUSTERED INDEX i ON t (a)", 1902],
    ["CREATE INDEX i ON missing (a)", 1088],
    ["DROP INDEX i ON t", 3701],
  ])("%s gives %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
  });
});

describe("modules", () => {
  it("a view keeps the columns it was made with until it is refreshed", async () => {
    await session.script("CREATE TABLE t (a int)\nGO\nCREATE VIEW v AS SELECT * FROM t\nGO\nALTER TABLE t ADD b int");
    expect(await lines("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('v')")).toEqual(["a"]);
    await session.run("EXEC sp_refreshview 'v'");
    expect(await lines("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID('v')")).toEqual(["a", "b"]);
  });

  it("a renamed module's text has the old name", async () => {
    await session.script("CREATE VIEW v AS SELECT 1 AS x\nGO\nEXEC sp_rename 'v', 'w'");
    expect(
      await lines("SELECT o.name, m.definition FROM sys.sql_modules m JOIN sys.objects o ON o.object_id = m.object_id"),
    ).toEqual(["w CREATE VIEW v AS SELECT 1 AS x"]);
    expect(await session.value("SELECT x FROM w")).toBe("1");
  });

  it("ALTER keeps the object, and is stored as CREATE", async () => {
    await session.script("CREATE PROCEDURE p AS SELECT 1\nGO\nALTER PROCEDURE p AS SELECT 2");
    expect(await session.value("SELECT definition FROM sys.sql_modules")).toBe("CREATE PROCEDURE p AS SELECT 2");
    expect(await session.rows("EXEC p")).toEqual([["2"]]);
    expect(numbers((await session.run("CREATE OR ALTER VIEW p AS SELECT 1 AS x")).errors)).toEqual([2010]);
  });

  it("names in a procedure are looked up when it runs, those in a view when it is made", async () => {
    expect(await session.errors("CREATE PROCEDURE p AS SELECT * FROM later")).toEqual([]);
    expect(await session.errors("EXEC p")).toEqual([208]);
    expect(await session.errors("CREATE VIEW v AS SELECT * FROM later")).toEqual([208]);
  });

  it("SCHEMABINDING holds what it references", async () => {
    await session.script(`CREATE TABLE t (a int, b int)
      GO
      CREATE FUNCTION f(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x END
      GO
      CREATE VIEW v WITH SCHEMABINDING AS SELECT a, dbo.f(a) AS c FROM dbo.t`);
    expect(await session.errors("DROP TABLE t")).toEqual([3729]);
    expect(await session.errors("DROP FUNCTION f")).toEqual([3729]);
    expect(await session.errors("ALTER TABLE t DROP COLUMN a")).toEqual([5074, 4922]);
    expect(await session.errors("ALTER TABLE t DROP COLUMN b")).toEqual([]);
    expect(await session.errors("DROP VIEW v; DROP FUNCTION f; DROP TABLE t")).toEqual([]);
  });

  it.each<[sql: string, error: number]>([
    ["CREATE VIEW v AS SELECT 1", 4511],
    ["CREATE VIEW v AS SELECT 1 AS a, 2 AS a", 4506],
    ["CREATE VIEW v AS SELECT 1 AS a ORDER BY a", 1033],
    ["ALTER VIEW v AS SELECT 1 AS a", 208],
    ["DROP VIEW v", 3701],
    ["CREATE TABLE v (a int); DROP VIEW v", 3705],
    ["SELECT 1; CREATE VIEW v AS SELECT 1 AS a", 111],
  ])("%s gives %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
  });

  it("parameters: by name, by position, defaults, OUTPUT, errors", async () => {
    await session.script(
      "CREATE PROCEDURE p @a int, @b varchar(5) = 'dflt', @c int = NULL OUTPUT AS SET @c = @a + 1; SELECT @a, @b; RETURN 7",
    );
    expect(await session.rows("EXEC p 1")).toEqual([["1", "dflt"]]);
    expect(await session.rows("EXEC p @b = 'x', @a = 2")).toEqual([["2", "x"]]);
    expect(await session.rows("DECLARE @o int, @r int; EXEC @r = p 5, DEFAULT, @o OUTPUT; SELECT @o, @r")).toEqual([
      ["6", "7"],
    ]);
    for (const [sql, error] of [
      ["EXEC p", 201],
      ["EXEC p 1, 2, 3, 4", 8144],
      ["EXEC p @z = 1", 8145],
      ["EXEC p @a = 1, 2", 119],
      ["EXEC p 'x'", 8114],
    ] as const) {
      expect(await session.errors(sql)).toEqual([error]);
    }
  });

  it("table types pass rows to a procedure", async () => {
    await session.script(`CREATE TYPE rowset AS TABLE (id int PRIMARY KEY, v varchar(5))
      GO
      CREATE PROCEDURE p @t rowset READONLY AS SELECT id, v FROM @t ORDER BY id`);
    expect(await session.rows("DECLARE @x rowset; INSERT @x VALUES (2, 'b'), (1, 'a'); EXEC p @x")).toEqual([
      ["1", "a"],
      ["2", "b"],
    ]);
  });

  it("sequences, synonyms and alias types", async () => {
    const { errors } = await session.run(
      "CREATE SEQUENCE s AS int START WITH 5 INCREMENT BY 5; CREATE TYPE flag FROM tinyint NOT NULL; CREATE TABLE t (a flag, b int DEFAULT NEXT VALUE FOR s); CREATE SYNONYM syn FOR dbo.t; INSERT syn (a) VALUES (1), (2)",
    );
    expect(numbers(errors)).toEqual([]);
    expect(await lines("SELECT a, b FROM syn")).toEqual(["1 5", "2 10"]);
    expect(await session.errors("INSERT t (a) VALUES (NULL)")).toEqual([515]);
    expect(await session.errors("DROP TYPE flag")).toEqual([3732]);
  });
});

describe("databases, schemas, principals", () => {
  it("a login without rights sees and does nothing until it is granted", async () => {
    const admin = newSession();
    await admin.script(`CREATE TABLE open_t (a int); CREATE TABLE shut_t (a int); INSERT open_t VALUES (1)
      GO
      CREATE LOGIN reader WITH PASSWORD = 'Reader1!'; CREATE USER reader FOR LOGIN reader; GRANT SELECT ON open_t TO reader
      GO
      CREATE VIEW over_shut AS SELECT a FROM shut_t
      GO
      GRANT SELECT ON over_shut TO reader`);
    const reader = new TestSession(admin.engine, "test", "reader", "Reader1!");
    expect(await reader.rows("SELECT a FROM open_t")).toEqual([["1"]]);
    expect(await reader.rows("SELECT a FROM over_shut")).toEqual([]);
    expect(await reader.errors("SELECT a FROM shut_t")).toEqual([229]);
    expect(await reader.errors("INSERT open_t VALUES (2)")).toEqual([229]);
    expect(await reader.errors("CREATE TABLE x (a int)")).toEqual([262]);
    expect(await reader.rows("SELECT name FROM sys.tables")).toEqual([["open_t"]]);
    expect(
      await reader.rows(
        "SELECT HAS_PERMS_BY_NAME('open_t', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('open_t', 'OBJECT', 'INSERT'), HAS_PERMS_BY_NAME('shut_t', 'OBJECT', 'SELECT'), OBJECT_ID('shut_t')",
      ),
    ).toEqual([["1", "0", null, null]]);
    await admin.run("DENY SELECT ON open_t TO reader");
    expect(await reader.errors("SELECT a FROM open_t")).toEqual([229]);
  });

  it("schemas are dropped when they are empty", async () => {
    expect(await session.errors("EXEC ('CREATE SCHEMA s'); CREATE TABLE s.t (a int); DROP SCHEMA s")).toEqual([3729]);
    expect(await session.errors("DROP TABLE s.t; DROP SCHEMA s")).toEqual([]);
  });

  it("a database has its own names and collation", async () => {
    const { errors } = await session.script(
      "CREATE DATABASE cs COLLATE Latin1_General_CS_AS\nGO\nUSE cs\nGO\nCREATE TABLE T (a varchar(5)); CREATE TABLE t (a varchar(5)); INSERT T VALUES ('x'), ('X')",
    );
    expect(errors).toEqual([]);
    expect(await session.rows("SELECT COUNT(*) FROM T WHERE a = 'x'")).toEqual([["1"]]);
    expect(await session.errors("USE missing")).toEqual([911]);
    expect(await session.errors("DROP DATABASE cs")).toEqual([3702]);
  });

  it("READ_ONLY is refused to writers", async () => {
    await session.run("CREATE TABLE t (a int); ALTER DATABASE test SET READ_ONLY");
    expect(await session.errors("INSERT t VALUES (1)")).toEqual([3906]);
    expect(await session.errors("ALTER DATABASE missing SET READ_ONLY")).toEqual([5011]);
    expect(await session.errors("BEGIN TRAN; ALTER DATABASE test SET READ_WRITE")).toEqual([226]);
  });

  it("extended properties", async () => {
    await session.run(
      "CREATE TABLE t (a int); EXEC sp_addextendedproperty N'note', N'hello', N'SCHEMA', N'dbo', N'TABLE', N't', N'COLUMN', N'a'",
    );
    expect(
      await lines("SELECT class, minor_id, name, CAST(value AS nvarchar(20)) FROM sys.extended_properties"),
    ).toEqual(["1 1 note hello"]);
    await session.run("DROP TABLE t");
    expect(await session.value("SELECT COUNT(*) FROM sys.extended_properties")).toBe("0");
  });
});
