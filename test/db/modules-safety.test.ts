import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { syncModules } from "../../src/modules/sync-modules.ts";
import type { Faults } from "../emulator/faults.ts";
import { expectEqualModules } from "../support/module-view.ts";
import { deleteKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { expectEqualTables } from "../support/expect-equal.ts";

/** Module sync beside readers, other workers, table sync, and failures. */

const onEmulator = process.env["SQLSERVER_REPLICA_URL"] === undefined;
let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack();
  const table = "CREATE TABLE dbo.Item (id int NOT NULL PRIMARY KEY, price int NOT NULL);";
  await stack.databases.primary.run(`${table} INSERT dbo.Item VALUES (1, 10), (2, 20), (3, 30);
    ALTER TABLE dbo.Item ENABLE CHANGE_TRACKING;`);
});
afterEach(() => stack.databases.faults?.clear());
afterAll(() => stack.close());

const primary = (script: string): Promise<void> => stack.databases.primary.run(script);
const onReplica = (query: string) => stack.databases.replica.rows(query);
const sync = () => stack.syncModules({ retryAll: true });

function faults(): Faults {
  if (stack.databases.faults === undefined) throw new Error("faults need an emulator");
  return stack.databases.faults;
}

describe.runIf(onEmulator)("a module that is replaced", () => {
  it("is never seen missing, not even while it is dropped and created", async () => {
    await primary("CREATE FUNCTION dbo.fSwap(@x int) RETURNS int AS BEGIN RETURN 1; END;");
    await sync();
    await primary(`DROP FUNCTION dbo.fSwap;
    GO
    CREATE FUNCTION dbo.fSwap(@x int) RETURNS TABLE AS RETURN (SELECT 2 AS n);`);
    const seen: string[] = [];
    const look = async (): Promise<void> => {
      // 1222: the reader has to wait for the end of the transaction.
      const rows = await onReplica(`SET LOCK_TIMEOUT 50; BEGIN TRY SELECT dbo.fSwap(1) AS n; END TRY
        BEGIN CATCH SELECT CASE ERROR_NUMBER() WHEN 1222 THEN 1 ELSE ERROR_NUMBER() END AS n; END CATCH; SET LOCK_TIMEOUT -1;`);
      seen.push(String(rows[0]?.["n"]));
    };
    const before = faults().at(
      { step: "batch", app: "mssql_sync", match: /CREATE FUNCTION dbo\.fSwap/ },
      { run: look },
    );
    const atCommit = faults().at(
      { step: "commit", app: "mssql_sync", match: /CREATE FUNCTION dbo\.fSwap/ },
      { run: look },
    );
    await sync();
    expect([before.hits, atCommit.hits]).toEqual([1, 1]);
    expect(seen).toEqual(["1", "1"]);
    expect(await onReplica("SELECT n FROM dbo.fSwap(1);")).toEqual([{ n: 2 }]);
  });

  it.each(["drop", { error: 1205 }, { error: 8645 }] as const)(
    "is the old or the new one after %j in any step",
    async (action) => {
      for (const [at, step] of (["batch", "rpc", "commit", "committed"] as const).entries()) {
        if (typeof action === "object" && step === "committed") continue;
        await primary(`CREATE OR ALTER VIEW dbo.vStep AS SELECT ${at + 1} AS n;`);
        const fault = faults().at({ step, app: "mssql_sync", match: /vStep/ }, action);
        await sync().catch(() => undefined);
        expect(fault.hits, `${step} was reached`).toBe(1);
        const rows = await onReplica("SELECT COUNT(*) AS n FROM sys.views WHERE name = N'vStep';");
        if (at > 0) expect(rows).toEqual([{ n: 1 }]);
        await sync();
        expect(await onReplica("SELECT n FROM dbo.vStep;")).toEqual([{ n: at + 1 }]);
      }
      await expectEqualModules(stack);
    },
  );
});

