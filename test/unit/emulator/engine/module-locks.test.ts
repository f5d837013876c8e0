import { beforeEach, describe, expect, it } from "vitest";
import { newSession, TestSession } from "./engine-session.ts";

let ddl: TestSession;
let reader: TestSession;

beforeEach(async () => {
  ddl = newSession();
  reader = new TestSession(ddl.engine);
  const { errors } = await ddl.script(`CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY); INSERT dbo.T VALUES (1), (2)
    GO
    CREATE VIEW dbo.V AS SELECT id, 'old' AS state FROM dbo.T
    GO
    CREATE VIEW dbo.OnV AS SELECT state FROM dbo.V
    GO
    CREATE PROCEDURE dbo.P AS SELECT 'old' AS state
    GO
    CREATE FUNCTION dbo.F() RETURNS char(3) AS BEGIN RETURN 'old' END`);
  expect(errors).toEqual([]);
  await reader.run("SET LOCK_TIMEOUT 0");
});

const READS = [
  "SELECT state FROM dbo.V WHERE id = 1",
  "SELECT TOP (1) state FROM dbo.OnV",
  "EXEC dbo.P",
  "SELECT dbo.F()",
];

const NEW = `ALTER VIEW dbo.V AS SELECT id, 'new' AS state FROM dbo.T
  GO
  ALTER PROCEDURE dbo.P AS SELECT 'new' AS state
  GO
  ALTER FUNCTION dbo.F() RETURNS char(3) AS BEGIN RETURN 'new' END`;

const AGAIN = `DROP VIEW dbo.V; DROP PROCEDURE dbo.P; DROP FUNCTION dbo.F
  GO
  ${NEW.replaceAll("ALTER", "CREATE")}`;

describe.each([
  ["ALTER", NEW],
  ["DROP and CREATE", AGAIN],
])("%s in an open transaction", (_, change) => {
  it.each([
    ["COMMIT", "new"],
    ["ROLLBACK", "old"],
  ])("is waited for until %s", async (end, state) => {
    await ddl.run("BEGIN TRAN");
    expect((await ddl.script(change)).errors).toEqual([]);
    // The session itself sees what it did.
    for (const sql of READS) expect(await ddl.value(sql)).toBe("new");
    for (const sql of READS) expect(await reader.errors(sql)).toEqual([1222]);
    for (const sql of [
      "SELECT name FROM sys.views",
      "SELECT definition FROM sys.sql_modules",
      "SELECT OBJECT_ID('dbo.V')",
      "SELECT ROUTINE_NAME FROM INFORMATION_SCHEMA.ROUTINES",
    ])
      expect(await reader.errors(sql)).toEqual([1222]);
    await reader.run("SET LOCK_TIMEOUT -1");
    const others = READS.map(() => new TestSession(ddl.engine));
    const waiting = READS.map((sql, at) => others[at]!.value(sql));
    await ddl.run(end);
    expect(await Promise.all(waiting)).toEqual(READS.map(() => state));
    for (const sql of READS) expect(await reader.value(sql)).toBe(state);
  });
});

it("a new module is not seen before its commit, nor after a roll back", async () => {
  await ddl.script("BEGIN TRAN\nGO\nCREATE VIEW dbo.New AS SELECT 1 AS one");
  expect(await reader.errors("SELECT one FROM dbo.New")).toEqual([1222]);
  expect(await reader.errors("SELECT name FROM sys.objects WHERE name = 'New'")).toEqual([1222]);
  await ddl.run("ROLLBACK");
  expect(await reader.errors("SELECT one FROM dbo.New")).toEqual([208]);
});

describe("DDL waits", () => {
  const DDL = [
    "ALTER VIEW dbo.V AS SELECT 1 AS one",
    "DROP VIEW dbo.V",
    "EXEC sp_rename 'dbo.V', 'W'",
    "ALTER TABLE dbo.T ADD CONSTRAINT ck CHECK (id > 0)",
    "CREATE TRIGGER dbo.Tr ON dbo.T AFTER INSERT AS RETURN",
    "DROP TABLE dbo.T",
  ];

  it("for what a transaction keeps reading", async () => {
    await ddl.run("SET LOCK_TIMEOUT 0");
    await reader.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; BEGIN TRAN; SELECT state FROM dbo.V");
    for (const sql of DDL) expect(await ddl.errors(sql)).toEqual([1222]);
    await reader.run("COMMIT");
    expect(await ddl.errors("DROP VIEW dbo.V; DROP TABLE dbo.T")).toEqual([]);
  });

  it("for a statement in the middle of its rows, and that statement sees what it began with", async () => {
    await ddl.run("SET LOCK_TIMEOUT 0");
    const writer = new TestSession(ddl.engine);
    await writer.run("BEGIN TRAN; UPDATE dbo.T SET id = 20 WHERE id = 2");
    await reader.run("SET LOCK_TIMEOUT -1");
    const reading = reader.rows("SELECT id, state, dbo.F() FROM dbo.V");
    for (const sql of [...DDL, "ALTER FUNCTION dbo.F() RETURNS char(3) AS BEGIN RETURN 'new' END"])
      expect(await ddl.errors(sql)).toEqual([1222]);
    await writer.run("COMMIT");
    expect(await reading).toEqual([
      ["1", "old", "old"],
      ["20", "old", "old"],
    ]);
    expect(await ddl.errors("ALTER VIEW dbo.V AS SELECT 1 AS one")).toEqual([]);
  });

  it("for an INSERT that reads a view and waits itself", async () => {
    await ddl.run("CREATE TABLE dbo.Target (state char(3)); SET LOCK_TIMEOUT 0");
    const writer = new TestSession(ddl.engine);
    await writer.run("BEGIN TRAN; UPDATE dbo.T SET id = 20 WHERE id = 2");
    await reader.run("SET LOCK_TIMEOUT -1");
    const writing = reader.run("INSERT dbo.Target SELECT state FROM dbo.V");
    expect(await ddl.errors("ALTER VIEW dbo.V AS SELECT id, 'new' AS state FROM dbo.T")).toEqual([1222]);
    await writer.run("ROLLBACK");
    expect((await writing).counts).toEqual([2]);
    expect(await ddl.value("SELECT MIN(state) FROM dbo.Target")).toBe("old");
  });

  it("and two that wait for each other end with 1205", async () => {
    const other = new TestSession(ddl.engine);
    await ddl.script("BEGIN TRAN\nGO\nALTER VIEW dbo.V AS SELECT id, 'new' AS state FROM dbo.T");
    await other.script("SET DEADLOCK_PRIORITY LOW; BEGIN TRAN\nGO\nALTER PROCEDURE dbo.P AS SELECT 'mad' AS state");
    const first = ddl.errors("EXEC dbo.P");
    const second = other.errors("SELECT state FROM dbo.V");
    expect(await second).toEqual([1205]);
    expect(await first).toEqual([]);
    expect(await ddl.value("EXEC dbo.P")).toBe("old");
    await ddl.run("COMMIT");
    expect(await other.value("SELECT state FROM dbo.V WHERE id = 1")).toBe("new");
  });
});
