import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkHealth } from "../../src/operations/check-health.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { isBrokenConnection } from "../../src/db/sql-error.ts";
import type { Finding } from "../../src/operations/finding.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** What makes a watermark worthless on the primary, and what only looks so. */

const hour = 3_600_000;
let stack: SyncStack;

beforeEach(async () => {
  stack = await startSyncStack();
  await stack.databases.primary.run(`CREATE TABLE dbo.Busy (id int PRIMARY KEY, v int NULL);
  CREATE TABLE dbo.Quiet (id int PRIMARY KEY, v int NULL);
  ALTER TABLE dbo.Busy ENABLE CHANGE_TRACKING; ALTER TABLE dbo.Quiet ENABLE CHANGE_TRACKING;
  INSERT dbo.Busy VALUES (1, 1), (2, 2); INSERT dbo.Quiet VALUES (1, 1), (2, 2);`);
  await write(5);
  await stack.load("Busy", "Quiet");
});
afterEach(() => stack.close());

const emulator = () => {
  const { primary } = stack.databases;
  if (primary.emulator === undefined) throw new Error("these tests need an emulator: they restore its database");
  return { server: primary.emulator.server, clock: primary.emulator.clock, database: primary.name };
};

/** So many transactions, a version each; anew where a restore or a failover broke the writer's own connection before. */
async function write(transactions: number, table = "Busy"): Promise<void> {
  for (let each = 0; each < transactions;) {
    try {
      await stack.databases.primary.run(`UPDATE dbo.${table} SET v = v + 1 WHERE id = 1;`);
      each++;
    } catch (error) {
      if (!isBrokenConnection(error)) throw error;
    }
  }
}

/** Why tables were loaded again, since the last call. */
function reloads(): string[] {
  const lines = stack.lines.splice(0);
  return lines.flatMap((line) =>
    line["result"] === "load-started" ? [`${String(line["table"])}: ${String(line["reason"])}`] : [],
  );
}

async function settle(): Promise<void> {
  await stack.tickUntil("both tables are live and current", async () => {
    const { tables } = reportTables(await readTables(stack.app));
    return tables.every(({ state, lagVersions }) => state === "live" && lagVersions === 0);
  });
}

async function expectEqualAll(): Promise<void> {
  for (const table of ["dbo.Busy", "dbo.Quiet"]) await expectEqualTables(stack, table, ["id", "v"]);
}

/** What the health report finds of the tables and the primary. */
async function findings(app = stack.app): Promise<readonly Finding[]> {
  return (await checkHealth(app, { moduleSync: true })).findings;
}

/** The watermarks of idle tables move once a minute. */
async function settleIdle(): Promise<void> {
  stack.app.memory.lastIdleMove = 0;
  await settle();
}

describe.skipIf(process.env["SQLSERVER_PRIMARY_URL"] !== undefined)("the primary's history", () => {
  it("restored to the past: the version is below the watermark", async () => {
    const { server, database } = emulator();
    const image = await server.backup(database);
    await write(5);
    await settleIdle();
    reloads();
    await server.restore(image);
    await settle();
    expect(reloads().sort()).toEqual([
      expect.stringMatching(/^Busy: .*below the watermark/),
      expect.stringMatching(/^Quiet: .*below the watermark/),
    ]);
    await expectEqualAll();
  });

  it("restored, and grown beyond the watermark since: other transactions have the same versions", async () => {
    const { server, database } = emulator();
    const image = await server.backup(database);
    await write(5);
    await write(1, "Quiet");
    await settleIdle();
    reloads();
    await server.restore(image);
    await write(30);
    await settle();
    expect(reloads().sort()).toEqual([
      expect.stringMatching(/^Busy: .*another transaction/),
      expect.stringMatching(/^Quiet: .*another transaction/),
    ]);
    await expectEqualAll();
  });

  it("restored, and grown to the very version of the watermark", async () => {
    const { server, database } = emulator();
    const image = await server.backup(database);
    await write(5, "Quiet");
    await settleIdle();
    reloads();
    await server.restore(image);
    await write(5);
    await settle();
    expect(reloads()).toHaveLength(2);
    await expectEqualAll();
  });

  it("a failover that lost commits, and went on", async () => {
    const { server, database } = emulator();
    const behind = await server.backup(database);
    await write(3);
    await settleIdle();
    reloads();
    await server.failOver({ behind: [behind] });
    await write(9, "Quiet");
    await settle();
    expect(reloads()).toHaveLength(2);
    await expectEqualAll();
  });

  it("a failover that lost nothing loads nothing again", async () => {
    const { server } = emulator();
    reloads();
    await write(3);
    await server.failOver({ serverName: "OTHER" });
    await write(3);
    await settleIdle();
    expect(reloads()).toEqual([]);
    await expectEqualAll();
  });

  it("away for less than retention, and a shorter retention above the watermark, load nothing again", async () => {
    const { clock, database } = emulator();
    reloads();
    await write(2);
    clock.advance(20 * hour);
    await stack.databases.primary.run(
      `ALTER DATABASE [${database}] SET CHANGE_TRACKING (CHANGE_RETENTION = 1 DAYS, AUTO_CLEANUP = ON);`,
    );
    await settleIdle();
    expect(reloads()).toEqual([]);
    await expectEqualAll();
  });

  it("away for longer than retention: history is lost, and said so before", async () => {
    const { clock } = emulator();
    await settleIdle();
    reloads();
    await write(2);
    clock.advance(25 * hour);
    expect(await findings()).toEqual([
      expect.objectContaining({ severity: "warning", what: expect.stringContaining("Busy: 52 % of") as string }),
      expect.objectContaining({ severity: "warning", what: expect.stringContaining("Quiet: 52 % of") as string }),
    ]);
    clock.advance(14 * hour);
    expect((await findings()).map(({ severity }) => severity)).toEqual(["error", "error"]);
    clock.advance(24 * hour);
    await write(1);
    await settle();
    expect(reloads()).toContainEqual(expect.stringMatching(/^Busy: .*cleaned up/));
    await expectEqualAll();
    expect(await findings()).toEqual([]);
  });

  it("a quiet table never loses its history, however long it is quiet", async () => {
    const { clock } = emulator();
    reloads();
    for (let day = 0; day < 5; day++) {
      clock.advance(24 * hour);
      await write(1);
      await settleIdle();
    }
    expect(reloads()).toEqual([]);
    await expectEqualAll();
  });
});

