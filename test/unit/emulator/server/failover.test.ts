import { describe, expect, it } from "vitest";
import { Client, operatedServer } from "./operated-server.ts";

const COMMITS =
  "SELECT commit_ts, xdes_id, commit_lbn, commit_csn, commit_time FROM sys.dm_tran_commit_table ORDER BY commit_ts";
const FORK = "SELECT recovery_fork_guid FROM sys.database_recovery_status WHERE database_id = DB_ID()";
const NAMES = "SELECT @@SERVERNAME, CONVERT(nvarchar(128), SERVERPROPERTY('ServerName'))";

describe("failover", () => {
  it("without loss: connections and open work are gone, all else is as it was, on another instance", async () => {
    const { emulator, at } = await operatedServer();
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    const other = new Client(emulator.port, "master");
    const [commits, [fork]] = [await at.rows(COMMITS), await at.rows(FORK)];
    await at.rows("BEGIN TRAN; INSERT dbo.T VALUES (2, N'open')");
    await other.rows("SELECT 1");
    await Promise.all([at.broken(), other.broken(), emulator.server.failOver({ serverName: "SECOND" })]);
    expect(await at.rows(NAMES)).toEqual([["SECOND", "SECOND"]]);
    expect([await at.rows(COMMITS), await at.rows(FORK)]).toEqual([commits, [fork]]);
    expect(await at.rows("SELECT id FROM dbo.T; SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.T'))")).toEqual(
      [[1], ["0"]],
    );
    await at.rows("INSERT dbo.T VALUES (2, N'new')");
    const [, second] = await at.rows(COMMITS);
    expect(Number(second![3])).toBeGreaterThan(Number(commits[0]![3]) + 100_000);
    await Promise.all([at.broken(), emulator.server.failOver({ forced: true })]);
    expect(await at.rows(FORK)).not.toEqual([fork]);
    expect(await at.rows("SELECT COUNT(*) FROM dbo.T")).toEqual([[2]]);
  });

  it("with loss: the last commits of one database are gone, and it grows with others", async () => {
    const { emulator, at } = await operatedServer();
    const master = new Client(emulator.port, "master");
    await master.rows("CREATE DATABASE e; CREATE TABLE e.dbo.X (id int)");
    await at.rows("INSERT dbo.T VALUES (1, N'x')");
    const image = await emulator.server.backup("d");
    const fork = await at.rows(FORK);
    await at.rows("INSERT dbo.T VALUES (2, N'lost'); INSERT dbo.T VALUES (3, N'lost'); INSERT e.dbo.X VALUES (1)");
    const lost = await at.rows(COMMITS);
    await Promise.all([at.broken(), master.broken(), emulator.server.failOver({ behind: [image] })]);
    expect(await at.rows("SELECT id FROM dbo.T UNION ALL SELECT 100 + id FROM e.dbo.X")).toEqual([[1], [101]]);
    expect(await at.rows(FORK)).not.toEqual(fork);
    await at.rows("INSERT dbo.T VALUES (4, N'new'); INSERT dbo.T VALUES (5, N'new'); INSERT dbo.T VALUES (6, N'new')");
    const grown = await at.rows(COMMITS);
    expect(grown.map(([version]) => version)).toEqual(["1", "2", "3", "4"]);
    expect(grown[0]).toEqual(lost[0]);
    expect(grown[1]!.slice(1, 3)).not.toEqual(lost[1]!.slice(1, 3));
    expect(await at.rows(NAMES)).toEqual([["EMULATOR", "EMULATOR"]]);
  });
});
