import { describe, expect, it } from "vitest";
import { getKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Tables with three rows each, all live. */
async function liveTables(count: number): Promise<SyncStack> {
  const stack = await startSyncStack({ settings: { SYNC_THREADS: "8" } });
  const names = Array.from({ length: count }, (_, at) => `T${at}`);
  for (const name of names) {
    await stack.databases.primary.run(`
      CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY);
      ALTER TABLE ${name} ENABLE CHANGE_TRACKING;`);
  }
  const current = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
  // Adopted at the current version: the quickest way to many live tables.
  for (const name of names) {
    await stack.databases.replica.run(`CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY);`);
  }
  await stack.app.state.redis.run("enable all", (client) =>
    Promise.all(
      names.flatMap((name) => [
        client.set(`mssql_sync:enabled:${name}`, "true"),
        client.set(`mssql_sync:version:${name}`, String(current[0]?.["v"])),
      ]),
    ),
  );
  await stack.tickUntil("adopt all", async () => (await getKey(stack.app, `published:T${count - 1}`)) !== null);
  await stack.tick();
  await stack.tick();
  return stack;
}

async function roundTripsOfIdleTick(stack: SyncStack): Promise<number> {
  const counts = await stack.databases.countRoundTrips("mssql_sync", async () => {
    const report = await stack.tick();
    expect(report.steps).toEqual([]);
  });
  return counts;
}

describe("an idle tick", () => {
  it("takes as many round trips for 60 tables as for 5, and at most 4 to the databases", async () => {
    const trips: number[] = [];
    for (const count of [5, 60]) {
      const stack = await liveTables(count);
      try {
        // A change in a table that nobody enabled moves the primary's version: all others must be probed.
        await stack.databases.primary.run(`
          CREATE TABLE Other (id int NOT NULL PRIMARY KEY);
          ALTER TABLE Other ENABLE CHANGE_TRACKING;
          INSERT Other VALUES (1);`);
        await stack.tick();
        await stack.databases.primary.run("INSERT Other VALUES (2);");
        const probing = await roundTripsOfIdleTick(stack);
        const quiet = await roundTripsOfIdleTick(stack);
        expect(quiet).toBeLessThan(probing);
        trips.push(probing);
      } finally {
        await stack.close();
      }
    }
    expect(trips[1]).toBe(trips[0]);
    expect(trips[0]).toBeLessThanOrEqual(4);
  });

  it("moves the watermarks of idle tables to the current version", async () => {
    const stack = await liveTables(3);
    try {
      await stack.databases.primary.run(`
        CREATE TABLE Other (id int NOT NULL PRIMARY KEY);
        ALTER TABLE Other ENABLE CHANGE_TRACKING;
        INSERT Other VALUES (1);`);
      stack.app.memory.lastIdleMove = 0;
      await stack.tick();
      const [row] = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
      expect(await getKey(stack.app, "version:T0")).toBe(row?.["v"]);
      const watermarks = await stack.databases.replica.rows("SELECT DISTINCT watermark FROM mssql_sync.ledger");
      expect(watermarks).toEqual([{ watermark: row?.["v"] }]);
    } finally {
      await stack.close();
    }
  });
});