describe.skipIf(process.env["SQLSERVER_PRIMARY_URL"] !== undefined)("without VIEW DATABASE STATE", () => {
  it("the recovery fork tells a restore, and the health report names the right", async () => {
    const { server, database } = emulator();
    const { primary } = stack.databases;
    const url = await primary.addUser(
      "plain",
      "GRANT VIEW DEFINITION TO plain; GRANT SELECT, VIEW CHANGE TRACKING ON SCHEMA::dbo TO plain;",
    );
    const app = stack.startApp({ MSSQL_PRIMARY_URL: url });
    const image = await server.backup(database);
    await write(5);
    app.memory.lastIdleMove = 0;
    await stack.tick(app);
    reloads();
    expect(await findings(app)).toEqual([
      expect.objectContaining({ severity: "warning", fix: "GRANT VIEW DATABASE STATE TO [login];" }),
    ]);
    await server.restore(image);
    await write(30);
    for (let ticks = 0; ticks < 5; ticks++) await stack.tick(app);
    expect(reloads().sort()).toEqual([
      expect.stringMatching(/^Busy: .*recovery fork/),
      expect.stringMatching(/^Quiet: .*recovery fork/),
    ]);
    await expectEqualAll();
  });
});

describe("what is done to a table on the primary", () => {
  const rows = "INSERT dbo.Busy VALUES (2, 20), (3, 30), (4, 40), (5, 50);";

  it.each([
    ["truncated", `TRUNCATE TABLE dbo.Busy; ${rows}`, /truncated, or its tracking switched off and on/],
    [
      "tracking off and on",
      `ALTER TABLE dbo.Busy DISABLE CHANGE_TRACKING; DELETE dbo.Busy; ${rows} ALTER TABLE dbo.Busy ENABLE CHANGE_TRACKING;`,
      /truncated, or its tracking switched off and on/,
    ],
    [
      "dropped and made again",
      `DROP TABLE dbo.Busy; CREATE TABLE dbo.Busy (id int PRIMARY KEY, v int NULL); ALTER TABLE dbo.Busy ENABLE CHANGE_TRACKING; ${rows}`,
      /dropped and made again on the primary/,
    ],
  ])(
    "%s: loaded in place, with the reason in log, Redis and API, and the replica readable",
    async (_what, sql, reason) => {
      const small = stack.startApp({ FULL_LOAD_CHUNK_ROWS: "2" });
      reloads();
      await stack.databases.primary.run(sql);
      await stack.tick(small);
      expect(reloads()).toEqual([expect.stringMatching(reason)]);
      await stack.tick(small);
      expect(JSON.parse((await getKey(small, "progress:Busy")) ?? "{}")).toMatchObject({
        reason: expect.stringMatching(reason) as string,
      });
      const [busy] = reportTables(await readTables(small)).tables;
      expect(busy).toMatchObject({
        table: "Busy",
        state: "loading",
        progress: { reason: expect.stringMatching(reason) as string },
      });
      // Row 2 is on both sides all the time: a load in place never takes it away.
      expect(await stack.databases.replica.rows("SELECT id FROM dbo.Busy WHERE id = 2;")).toHaveLength(1);
      await settle();
      expect(await getKey(small, "progress:Busy")).toBeNull();
      await expectEqualAll();
    },
  );

  it("the tracking of the database off and on: every table is loaded in place", async () => {
    const { primary } = stack.databases;
    reloads();
    await primary.run(`ALTER TABLE dbo.Busy DISABLE CHANGE_TRACKING; ALTER TABLE dbo.Quiet DISABLE CHANGE_TRACKING;
      ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF;
      UPDATE dbo.Busy SET v = 77;`);
    await expect(stack.tick()).rejects.toThrow();
    expect((await findings()).some(({ fix }) => fix?.includes("SET CHANGE_TRACKING = ON") === true)).toBe(true);
    await primary.run(`ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
      ALTER TABLE dbo.Busy ENABLE CHANGE_TRACKING; ALTER TABLE dbo.Quiet ENABLE CHANGE_TRACKING;`);
    await settle();
    expect(reloads()).toHaveLength(2);
    await expectEqualAll();
  });
});
