import { beforeEach, describe, expect, it } from "vitest";
import { createEngine } from "../../../emulator/engine/engine.ts";
import { EmulatorClock } from "../../../emulator/storage/emulator-clock.ts";
import { TestSession } from "./engine-session.ts";

let session: TestSession;
let clock: EmulatorClock;

beforeEach(() => {
  // It stands still but for what a test says: times are exact.
  clock = new EmulatorClock(() => Date.UTC(2026, 6, 4));
  session = new TestSession(createEngine({ clock, password: "p", databases: ["test"] }));
});

async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

const period = `s datetime2 GENERATED ALWAYS AS ROW START NOT NULL, e datetime2 GENERATED ALWAYS AS ROW END NOT NULL,
  PERIOD FOR SYSTEM_TIME (s, e)`;

async function create(options = "SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h)"): Promise<void> {
  const { errors } = await session.run(
    `CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int NULL, ${period}) WITH (${options})`,
  );
  expect(errors).toEqual([]);
}

/** A row written now, an hour later another value, another hour later deleted. */
async function threeHours(): Promise<void> {
  await session.run("INSERT t (id, v) VALUES (1, 10)");
  clock.advance(3_600_000);
  await session.run("UPDATE t SET v = 20");
  clock.advance(3_600_000);
  await session.run("DELETE t");
  clock.advance(3_600_000);
}

describe("the history of a temporal table", () => {
  it("takes each row as it was, up to the time the transaction began", async () => {
    await create();
    await threeHours();
    expect(await lines("SELECT v, DATEDIFF(minute, s, e) FROM h ORDER BY s")).toEqual(["10 60", "20 60"]);
    expect(await lines("SELECT * FROM t")).toEqual([]);
  });

  it("has one time for all of a transaction, however long it takes", async () => {
    await create();
    await session.run("INSERT t (id) VALUES (0)");
    clock.advance(1000);
    await session.run("BEGIN TRANSACTION; INSERT t (id) VALUES (1)");
    clock.advance(60_000);
    await session.run("INSERT t (id) VALUES (2); UPDATE t SET v = 1 WHERE id = 1; DELETE t WHERE id = 0; COMMIT");
    expect(await lines("SELECT COUNT(DISTINCT s) FROM t")).toEqual(["1"]);
    // Written twice in one transaction: a period of no length, which no query for a time shows.
    expect(await lines("SELECT id, DATEDIFF(second, s, e) FROM h ORDER BY id")).toEqual(["0 1", "1 0"]);
    expect(await lines("SELECT id FROM t FOR SYSTEM_TIME ALL ORDER BY id")).toEqual(["0", "1", "2"]);
  });

  it("goes back with the transaction", async () => {
    await create();
    await session.run("INSERT t (id) VALUES (1)");
    await session.run("BEGIN TRANSACTION; UPDATE t SET v = 1; ROLLBACK");
    expect(await lines("SELECT * FROM h")).toEqual([]);
  });

  it("takes rows that MERGE and a foreign key's action change", async () => {
    await session.run("CREATE TABLE p (id int NOT NULL PRIMARY KEY); INSERT p VALUES (1), (2)");
    await session.run(`CREATE TABLE t (id int NOT NULL PRIMARY KEY, p int NULL REFERENCES p ON DELETE SET NULL, ${period})
      WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h))`);
    await session.run("INSERT t (id, p) VALUES (1, 1), (2, 2), (3, 2)");
    await session.run("DELETE p WHERE id = 2");
    await session.run(`MERGE t USING (VALUES (1)) AS n (id) ON t.id = n.id WHEN MATCHED THEN DELETE
      WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN UPDATE SET p = 1;`);
    expect(await lines("SELECT id, p FROM h ORDER BY id, p")).toEqual(["1 1", "2 2", "3 -", "3 2"]);
  });

  it("cannot take a row that began after the transaction", async () => {
    await create();
    const other = new TestSession(session.engine);
    await session.run("BEGIN TRANSACTION; SELECT 1 AS one");
    clock.advance(1000);
    await other.run("INSERT t (id) VALUES (1)");
    expect(await session.errors("UPDATE t SET v = 1")).toEqual([13535]);
    await session.run("ROLLBACK");
    expect(await session.errors("UPDATE t SET v = 1")).toEqual([]);
  });

  it("is made, named and indexed where it is not named", async () => {
    await create("SYSTEM_VERSIONING = ON");
    const id = await session.value("SELECT OBJECT_ID('t')");
    expect(
      await lines(`SELECT h.name, h.temporal_type_desc, i.name, i.type_desc, i.is_unique FROM sys.tables AS t
        JOIN sys.tables AS h ON h.object_id = t.history_table_id JOIN sys.indexes AS i ON i.object_id = h.object_id`),
    ).toEqual([`MSSQL_TemporalHistoryFor_${id} HISTORY_TABLE ix_MSSQL_TemporalHistoryFor_${id} CLUSTERED 0`]);
    expect(
      await lines(`SELECT c.name FROM sys.index_columns AS ic JOIN sys.columns AS c ON c.object_id = ic.object_id
        AND c.column_id = ic.column_id WHERE OBJECT_NAME(ic.object_id) LIKE 'MSSQL%' ORDER BY ic.key_ordinal`),
    ).toEqual(["e", "s"]);
  });
});

