import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { raiseFence } from "../../src/replica/ledger.ts";
import { runTick } from "../../src/tick/run-tick.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { deleteKey, getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "50" } });
  await stack.databases.primary.run(`
    CREATE TABLE Account (id int NOT NULL PRIMARY KEY, balance int NOT NULL);
    ALTER TABLE Account ENABLE CHANGE_TRACKING;
    WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT Account SELECT i, 100 FROM n OPTION (MAXRECURSION 0);`);
});
afterAll(() => stack.close());

describe("a second worker beside the first", () => {
  it("never makes the replica wrong, even without leases", async () => {
    const second = stack.startApp();
    const tickSecond = () => runTick(second, { signal: second.stopping, log: second.log });
    await stack.tick();
    await setKey(stack.app, "enabled:Account", "true");
    for (let round = 0; round < 30 && !(await isLive(stack.app, "Account")); round++) {
      await stack.databases.primary.run(`UPDATE Account SET balance = balance + 1 WHERE id % 7 = ${round % 7};`);
      // Taking the lease away is what a pause of more than ten seconds does.
      await Promise.all([stack.tick(), tickSecond(), deleteKey(stack.app, "lease:Account")]);
    }
    await stack.tick();
    await expectEqualTables(stack, "Account", ["id", "balance"]);
    expect(await getKey(stack.app, "error:Account")).toBeNull();
  });

  it.runIf(process.env["SQLSERVER_REPLICA_URL"] === undefined)(
    "a step whose fence was raised by another commits nothing",
    async () => {
      await stack.databases.primary.run("UPDATE Account SET balance = 0 WHERE id = 1;");
      const { faults } = stack.databases;
      if (faults === undefined) throw new Error("faults need an emulator");
      const fault = faults.at({ step: "commit", app: "mssql_sync", match: /mssql_sync\.ledger SET state/ }, "freeze");
      const ticking = stack.tick();
      await fault.hit;
      const raised = raiseFence(stack.app.replica, { schema: "dbo", name: "Account" });
      fault.release();
      await ticking;
      await raised;
      await stack.tick();
      await expectEqualTables(stack, "Account", ["id", "balance"]);
    },
  );
});
