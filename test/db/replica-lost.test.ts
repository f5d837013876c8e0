import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { isBrokenConnection } from "../../src/db/sql-error.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { later } from "../support/verify.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** What becomes of the replica without the app: it is found out and mended by itself, with the reason said. */

let stack: SyncStack;
let hours: number;

beforeEach(async () => {
  hours = 0;
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "4" } });
  await stack.databases.primary.run(
    ["Busy", "Quiet", "Paused"]
      .map(
        (table) => `CREATE TABLE dbo.${table} (id int PRIMARY KEY, v nvarchar(20) NULL);
  ALTER TABLE dbo.${table} ENABLE CHANGE_TRACKING;
  INSERT dbo.${table} VALUES (1, N'a'), (2, N'a'), (3, N'a'), (4, N'a'), (5, N'a'), (6, N'a');`,
      )
      .join("\n"),
  );
  await stack.load("Busy", "Quiet", "Paused");
  await setKey(stack.app, "enabled:Paused", "false");
  await stack.tick();
  stack.lines.splice(0);
});
afterEach(() => stack.close());

const replicaServer = () => {
  const { replica } = stack.databases;
  if (replica.emulator === undefined) throw new Error("these tests need an emulator");
  return replica.emulator.server;
};

async function change(v: string, table = "Busy"): Promise<void> {
  await stack.databases.primary.run(`UPDATE dbo.${table} SET v = N'${v}' WHERE id IN (1, 6);
  DELETE dbo.${table} WHERE id = 3;
  INSERT dbo.${table} VALUES (3, N'again');`);
}

async function reportsOf() {
  const { tables } = reportTables(await readTables(stack.app));
  return Object.fromEntries(tables.map((report) => [report.table, report]));
}

/** A tick that looks at every table, whatever the time of its next look. */
async function tick(): Promise<void> {
  hours++;
  await stack.tick(later(stack.app, hours * 3_600_000));
}

async function expectHealed(): Promise<void> {
  const isHealed = async (): Promise<boolean> => {
    const reports = await reportsOf();
    return ["Busy", "Quiet"].every((table) => {
      const report = reports[table];
      return report?.state === "live" && report.lagVersions === 0 && report.error === null;
    });
  };
  let ticks = 0;
  for (; ticks < 10 && !(await isHealed()); ticks++) await tick();
  expect(await isHealed(), `healed after ${ticks} ticks: ${JSON.stringify(stack.lines.slice(-4))}`).toBe(true);
  for (const table of ["Busy", "Quiet"]) await expectEqualTables(stack, `dbo.${table}`, ["id", "v"]);
  expect((await reportsOf())["Paused"]?.state).toBe("paused");
}

/** Why tables were loaded again. */
function reloads(): string[] {
  return stack.lines.flatMap((line) =>
    line["result"] === "load-started" || line["result"] === "prepared"
      ? [`${String(line["table"])}: ${String(line["reason"])}`]
      : [],
  );
}

describe("a table of the replica", () => {
  it("dropped while nothing changes on the primary: made again, loaded, and said so", async () => {
    await stack.databases.replica.run("DROP TABLE dbo.Quiet;");
    await expectHealedAfterTick();
    expect(reloads().join()).toMatch(/Quiet: /);
    expect(reloads().join()).not.toMatch(/Busy/);
  });

  it("dropped and made again by hand, with other rows: loaded in place, and said so", async () => {
    await stack.databases.replica
      .run(`DROP TABLE dbo.Busy; CREATE TABLE dbo.Busy (id int PRIMARY KEY, v nvarchar(20) NULL);
    INSERT dbo.Busy VALUES (2, N'of somebody'), (77, N'of somebody');`);
    await expectHealedAfterTick();
    expect(reloads()).toEqual(["Busy: the replica's table was dropped and made again (in place)"]);
  });

  it("dropped in the middle of its load: made again, and loaded from the start", async () => {
    await setKey(stack.app, "force_full_load:Busy", "true");
    await stack.tickUntil("the load is under way", async () => (await getKey(stack.app, "cursor:Busy")) !== null);
    await stack.databases.replica.run("DROP TABLE dbo.Busy;");
    await change("b");
    await expectHealedAfterTick();
    expect(await getKey(stack.app, "force_full_load:Busy")).toBeNull();
  });

  async function expectHealedAfterTick(): Promise<void> {
    await tick();
    await expectHealed();
  }
});

