import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { type Random, seededRandom } from "../demo/seeded-random.ts";
import { keyPools, type KeyPool } from "../support/key-pool.ts";
import { KeyTable } from "../support/key-table.ts";
import { setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

const isEmulated = process.env["SQLSERVER_REPLICA_URL"] === undefined;

let stack: SyncStack;
let apps: readonly App[];
let turn = 0;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { DELTA_SLICE_ROWS: "3", SYNC_THREADS: "4" } });
  apps = ["1", "3", "7"].map((rows) => stack.startApp({ FULL_LOAD_CHUNK_ROWS: rows }));
});
afterAll(() => stack.close());

/** Ticks, one instance after the other, until nothing is left to be done; every n-th is cut off in a commit. */
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

async function expectLoadedOnce(table: KeyTable): Promise<void> {
  await table.expectEqual();
  const chunks = table.chunkedRows();
  expect(
    chunks.reduce((sum, rows) => sum + rows, 0),
    table.name,
  ).toBe(await table.count());
}

describe("a key of several columns", { timeout: 120_000 }, () => {
  it("has up to 16 of them, up and down", async () => {
    const declarations: readonly (readonly [type: string, values: readonly string[]])[] = [
      ["tinyint", ["1", "2"]],
      ["nvarchar(10) COLLATE Latin1_General_100_CI_AS", ["N'a'", "N'A'", "N'b'"]],
      ["bit", ["0", "1"]],
      ["datetime2(7)", ["'2026-01-01T00:00:00.0000001'", "'2026-01-01T00:00:00.0000002'"]],
      ["uniqueidentifier", ["'00000000-0000-0000-0000-000000000001'", "'01000000-0000-0000-0000-000000000000'"]],
      ["decimal(38,10)", ["0.0000000001", "-0.0000000001"]],
      ["varbinary(8)", ["0x", "0x0001", "0x01"]],
      ["money", ["0.0001", "0.0002"]],
      ["float", ["0E0", "0E0 * -1E0", "1E-300"]],
      ["datetime", ["'2026-01-01T00:00:00.003'", "'2026-01-01T00:00:00.007'"]],
      ["time(7)", ["'00:00:00.0000001'", "'00:00:00.0000002'"]],
      ["char(3) COLLATE Latin1_General_BIN", ["'a'", "'A'"]],
      ["bigint", ["9007199254740993", "9007199254740992"]],
      ["date", ["'2026-01-01'", "'2026-01-02'"]],
      ["datetimeoffset(0)", ["'2026-01-01T00:00:00+02:00'", "'2025-12-31T22:00:00+00:00'", "'2026-01-02T00:00:00Z'"]],
      ["int", ["1", "2", "3"]],
    ];
    const random = seededRandom(16);
    const table = new KeyTable(
      stack,
      "Sixteen",
      declarations.map((_, at) => `k${at}`),
    );
    const columns = declarations.map(([type], at) => `k${at} ${type} NOT NULL`);
    await table.create(columns, table.keys.map((key, at) => `${key} ${at % 2 === 0 ? "ASC" : "DESC"}`).join(", "));
    // The first columns seldom differ, so that ranges meet at every depth.
    const row = (v: number): string[] => [
      ...declarations.map(([, values], at) => values[random(3) * 5 < at ? random(values.length) : 0] ?? "0"),
      String(v),
    ];
    await table.insert(
      [...table.keys, "v"],
      Array.from({ length: 60 }, (_, v) => row(v)),
    );
    await setKey(stack.app, "enabled:Sixteen", "true");
    await settle(5);
    await expectLoadedOnce(table);
    await table.run("UPDATE Sixteen SET v = v + 100 WHERE v % 2 = 0; DELETE Sixteen WHERE v % 5 = 1;");
    await table.insert(
      [...table.keys, "v"],
      Array.from({ length: 20 }, (_, v) => row(v + 60)),
    );
    await table.rekey(Array.from({ length: 20 }, (_, v) => `k15 = k15 % 3 + 1, k1 = N'A' WHERE v = ${v + 5}`));
    await settle(4);
    await table.expectEqual();
  });

  it("may spell its first column in several ways", async () => {
    const table = new KeyTable(stack, "Spelled", ["k", "n"]);
    await table.create(["k varchar(10) COLLATE Latin1_General_100_CI_AI NOT NULL", "n int NOT NULL"], "k, n DESC");
    const spellings = ["'abc'", "'ABC'", "'abc  '", "'Abc'", "'b'", "'B'", "'b '"];
    const rows = Array.from({ length: 40 }, (_, n) => [spellings[n % spellings.length] ?? "", String(n), String(n)]);
    await table.insert(["k", "n", "v"], rows);
    await setKey(stack.app, "enabled:Spelled", "true");
    await settle(6);
    await expectLoadedOnce(table);
    await table.run("UPDATE Spelled SET k = UPPER(k), v = -n WHERE n % 2 = 0; DELETE Spelled WHERE n % 7 = 3;");
    await settle(3);
    await table.expectEqual();
  });
});

/** As many seeds as there are minutes for; another base finds other histories. */
const seeds = Array.from({ length: 8 }, (_, at) => Number(process.env["KEY_SEED"] ?? "7000") + at);

describe("random keys", { timeout: 120_000 }, () => {
  it.each(seeds)("seed %i", async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    const pools = Object.values(keyPools).flat();
    const names = ["a", "b", "c", "d"].slice(0, 1 + random(4));
    const columns = names.map((name) => ({ name, ...fewValues(pick(pools), names.length, random) }));
    const table = new KeyTable(stack, `Random${seed}`, names);
    const told = columns.map(({ name, type }) => `${name} ${type} NOT NULL`);
    await table.create(
      told,
      [...names]
        .sort(() => random(2) - 0.5)
        .map((name) => `${name}${random(2) === 0 ? "" : " DESC"}`)
        .join(", "),
    );
    const rows = (from: number, count: number): string[][] =>
      Array.from({ length: count }, (_, at) => [...columns.map(({ values }) => pick(values)), String(from + at)]);
    await table.insert([...names, "v"], rows(0, 45));
    await setKey(stack.app, `enabled:${table.name}`, "true");
    await settle(3 + random(5));
    await expectLoadedOnce(table);
    for (let round = 0; round < 2; round++) {
      await table.insert([...names, "v"], rows(100 * (round + 1), 15));
      await table.run(`UPDATE ${table.name} SET v = v + 1 WHERE v % 3 = ${random(3)};
        DELETE ${table.name} WHERE v % 4 = ${random(4)};`);
      const { name, values } = pick(columns);
      await table.rekey(Array.from({ length: 12 }, () => `${name} = ${pick(values)} WHERE v = ${random(60)}`));
      await settle(3 + random(5));
      await table.expectEqual();
    }
  });

  /** A pool cut down, so that the columns before the last repeat; equal spellings stay together. */
  function fewValues(pool: KeyPool, columns: number, random: Random): KeyPool {
    const most = columns === 1 ? pool.values.length : 2 + random(5);
    const start = random(pool.values.length);
    const values = Array.from(
      { length: Math.min(most, pool.values.length) },
      (_, at) => pool.values[(start + at) % pool.values.length] ?? "",
    );
    return { type: pool.type, values: [...values, ...(pool.spellings ?? []).flat()] };
  }
});
