import { beforeEach, describe, expect, it } from "vitest";
import { newEngine, newSession, TestSession } from "./engine-session.ts";
import type { Engine } from "../../../emulator/engine/engine.ts";

let session: TestSession;

beforeEach(async () => {
  session = newSession();
  await session.run("CREATE TABLE t (id int NOT NULL PRIMARY KEY, v varchar(10) NULL)");
});

const numbers = (errors: readonly { number: number }[]): number[] => errors.map((error) => error.number);

describe("what an error ends", () => {
  it.each<[name: string, sql: string, errors: number[], values: string[], trancount: string]>([
    [
      "a constraint ends the statement",
      "BEGIN TRAN; INSERT t VALUES (1, 'a'); INSERT t VALUES (1, 'b'); SELECT 'on'",
      [2627],
      ["on"],
      "1",
    ],
    [
      "with XACT_ABORT it ends the batch and rolls back",
      "SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (1, 'a'); INSERT t VALUES (1, 'b'); SELECT 'on'",
      [2627],
      [],
      "0",
    ],
    [
      "a conversion ends the batch and rolls back",
      "BEGIN TRAN; INSERT t VALUES (CAST('x' AS int), 'a'); SELECT 'on'",
      [245],
      [],
      "0",
    ],
    ["a division by zero ends the statement", "BEGIN TRAN; SELECT 1 / 0; SELECT 'on'", [8134], ["on"], "1"],
    [
      "an unknown table ends the batch and keeps the transaction",
      "BEGIN TRAN; SELECT * FROM missing; SELECT 'on'",
      [208],
      [],
      "1",
    ],
    ["RAISERROR goes on", "BEGIN TRAN; RAISERROR('x', 16, 1); SELECT 'on'", [50000], ["on"], "1"],
    [
      "RAISERROR goes on with XACT_ABORT too",
      "SET XACT_ABORT ON; BEGIN TRAN; RAISERROR('x', 16, 1); SELECT 'on'",
      [50000],
      ["on"],
      "1",
    ],
    ["THROW ends the batch", "BEGIN TRAN; THROW 50001, 'x', 1; SELECT 'on'", [50001], [], "1"],
    [
      "THROW with XACT_ABORT rolls back",
      "SET XACT_ABORT ON; BEGIN TRAN; THROW 50001, 'x', 1; SELECT 'on'",
      [50001],
      [],
      "0",
    ],
    ["severity 10 is information", "RAISERROR('just %d', 10, 1, 5); SELECT 'on'", [], ["on"], "0"],
    ["COMMIT without a transaction", "COMMIT; SELECT 'on'", [3902], ["on"], "0"],
    ["ROLLBACK without a transaction", "ROLLBACK; SELECT 'on'", [3903], ["on"], "0"],
    ["a procedure that leaves a transaction open", "EXEC ('BEGIN TRAN'); SELECT 'on'", [266], ["on"], "1"],
    [
      "a procedure's unknown table ends the procedure only",
      "EXEC ('SELECT * FROM missing; SELECT 1'); SELECT 'on'",
      [208],
      ["on"],
      "0",
    ],
    ["an unknown procedure ends the statement", "EXEC nothing; SELECT 'on'", [2812], ["on"], "0"],
    ["@@ERROR holds for one statement", "SELECT 1 / 0; SELECT @@ERROR; SELECT @@ERROR", [8134], ["8134", "0"], "0"],
  ])("%s", async (_name, sql, errors, values, trancount) => {
    const recorded = await session.run(sql);
    expect(numbers(recorded.errors)).toEqual(errors);
    expect(recorded.rowsets.flat().flat()).toEqual(values);
    expect(await session.value("SELECT @@TRANCOUNT")).toBe(trancount);
  });
});

