import { describe, expect, it } from "vitest";
import { Client, operatedServer } from "./operated-server.ts";

const COMMITS =
  "SELECT commit_ts, xdes_id, commit_lbn, commit_csn, commit_time FROM sys.dm_tran_commit_table ORDER BY commit_ts";
const WAITING = "SELECT COUNT(*) FROM sys.dm_exec_requests WHERE blocking_session_id <> 0";
const FORKS = `SELECT family_guid, recovery_fork_guid, first_recovery_fork_guid, database_guid FROM sys.database_recovery_status
  WHERE database_id = DB_ID()`;
const STATE = `SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.T')), OBJECT_ID('dbo.T'),
  (SELECT begin_version FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('dbo.T')), (SELECT COUNT(*) FROM dbo.T)`;

describe("restore to a former moment", () => {
  it("brings contents, versions and commit rows back; what comes after is another transaction", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'one'); INSERT dbo.T VALUES (2, N'two')");
    const image = await emulator.server.backup("d");
    const [before, commits, forks] = [await at.rows(STATE), await at.rows(COMMITS), await at.rows(FORKS)];
    await at.rows("INSERT dbo.T VALUES (3, N'lost'); DELETE dbo.T WHERE id = 1; CREATE TABLE dbo.Later (id int)");
    const lost = await at.rows(COMMITS);
    expect(lost.map(([version]) => version)).toEqual(["1", "2", "3", "4"]);
    for (let round = 0; round < 2; round++) {
      await Promise.all([at.broken(), emulator.server.restore(image)]);
      expect(await at.rows(STATE)).toEqual(before);
      expect(await at.rows(COMMITS)).toEqual(commits);
      expect(await at.value("SELECT OBJECT_ID('dbo.Later')")).toBeNull();
      const [[family, fork, first, database]] = (await at.rows(FORKS)) as [unknown[]];
      expect([family, first, database]).toEqual([forks[0]![0], forks[0]![1], forks[0]![3]]);
      expect(fork).not.toBe(forks[0]![1]);
      await at.rows("INSERT dbo.T VALUES (3, N'new')");
      const grown = await at.rows(COMMITS);
      expect(grown.map(([version]) => version)).toEqual(["1", "2", "3"]);
      expect(grown[2]![1]).not.toBe(lost[2]![1]);
      expect(grown[2]![2]).not.toBe(lost[2]![2]);
      expect(await at.rows("SELECT id, SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES dbo.T, 2) AS c")).toEqual([
        [3, "I"],
      ]);
    }
  });

  it("leaves open transactions out, waits for open DDL, and ends sessions with their work", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'kept')");
    const other = new Client(emulator.port, "d");
    await other.rows("BEGIN TRAN; INSERT dbo.T VALUES (2, N'open')");
    const first = await emulator.server.backup("d");
    await other.rows("COMMIT; BEGIN TRAN; TRUNCATE TABLE dbo.T");
    let settled = false;
    const second = emulator.server.backup("d").then((image) => {
      settled = true;
      return image;
    });
    await at.rows("SELECT 1");
    expect(settled).toBe(false);
    await other.rows("ROLLBACK");
    const image = await second;
    await Promise.all([at.broken(), emulator.server.restore(image)]);
    expect(await at.rows("SELECT id FROM dbo.T ORDER BY id")).toEqual([[1], [2]]);
    await at.rows("BEGIN TRAN; DELETE dbo.T");
    await Promise.all([at.broken(), emulator.server.restore(first)]);
    expect(await at.rows("SELECT id FROM dbo.T; SELECT @@TRANCOUNT")).toEqual([[1], [0]]);
  });

  it("ends a request that a fault holds up, and one that waits for a lock", async () => {
    const { emulator, at } = await operatedServer();
    const image = await emulator.server.backup("d");
    const [other, watcher] = [new Client(emulator.port, "d"), new Client(emulator.port, "master")];
    await at.rows("BEGIN TRAN; INSERT dbo.T VALUES (1, N'x')");
    const waiting = other.errors("SELECT COUNT(*) FROM dbo.T");
    await expect.poll(() => watcher.value(WAITING)).toBe(1);
    const frozen = emulator.faults.at({ step: "commit" }, "freeze");
    const committing = at.errors("COMMIT");
    await frozen.hit;
    await emulator.server.restore(image);
    expect([await committing, await waiting]).toEqual([["ECONNRESET"], ["ECONNRESET"]]);
    expect(await at.value("SELECT COUNT(*) FROM dbo.T")).toBe(0);
    expect(emulator.unsupported).toEqual([]);
  });

  it("ends a session of another database that holds locks in this one, and no other", async () => {
    const { emulator, at } = await operatedServer();
    const image = await emulator.server.backup("d");
    const [writer, idle] = [new Client(emulator.port, "master"), new Client(emulator.port, "master")];
    await writer.rows("BEGIN TRAN; INSERT d.dbo.T VALUES (1, N'x')");
    await idle.rows("BEGIN TRAN; SELECT 1");
    await Promise.all([at.broken(), writer.broken(), emulator.server.restore(image)]);
    expect([await writer.value("SELECT @@TRANCOUNT"), await idle.value("SELECT @@TRANCOUNT")]).toEqual([0, 1]);
    expect(await idle.value("SELECT COUNT(*) FROM d.dbo.T")).toBe(0);
    expect(await at.value("SELECT COUNT(*) FROM dbo.T")).toBe(0);
  });

  it("puts sequences, identities and tracking that is off back as well", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("CREATE SEQUENCE dbo.S AS int START WITH 1; CREATE TABLE dbo.I (id int IDENTITY PRIMARY KEY, a int)");
    await at.rows("INSERT dbo.I VALUES (1); SELECT NEXT VALUE FOR dbo.S");
    const image = await emulator.server.backup("d");
    await at.rows("INSERT dbo.I VALUES (1); SELECT NEXT VALUE FOR dbo.S; ALTER TABLE dbo.T DISABLE CHANGE_TRACKING");
    await at.rows("ALTER DATABASE d SET CHANGE_TRACKING = OFF");
    await Promise.all([at.broken(), emulator.server.restore(image)]);
    expect(await at.rows("INSERT dbo.I OUTPUT inserted.id VALUES (1); SELECT NEXT VALUE FOR dbo.S")).toEqual([
      [2],
      [2],
    ]);
    expect(await at.value("SELECT COUNT(*) FROM sys.change_tracking_tables")).toBe(1);
  });

  it("names what is not there", async () => {
    const { emulator } = await operatedServer();
    await expect(emulator.server.backup("nowhere")).rejects.toThrow("no database nowhere on this server");
  });
});

