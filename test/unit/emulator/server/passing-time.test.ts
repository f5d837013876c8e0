import { describe, expect, it } from "vitest";
import { operatedServer } from "./operated-server.ts";

const HOUR = 3_600_000;
const MIN_VALID = "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.T'))";
const TABLE = `SELECT begin_version, min_valid_version, cleanup_version, CHANGE_TRACKING_CURRENT_VERSION()
  FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('dbo.T')`;

describe("the clock", () => {
  it("dates commits, and after the retention cleanup takes them with their changes", async () => {
    const { emulator, at } = await operatedServer();
    emulator.clock.set(Math.ceil(emulator.clock.now() / 60_000) * 60_000 + 1000);
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    emulator.clock.advance(30 * HOUR);
    await at.rows("INSERT dbo.T VALUES (2, N'x')");
    const minutes =
      "SELECT DATEDIFF(minute, commit_time, SYSUTCDATETIME()) / 60 FROM sys.dm_tran_commit_table ORDER BY commit_ts";
    expect(await at.rows(minutes)).toEqual([[30], [0]]);
    expect(await at.value(MIN_VALID)).toBe("0");
    emulator.clock.advance(18 * HOUR + 60_000);
    expect(await at.value(MIN_VALID)).toBe("1");
    expect(await at.rows(minutes)).toEqual([[18]]);
    expect(await at.rows("SELECT id FROM CHANGETABLE(CHANGES dbo.T, 1) AS c")).toEqual([[2]]);
    expect(
      await at.rows("SELECT max_cleanup_version FROM sys.change_tracking_databases WHERE database_id = DB_ID()"),
    ).toEqual([["1"]]);
  });

  it("a shorter retention takes effect at the next cleanup, within half an hour", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    emulator.clock.advance(2 * HOUR);
    await at.rows("INSERT dbo.T VALUES (2, N'x')");
    expect(await at.value(MIN_VALID)).toBe("0");
    await at.rows("ALTER DATABASE d SET CHANGE_TRACKING (CHANGE_RETENTION = 1 HOURS)");
    expect(await at.value(MIN_VALID)).toBe("0");
    emulator.clock.advance(HOUR / 2);
    expect(await at.value(MIN_VALID)).toBe("1");
  });

  it("with AUTO_CLEANUP = OFF nothing is taken and min valid stays, however long; cleanup by hand takes it", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    await at.rows("ALTER DATABASE d SET CHANGE_TRACKING (AUTO_CLEANUP = OFF)");
    emulator.clock.advance(100 * HOUR);
    expect(await at.value(MIN_VALID)).toBe("0");
    expect(await at.rows("SELECT id FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([[1]]);
    emulator.server.cleanUp("d");
    expect(await at.value(MIN_VALID)).toBe("1");
  });

  it("an idle table's min valid moves too; a database restored from an old backup is cleaned at once", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows(
      "CREATE TABLE dbo.Busy (id int PRIMARY KEY); ALTER TABLE dbo.Busy ENABLE CHANGE_TRACKING; INSERT dbo.Busy VALUES (1)",
    );
    const image = await emulator.server.backup("d");
    emulator.clock.advance(50 * HOUR);
    await Promise.all([at.broken(), emulator.server.restore(image)]);
    expect(await at.value(MIN_VALID)).toBe("1");
  });

  it("history of one table can be forgotten by order", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows(
      "CREATE TABLE dbo.U (id int PRIMARY KEY); ALTER TABLE dbo.U ENABLE CHANGE_TRACKING; INSERT dbo.T VALUES (1, N''); INSERT dbo.U VALUES (1)",
    );
    emulator.server.forgetHistory("d", { table: "dbo.T" });
    expect([await at.value(MIN_VALID), await at.value(MIN_VALID.replace("dbo.T", "dbo.U"))]).toEqual(["2", "0"]);
    expect(() => emulator.server.forgetHistory("d", { table: "dbo.Nope" })).toThrow("no table dbo.Nope in d");
  });
});

describe("signs of lost history", () => {
  it("TRUNCATE: no change rows; begin version and min valid are the current version", async () => {
    const { at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x'); INSERT dbo.T VALUES (2, N'x')");
    expect(await at.rows(TABLE)).toEqual([["0", "0", "0", "2"]]);
    await at.rows("TRUNCATE TABLE dbo.T");
    expect(await at.rows(TABLE)).toEqual([["2", "2", "0", "2"]]);
    expect(await at.rows("SELECT id FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([]);
    // Both stand there already: another truncation must be told from the first, so it consumes a version.
    await at.rows("TRUNCATE TABLE dbo.T");
    expect(await at.rows(TABLE)).toEqual([["3", "3", "0", "3"]]);
    await at.rows("BEGIN TRAN; TRUNCATE TABLE dbo.T; ROLLBACK");
    expect(await at.rows(TABLE)).toEqual([["3", "3", "0", "3"]]);
  });

  it("tracking off and on: changes made meanwhile leave nothing but another begin version", async () => {
    const { at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    await at.rows("ALTER TABLE dbo.T DISABLE CHANGE_TRACKING; INSERT dbo.T VALUES (2, N'x')");
    expect(await at.rows(TABLE)).toEqual([]);
    expect(await at.value(MIN_VALID)).toBeNull();
    expect(await at.errors("SELECT * FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([22105]);
    await at.rows("ALTER TABLE dbo.T ENABLE CHANGE_TRACKING");
    expect(await at.rows(TABLE)).toEqual([["1", "1", "0", "1"]]);
    expect(await at.rows("SELECT id FROM CHANGETABLE(CHANGES dbo.T, 0) AS c")).toEqual([]);
  });

  it("tracking of the whole database off and on: versions go on, nothing of before is left", async () => {
    const { at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    expect(await at.errors("ALTER DATABASE d SET CHANGE_TRACKING = OFF")).toEqual([22115, 5069]);
    await at.rows("ALTER TABLE dbo.T DISABLE CHANGE_TRACKING; ALTER DATABASE d SET CHANGE_TRACKING = OFF");
    expect(await at.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()")).toBeNull();
    await at.rows("ALTER DATABASE d SET CHANGE_TRACKING = ON; ALTER TABLE dbo.T ENABLE CHANGE_TRACKING");
    expect(await at.rows(TABLE)).toEqual([["1", "1", "0", "1"]]);
    expect(await at.rows("SELECT * FROM sys.dm_tran_commit_table")).toEqual([]);
  });
});
