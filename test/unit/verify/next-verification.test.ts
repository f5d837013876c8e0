import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listStrangeKeys } from "../../../src/state/list-strange-keys.ts";
import { RedisConnection, RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { SyncState } from "../../../src/state/sync-state.ts";
import { readVerification, readVerifications, writeVerification } from "../../../src/state/verifications.ts";
import { firstRun, nextVerification } from "../../../src/verify/next-verification.ts";
import { afterFailure, afterLook, ordered, resultOf, started } from "../../../src/verify/verification-steps.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";
import { liveRow, loadingRow } from "../state/ledger-rows.ts";

const at = "2026-03-01T12:00:00.000Z";
const now = Date.parse(at);

function order(askedBy: "http" | "schedule", askedAt = at) {
  return ordered({}, { repair: false, askedBy, at: askedAt }).run!;
}

let server: RedisServer;
let redis: RedisConnection;
let state: SyncState;
beforeAll(async () => {
  server = await startRedis();
  redis = new RedisConnection(server.url);
  state = new SyncState(redis, "mssql_sync");
});
beforeEach(() => server.flush());
afterAll(async () => {
  redis.close();
  await server.close();
});

const table = { schema: "dbo", name: "User" };

describe("whose turn it is", () => {
  it.each([
    ["nobody's", [], undefined],
    [
      "who asked first",
      [
        ["B", order("http")],
        ["A", order("http", "2026-03-01T12:00:00.001Z")],
      ],
      "B",
    ],
    [
      "by name, where all were asked for at once",
      [
        ["B", order("schedule")],
        ["A", order("schedule")],
      ],
      "A",
    ],
    [
      "an operator's before the schedule's",
      [
        ["A", order("schedule", "2026-01-01T00:00:00.000Z")],
        ["B", order("http")],
      ],
      "B",
    ],
    [
      "not who waits for a retry",
      [
        ["A", { ...order("http"), retryAt: "2026-03-01T12:00:00.001Z" }],
        ["B", order("schedule")],
      ],
      "B",
    ],
    [
      "who has waited long enough",
      [
        ["A", { ...order("http"), retryAt: at }],
        ["B", order("schedule")],
      ],
      "A",
    ],
  ] as const)("%s", (_, runs, expected) => {
    expect(firstRun(runs, now)).toBe(expected);
  });

  it("is that of a live table that nothing is in the way of", async () => {
    const names = ["Blocked", "Loading", "Paused", "User"];
    for (const name of names) {
      const of = { schema: "dbo", name };
      expect(await writeVerification(state, of, { text: "" }, { run: order("http") })).toBe(true);
    }
    const planned = (kind: string, row = liveRow()) => ({ view: { table: row.table, row }, plan: { kind } });
    const waiting = [
      planned("blocked", liveRow({ key: "Blocked" })),
      planned("full-load-chunk", loadingRow({ key: "Loading" })),
      planned("paused", liveRow({ key: "Paused" })),
      planned("idle", liveRow({ key: "Unasked" })),
    ];
    expect(await nextVerification(state, waiting, now)).toBeUndefined();
    for (const kind of ["idle", "delta"])
      expect(await nextVerification(state, [...waiting, planned(kind)], now)).toBe("User");
  });
});

describe("a verification in Redis", () => {
  it("comes back as it was written, with all that it can hold", async () => {
    const run = started(order("http"), { loadId: "7", total: 9, at });
    const found = [{ key: ["a\ud800", "é"], kind: "missing" as const }];
    const suspect = afterLook(run, { end: ["x", "y"], rows: 3, differences: found }).run;
    const confirmed = afterLook(suspect, { end: ["x", "y"], rows: 3, differences: found }).run;
    const failed = afterFailure(confirmed, { error: "e", fix: "f", at, retryAt: at });
    for (const value of [
      { run },
      { run: suspect },
      { run: confirmed, last: resultOf(failed, at, true) },
      { run: failed },
      {},
    ]) {
      const before = await readVerification(state, table);
      expect(await writeVerification(state, table, before, value)).toBe(true);
      const after = await readVerification(state, table);
      expect(after.value).toEqual(JSON.parse(JSON.stringify(value)));
      expect(after.garbage).toBe(false);
    }
  });

  it("is not written over another one", async () => {
    const found = await readVerification(state, table);
    await writeVerification(state, table, found, { run: order("http") });
    expect(await writeVerification(state, table, found, {})).toBe(false);
    expect((await readVerification(state, table)).value.run).toBeDefined();
  });

  it.each(["", "x", "[]", '{"run":{}}', '{"last":1}', '{"run":{"rows":-1}}'])(
    "that means nothing (%j) is none",
    async (text) => {
      await redis.run("set", (client) => client.set("mssql_sync:verify:User", text));
      const found = await readVerification(state, table);
      expect(found).toEqual({ text, value: {}, garbage: true });
      expect(await writeVerification(state, table, found, { run: order("http") })).toBe(true);
      expect((await readVerification(state, table)).garbage).toBe(false);
    },
  );

  it("of another type is none, and is overwritten", async () => {
    await redis.run("set", (client) => client.hSet("mssql_sync:verify:User", "a", "b"));
    const found = await readVerification(state, table);
    expect(found).toMatchObject({ value: {}, garbage: true });
    expect(await writeVerification(state, table, found, { run: order("http") })).toBe(true);
    expect((await readVerification(state, table)).value.run).toBeDefined();
  });

  it("stands under a key that names its table", async () => {
    await writeVerification(state, table, { text: "" }, {});
    await redis.run("set", (client) => client.set("mssql_sync:verify:user", "{}"));
    expect(await listStrangeKeys(state, new Set(["User"]))).toMatchObject([
      { key: "mssql_sync:verify:user", nearest: "User" },
    ]);
  });

  it("cannot be read where Redis is away", async () => {
    const away = new SyncState(new RedisConnection("redis://127.0.0.1:1"), "mssql_sync");
    await expect(readVerifications(away, [table])).rejects.toThrow(RedisUnavailable);
    expect(await readVerifications(away, [])).toEqual(new Map());
  });
});
