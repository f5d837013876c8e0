import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { checkHealth } from "../../src/operations/check-health.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { type RedisClient, RedisConnection, RedisUnavailable } from "../../src/state/connect-redis.ts";
import { tableKinds } from "../../src/state/keys.ts";
import { SyncState } from "../../src/state/sync-state.ts";
import { type RedisGate, startRedisGate } from "../support/crash-redis.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/**
 * What happens to Redis while one table is live, one in the middle of a load, one in the middle of a load by order, and one
 * paused. Nothing of it may cost a row or an operator's decision.
 */

let stack: SyncStack;
let gate: RedisGate;
let app: App;

const columns = ["id", "v"];
const enabledTables = ["Live", "Loading", "Forced"];
const settings = { FULL_LOAD_CHUNK_ROWS: "4" };

beforeEach(async () => {
  stack = await startSyncStack({ settings });
  gate = await startRedisGate(stack.redis.url);
  app = stack.startApp({ REDIS_URL: gate.url });
  const tables = [...enabledTables, "Paused"];
  await stack.databases.primary.run(
    tables
      .map(
        (table) => `CREATE TABLE dbo.${table} (id int PRIMARY KEY, v nvarchar(20) NULL);
  ALTER TABLE dbo.${table} ENABLE CHANGE_TRACKING;
  WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 22) INSERT dbo.${table} SELECT i, N'a' FROM n;`,
      )
      .join("\n"),
  );
  await stack.load("Live", "Forced", "Paused");
  await setKey(stack.app, "enabled:Paused", "false");
  await setKey(stack.app, "enabled:Loading", "true");
  await setKey(stack.app, "force_full_load:Forced", "true");
  await stack.tickUntil("both loads are under way", async () => {
    const loading = await Promise.all(["Loading", "Forced"].map((table) => getKey(stack.app, `cursor:${table}`)));
    return loading.every((cursor) => cursor !== null);
  });
  await change("b");
});
afterEach(async () => {
  gate.close();
  await stack.close();
});

/** A change behind every cursor, one before it, and one in the paused table. */
async function change(v: string): Promise<void> {
  await stack.databases.primary.run(
    [...enabledTables, "Paused"]
      .map((table) => `UPDATE dbo.${table} SET v = N'${v}' WHERE id IN (2, 21); DELETE dbo.${table} WHERE id = 3;`)
      .join("\n"),
  );
}

async function statesOf(): Promise<Record<string, string>> {
  const { tables } = reportTables(await readTables(stack.app));
  return Object.fromEntries(tables.map(({ table, state }) => [table, state]));
}

/** Within few ticks all is as if nothing had happened. @param paused by what happened, tables which nobody had paused */
async function expectHealed(paused: readonly string[] = []): Promise<void> {
  const running = enabledTables.filter((table) => !paused.includes(table));
  // A table that failed is looked at again later: here it is later at every tick.
  let now = stack.app.clock.now();
  const later = { ...stack.app, clock: { ...stack.app.clock, now: () => now } };
  const isHealed = async (): Promise<boolean> => {
    const { tables } = reportTables(await readTables(stack.app));
    const wanted = tables.filter(({ table }) => running.includes(table));
    return wanted.every(({ state, lagVersions, error }) => state === "live" && lagVersions === 0 && error === null);
  };
  let ticks = 0;
  for (; ticks < 20 && !(await isHealed()); ticks++) {
    now += 600_000;
    await stack.tick(later);
  }
  expect(await isHealed(), `healed within ${ticks} ticks; ${JSON.stringify(stack.lines.slice(-4))}`).toBe(true);
  for (const table of running) await expectEqualTables(stack, `dbo.${table}`, columns);
  const states = await statesOf();
  for (const table of [...paused, "Paused"]) expect(states[table]).toBe("paused");
  // As it was when it was paused: the changes since then have not been applied.
  expect(await stack.databases.replica.rows("SELECT v FROM dbo.Paused WHERE id IN (2, 3);")).toHaveLength(2);
  expect(await getKey(stack.app, "force_full_load:Forced")).toBeNull();
  for (const table of running) {
    const report = await getKey(stack.app, `version:${table}`);
    expect(await getKey(stack.app, `published:${table}`)).toContain(`"version":"${report}"`);
  }
}

async function dump(): Promise<[key: string, value: string][]> {
  return app.state.redis.run("dump", async (client) => {
    const keys = await client.keys("mssql_sync:*");
    const values: [string, string][] = [];
    for (const key of keys) {
      if ((await client.type(key)) === "string") values.push([key, (await client.get(key)) ?? ""]);
    }
    return values;
  });
}

