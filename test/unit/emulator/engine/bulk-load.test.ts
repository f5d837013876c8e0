import { beforeEach, describe, expect, it } from "vitest";
import type { BulkColumn } from "../../../emulator/tds/session-handler.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import { newSession, type TestSession } from "./engine-session.ts";

const COLUMNS: BulkColumn[] = [
  { name: "id", type: { name: "int" }, nullable: true },
  { name: "v", type: { name: "varchar", length: 10 }, nullable: true },
];

let session: TestSession;

beforeEach(async () => {
  session = newSession();
  const { errors } = await session.run(`CREATE TABLE parent (id int PRIMARY KEY); INSERT parent VALUES (1);
    CREATE TABLE t (id int NOT NULL PRIMARY KEY REFERENCES parent (id), v varchar(5) NULL DEFAULT 'dflt' CHECK (v <> 'bad'), i int IDENTITY)`);
  expect(errors).toEqual([]);
});

async function load(statement: string, rows: SqlRow[], columns = COLUMNS): Promise<string> {
  const { errors } = await session.run(statement);
  if (errors.length > 0) return `refused ${errors[0]!.number}`;
  async function* batches(): AsyncGenerator<SqlRow[]> {
    for (const row of rows) yield await Promise.resolve([row]);
  }
  try {
    return String(await session.handler.bulkLoad(columns, batches(), new AbortController().signal));
  } catch (error) {
    return `error ${(error as { number: number }).number}`;
  }
}

const bulk = (options: string): string =>
  `INSERT BULK t (id int, v varchar(10))${options === "" ? "" : ` WITH (${options})`}`;

describe("INSERT BULK", () => {
  it.each<[name: string, options: string, rows: SqlRow[], result: string, left: (string | null)[][]]>([
    ["checks neither CHECK nor foreign keys by default", "", [[9, "bad"]], "1", [["9", "bad", "1"]]],
    ["checks them with CHECK_CONSTRAINTS", "CHECK_CONSTRAINTS", [[1, "bad"]], "error 547", []],
    ["checks foreign keys with CHECK_CONSTRAINTS", "CHECK_CONSTRAINTS", [[9, "x"]], "error 547", []],
    ["puts the default where NULL comes", "", [[1, null]], "1", [["1", "dflt", "1"]]],
    ["keeps NULL with KEEP_NULLS", "KEEP_NULLS, TABLOCK", [[1, null]], "1", [["1", null, "1"]]],
    ["never takes NULL where none may be", "", [[null, "x"]], "error 515", []],
    [
      "never takes a duplicate",
      "",
      [
        [1, "x"],
        [1, "y"],
      ],
      "error 2627",
      [],
    ],
    ["does not cut", "", [[1, "too long"]], "error 2628", []],
  ])("%s", async (_name, options, rows, result, left) => {
    expect(await load(bulk(options), rows)).toBe(result);
    expect(await session.rows("SELECT id, v, i FROM t")).toEqual(left);
  });

  it("takes identity values only where they are switched on", async () => {
    const columns: BulkColumn[] = [...COLUMNS, { name: "i", type: { name: "int" }, nullable: true }];
    const statement = "INSERT BULK t (id int, v varchar(10), i int)";
    expect(await load(statement, [[1, "a", 50]], columns)).toBe("1");
    await session.run("SET IDENTITY_INSERT t ON");
    expect(await load(statement, [[2, "b", 50]], columns)).toBe("1");
    expect(await session.rows("SELECT id, i FROM t ORDER BY id")).toEqual([
      ["1", "1"],
      ["2", "50"],
    ]);
  });

  it("is taken back with the transaction, and with XACT_ABORT takes it along", async () => {
    await session.run("BEGIN TRAN; INSERT parent VALUES (5)");
    expect(
      await load(bulk(""), [
        [1, "a"],
        [1, "b"],
      ]),
    ).toBe("error 2627");
    expect(await session.rows("SELECT @@TRANCOUNT, (SELECT COUNT(*) FROM parent), (SELECT COUNT(*) FROM t)")).toEqual([
      ["1", "2", "0"],
    ]);
    await session.run("SET XACT_ABORT ON");
    expect(
      await load(bulk(""), [
        [1, "a"],
        [1, "b"],
      ]),
    ).toBe("error 2627");
    expect(await session.rows("SELECT @@TRANCOUNT, (SELECT COUNT(*) FROM parent)")).toEqual([["0", "1"]]);
  });

  it("fills a #temp table of the session", async () => {
    await session.run("CREATE TABLE #stage (id int, v varchar(10))");
    expect(
      await load("INSERT BULK #stage (id int, v varchar(10))", [
        [7, "x"],
        [8, null],
      ]),
    ).toBe("2");
    expect(await session.rows("SELECT * FROM #stage")).toEqual([
      ["7", "x"],
      ["8", null],
    ]);
  });

  it.each<[sql: string, error: number]>([
    ["INSERT BULK missing (id int)", 208],
    ["INSERT BULK t (nope int)", 207],
  ])("%s is refused with %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
  });
});

describe("tracked tables", () => {
  it("report what every statement did, with its context and mask", async () => {
    await session.run("ALTER DATABASE test SET CHANGE_TRACKING = ON");
    await session.run(
      "ALTER TABLE t ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON); INSERT parent VALUES (2), (3)",
    );
    await load(bulk(""), [
      [1, "a"],
      [2, "b"],
    ]);
    await session.run("WITH CHANGE_TRACKING_CONTEXT (0x0A) UPDATE t SET v = 'z' WHERE id = 1");
    await session.run("DELETE t WHERE id = 2");
    expect(
      await session.rows(`SELECT SYS_CHANGE_VERSION, SYS_CHANGE_CREATION_VERSION, SYS_CHANGE_OPERATION, SYS_CHANGE_CONTEXT, id,
        CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('t'), 'v', 'ColumnId'), SYS_CHANGE_COLUMNS)
        FROM CHANGETABLE(CHANGES t, 1) AS c ORDER BY id`),
    ).toEqual([
      ["2", null, "U", "0x0A", "1", "1"],
      ["3", null, "D", null, "2", null],
    ]);
    expect(
      await session.rows(
        "SELECT t.id, c.SYS_CHANGE_VERSION FROM t CROSS APPLY CHANGETABLE(VERSION t, (id), (t.id)) AS c",
      ),
    ).toEqual([["1", "2"]]);
  });
});