describe.skipIf(process.env["SQLSERVER_REPLICA_URL"] !== undefined)("the replica's database", () => {
  it("restored to the past: the ledger went with the rows, and what is missing comes as a delta", async () => {
    const { name } = stack.databases.replica;
    const image = await replicaServer().backup(name);
    for (const v of ["b", "c"]) {
      await change(v);
      await tick();
    }
    stack.lines.splice(0);
    await replicaServer().restore(image);
    await tickUntilConnected();
    await change("d");
    await expectHealed();
    expect(reloads()).toEqual([]);
  });

  it("restored to before a load began: the load is not believed to be done", async () => {
    const { name } = stack.databases.replica;
    const image = await replicaServer().backup(name);
    await setKey(stack.app, "force_full_load:Busy", "true");
    await stack.tickUntil("loaded again", async () => (await getKey(stack.app, "force_full_load:Busy")) === null);
    await replicaServer().restore(image);
    await tickUntilConnected();
    await change("e");
    await expectHealed();
  });

  it("restored to before what the primary still knows: loaded in place, by that reason", async () => {
    const { primary, replica } = stack.databases;
    const image = await replicaServer().backup(replica.name);
    await change("b");
    await tick();
    stack.lines.splice(0);
    await replicaServer().restore(image);
    await change("c");
    primary.emulator?.server.forgetHistory(primary.name, { upTo: Number(await currentVersion()) });
    await tickUntilConnected();
    await expectHealed();
    expect(reloads().filter((line) => line.startsWith("Busy"))).toHaveLength(1);
    expect(reloads().join()).toMatch(/Busy: changes up to version \d+ are cleaned up/);
  });

  it("replaced by an empty one: flags count, all that is enabled is loaded, and what is paused stays so", async () => {
    const { replica } = stack.databases;
    await replicaServer().drop(replica.name);
    const master = createApp({
      MSSQL_PRIMARY_URL: stack.databases.primary.url,
      MSSQL_REPLICA_URL: replica.url.replace(replica.name, "master"),
      REDIS_URL: stack.redis.url,
    });
    await master.replica.withSession((session) => session.batch(`CREATE DATABASE [${replica.name}];`));
    await master.close();
    await tickUntilConnected();
    await expectHealed();
    expect(stack.lines.filter(({ event }) => event === "replica-replaced")).toHaveLength(1);
    expect(await replica.rows("SELECT OBJECT_ID(N'dbo.Paused') AS id;")).toEqual([{ id: null }]);
    const enabled = await replica.rows("SELECT table_name, enabled FROM mssql_sync.ledger ORDER BY table_name;");
    expect(enabled).toEqual([
      { table_name: "Busy", enabled: true },
      { table_name: "Quiet", enabled: true },
    ]);
  });

  it("read-only: every table that has something to do says so, nothing is lost, and it heals", async () => {
    const { name } = stack.databases.replica;
    await replicaServer().setReadOnly(name, true);
    await change("b");
    // The watermarks of idle tables cannot be moved either, so ticks fail as well.
    for (let ticks = 0; ticks < 4; ticks++) await tick().catch(() => undefined);
    expect((await reportsOf())["Busy"]).toMatchObject({ state: "blocked", error: { sqlError: 3906 } });
    expect((await reportsOf())["Busy"]?.error?.fix).toContain("READ_WRITE");
    await replicaServer().setReadOnly(name, false);
    await tickUntilConnected();
    await expectHealed();
    expect(reloads()).toEqual([]);
  });

  it.each([1105, 9002] as const)(
    "out of space (%i): the table is blocked with what helps, and heals",
    async (error) => {
      const makeRoom = replicaServer().runOutOfSpace({ error, database: stack.databases.replica.name });
      await stack.databases.primary.run("INSERT dbo.Busy VALUES (7, N'needs room');");
      for (let ticks = 0; ticks < 3; ticks++) await tick().catch(() => undefined);
      expect((await reportsOf())["Busy"]).toMatchObject({
        state: "blocked",
        error: { sqlError: error, fix: expect.any(String) as string },
      });
      makeRoom();
      await expectHealed();
      expect(reloads()).toEqual([]);
    },
  );

  async function currentVersion(): Promise<bigint> {
    const [row] = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v;");
    return BigInt(String(row?.["v"]));
  }

  /** Connections of the pools were ended by what happened: ticks fail until all of those are used up. */
  async function tickUntilConnected(): Promise<void> {
    for (let ticks = 0; ticks < 10; ticks++) {
      try {
        await tick();
        return;
      } catch (error) {
        if (!isBrokenConnection(error)) throw error;
      }
    }
    throw new Error("not connected within 10 ticks");
  }
});