async function findingsOf(): Promise<string[]> {
  const { findings } = await checkHealth(app, { moduleSync: false });
  return findings.map(({ what }) => what);
}

describe("Redis is lost", () => {
  it("flushed: flags and progress come back from the ledger, and the health report says so", async () => {
    await stack.redis.flush();
    await stack.tick(app);
    expect(await getKey(app, "enabled:Live")).toBe("true");
    expect(await getKey(app, "enabled:Paused")).toBe("false");
    expect(await getKey(app, "cursor:Loading")).not.toBeNull();
    const { redis } = await checkHealth(app, { moduleSync: false });
    expect(redis).toMatchObject({ reachable: true, rebuilt: { why: "redis-lost", at: expect.any(String) as string } });
    expect(stack.lines.filter(({ event }) => event === "redis-lost")).toHaveLength(1);
    await expectHealed();
  });

  it("restarted empty: the next tick connects again", async () => {
    await stack.tick(app);
    gate.shut();
    await stack.redis.flush();
    await expect(stack.tick(app)).rejects.toThrow(RedisUnavailable);
    gate.open();
    await stack.tick(app);
    expect(await getKey(app, "enabled:Paused")).toBe("false");
    await expectHealed();
  });

  it("flushed in the middle of every tick", async () => {
    for (const after of [1, 4, 9, 16, 25]) {
      let commands = 0;
      gate.onMoment = async ({ step }) => {
        if (step === "before" && ++commands === after) await stack.redis.flush();
      };
      await change(`f${after}`);
      await stack.tick(app);
      gate.onMoment = undefined;
    }
    await expectHealed();
  });

  it("rolled back to the past: versions, cursors and orders of the past are not believed", async () => {
    const past = await dump();
    await stack.tickUntil("all loads are done", async () => (await statesOf())["Forced"] === "live");
    await change("c");
    await stack.tick();
    await stack.redis.flush();
    await app.state.redis.run("put the past back", (client) =>
      Promise.all(past.map(([key, value]) => client.set(key, value))),
    );
    await change("d");
    await stack.tick(app);
    const reloads = stack.lines.filter(({ result }) => result === "load-started").length;
    await expectHealed();
    // The order of the past was obeyed long ago: it starts no load.
    expect(stack.lines.filter(({ result }) => result === "load-started")).toHaveLength(reloads);
  });

  it("rolled back to before a table was enabled: the flags of then count, and no row is lost", async () => {
    const past = (await dump()).map(([key, value]): [string, string] => [
      key,
      key.includes(":enabled:") ? "false" : value,
    ]);
    await stack.tick();
    await app.state.redis.run("put the past back", (client) =>
      Promise.all(past.map(([key, value]) => client.set(key, value))),
    );
    await stack.tick(app);
    for (const table of enabledTables) await setKey(app, `enabled:${table}`, "true");
    await expectHealed();
  });
});

describe("Redis refuses", () => {
  const writes = /^(SET|DEL|EVAL|HSET|HDEL|PEXPIRE)$/;
  it.each([
    ["is read-only", writes, "READONLY You can't write against a read only replica."],
    ["is out of memory", writes, "OOM command not allowed when used memory > 'maxmemory'."],
    [
      "cannot persist",
      writes,
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist.",
    ],
    ["is starting", /./, "LOADING Redis is loading the dataset in memory"],
    ["wants a password", /./, "NOAUTH Authentication required."],
  ])("%s: ticks say so, lose nothing, and go on when it is over", async (_what, commands, error) => {
    gate.onMoment = (moment) => {
      if (moment.step === "before" && commands.test(moment.command)) moment.refuse(error);
    };
    for (let ticks = 0; ticks < 3; ticks++) {
      await change(`t${ticks}`);
      await stack.tick(app).catch((failure: unknown) => expect(failure).toBeInstanceOf(RedisUnavailable));
    }
    const health = await checkHealth(app, { moduleSync: false });
    expect(health.status).toBe("unhealthy");
    expect(health.findings.map(({ what }) => what).join("\n")).toContain(error.split(" ")[0]);
    gate.onMoment = undefined;
    await expectHealed();
    expect((await checkHealth(app, { moduleSync: false })).status).not.toBe("unhealthy");
  });

  it("every single command fails once, in tick after tick: it converges all the same", async () => {
    let failing = 0;
    for (let commands = Infinity; failing < commands; failing++) {
      let count = 0;
      gate.onMoment = (moment) => {
        if (moment.step === "before" && count++ === failing) moment.refuse("ERR a passing failure");
      };
      await stack.tick(app).catch((failure: unknown) => expect(failure).toBeInstanceOf(RedisUnavailable));
      if (count <= failing) commands = failing;
      if (failing % 5 === 0) await change(`e${failing}`);
    }
    gate.onMoment = undefined;
    expect(failing).toBeGreaterThan(20);
    await expectHealed();
  });
});

