import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { raiseFence } from "../../src/replica/ledger.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { cancelVerification } from "../../src/operations/verify-table.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { deleteKey, getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { askVerification, differing, later, verificationOf, verified, verify } from "../support/verify.ts";

const table = { schema: "dbo", name: "Account" };
/** A read that compares. */
const compares = /SELECT TOP \(@most\) (?!.*CHANGETABLE)/s;
const onEmulator = process.env["SQLSERVER_PRIMARY_URL"] === undefined;

async function start(snapshot: boolean, settings: Readonly<Record<string, string>> = {}): Promise<SyncStack> {
  const stack = await startSyncStack({ snapshot, settings: { FULL_LOAD_CHUNK_ROWS: "20", ...settings } });
  await stack.databases.primary.run(`
    CREATE TABLE Account (id int NOT NULL PRIMARY KEY, balance int NOT NULL, note nvarchar(40) NULL);
    ALTER TABLE Account ENABLE CHANGE_TRACKING;
    WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT Account SELECT i, 100, N'' FROM n OPTION (MAXRECURSION 0);`);
  await stack.load("Account");
  return stack;
}

function faultsOf(stack: SyncStack) {
  const faults = stack.databases.primary.emulator?.faults;
  if (faults === undefined) throw new Error("faults need an emulator");
  return faults;
}

/** Updates, deletes, brings back and renames rows, as fast as it goes; never more than a hundred. */
async function writeUntil(stop: AbortSignal, stack: SyncStack): Promise<void> {
  for (let round = 0; !stop.aborted; round++) {
    const back = 1 + ((round + 90) % 100);
    await stack.databases.primary.run(`
      UPDATE Account SET balance = balance + 1 WHERE id % 3 = ${round % 3};
      DELETE Account WHERE id = ${1 + (round % 100)};
      DELETE Account WHERE id = ${back + 1000};
      INSERT Account SELECT ${back}, ${round}, N'back' WHERE NOT EXISTS (SELECT 1 FROM Account WHERE id = ${back});
      UPDATE Account SET id = id + 1000 WHERE id = ${1 + ((round + 50) % 100)};`);
  }
}

describe.each([
  ["with snapshot isolation", true],
  ["without snapshot isolation", false],
])("a busy table %s", (_, snapshot) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await start(snapshot);
  });
  afterAll(() => stack.close());

  it("is equal though every row moves all the time", async () => {
    const stop = new AbortController();
    const writer = writeUntil(stop.signal, stack);
    try {
      const last = await verify(stack, "Account");
      expect(last).toMatchObject({ result: "equal", keys: [] });
      expect(last.rows).toBeGreaterThan(50);
    } finally {
      stop.abort();
      await writer;
    }
    await stack.tick();
    await expectEqualTables(stack, "Account", ["id", "balance", "note"]);
    await stack.databases.primary.run("DELETE Account WHERE id IN (42, 1042); INSERT Account VALUES (42, 100, N'');");
    await stack.tick();
  });

  it.runIf(onEmulator)(
    "takes no row that changes right before each look for a difference, and finds the one that differs",
    async () => {
      await stack.databases.replica.run("UPDATE Account SET note = N'by hand' WHERE id = 42;");
      let round = 0;
      const fault = faultsOf(stack).at(
        { step: "rpc", app: "mssql_sync", match: compares, times: Infinity },
        {
          run: async () => {
            round++;
            await stack.databases.primary.run(`
            UPDATE Account SET balance = balance + 1 WHERE id <> 42;
            DELETE Account WHERE id = ${43 + (round % 20)};
            INSERT Account VALUES (${43 + ((round + 10) % 20)} + 100000 * ${round}, 0, N'hot');`);
          },
        },
      );
      try {
        const last = await verify(stack, "Account", true);
        expect(differing(last)).toEqual(["different 42"]);
        expect(last.result).toBe("repaired");
        expect(round).toBeGreaterThan(3);
      } finally {
        fault.release();
      }
      await stack.tick();
      await expectEqualTables(stack, "Account", ["id", "balance", "note"]);
    },
  );

  it.runIf(onEmulator)("takes a TRUNCATE between two looks for no difference", async () => {
    await stack.databases.replica.run("UPDATE Account SET note = N'by hand' WHERE id = 42;");
    await askVerification(stack, "Account");
    await stack.tickUntil(
      "suspect a range",
      async () => (await verificationOf(stack, "Account")).run?.range !== undefined,
    );
    const fault = faultsOf(stack).at(
      { step: "rpc", app: "mssql_sync", match: compares },
      {
        run: () =>
          stack.databases.primary.run("TRUNCATE TABLE Account; INSERT Account VALUES (1, 1, NULL), (42, 1, NULL);"),
      },
    );
    await stack.tick();
    await fault.hit;
    const { run } = await verificationOf(stack, "Account");
    expect(run).toMatchObject({ differences: { missing: 0, extra: 0, different: 0 } });
    expect(await verified(stack, "Account", later(stack.app, 60_000))).toMatchObject({ result: "equal", rows: 2 });
  });
});