describe("FOR SYSTEM_TIME", () => {
  const at = (hours: number): string =>
    `DECLARE @first datetime2 = (SELECT MIN(s) FROM h), @at datetime2, @to datetime2;
     SET @at = DATEADD(minute, ${hours * 60}, @first); SET @to = DATEADD(hour, 1, @at);`;

  beforeEach(async () => {
    await create();
    await threeHours();
    await session.run("INSERT t (id, v) VALUES (1, 30)");
    clock.advance(3_600_000);
  });

  it.each<[clause: string, hours: number, expected: string[]]>([
    ["AS OF @at", -1, []],
    ["AS OF @at", 0, ["10"]],
    ["AS OF @at", 0.5, ["10"]],
    ["AS OF @at", 1, ["20"]],
    ["AS OF @at", 2, []],
    ["AS OF @at", 3, ["30"]],
    ["AS OF @at", 99, ["30"]],
    ["AS OF NULL", 0, []],
    ["FROM @at TO @to", 0, ["10"]],
    ["FROM @at TO @to", 0.5, ["10", "20"]],
    ["BETWEEN @at AND @to", 0, ["10", "20"]],
    ["BETWEEN @at AND @to", 2, ["30"]],
    ["FROM @at TO @to", 2, []],
    ["CONTAINED IN (@at, @to)", 0, ["10"]],
    ["CONTAINED IN (@at, @to)", 0.5, []],
    ["ALL", 0, ["10", "20", "30"]],
  ])("%s at hour %s", async (clause, hours, expected) => {
    expect(await lines(`${at(hours)} SELECT v FROM t FOR SYSTEM_TIME ${clause} ORDER BY v`)).toEqual(expected);
  });

  it("joins, groups and takes an alias", async () => {
    expect(
      await lines(`SELECT t.v, COUNT(*) FROM t JOIN t FOR SYSTEM_TIME ALL AS past ON past.id = t.id GROUP BY t.v`),
    ).toEqual(["30 3"]);
  });

  it("is refused for an ordinary table and for the history itself", async () => {
    await session.run("CREATE TABLE plain (id int)");
    expect(await session.errors("SELECT * FROM plain FOR SYSTEM_TIME ALL")).toEqual([13544]);
    expect(await session.errors("SELECT * FROM h FOR SYSTEM_TIME ALL")).toEqual([13544]);
  });
});

