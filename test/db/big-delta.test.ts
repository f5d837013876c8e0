import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { DELTA_SLICE_ROWS: "50", FULL_LOAD_CHUNK_ROWS: "1000" } });
  await stack.databases.primary.run(`
    CREATE TABLE Big (id int NOT NULL PRIMARY KEY, v int NOT NULL);
    ALTER TABLE Big ENABLE CHANGE_TRACKING;
    WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    INSERT Big SELECT i, 0 FROM n OPTION (MAXRECURSION 0);`);
  await stack.load("Big");
});
afterAll(() => stack.close());

async function ledgerRow(): Promise<Record<string, unknown> | undefined> {
  const rows = await stack.databases.replica.rows(
    "SELECT watermark, delta_to, delta_position FROM mssql_sync.ledger WHERE table_name = 'Big'",
  );
  return rows[0];
}

describe("a delta that is bigger than a slice", () => {
  it("is applied whole in one tick", async () => {
    await stack.databases.primary.run("UPDATE Big SET v = v + 1;");
    const report = await stack.tick();
    expect(report.steps).toMatchObject([{ table: "Big", result: { kind: "moved", changes: 400 } }]);
    expect(await ledgerRow()).toMatchObject({ delta_to: null, delta_position: null });
    await expectEqualTables(stack, "Big", ["id", "v"]);
  });

  it.runIf(process.env["SQLSERVER_REPLICA_URL"] === undefined)(
    "goes on behind its last slice after the connection was lost in the middle",
    async () => {
      const before = await ledgerRow();
      await stack.databases.primary.run("UPDATE Big SET v = v + 1; DELETE Big WHERE id % 10 = 0;");
      const { faults } = stack.databases;
      if (faults === undefined) throw new Error("faults need an emulator");
      faults.at({ step: "commit", app: "mssql_sync", match: /mssql_sync\.ledger SET state/, after: 2 }, "drop");
      await stack.tick();
      expect(await ledgerRow()).toMatchObject({ watermark: before?.["watermark"], delta_position: '["100"]' });
      await stack.databases.primary.run("UPDATE Big SET v = v + 1 WHERE id IN (1, 399);");
      const report = await stack.tick();
      // The row that changed again after the window's end is left for the next window.
      expect(report.steps).toMatchObject([{ table: "Big", result: { kind: "moved", changes: 299 } }]);
      await stack.tick();
      await expectEqualTables(stack, "Big", ["id", "v"]);
    },
  );
});