describe("TRY and CATCH", () => {
  it.each<[name: string, sql: string, expected: (string | null)[]]>([
    [
      "tell the error",
      "BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_LINE(), ERROR_PROCEDURE() END CATCH",
      ["8134", "16", "1", "1", null],
    ],
    [
      "leave a constraint's transaction usable",
      "BEGIN TRAN; BEGIN TRY INSERT t VALUES (1, 'a'), (1, 'b') END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH ROLLBACK",
      ["1"],
    ],
    [
      "doom it with XACT_ABORT",
      "SET XACT_ABORT ON; BEGIN TRAN; BEGIN TRY INSERT t VALUES (1, 'a'), (1, 'b') END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH ROLLBACK",
      ["-1"],
    ],
    [
      "doom it after a conversion",
      "BEGIN TRAN; BEGIN TRY SELECT CAST('x' AS int) END TRY BEGIN CATCH SELECT XACT_STATE() END CATCH ROLLBACK",
      ["-1"],
    ],
    [
      "nest",
      "BEGIN TRY BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH THROW END CATCH END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH",
      ["8134"],
    ],
    [
      "catch what a procedure raises",
      "BEGIN TRY EXEC ('SELECT * FROM missing') END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH",
      ["208"],
    ],
    ["give NULL outside", "SELECT ERROR_NUMBER()", [null]],
    [
      "raise again with THROW",
      "BEGIN TRY BEGIN TRY RAISERROR('a', 12, 3) END TRY BEGIN CATCH THROW END CATCH END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_MESSAGE() END CATCH",
      ["50000", "12", "3", "a"],
    ],
  ])("%s", async (_name, sql, expected) => {
    const recorded = await session.run(sql);
    expect(numbers(recorded.errors)).toEqual([]);
    expect(recorded.rowsets.at(-1)![0]).toEqual(expected);
  });

  it("do not catch an unknown name of their own level", async () => {
    const recorded = await session.run("BEGIN TRY SELECT * FROM missing END TRY BEGIN CATCH SELECT 'caught' END CATCH");
    expect(numbers(recorded.errors)).toEqual([208]);
    expect(recorded.rowsets).toEqual([]);
  });

  it("let a doomed transaction be read and nothing else", async () => {
    const recorded = await session.run(`SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (5, 'x');
      BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT COUNT(*) FROM t; BEGIN TRY INSERT t VALUES (6, 'y') END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH END CATCH`);
    expect(recorded.rowsets.map((rows) => rows[0]?.[0])).toEqual([undefined, "1", "3930"].slice(1));
    expect(numbers(recorded.errors)).toEqual([3998]);
    expect(await session.value("SELECT COUNT(*) FROM t")).toBe("0");
  });
});

describe("transactions", () => {
  it("nest by count and end with the outermost", async () => {
    expect(await session.rows("BEGIN TRAN; BEGIN TRAN; INSERT t VALUES (1, 'a'); COMMIT; SELECT @@TRANCOUNT")).toEqual([
      ["1"],
    ]);
    expect(await session.rows("ROLLBACK; SELECT @@TRANCOUNT, COUNT(*) FROM t")).toEqual([["0", "0"]]);
  });

  it("go back to a savepoint", async () => {
    expect(
      await session.rows(
        "BEGIN TRAN; INSERT t VALUES (1, 'a'); SAVE TRAN s; INSERT t VALUES (2, 'b'); ROLLBACK TRAN s; COMMIT; SELECT id FROM t",
      ),
    ).toEqual([["1"]]);
  });

  it("take DDL back", async () => {
    expect(
      await session.rows(
        "BEGIN TRAN; CREATE TABLE d (x int); ALTER TABLE t ADD w int; ROLLBACK; SELECT OBJECT_ID('d'), COL_LENGTH('t', 'w')",
      ),
    ).toEqual([[null, null]]);
  });

  it("begin by themselves under IMPLICIT_TRANSACTIONS", async () => {
    expect(
      await session.rows(
        "SET IMPLICIT_TRANSACTIONS ON; INSERT t VALUES (1, 'a'); SELECT @@TRANCOUNT; ROLLBACK; SET IMPLICIT_TRANSACTIONS OFF; SELECT COUNT(*) FROM t",
      ),
    ).toEqual([["0"]]);
  });
});