describe("the primary begins to hide rows of a live table", () => {
  const predicate = `CREATE FUNCTION dbo.may_see(@v nvarchar(20)) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS ok WHERE USER_NAME() = N'dbo' OR @v <> N'a';`;

  beforeEach(async () => {
    const { primary } = stack.databases;
    await primary.run(predicate);
    const url = await primary.addUser(
      "reader",
      `GRANT SELECT, VIEW CHANGE TRACKING ON SCHEMA::dbo TO reader;
      GRANT VIEW DEFINITION TO reader; GRANT VIEW DATABASE STATE TO reader;`,
    );
    const reader = stack.startApp({ MSSQL_PRIMARY_URL: url });
    await stack.tick(reader);
    await stack.app.close();
    Object.assign(stack, { app: reader });
    hours = 0;
  });

  it.each([
    [
      "row-level security",
      "CREATE SECURITY POLICY dbo.hides ADD FILTER PREDICATE dbo.may_see(v) ON dbo.Busy WITH (STATE = ON);",
      "DROP SECURITY POLICY dbo.hides;",
      /SECURITY POLICY/i,
    ],
    [
      "a mask",
      "ALTER TABLE dbo.Busy ALTER COLUMN v ADD MASKED WITH (FUNCTION = 'default()');",
      "ALTER TABLE dbo.Busy ALTER COLUMN v DROP MASKED;",
      /UNMASK/,
    ],
    [
      "no right to a column",
      "DENY SELECT ON dbo.Busy (v) TO reader;",
      "REVOKE SELECT ON dbo.Busy (v) FROM reader;",
      /GRANT SELECT/,
    ],
    [
      "no right to the table",
      "DENY SELECT ON dbo.Busy TO reader;",
      "REVOKE SELECT ON dbo.Busy FROM reader;",
      /primary-rights\.sql/,
    ],
    [
      "no right to its changes",
      "DENY VIEW CHANGE TRACKING ON dbo.Busy TO reader;",
      "REVOKE VIEW CHANGE TRACKING ON dbo.Busy FROM reader;",
      /GRANT VIEW CHANGE TRACKING/,
    ],
  ])("%s: it is blocked, no row is deleted or masked, and it heals", async (_what, hide, show, fix) => {
    await stack.databases.primary.run(hide);
    await change("b");
    await change("q", "Quiet");
    const before = await stack.databases.replica.rows("SELECT id, v FROM dbo.Busy ORDER BY id;");
    for (let ticks = 0; ticks < 3; ticks++) await tick();
    expect((await reportsOf())["Busy"]).toMatchObject({ state: "blocked" });
    expect((await reportsOf())["Busy"]?.error?.fix).toMatch(fix);
    expect(await stack.databases.replica.rows("SELECT id, v FROM dbo.Busy ORDER BY id;")).toEqual(before);
    await expectEqualTables(stack, "dbo.Quiet", ["id", "v"]);

    await stack.databases.primary.run(show);
    await expectHealed();
  });
});
