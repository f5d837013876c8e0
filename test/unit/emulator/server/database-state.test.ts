import { describe, expect, it } from "vitest";
import { startEmulator } from "../../../emulator/start-emulator.ts";
import { Client, operatedServer } from "./operated-server.ts";

describe("a database that cannot be written", () => {
  it("READ_ONLY: 3906 for rows, TRUNCATE and DDL; reading, #temp tables and Change Tracking go on", async () => {
    const { emulator, at } = await operatedServer();
    const other = new Client(emulator.port, "d");
    await other.rows("INSERT dbo.T VALUES (1, N'x'); BEGIN TRAN; UPDATE dbo.T SET a = N'open'");
    await Promise.all([other.broken(), at.rows("ALTER DATABASE d SET READ_ONLY WITH ROLLBACK IMMEDIATE")]);
    for (const statement of [
      "INSERT dbo.T VALUES (2, N'x')",
      "UPDATE dbo.T SET a = N'y' WHERE id = 99",
      "DELETE dbo.T",
      "TRUNCATE TABLE dbo.T",
      "CREATE TABLE dbo.U (id int)",
      "ALTER TABLE dbo.T ADD b int NULL",
      "ALTER TABLE dbo.T DISABLE CHANGE_TRACKING",
      "CREATE USER u WITHOUT LOGIN",
      "DROP TABLE dbo.T",
      "CREATE SCHEMA s",
      "GRANT SELECT ON dbo.T TO public",
      "CREATE INDEX i ON dbo.T (a)",
    ]) {
      expect([statement, await at.errors(statement)]).toEqual([statement, [3906]]);
    }
    const reads = "CREATE TABLE #t (id int); INSERT #t VALUES (7); SELECT id FROM #t UNION ALL SELECT id FROM dbo.T";
    expect(await at.rows(reads)).toEqual([[7], [1]]);
    expect(await at.rows("SELECT id FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([[1]]);
    expect(await at.value("SELECT is_read_only FROM sys.databases WHERE name = 'd'")).toBe(true);
    await at.rows("ALTER DATABASE d SET READ_WRITE WITH ROLLBACK IMMEDIATE; INSERT dbo.T VALUES (2, N'x')");
    await Promise.all([at.broken(), emulator.server.setReadOnly("d", true)]);
    expect(await at.errors("DELETE dbo.T")).toEqual([3906]);
  });

  it("a readable secondary: 3906 for writers, 22117 for readers of Change Tracking", async () => {
    const { emulator, at } = await operatedServer();
    await Promise.all([at.broken(), emulator.server.setRole("d", "secondary")]);
    expect(await at.errors("INSERT dbo.T VALUES (1, N'x')")).toEqual([3906]);
    expect(await at.errors("SELECT * FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([22117]);
    expect(await at.errors("SELECT CHANGE_TRACKING_CURRENT_VERSION()")).toEqual([22117]);
    expect(await at.value("SELECT CONVERT(nvarchar(20), DATABASEPROPERTYEX('d', 'Updateability'))")).toBe("READ_ONLY");
    expect(await at.value("SELECT COUNT(*) FROM dbo.T")).toBe(0);
    await Promise.all([at.broken(), emulator.server.setRole("d", "primary")]);
    expect(await at.errors("INSERT dbo.T VALUES (1, N'x')")).toEqual([]);
  });
});

describe("no space", () => {
  it("1105: rows of one table find no place; deletes do, other tables go on, room heals", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("CREATE TABLE dbo.Other (id int); INSERT dbo.T VALUES (1, N'x')");
    const makeRoom = emulator.server.runOutOfSpace({ error: 1105, database: "D", table: "dbo.t", rows: 2 });
    expect(await at.errors("INSERT dbo.T VALUES (2, N'x'), (3, N'x'), (4, N'x')")).toEqual([1105]);
    expect(await at.errors("DELETE dbo.T WHERE id = 1; INSERT dbo.Other VALUES (1)")).toEqual([]);
    expect(
      await at.errors("SET XACT_ABORT ON; BEGIN TRAN; INSERT dbo.Other VALUES (2); INSERT dbo.T VALUES (5, N'')"),
    ).toEqual([1105]);
    expect(await at.rows("SELECT @@TRANCOUNT; SELECT COUNT(*) FROM dbo.Other; SELECT COUNT(*) FROM dbo.T")).toEqual([
      [0],
      [1],
      [0],
    ]);
    makeRoom();
    expect(await at.errors("INSERT dbo.T VALUES (2, N'x')")).toEqual([]);
  });

  it("9002: nothing of the database can be changed; tempdb has its own", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    const logs = emulator.server.runOutOfSpace({ error: 9002, database: "d" });
    expect(await at.errors("DELETE dbo.T")).toEqual([9002]);
    expect(await at.errors("UPDATE dbo.T SET a = N'y'")).toEqual([9002]);
    expect(await at.errors("CREATE TABLE #t (id int); INSERT #t VALUES (1)")).toEqual([]);
    logs();
    emulator.server.runOutOfSpace({ error: 1105, database: "tempdb", table: "#s" });
    expect(await at.errors("INSERT #t VALUES (1); CREATE TABLE #s (id int); INSERT dbo.T VALUES (2, N'')")).toEqual([]);
    expect(await at.errors("INSERT #s VALUES (1)")).toEqual([1105]);
  });
});

describe("a database or server that is not there", () => {
  it("offline and missing: 4060 and 18456 at login, 942 and 911 for a name with it", async () => {
    const { emulator, at } = await operatedServer();
    const master = new Client(emulator.port, "master");
    await Promise.all([at.broken(), emulator.server.takeOffline("d")]);
    expect(await at.errors("SELECT 1")).toEqual([4060, 18456]);
    expect(await master.errors("SELECT * FROM d.dbo.T")).toEqual([942]);
    expect(await master.errors("USE d")).toEqual([942]);
    expect(await master.value("SELECT state_desc FROM sys.databases WHERE name = 'd'")).toBe("OFFLINE");
    emulator.server.bringOnline("d");
    expect(await at.errors("SELECT * FROM dbo.T")).toEqual([]);
    await Promise.all([at.broken(), emulator.server.drop("d")]);
    expect(await at.errors("SELECT 1")).toEqual([4060, 18456]);
    expect(await master.errors("SELECT * FROM d.dbo.T")).toEqual([911]);
  });

  it("ALTER DATABASE ... SET OFFLINE WITH ROLLBACK IMMEDIATE ends the others' connections", async () => {
    const { emulator, at } = await operatedServer();
    const master = new Client(emulator.port, "master");
    await Promise.all([at.broken(), master.rows("ALTER DATABASE d SET OFFLINE WITH ROLLBACK IMMEDIATE")]);
    expect(await at.errors("SELECT 1")).toEqual([4060, 18456]);
    await master.rows("ALTER DATABASE d SET ONLINE");
    expect(await at.errors("SELECT 1")).toEqual([]);
  });

  it("login faults: 18456, Azure's 40613", async () => {
    const { emulator } = await operatedServer();
    for (const error of [18456, 40613]) {
      emulator.faults.at({ step: "login", database: "d" }, { error });
      expect(await new Client(emulator.port, "d").errors("SELECT 1")).toEqual([error]);
    }
  });

  it("shut down (6005), gone, and back with everything", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    emulator.server.beginShutdown();
    expect(await new Client(emulator.port, "d").errors("SELECT 1")).toEqual([6005]);
    expect(await at.errors("SELECT 1")).toEqual([]);
    await Promise.all([at.broken(), emulator.server.stop()]);
    expect(await at.errors("SELECT 1")).toEqual(["ESOCKET"]);
    await emulator.server.start();
    expect(await at.rows("SELECT id FROM dbo.T")).toEqual([[1]]);
  });

  it("replaced by another, empty server at the same port", async () => {
    const { emulator, at } = await operatedServer();
    const { port } = emulator;
    await Promise.all([at.broken(), emulator.close()]);
    const other = await startEmulator({ port, statementLog: "" });
    expect(await at.errors("SELECT 1")).toEqual([4060, 18456]);
    await other.close();
  });

  it("ends all connections of a database", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("BEGIN TRAN; INSERT dbo.T VALUES (1, N'x')");
    await Promise.all([at.broken(), emulator.server.endConnections("d")]);
    expect(await at.value("SELECT COUNT(*) FROM dbo.T")).toBe(0);
  });
});
