import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import { startHost, type LocalHost } from "../host/start-host.ts";
import type { LogLine } from "../host/worker/worker-message.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const app = "mssql_sync";
/** Generous: two cores may be busy. What is promised to the host is 5 s. */
const limitMs = 15_000;

/** Node warns on the console that the emulator is called by its IP address. */
function isError({ level, category, message }: LogLine): boolean {
  const ofNode = category === "Console" && /DeprecationWarning|--trace-deprecation/.test(message);
  return (level === "error" || level === "critical") && !ofNode;
}

const onEmulators =
  process.env["SQLSERVER_PRIMARY_URL"] === undefined && process.env["SQLSERVER_REPLICA_URL"] === undefined;

/** Only an emulator can be made to stand still. */
describe.runIf(onEmulators)("the end of the process", () => {
  let databases: TestDatabases;
  let redis: RedisServer;
  let operator: ReturnType<typeof createClient>;
  let host: LocalHost;
  let log: LogLine[];

  const start = async (): Promise<void> => {
    log = [];
    host = await startHost({
      cwd: join(import.meta.dirname, "../.."),
      onLog: (line) => log.push(line),
      settings: {
        MSSQL_PRIMARY_URL: databases.primary.url,
        MSSQL_REPLICA_URL: databases.replica.url,
        REDIS_URL: redis.url,
        FULL_LOAD_CHUNK_ROWS: "5",
        DELTA_SLICE_ROWS: "5",
        // What runs, runs because a test asked for it.
        SYNC_SCHEDULE: "0 0 0 1 1 *",
        MODULE_SYNC_SCHEDULE: "0 0 0 1 1 *",
      },
    });
  };
  const call = async (method: string, path: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${host.url}/api/${path}`, { method, headers: { "x-functions-key": host.key } });
    return (await response.json()) as Record<string, unknown>;
  };
  const tick = (): Promise<void> => host.invoke("syncTables");
  const ids = async (side: "primary" | "replica"): Promise<unknown[]> =>
    (await databases[side].rows("SELECT id FROM [Product] ORDER BY id")).map(({ id }) => id);
  const tickUntil = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let ticks = 0; ticks < 40; ticks++) {
      if (await holds()) return;
      await tick();
    }
    throw new Error(`not within 40 ticks: ${JSON.stringify(await call("GET", "tables"))}`);
  };
  const isLive = async (): Promise<boolean> => (await call("GET", "tables/Product"))["state"] === "live";

  /** Waits until the host takes no calls any more: the worker has its order to end by then. */
  const hostRefuses = async (): Promise<void> => {
    const { url } = host;
    for (let open = true; open;) open = await fetch(url).then(Boolean, () => false);
  };

  /**
   * Starts work, waits until it is where the faults are, and ends the process. After that nothing of the end may be left
   * to see: no error, no lease; the next process is then started.
   */
  const stopAt = async (faults: readonly Fault[], work: readonly (() => Promise<unknown>)[]): Promise<string[]> => {
    const running = work.map((each) => each().catch(() => undefined));
    await Promise.all(faults.map((fault) => fault.hit));
    const startedAt = performance.now();
    await host.stop();
    expect(performance.now() - startedAt).toBeLessThan(limitMs);
    await Promise.all(running);
    expect(log.filter(isError)).toEqual([]);
    expect(await operator.keys("mssql_sync:lease:*")).toEqual([]);
    expect(await operator.keys("mssql_sync:app_lease:*")).toEqual([]);
    expect(await operator.keys("mssql_sync:error:*")).toEqual([]);
    for (const fault of faults) fault.release();
    const lines = log.map(({ message }) => message);
    await start();
    return lines;
  };

  beforeAll(async () => {
    [databases, redis] = await Promise.all([openTestDatabases(), startRedis()]);
    operator = createClient({ url: redis.url });
    await operator.connect();
    await databases.primary.run(`
      CREATE TABLE [Product] (id BIGINT PRIMARY KEY, name NVARCHAR(100));
      ALTER TABLE [Product] ENABLE CHANGE_TRACKING;
      INSERT [Product] SELECT value, N'first' FROM GENERATE_SERIES(1, 12);
      GO
      CREATE VIEW dbo.vProduct AS SELECT id FROM dbo.Product;`);
    await start();
  });
  afterEach(() => {
    databases.primary.emulator?.faults.clear();
    databases.replica.emulator?.faults.clear();
  });
  afterAll(async () => {
    await host.stop();
    operator.destroy();
    await redis.close();
    await databases.close();
  });

  const primary = () => databases.primary.emulator!.faults;
  const replica = () => databases.replica.emulator!.faults;

  it("gives up a chunk that the primary stands still in, and goes on at the cursor", async () => {
    await call("POST", "tables/Product/enable");
    await tickUntil(async () => (await operator.get("mssql_sync:cursor:Product")) !== null);
    const held = primary().at({ step: "row", app, match: /FROM \[dbo\]\.\[Product\]/, after: 2 }, "freeze");
    const lines = await stopAt([held], [tick]);
    expect(lines).toContainEqual(expect.stringContaining('"result":"stopped"'));
    expect(await operator.get("mssql_sync:cursor:Product")).not.toBeNull();
    await tickUntil(isLive);
    expect(await ids("replica")).toEqual(await ids("primary"));
  });

  it("ends behind the slice of a big delta that is being committed, and goes on there", async () => {
    await databases.primary.run("INSERT [Product] SELECT value, N'second' FROM GENERATE_SERIES(101, 150);");
    let goOn = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (goOn = resolve));
    const held = replica().at({ step: "commit", app, match: /#changes/, after: 1 }, { run: () => stopped });
    const stopping = stopAt([held], [tick]);
    await held.hit;
    await hostRefuses();
    goOn();
    expect(await stopping).toContainEqual(expect.stringContaining('"result":"stopped"'));
    const between = await ids("replica");
    expect(between.length).toBeGreaterThanOrEqual(12 + 10);
    expect(between.length).toBeLessThan(62);
    await tickUntil(async () => (await ids("replica")).length === 62);
    expect(await isLive()).toBe(true);
  });

  it("breaks off a commit that the replica does not answer: of a table, and of a module", async () => {
    await host.invoke("syncModules");
    await databases.primary.run(`
      UPDATE [Product] SET name = N'third' WHERE id < 3;
      GO
      ALTER VIEW dbo.vProduct AS SELECT id, name FROM dbo.Product;`);
    const table = replica().at({ step: "commit", app, match: /#changes/ }, "freeze");
    const module = replica().at({ step: "commit", app, match: /mssql_sync\.module_fence/ }, "freeze");
    const lines = await stopAt([table, module], [tick, () => host.invoke("syncModules")]);
    expect(lines.filter((line) => line.includes('"event":"stopped"'))).toHaveLength(1);
    await tick();
    await host.invoke("syncModules");
    expect(await databases.replica.rows("SELECT name FROM [Product] WHERE id < 3")).toEqual([
      { name: "third" },
      { name: "third" },
    ]);
    expect((await call("GET", "modules"))["modules"]).toMatchObject([{ state: "in-sync" }]);
    expect(await databases.replica.rows("SELECT TOP (1) name FROM dbo.vProduct")).toHaveLength(1);
  });

  it("gives up a verification, which goes on where it was", async () => {
    await call("POST", "tables/Product/verify");
    const held = primary().at({ step: "row", app, match: /SELECT TOP \(@most\)/, after: 2 }, "freeze");
    await stopAt([held], [tick]);
    expect((await call("GET", "tables/Product/verify"))["running"]).not.toBeNull();
    await tickUntil(async () => (await call("GET", "tables/Product/verify"))["running"] === null);
    expect((await call("GET", "tables/Product/verify"))["last"]).toMatchObject({ result: "equal" });
  });

  it("does not wait for servers that answer no login, and answers what HTTP still asks", async () => {
    await host.stop();
    await start();
    const held = [primary(), replica()].map((faults) => faults.at({ step: "login", app, times: 20 }, "freeze"));
    let answer: Response | undefined;
    const ask = async (): Promise<void> => {
      answer = await fetch(`${host.url}/api/modules/sync`, {
        method: "POST",
        headers: { "x-functions-key": host.key },
      });
    };
    await stopAt(held, [tick, ask]);
    expect(answer?.status).toBe(503);
    expect(answer?.headers.get("retry-after")).toBe("5");
    await tick();
    expect(await isLive()).toBe(true);
  });
});
