import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModuleRun, ModuleState } from "../../../src/model/module-state.ts";
import { RedisConnection, RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { listStrangeKeys } from "../../../src/state/list-strange-keys.ts";
import { readModuleStates, writeModuleStates } from "../../../src/state/module-states.ts";
import { SyncState } from "../../../src/state/sync-state.ts";
import { type RedisServer, startRedis } from "../../support/redis-server.ts";

const at = "2026-03-01T12:00:00.000Z";
const run: ModuleRun = {
  at,
  ms: 120,
  modules: 2,
  changed: 1,
  pending: 1,
  postponed: 0,
  dropsHeld: { reason: "the primary shows no module at all", fix: "confirm" },
  advice: ["GRANT SELECT"],
};
const created: ModuleState = { type: "V", state: "in-sync", lastChange: { what: "created", at } };
const waiting: ModuleState = {
  type: "TF",
  state: "pending",
  reason: "Invalid object name 'T'.",
  fix: "enable the table",
  sqlError: 208,
  attempts: 3,
  retryAt: at,
  attempted: "create ABCD 11",
};

let server: RedisServer;
let operator: ReturnType<typeof createClient>;
let redis: RedisConnection;
let state: SyncState;

beforeAll(async () => {
  server = await startRedis();
  operator = createClient({ url: server.url });
  await operator.connect();
  redis = new RedisConnection(server.url);
  state = new SyncState(redis, "mssql_sync");
});

beforeEach(() => server.flush());

afterAll(async () => {
  redis.close();
  operator.destroy();
  await server.close();
});

async function write(states: Record<string, ModuleState>): Promise<void> {
  await writeModuleStates(state, await readModuleStates(state), new Map(Object.entries(states)), run);
}

describe("the states of the modules", () => {
  it("are none in an empty Redis", async () => {
    const found = await readModuleStates(state);
    expect([found.states.size, found.run, found.configUrls]).toEqual([
      0,
      undefined,
      { primary: undefined, replica: undefined },
    ]);
  });

  it("are read as they were written", async () => {
    await write({ vA: created, "sales.f": waiting });
    const found = await readModuleStates(state);
    expect(Object.fromEntries(found.states)).toEqual({ vA: created, "sales.f": waiting });
    expect(found.run).toEqual(run);
    expect((await operator.keys("*")).sort()).toEqual(["mssql_sync:module_run", "mssql_sync:modules"]);
  });

  it("of modules that are no more are removed", async () => {
    await write({ vA: created, vB: created });
    await write({ vB: created });
    expect(await operator.hKeys("mssql_sync:modules")).toEqual(["vB"]);
    await write({});
    expect(await operator.exists("mssql_sync:modules")).toBe(0);
  });

  it("that mean nothing are left out, and written over", async () => {
    await operator.hSet("mssql_sync:modules", { vA: "{", vB: '{"type":"TR","state":"in-sync"}', vC: '"text"' });
    await operator.set("mssql_sync:module_run", "yesterday");
    const found = await readModuleStates(state);
    expect([found.states.size, found.run]).toEqual([0, undefined]);
    await write({ vA: created });
    expect(await operator.hGetAll("mssql_sync:modules")).toEqual({ vA: JSON.stringify(created) });
  });

  it("are no strange keys", async () => {
    await write({ vA: created });
    await operator.set("mssql_sync:app_lease:modules", "owner");
    await operator.set("mssql_sync:module", "x");
    expect(await listStrangeKeys(state, new Set())).toMatchObject([{ key: "mssql_sync:module" }]);
  });

  it("fail with RedisUnavailable where Redis is away", async () => {
    const away = new RedisConnection("redis://127.0.0.1:1");
    await expect(readModuleStates(new SyncState(away, "mssql_sync"))).rejects.toThrow(RedisUnavailable);
    away.close();
  });
});