describe("Redis is away or slow", () => {
  it("unreachable: a tick fails with that, nothing else does, and the next one goes on", async () => {
    await stack.tick(app);
    gate.shut();
    for (let ticks = 0; ticks < 3; ticks++) await expect(stack.tick(app)).rejects.toThrow(/connect to Redis at 127/);
    expect((await findingsOf()).join("\n")).toContain("connect to Redis");
    gate.open();
    await expectHealed();
    await stack.tick(app);
  });

  it("lost in the middle of a step: the step ends by the fence, and the next tick goes on", async () => {
    gate.onMoment = (moment) => {
      if (moment.command === "SET" && moment.key.includes("published:")) moment.drop();
    };
    await change("lost");
    await stack.tick(app);
    gate.onMoment = undefined;
    await expectHealed();
  });

  it("no answer in time: the tick fails, and the next one goes on", async () => {
    const impatient = {
      ...app,
      state: new SyncState(new RedisConnection(gate.url, { commandTimeoutMs: 150 }), app.config.redisKeyPrefix),
    };
    await stack.tick(impatient);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    gate.onMoment = () => held;
    await expect(stack.tick(impatient)).rejects.toMatchObject({
      cause: { message: "no answer within 150 ms" },
    });
    gate.onMoment = undefined;
    release();
    await stack.tick(impatient);
    impatient.state.redis.close();
    await expectHealed();
  });
});

describe("what somebody put into Redis", () => {
  const appKeys = ["epoch", "rebuilt", "config:primary_url", "config:replica_url", "modules", "module_run"];
  const places = [...tableKinds.flatMap((kind) => [`${kind}:Live`, `${kind}:Loading`, `${kind}:Forced`]), ...appKeys];

  it.each([
    ["a list", (client: RedisClient, key: string) => client.rPush(key, ["x", "y"])],
    ["a hash", (client: RedisClient, key: string) => client.hSet(key, "field", "{}")],
    ["an empty text", (client: RedisClient, key: string) => client.set(key, "")],
    ["a text", (client: RedisClient, key: string) => client.set(key, "what's that?")],
    ["a negative number", (client: RedisClient, key: string) => client.set(key, "-1")],
    [
      "JSON of another kind",
      (client: RedisClient, key: string) => client.set(key, '{"version":[],"at":"never","what":7}'),
    ],
    ["a number beyond bigint", (client: RedisClient, key: string) => client.set(key, "99999999999999999999")],
  ] as const)("%s under every key: no tick fails, and all but what it paused goes on", async (_what, put) => {
    await app.state.redis.run("put garbage", async (client) => {
      for (const place of places) {
        const key = `mssql_sync:${place}`;
        await client.del(key);
        await put(client, key);
      }
    });
    await stack.syncModules({}, app);
    for (let ticks = 0; ticks < 3; ticks++) await stack.tick(app);
    // A flag that means nothing is no order to copy.
    expect(await statesOf()).toMatchObject({ Live: "paused", Loading: "paused", Forced: "paused", Paused: "paused" });
    expect((await findingsOf()).join("\n")).toMatch(/enabled:Live holds a value that means nothing/);
    for (const table of enabledTables) await setKey(app, `enabled:${table}`, "true");
    await app.state.redis.run("an order that means nothing is taken back", (client) =>
      client.del(enabledTables.map((table) => `mssql_sync:force_full_load:${table}`)),
    );
    await expectHealed();
    expect(await stack.syncModules({}, app)).toMatchObject({ kind: "done" });
    expect((await findingsOf()).filter((what) => what.includes("means nothing") && !what.includes(":verify:"))).toEqual(
      [],
    );
  });

  it("another pair of databases: nothing is synced, and the health report says whose keys they are", async () => {
    await setKey(app, "config:replica_url", "mssql://elsewhere:1433/other");
    await expect(stack.tick(app)).rejects.toThrow(/another pair of databases: replica mssql:\/\/elsewhere:1433\/other/);
    const health = await checkHealth(app, { moduleSync: false });
    expect(health.status).toBe("unhealthy");
    expect(health.findings.find(({ severity }) => severity === "fatal")?.fix).toContain("REDIS_KEY_PREFIX");
    await app.state.redis.run("DEL", (client) => client.del("mssql_sync:config:replica_url"));
    await expectHealed();
  });
});