describe("scopes", () => {
  it("a #temp table ends with the scope that made it, and is seen further in", async () => {
    const recorded =
      await session.run(`EXEC sp_executesql N'CREATE TABLE #in (x int); INSERT #in VALUES (1); EXEC (''SELECT x FROM #in'')';
      CREATE TABLE #out (x int); EXEC ('INSERT #out VALUES (2)'); SELECT x FROM #out; SELECT OBJECT_ID('tempdb..#in'); SELECT * FROM #in`);
    expect(recorded.rowsets.slice(0, 3)).toEqual([[["1"]], [["2"]], [[null]]]);
    expect(numbers(recorded.errors)).toEqual([208]);
    expect(await session.value("SELECT x FROM #out")).toBe("2");
  });

  it("SET options go back", async () => {
    expect(
      await session.rows(
        "EXEC sp_executesql N'SET XACT_ABORT ON; SET LOCK_TIMEOUT 5; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'; SELECT @@OPTIONS & 16384, @@LOCK_TIMEOUT, transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID",
      ),
    ).toEqual([["0", "-1", "2"]]);
  });

  it("two sessions have a #temp table of one name each", async () => {
    const { engine } = newEngine();
    const [a, b] = [new TestSession(engine), new TestSession(engine)];
    await a.run("CREATE TABLE #x (v int); INSERT #x VALUES (1)");
    expect(numbers((await b.run("SELECT * FROM #x")).errors)).toEqual([208]);
    await b.run("CREATE TABLE #x (v int); INSERT #x VALUES (2)");
    expect([await a.value("SELECT v FROM #x"), await b.value("SELECT v FROM #x")]).toEqual(["1", "2"]);
  });

  it("sp_reset_connection forgets what the server forgets", async () => {
    await session.run("CREATE TABLE #x (v int); SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (1, 'a')");
    session.handler.reset(false, undefined as never);
    expect(
      await session.rows("SELECT @@TRANCOUNT, @@OPTIONS & 16384, OBJECT_ID('tempdb..#x'), (SELECT COUNT(*) FROM t)"),
    ).toEqual([["0", "0", null, "0"]]);
  });

  it("sp_executesql gives OUTPUT parameters back", async () => {
    const recorded = await session.rpc("sp_executesql", [
      { name: "", type: { name: "nvarchar", length: 4000 }, value: "SET @b = @a * 2; SELECT @a", output: false },
      { name: "", type: { name: "nvarchar", length: 4000 }, value: "@a int, @b int OUTPUT", output: false },
      { name: "@a", type: { name: "int" }, value: 21, output: false },
      { name: "@b", type: { name: "int" }, value: null, output: true },
    ]);
    expect(recorded).toMatchObject({ rowsets: [[["21"]]], returned: { "@b": "42" }, status: 0, errors: [] });
  });

  it("prepared statements run by handle", async () => {
    const text = (value: string) => ({
      name: "",
      type: { name: "nvarchar", length: 4000 } as const,
      value,
      output: false,
    });
    const prepared = await session.rpc("sp_prepare", [
      { name: "", type: { name: "int" }, value: null, output: true },
      text("@a int"),
      text("SELECT @a + 1"),
    ]);
    const handle = Number(prepared.returned[""]);
    const run = () =>
      session.rpc("sp_execute", [
        { name: "", type: { name: "int" }, value: handle, output: false },
        { name: "@a", type: { name: "int" }, value: 1, output: false },
      ]);
    expect((await run()).rowsets).toEqual([[["2"]]]);
    await session.rpc("sp_unprepare", [{ name: "", type: { name: "int" }, value: handle, output: false }]);
    expect(numbers((await run()).errors)).toEqual([8179]);
  });

  it("@@ROWCOUNT and NOCOUNT", async () => {
    const recorded = await session.run(
      "SET NOCOUNT ON; INSERT t VALUES (1, 'a'), (2, 'b'); SELECT @@ROWCOUNT; SET NOCOUNT OFF; UPDATE t SET v = 'z'",
    );
    expect(recorded.rowsets).toEqual([[["2"]]]);
    expect(recorded.counts).toEqual([2]);
  });
});

describe("control of flow", () => {
  it.each<[string, string]>([
    [
      "DECLARE @i int = 0, @s int = 0; WHILE @i < 10 BEGIN SET @i += 1; IF @i = 3 CONTINUE; IF @i > 5 BREAK; SET @s += @i END; SELECT @s",
      "12",
    ],
    ["DECLARE @i int = 0; again: SET @i += 1; IF @i < 4 GOTO again; SELECT @i", "4"],
    ["IF NULL = NULL SELECT 'a' ELSE SELECT 'b'", "b"],
    ["IF EXISTS (SELECT 1 FROM t) SELECT 'a' ELSE SELECT 'none'", "none"],
    ["DECLARE @d decimal(5,2) = 1.239; SELECT @d", "1.24"],
    ["DECLARE @v varchar(3) = 'abcdef'; SELECT @v", "abc"],
  ])("%s", async (sql, expected) => {
    expect(await session.value(sql)).toBe(expected);
  });
});