describe("period columns", () => {
  it("are the server's to fill", async () => {
    await create();
    expect(await session.errors("INSERT t VALUES (1, 1, DEFAULT, DEFAULT)")).toEqual([]);
    expect(await session.errors("INSERT t (id, s) VALUES (2, SYSUTCDATETIME())")).toEqual([13536]);
    expect(await session.errors("INSERT t SELECT 3, 3, SYSUTCDATETIME(), SYSUTCDATETIME()")).toEqual([13536]);
    expect(await session.errors("INSERT t VALUES (4, 4)")).toEqual([213]);
    expect(await session.errors("UPDATE t SET e = SYSUTCDATETIME()")).toEqual([13537]);
    expect(await lines("SELECT CONVERT(varchar(30), e, 126) FROM t")).toEqual(["9999-12-31T23:59:59.9999999"]);
  });

  it("end at the last moment that their digits can say", async () => {
    await session.run(`CREATE TABLE u (id int NOT NULL PRIMARY KEY, s datetime2(3) GENERATED ALWAYS AS ROW START,
      e datetime2(3) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)); INSERT u (id) VALUES (1)`);
    expect(await lines("SELECT CONVERT(varchar(30), e, 126) FROM u")).toEqual(["9999-12-31T23:59:59.999"]);
  });

  it("are left out of * and of INSERT without a list where they are hidden", async () => {
    await create();
    await session.run("ALTER TABLE t ALTER COLUMN s ADD HIDDEN; ALTER TABLE t ALTER COLUMN e ADD HIDDEN");
    expect(await session.errors("INSERT t VALUES (1, 2)")).toEqual([]);
    expect(await lines("SELECT * FROM t")).toEqual(["1 2"]);
    expect(await lines("SELECT COUNT(s) FROM t")).toEqual(["1"]);
    expect(await lines("SELECT name, generated_always_type_desc FROM sys.columns WHERE is_hidden = 1")).toEqual([
      "s AS_ROW_START",
      "e AS_ROW_END",
    ]);
  });

  it.each<[what: string, columns: string, number: number]>([
    ["no period", "s datetime2 GENERATED ALWAYS AS ROW START", 13509],
    ["no start", "s datetime2, e datetime2 GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)", 13504],
    ["no end", "s datetime2 GENERATED ALWAYS AS ROW START, e datetime2, PERIOD FOR SYSTEM_TIME (s, e)", 13505],
    ["other names", period.replace("(s, e)", "(e, s)"), 13506],
    ["another type", period.replace("datetime2", "datetime"), 13501],
    ["other digits", period.replace("datetime2", "datetime2(3)"), 13513],
    ["NULL", period.replace("START NOT NULL", "START NULL"), 13587],
  ])("are refused: %s", async (_, columns, number) => {
    expect(await session.errors(`CREATE TABLE u (id int NOT NULL PRIMARY KEY, ${columns})`)).toEqual([number]);
  });
});

describe("what a temporal table does not take", () => {
  it.each<[statement: string, number: number]>([
    ["TRUNCATE TABLE t", 13545],
    ["TRUNCATE TABLE h", 13545],
    ["DROP TABLE t", 13552],
    ["DROP TABLE h", 13552],
    ["INSERT h VALUES (1, 1, SYSUTCDATETIME(), SYSUTCDATETIME())", 13559],
    ["DELETE h", 13560],
    ["UPDATE h SET v = 1", 13561],
    ["MERGE h USING (SELECT 1 AS id) AS n ON h.id = n.id WHEN MATCHED THEN DELETE;", 13562],
    ["ALTER TABLE t DROP PERIOD FOR SYSTEM_TIME", 13592],
    ["ALTER TABLE t SET (SYSTEM_VERSIONING = ON)", 13596],
    ["ALTER TABLE h SET (SYSTEM_VERSIONING = OFF)", 13591],
    ["ALTER TABLE t DROP CONSTRAINT pk", 13557],
    [`CREATE TABLE u (id int, ${period}) WITH (SYSTEM_VERSIONING = ON)`, 13553],
    [
      `CREATE TABLE u (id int NOT NULL PRIMARY KEY, ${period}) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = h))`,
      13539,
    ],
    [
      `CREATE TABLE u (id int NOT NULL PRIMARY KEY, ${period}) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h))`,
      13514,
    ],
    [
      `CREATE TABLE u (id int NOT NULL PRIMARY KEY, ${period}) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.t))`,
      13566,
    ],
    ["CREATE TABLE u (id int NOT NULL PRIMARY KEY) WITH (SYSTEM_VERSIONING = ON)", 13510],
    [`CREATE TABLE #u (id int NOT NULL PRIMARY KEY, ${period}) WITH (SYSTEM_VERSIONING = ON)`, 13568],
    [`DECLARE @u TABLE (id int NOT NULL PRIMARY KEY, ${period})`, 13572],
  ])("%s", async (statement, number) => {
    await session.run(`CREATE TABLE t (id int NOT NULL CONSTRAINT pk PRIMARY KEY, v int NULL, ${period})
      WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h))`);
    expect((await session.errors(statement)).at(-1)).toBe(number);
  });

  it("Change Tracking takes the current table and not the history", async () => {
    await create();
    await session.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON");
    expect(await session.errors("ALTER TABLE t ENABLE CHANGE_TRACKING")).toEqual([]);
    expect(await session.errors("ALTER TABLE h ENABLE CHANGE_TRACKING")).toEqual([13563]);
    await session.run("INSERT t (id) VALUES (1)");
    await session.run("UPDATE t SET v = 1");
    expect(await lines("SELECT id, SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES t, 1) AS c")).toEqual(["1 U"]);
  });
});

