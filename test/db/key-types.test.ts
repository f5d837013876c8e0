import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { keyPools, type KeyPool } from "../support/key-pool.ts";
import { KeyTable } from "../support/key-table.ts";
import { setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/**
 * Tables keyed by one column of every type: loaded in small chunks by instances that take turns, some chunks cut off in
 * their commit, then changed by more than a slice takes, cut off in the middle as well.
 */
const isEmulated = process.env["SQLSERVER_REPLICA_URL"] === undefined;

describe.each(Object.entries(keyPools))("keys of one column: %s", { timeout: 300_000 }, (_, pools) => {
  let stack: SyncStack;
  /** What one remembers, the next does not know. */
  let apps: readonly App[];
  let turn = 0;
  const most = Math.max(...pools.map(({ values }) => values.length));
  const chunkSizes = most > 20 ? [5, 9, 17] : [2, 4, 7];
  const tables: (KeyPool & { readonly table: KeyTable })[] = [];

  beforeAll(async () => {
    stack = await startSyncStack({ settings: { DELTA_SLICE_ROWS: "2", SYNC_THREADS: "4" } });
    apps = chunkSizes.map((rows) => stack.startApp({ FULL_LOAD_CHUNK_ROWS: String(rows) }));
    for (const [at, pool] of pools.entries()) {
      const table = new KeyTable(stack, `K${at}`, ["k"]);
      await table.create([`k ${pool.type} NOT NULL`], at % 3 === 0 ? "k DESC" : "k");
      await setKey(stack.app, `enabled:${table.name}`, "true");
      tables.push({ ...pool, table });
    }
  });
  afterAll(() => stack.close());

  /** Ticks, one instance after the other, until every table is live and no window is half applied. */
  async function settle(cutOffEvery: number): Promise<void> {
    for (let ticks = 1; ticks <= 600; ticks++) {
      if (isEmulated && ticks % cutOffEvery === 1) {
        const place = { step: "commit", app: "mssql_sync", match: /mssql_sync\.ledger SET state/ } as const;
        for (const after of [turn % 2, 2, 5, 9]) stack.databases.faults?.at({ ...place, after }, "drop");
      }
      const report = await stack.tick(apps[turn++ % apps.length]);
      stack.databases.faults?.clear();
      if (report.steps.length === 0) return;
    }
    throw new Error(`the tables do not settle: ${JSON.stringify(stack.lines.slice(-5))}`);
  }

  async function expectAllEqual(): Promise<void> {
    for (const { table } of tables) await table.expectEqual();
  }

  it("are loaded in chunks, each row once", async () => {
    for (const { table, values } of tables) {
      await table.insert(
        ["k", "v"],
        values.filter((__, at) => at % 5 !== 4).map((value, v) => [value, String(v)]),
      );
    }
    await settle(5);
    await expectAllEqual();
    for (const { table, type } of tables) {
      const chunks = table.chunkedRows();
      expect(
        chunks.reduce((sum, rows) => sum + rows, 0),
        type,
      ).toBe(await table.count());
      expect(Math.max(...chunks), type).toBeLessThanOrEqual(Math.max(...chunkSizes));
    }
  });

  it("take inserts, updates, deletes and changes of the key, slice by slice", async () => {
    for (const { table, values } of tables) {
      const rows = values.filter((__, at) => at % 5 !== 4);
      await table.run(`
        UPDATE ${table.name} SET v = v + 1000 WHERE v % 3 = 0;
        DELETE ${table.name} WHERE v % 5 = 1;`);
      await table.insert(
        ["k", "v"],
        values.filter((__, at) => at % 5 === 4).map((value, v) => [value, String(v)]),
      );
      await table.rekey(rows.flatMap((value, v) => (v % 5 === 1 ? [`k = ${value} WHERE v = ${v + 1}`] : [])));
    }
    await settle(3);
    await expectAllEqual();
  });

  it("take another spelling of a key that is equal to it", async () => {
    const spelled = tables.flatMap(({ table, spellings = [] }) => spellings.map(([from, to]) => ({ table, from, to })));
    for (const { table, from } of spelled) {
      await table.insert(["k", "v"], [[from, "-1"]]);
      await table.run(`UPDATE ${table.name} SET k = ${from} WHERE k = ${from};`);
    }
    await settle(100);
    await expectAllEqual();
    for (const { table, from, to } of spelled) {
      await table.run(`UPDATE ${table.name} SET k = ${to} WHERE k = ${from};`);
      expect(await table.isEqual(), `${table.name} after ${to}`).toBe(false);
    }
    await settle(100);
    await expectAllEqual();
  });

  it("take another spelling by a load in place", async () => {
    // Of the many text types some are enough: what compares the bytes is the same for all.
    const spelled = tables.filter(
      ({ spellings }, at) => spellings !== undefined && (pools.length < 20 || at % 5 === 0),
    );
    for (const { table, spellings = [] } of spelled) {
      const back = spellings.map(([from, to]) => `UPDATE ${table.name} SET k = ${from} WHERE k = ${to};`);
      await table.run(`
        ALTER TABLE ${table.name} DISABLE CHANGE_TRACKING;
        ${back.join("\n")}
        ALTER TABLE ${table.name} ENABLE CHANGE_TRACKING;`);
      expect(await table.isEqual(), table.name).toBe(false);
    }
    await settle(5);
    await expectAllEqual();
  });
});