describe("two sessions", () => {
  let engine: Engine;
  let a: TestSession;
  let b: TestSession;

  beforeEach(async () => {
    ({ engine } = newEngine());
    a = new TestSession(engine);
    b = new TestSession(engine);
    await a.run(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int NULL); INSERT t VALUES (1, 1), (2, 2); ALTER DATABASE test SET ALLOW_SNAPSHOT_ISOLATION ON",
    );
  });

  it("a reader waits for a writer, and goes on when it has ended", async () => {
    await a.run("BEGIN TRAN; UPDATE t SET v = 10 WHERE id = 1");
    const reading = b.rows("SELECT id, v FROM t ORDER BY id");
    await a.run("COMMIT");
    expect(await reading).toEqual([
      ["1", "10"],
      ["2", "2"],
    ]);
  });

  it("LOCK_TIMEOUT gives 1222", async () => {
    await a.run("BEGIN TRAN; UPDATE t SET v = 10 WHERE id = 1");
    expect(await b.errors("SET LOCK_TIMEOUT 0; SELECT * FROM t")).toEqual([1222]);
    expect(await b.rows("SELECT v FROM t WITH (NOLOCK) WHERE id = 1")).toEqual([["10"]]);
    expect(await b.rows("SELECT id FROM t WITH (READPAST)")).toEqual([["2"]]);
    expect(await b.rows("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; SELECT v FROM t WHERE id = 1")).toEqual([["1"]]);
  });

  it("a deadlock has a victim", async () => {
    await a.run("BEGIN TRAN; UPDATE t SET v = 10 WHERE id = 1");
    await b.run("SET DEADLOCK_PRIORITY LOW; BEGIN TRAN; UPDATE t SET v = 20 WHERE id = 2");
    const waiting = a.run("UPDATE t SET v = 11 WHERE id = 2");
    expect(await b.errors("UPDATE t SET v = 21 WHERE id = 1")).toEqual([1205]);
    expect((await waiting).errors).toEqual([]);
    expect(await b.value("SELECT @@TRANCOUNT")).toBe("0");
  });

  it("SNAPSHOT sees one moment and refuses to write over later changes", async () => {
    await a.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT * FROM t");
    await b.run("UPDATE t SET v = 5 WHERE id = 1; INSERT t VALUES (3, 3)");
    expect(await a.rows("SELECT id, v FROM t ORDER BY id")).toEqual([
      ["1", "1"],
      ["2", "2"],
    ]);
    expect(await a.errors("UPDATE t SET v = 6 WHERE id = 1")).toEqual([3960]);
    expect(await a.value("SELECT @@TRANCOUNT")).toBe("0");
  });

  it("READ_COMMITTED_SNAPSHOT does not wait", async () => {
    await a.run("ALTER DATABASE test SET READ_COMMITTED_SNAPSHOT ON; BEGIN TRAN; UPDATE t SET v = 10 WHERE id = 1");
    expect(await b.rows("SELECT v FROM t WHERE id = 1")).toEqual([["1"]]);
  });

  it("UPDLOCK with HOLDLOCK keeps another one from inserting the same key", async () => {
    await a.run("BEGIN TRAN; SELECT * FROM t WITH (UPDLOCK, HOLDLOCK) WHERE id = 9");
    const inserting = b.run("INSERT t VALUES (9, 9)");
    await a.run("INSERT t VALUES (9, 1); COMMIT");
    expect(numbers((await inserting).errors)).toEqual([2627]);
  });

  it("application locks", async () => {
    const lock =
      "DECLARE @r int; BEGIN TRAN; EXEC @r = sp_getapplock @Resource = 'x', @LockMode = 'Exclusive', @LockTimeout = 0; SELECT @r";
    expect(await a.value(lock)).toBe("0");
    expect(await b.value(lock)).toBe("-1");
    await a.run("COMMIT");
    expect(await b.value(`ROLLBACK; ${lock}`)).toBe("0");
  });

  it("ATTENTION ends a wait and leaves the transaction open", async () => {
    await a.run("BEGIN TRAN; UPDATE t SET v = 10 WHERE id = 1");
    const controller = new AbortController();
    const waiting = b.run("BEGIN TRAN; SELECT * FROM t", controller.signal);
    controller.abort(new Error("attention"));
    expect((await waiting).errors).toEqual([]);
    expect(await b.value("SELECT @@TRANCOUNT")).toBe("1");
  });

  it("closing rolls back and lets others go on", async () => {
    await a.run("BEGIN TRAN; DELETE t");
    const reading = b.value("SELECT COUNT(*) FROM t");
    a.handler.close();
    expect(await reading).toBe("2");
  });
});