describe("ALTER TABLE", () => {
  it("switches versioning off, then the period, and all of it on again", async () => {
    await create();
    await threeHours();
    await session.run("INSERT t (id) VALUES (1)");
    await session.run("ALTER TABLE t SET (SYSTEM_VERSIONING = OFF)");
    // The period is still kept, the history not.
    expect(await session.errors("UPDATE t SET s = SYSUTCDATETIME()")).toEqual([13537]);
    await session.run("UPDATE t SET v = 5");
    expect(await lines("SELECT COUNT(*) FROM h")).toEqual(["2"]);
    expect(await session.errors("ALTER TABLE t DROP PERIOD FOR SYSTEM_TIME")).toEqual([]);
    expect(await session.errors("UPDATE t SET e = '2020-01-01'")).toEqual([]);
    expect(await session.errors("ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME (s, e)")).toEqual([13575]);
    await session.run("UPDATE t SET e = '9999-12-31T23:59:59.9999999', s = '2999-01-01'");
    expect(await session.errors("ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME (s, e)")).toEqual([13542]);
    await session.run("UPDATE t SET s = '2020-01-01'");
    expect(await session.errors("ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME (s, e)")).toEqual([]);
    expect(await session.errors("ALTER TABLE t SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h))")).toEqual([]);
    expect(await lines("SELECT COUNT(*) FROM t FOR SYSTEM_TIME ALL")).toEqual(["3"]);
  });

  it.each<[what: string, rows: string, number: number]>([
    ["ends before it starts", "(1, 1, '2020-02-01', '2020-01-01')", 13541],
    ["overlaps", "(1, 1, '2020-01-01', '2020-03-01'), (1, 2, '2020-02-01', '2020-04-01')", 13573],
  ])("looks at the rows of a history table that stands: one %s", async (_, rows, number) => {
    await session.run(`CREATE TABLE h (id int NOT NULL, v int NULL, s datetime2 NOT NULL, e datetime2 NOT NULL);
      CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int NULL, ${period}); INSERT h VALUES ${rows}`);
    const on = (more: string): string => `ALTER TABLE t SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h${more}))`;
    expect(await session.errors(on(""))).toEqual([number]);
    expect(await session.errors(on(", DATA_CONSISTENCY_CHECK = OFF"))).toEqual([]);
  });

  it("adds a period with its columns to rows that stand", async () => {
    await session.run("CREATE TABLE u (id int NOT NULL PRIMARY KEY); INSERT u VALUES (1)");
    const columns = `s datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL DEFAULT '2020-01-01',
      e datetime2 GENERATED ALWAYS AS ROW END HIDDEN NOT NULL DEFAULT '9999-12-31T23:59:59.9999999'`;
    expect(await session.errors(`ALTER TABLE u ADD ${columns}`)).toEqual([13509]);
    expect(await session.errors(`ALTER TABLE u ADD ${columns}, PERIOD FOR SYSTEM_TIME (s, e)`)).toEqual([]);
    expect(await lines("SELECT id, CONVERT(varchar(10), s, 126) FROM u")).toEqual(["1 2020-01-01"]);
    expect(await lines("SELECT name, start_column_id, end_column_id FROM sys.periods")).toEqual(["SYSTEM_TIME 2 3"]);
  });

  it("keeps and changes the retention of the history", async () => {
    await create("SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h, HISTORY_RETENTION_PERIOD = 6 MONTHS)");
    const retention = `SELECT history_retention_period, history_retention_period_unit, history_retention_period_unit_desc
      FROM sys.tables WHERE name = 't'`;
    expect(await lines(retention)).toEqual(["6 5 MONTH"]);
    await session.run("ALTER TABLE t SET (SYSTEM_VERSIONING = ON (HISTORY_RETENTION_PERIOD = 1 DAY))");
    expect(await lines(retention)).toEqual(["1 3 DAY"]);
    await session.run("ALTER TABLE t SET (SYSTEM_VERSIONING = ON (HISTORY_RETENTION_PERIOD = INFINITE))");
    expect(await lines(retention)).toEqual(["-1 -1 INFINITE"]);
  });
});