describe("a verification that is interrupted", () => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await start(true);
  });
  afterAll(() => stack.close());

  it("goes on at its cursor in another process", async () => {
    await askVerification(stack, "Account");
    await stack.tick();
    await stack.tick();
    expect((await verificationOf(stack, "Account")).run).toMatchObject({ rows: 40, cursor: ["40"], total: 100 });
    const second = stack.startApp();
    await stack.tick(second);
    expect((await verificationOf(stack, "Account")).run).toMatchObject({ rows: 60, cursor: ["60"] });
    expect(await verified(stack, "Account")).toMatchObject({ result: "equal", rows: 100 });
  });

  it.runIf(onEmulator).each(["drop", { error: 701 }] as const)(
    "is tried again after a failure (%j), which is none of the table's",
    async (action) => {
      await askVerification(stack, "Account");
      await stack.tick();
      const fault = faultsOf(stack).at({ step: "rpc", app: "mssql_sync", match: compares }, action);
      await stack.tick();
      await fault.hit;
      expect((await verificationOf(stack, "Account")).run).toMatchObject({
        rows: 20,
        attempts: 1,
        error: expect.any(String) as string,
      });
      expect(await getKey(stack.app, "error:Account")).toBeNull();
      await stack.databases.primary.run("UPDATE Account SET balance = 7 WHERE id = 7;");
      await stack.tick();
      await expectEqualTables(stack, "Account", ["id", "balance"]);
      expect((await verificationOf(stack, "Account")).run).toMatchObject({ rows: 20, attempts: 1 });
      await stack.tick(later(stack.app, 60_000));
      expect((await verificationOf(stack, "Account")).run).toMatchObject({ rows: 40, attempts: 0 });
      expect(await verified(stack, "Account")).toMatchObject({ result: "equal", rows: 100 });
    },
  );

  it("ends as failed when it cannot be made, and the table goes on", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Parent (id int NOT NULL PRIMARY KEY, v int NULL);
      ALTER TABLE Parent ENABLE CHANGE_TRACKING;
      INSERT Parent VALUES (1, 1), (2, 2);`);
    await stack.load("Parent");
    await stack.databases.replica.run(`
      INSERT Parent VALUES (3, 3);
      CREATE TABLE Child (id int NOT NULL PRIMARY KEY REFERENCES Parent (id));
      INSERT Child VALUES (3);`);
    await askVerification(stack, "Parent", true);
    for (let tick = 1; tick < 12; tick++) await stack.tick(later(stack.app, tick * 600_000));
    const { run, last } = await verificationOf(stack, "Parent");
    expect(run).toBeUndefined();
    expect(last).toMatchObject({ result: "failed", error: expect.stringContaining("REFERENCE") as string });
    expect(await getKey(stack.app, "error:Parent")).toBeNull();
    await stack.databases.primary.run("UPDATE Parent SET v = 8 WHERE id = 1;");
    await stack.tick();
    expect(await stack.databases.replica.rows("SELECT v FROM Parent WHERE id = 1")).toEqual([{ v: 8 }]);
  });

  it("is forgotten with Redis, and nothing else", async () => {
    await askVerification(stack, "Account");
    await stack.tick();
    await stack.redis.flush();
    await stack.tick();
    await stack.tick();
    expect(await verificationOf(stack, "Account")).toEqual({});
    expect(await isLive(stack.app, "Account")).toBe(true);
    expect(await verify(stack, "Account")).toMatchObject({ result: "equal", rows: 100 });
  });

  it("waits while the table is paused", async () => {
    await askVerification(stack, "Account");
    await stack.tick();
    await setKey(stack.app, "enabled:Account", "false");
    for (let tick = 0; tick < 3; tick++) await stack.tick();
    expect((await verificationOf(stack, "Account")).run).toMatchObject({ rows: 20 });
    await setKey(stack.app, "enabled:Account", "true");
    expect(await verified(stack, "Account")).toMatchObject({ result: "equal", rows: 100 });
  });

  it("begins anew when the table was loaded again meanwhile", async () => {
    await stack.databases.replica.run("UPDATE Account SET note = N'by hand' WHERE id = 3;");
    await askVerification(stack, "Account");
    await stack.tickUntil("find it", async () => (await verificationOf(stack, "Account")).run?.keys.length === 1);
    await setKey(stack.app, "force_full_load:Account", "true");
    await stack.tick();
    expect(await verified(stack, "Account")).toMatchObject({ result: "equal", rows: 100 });
  });

  it.runIf(onEmulator)("is not brought back by the step that was running when it was cancelled", async () => {
    await verify(stack, "Account");
    await askVerification(stack, "Account");
    const fault = faultsOf(stack).at({ step: "rpc", app: "mssql_sync", match: compares }, "freeze");
    const ticking = stack.tick();
    await fault.hit;
    expect(await cancelVerification(stack.app, table)).toBe(true);
    fault.release();
    await ticking;
    const { run, last } = await verificationOf(stack, "Account");
    expect(run).toBeUndefined();
    expect(last).toMatchObject({ result: "equal", rows: 100 });
    expect(await cancelVerification(stack.app, table)).toBe(false);
  });

  it.runIf(onEmulator).each([false, true])(
    "counts and repairs nothing behind a fence that another worker raised; repair %j",
    async (repair) => {
      await stack.databases.replica.run("UPDATE Account SET note = N'by hand' WHERE id = 3;");
      await askVerification(stack, "Account", repair);
      await stack.tick();
      const before = await verificationOf(stack, "Account");
      expect(before.run?.range).toMatchObject({ looks: 1 });
      const fault = faultsOf(stack).at({ step: "rpc", app: "mssql_sync", match: compares }, "freeze");
      const ticking = stack.tick();
      await fault.hit;
      await raiseFence(stack.app.replica, table);
      fault.release();
      await ticking;
      expect(await verificationOf(stack, "Account")).toEqual(before);
      const rows = await stack.databases.replica.rows("SELECT note FROM Account WHERE id = 3");
      expect(rows).toEqual([{ note: "by hand" }]);
      expect(await verified(stack, "Account")).toMatchObject({ result: repair ? "repaired" : "different" });
    },
  );

  it.each([false, true])("counts nothing that the primary only hides; repair %j", async (repair) => {
    const name = repair ? "Secret1" : "Secret0";
    await stack.databases.primary.run(`
      CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY, owner sysname NOT NULL);
      ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
      INSERT ${name} VALUES (1, N'me'), (2, N'you');`);
    await stack.load(name);
    await stack.databases.primary.run(`
      CREATE FUNCTION dbo.may_see_${name}(@owner sysname) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS ok WHERE @owner = N'me';
      GO
      CREATE SECURITY POLICY dbo.hides_${name} ADD FILTER PREDICATE dbo.may_see_${name}(owner) ON dbo.${name} WITH (STATE = ON);`);
    await askVerification(stack, name, repair);
    for (let tick = 1; tick < 10; tick++) await stack.tick(later(stack.app, tick * 600_000));
    const { tables } = reportTables(await readTables(stack.app));
    expect(tables.find(({ table }) => table === name)).toMatchObject({
      state: "blocked",
      error: { fix: expect.stringContaining("SECURITY POLICY") as string },
    });
    expect((await verificationOf(stack, name)).last).toBeUndefined();
    expect(await stack.databases.replica.rows(`SELECT id FROM ${name}`)).toHaveLength(2);

    await stack.databases.primary.run(`DROP SECURITY POLICY dbo.hides_${name};`);
    for (let tick = 10; tick < 15; tick++) await stack.tick(later(stack.app, tick * 600_000));
    expect((await verificationOf(stack, name)).last).toMatchObject({ result: "equal", keys: [] });
  });

  it("reads a value in Redis that means nothing as none, and goes on", async () => {
    await setKey(stack.app, "verify:Account", '{"run":{"rows":-1}}');
    await stack.tick();
    expect(await verify(stack, "Account")).toMatchObject({ result: "equal" });
    await deleteKey(stack.app, "verify:Account");
    await stack.app.state.redis.run("another type", (client) => client.hSet("mssql_sync:verify:Account", "a", "b"));
    await stack.tick();
    expect(await isLive(stack.app, "Account")).toBe(true);
    expect(await verify(stack, "Account")).toMatchObject({ result: "equal" });
  });
});

describe("what it costs", () => {
  it("is a fixed number of round trips a tick, one table an invocation, and nothing where none is asked for", async () => {
    const stack = await start(true);
    try {
      await stack.databases.primary.run(`
        CREATE TABLE Other (id int NOT NULL PRIMARY KEY);
        ALTER TABLE Other ENABLE CHANGE_TRACKING;
        INSERT Other VALUES (1);`);
      await stack.load("Other");
      const trips = () => stack.databases.countRoundTrips("mssql_sync", async () => void (await stack.tick()));
      await trips();
      const idle = await trips();
      await askVerification(stack, "Other");
      await askVerification(stack, "Account");
      const counts: number[] = [];
      while ((await verificationOf(stack, "Account")).run !== undefined) {
        counts.push(await trips());
        const running = await Promise.all(["Other", "Account"].map((each) => verificationOf(stack, each)));
        if (counts.length === 1) expect(running.map(({ run }) => run?.rows)).toEqual([undefined, 0]);
      }
      expect(counts).toHaveLength(7);
      expect(Math.max(...counts)).toBeLessThanOrEqual(idle + 40);
      expect(await trips()).toBe(idle);
      expect(await trips()).toBe(idle);
    } finally {
      await stack.close();
    }
  });
});