describe("a second worker", () => {
  it("waits while the first has the lease", async () => {
    const second = stack.startApp();
    const results = await Promise.all([sync(), syncModules(second, { signal: second.stopping, log: second.log })]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(["done", "held-elsewhere"]);
  });

  it.runIf(onEmulator)("that took over makes the first one write nothing more", async () => {
    await primary(`CREATE OR ALTER VIEW dbo.vFirst AS SELECT 1 AS n;
    GO
    CREATE OR ALTER VIEW dbo.vSecond AS SELECT 1 AS n;`);
    const second = stack.startApp();
    const takeOver = async (): Promise<void> => {
      await deleteKey(stack.app, "app_lease:modules");
      await second.replica.query({ text: "UPDATE mssql_sync.module_fence SET fence = fence + 1;", params: [] });
    };
    // Before the first change's transaction has looked at the fence.
    const fault = faults().at(
      { step: "batch", app: "mssql_sync", match: /SELECT fence FROM mssql_sync.module_fence/ },
      { run: takeOver },
    );
    expect(await sync()).toEqual({ kind: "held-elsewhere" });
    expect(fault.hits).toBe(1);
    expect(await onReplica("SELECT name FROM sys.views WHERE name IN (N'vFirst', N'vSecond');")).toEqual([]);
    await sync();
    await expectEqualModules(stack);
  });
});

describe("table sync and module sync", () => {
  it("share the functions that a table's computed columns need: made with the table, followed with the modules", async () => {
    await primary(`CREATE FUNCTION dbo.fTwice(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x * 2; END;
    GO
    EXEC sp_rename N'dbo.fTwice', N'fDouble';
    GO
    CREATE TABLE dbo.Computed (id int NOT NULL PRIMARY KEY, twice AS dbo.fDouble(id));
    ALTER TABLE dbo.Computed ENABLE CHANGE_TRACKING; INSERT dbo.Computed VALUES (21);`);
    await stack.load("Computed");
    expect(await onReplica("SELECT twice FROM dbo.Computed;")).toEqual([{ twice: 42 }]);
    stack.lines.length = 0;
    await sync();
    expect(stack.lines.filter(({ event, module }) => event === "module" && module === "fDouble")).toEqual([]);
    await expectEqualModules(stack);
    await primary("DROP TABLE dbo.Computed; DROP FUNCTION dbo.fDouble;");
    const waiting = await sync();
    expect(waiting.kind === "done" && waiting.states.get("fDouble")).toMatchObject({
      state: "pending",
      sqlError: 3729,
    });
    await stack.databases.replica.run("DROP TABLE dbo.Computed;");
    await sync();
    await expectEqualModules(stack);
  });

  it("never fight over a table under a schema-bound view", async () => {
    await primary(`CREATE VIEW dbo.vItems WITH SCHEMABINDING AS SELECT id, price FROM dbo.Item;
    GO
    CREATE VIEW dbo.vItemSum AS SELECT SUM(price) AS total FROM dbo.vItems;`);
    const first = await sync();
    expect(first.kind === "done" && first.states.get("vItems")).toMatchObject({ state: "pending", sqlError: 208 });
    await stack.load("Item");
    await sync();
    expect(await onReplica("SELECT total FROM dbo.vItemSum;")).toEqual([{ total: 60 }]);
    await primary("INSERT dbo.Item VALUES (4, 40);");
    await setKey(stack.app, "force_full_load:Item", "true");
    await Promise.all([stack.tick(), sync(), stack.tick()]);
    await stack.load("Item");
    await stack.tick();
    await expectEqualTables(stack, "dbo.Item", ["id", "price"]);
    expect(await onReplica("SELECT total FROM dbo.vItemSum;")).toEqual([{ total: 100 }]);
    await expectEqualModules(stack);
  });
});

describe("a run that finds nothing to do", () => {
  it("takes the same one query a side and writes nothing on the replica, however many modules there are", async () => {
    const trips: number[] = [];
    for (const count of [10, 60]) {
      for (let at = 0; at < count; at++)
        await primary(`CREATE OR ALTER PROCEDURE dbo.pMany${at} AS SELECT ${at} AS n;`);
      await sync();
      const fence = await onReplica("SELECT fence FROM mssql_sync.module_fence;");
      trips.push(await stack.databases.countRoundTrips("mssql_sync", async () => void (await stack.syncModules())));
      expect(await onReplica("SELECT fence FROM mssql_sync.module_fence;")).toEqual(fence);
    }
    expect(trips[1]).toBe(trips[0]);
    expect(trips[0]).toBeLessThanOrEqual(4);
  });
});