describe("sys.dm_tran_commit_table", () => {
  it("needs VIEW DATABASE PERFORMANCE STATE; without VIEW SERVER STATE it is behind until a checkpoint", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("CREATE LOGIN reader WITH PASSWORD = 'Password123!'; CREATE USER reader FOR LOGIN reader");
    const reader = new Client(emulator.port, "d", "reader");
    expect(await reader.errors(COMMITS)).toEqual([262, 297]);
    await at.rows("GRANT VIEW DATABASE STATE TO reader");
    expect(
      await reader.value("SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE PERFORMANCE STATE')"),
    ).toBe(1);
    // A minute that has just begun: no automatic checkpoint comes in between.
    emulator.clock.set(Math.ceil(emulator.clock.now() / 60_000) * 60_000 + 1000);
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    expect(await at.rows(COMMITS)).toHaveLength(1);
    expect(await reader.rows(COMMITS)).toHaveLength(0);
    await at.rows("CHECKPOINT");
    expect(await reader.rows(COMMITS)).toHaveLength(1);
    await at.rows("INSERT dbo.T VALUES (2, N'x')");
    expect(await reader.rows(COMMITS)).toHaveLength(1);
    emulator.clock.advance(60_000);
    expect(await reader.rows(COMMITS)).toHaveLength(2);
    await at.rows("REVOKE VIEW DATABASE STATE TO reader; GRANT VIEW DATABASE PERFORMANCE STATE TO reader");
    expect(await reader.rows(COMMITS)).toHaveLength(2);
  });
});
