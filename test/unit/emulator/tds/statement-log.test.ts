import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql from "mssql";
import { describe, expect, test } from "vitest";
import { StatementLog, scriptOfCall } from "../../../emulator/statement-log.ts";
import type { RpcParameter } from "../../../emulator/tds/session-handler.ts";
import type { SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";
import { PASSWORD, startFakeServer } from "./fake-server.ts";

const NTEXT: SqlType = { name: "nvarchar", length: -1 };

function parameter(name: string, value: SqlValue, type: SqlType = NTEXT, output = false): RpcParameter {
  return { name, type, value, output };
}

describe("a call as a script", () => {
  test.each([
    [
      "sp_executesql",
      [parameter("", "SELECT @a"), parameter("", "@a bigint, @b nvarchar(10) OUTPUT"), parameter("@a", 1n)],
      "DECLARE @a bigint, @b nvarchar(10); SELECT @a",
    ],
    ["sp_executesql", [parameter("", "SELECT 1")], "SELECT 1"],
    [
      "SP_EXECUTESQL",
      [parameter("", "CREATE VIEW v AS SELECT 1 AS a"), parameter("", "")],
      "CREATE VIEW v AS SELECT 1 AS a",
    ],
    [
      "sp_prepare",
      [parameter("", null), parameter("", "@a int"), parameter("", "SELECT @a")],
      "DECLARE @a int; SELECT @a",
    ],
    ["sp_execute", [parameter("", 1)], undefined],
    ["sp_unprepare", [parameter("", 1)], undefined],
    ["dbo.proc", [], "EXEC dbo.proc"],
    [
      "dbo.proc",
      [
        parameter("@a", 1n, { name: "decimal", precision: 9, scale: 2 }),
        parameter("", "x", { name: "varchar", length: 5 }),
        parameter("@c", null, { name: "datetime2", scale: 3 }, true),
      ],
      "DECLARE @emulator_1 decimal(9, 2), @emulator_2 varchar(5), @emulator_3 datetime2(3); " +
        "EXEC dbo.proc @a = @emulator_1, @emulator_2, @c = @emulator_3 OUTPUT",
    ],
  ])("%s: %#", (procedure, parameters, script) => {
    expect(scriptOfCall({ procedure, parameters })).toBe(script);
  });
});

test("each distinct statement is one line with application, database and text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "statement-log-"));
  const file = join(folder, "statements.jsonl");
  const server = await startFakeServer(
    { batches: { use: (sink) => sink.envChange({ kind: "database", value: "second", old: "first" }) } },
    { observer: new StatementLog(file) },
  );
  const pool = await new sql.ConnectionPool({
    server: "127.0.0.1",
    port: server.port,
    user: "sa",
    password: PASSWORD,
    database: "first",
    pool: { max: 1 },
    options: { encrypt: false, appName: "log-test" },
  }).connect();
  const ask = (): Promise<unknown> => pool.request().input("a", sql.BigInt, 1).query("SELECT @a");
  await ask();
  await ask();
  await pool.request().batch("use");
  await ask();
  await pool.close();
  await server.close();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const statements = lines.map((line) => JSON.parse(line) as { app: string; database: string; sql: string });
  rmSync(folder, { recursive: true });
  expect(statements.filter((statement) => /@a|use/.test(statement.sql))).toEqual([
    { app: "log-test", database: "first", sql: "DECLARE @a bigint; SELECT @a" },
    { app: "log-test", database: "first", sql: "use" },
    { app: "log-test", database: "second", sql: "DECLARE @a bigint; SELECT @a" },
  ]);
});
