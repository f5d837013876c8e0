import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { raiseFence } from "../../src/replica/ledger.ts";
import type { Fault, FaultPlace } from "../emulator/faults.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { type InstanceProcess, startInstance } from "../support/instance-process.ts";
import { deleteKey, getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/**
 * Two instances of the app, one of them a process that the kernel stops (SIGSTOP) in the middle of a step for longer than its lease, while
 * the other goes on. When it wakes up it knows nothing of that: what it writes must come to nothing.
 */

const settings = { FULL_LOAD_CHUNK_ROWS: "20" };
const table = { schema: "dbo", name: "Account" };

/** Where the process stands still: a request of its own has been answered, and nobody reads the answer. */
type Moment = () => Fault;

// The emulator says when a request has come; a real server does not.
describe.runIf(process.env["SQLSERVER_PRIMARY_URL"] === undefined)("an instance that stood still", () => {
  let stack: SyncStack;
  let instance: InstanceProcess;
  let amount = 0;

  beforeAll(async () => {
    stack = await startSyncStack({ settings });
    await stack.databases.primary.run(`
      CREATE TABLE Account (id int NOT NULL PRIMARY KEY, balance int NOT NULL);
      ALTER TABLE Account ENABLE CHANGE_TRACKING;
      WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 50)
      INSERT Account SELECT i, 100 FROM n;`);
    await stack.load("Account");
    instance = await startInstance({
      ...settings,
      MSSQL_PRIMARY_URL: stack.databases.primary.url,
      MSSQL_REPLICA_URL: stack.databases.replica.url,
      REDIS_URL: stack.redis.url,
    });
    await instance.tick();
  });
  afterAll(async () => {
    await instance.close();
    await stack.close();
  });

  const at = (side: "primary" | "replica", place: FaultPlace): Fault => {
    const faults = stack.databases[side].emulator?.faults;
    if (faults === undefined) throw new Error("faults need an emulator");
    return faults.at({ app: "mssql_sync", ...place }, "freeze");
  };

  const readsChanges: Moment = () => at("primary", { step: "row", match: /^LEFT JOIN \[dbo\]/m });
  const readsChunk: Moment = () => at("primary", { step: "row", match: /OPTION \(RECOMPILE\)/ });
  const stages: Moment = () => at("replica", { step: "bulk" });
  /** Everything is applied, and the ledger row is to be written next. */
  const hasApplied: Moment = () => at("primary", { step: "rpc", match: /AS unmasks/ });

  async function change(): Promise<void> {
    amount++;
    await stack.databases.primary.run(`UPDATE Account SET balance = ${amount} WHERE id % 3 = 0;
      DELETE Account WHERE id = 7; INSERT Account VALUES (7, ${amount});`);
  }

  /**
   * The other instance does something, and the one that stood still goes on then.
   * @param untouched what the replica's rows are to be in the end; default: what the other has left
   */
  async function overtake(moment: Moment, meanwhile: () => Promise<void>, untouched?: unknown): Promise<void> {
    const fault = moment();
    const ticking = instance.tick();
    await Promise.race([fault.hit, ticking]);
    expect(fault.hits, "the moment was reached").toBe(1);
    instance.stop();
    fault.release();
    // What ten seconds without renewal do.
    await deleteKey(stack.app, "lease:Account");
    await change();
    await meanwhile();

    const [rows, ledger] = [untouched ?? (await rowsOnReplica()), await ledgerRows()];
    instance.wake();
    expect(await ticking).toEqual(["Account: held-elsewhere"]);
    expect([await rowsOnReplica(), await ledgerRows()]).toEqual([rows, ledger]);

    await stack.tickUntil("live again", () => isLive(stack.app, "Account"));
    await instance.tick();
    await expectEqualTables(stack, "Account", ["id", "balance"]);
    expect(await getKey(stack.app, "enabled:Account")).toBe("true");
  }

  const rowsOnReplica = () => stack.databases.replica.rows("SELECT id, balance FROM Account ORDER BY id;");
  const ledgerRows = () => stack.databases.replica.rows("SELECT * FROM mssql_sync.ledger ORDER BY table_name;");

  const moments: [string, Moment][] = [
    ["while it reads changes", readsChanges],
    ["while it stages rows", stages],
  ];

  describe.each(moments)("%s", (_what, moment) => {
    it("writes nothing after the other has gone on with the delta", async () => {
      await change();
      await overtake(moment, async () => void (await stack.tick()));
    });

    it("writes nothing after Redis was flushed and filled again by the other", async () => {
      await change();
      await overtake(moment, async () => {
        await stack.redis.flush();
        await stack.tick();
        await stack.tick();
      });
    });

    it("writes nothing into a table that the other has truncated and loads", async () => {
      await change();
      await overtake(moment, async () => {
        await setKey(stack.app, "force_full_load:Account", "true");
        await stack.tick();
        const [rows] = await stack.databases.replica.rows("SELECT COUNT(*) AS n FROM Account;");
        expect(rows?.["n"], "the load is under way").toBeLessThan(50);
      });
      expect(await getKey(stack.app, "force_full_load:Account")).toBeNull();
    });
  });

  it("takes back what it has applied when the other raised the fence before the ledger row was written", async () => {
    await change();
    // Nobody else can read them meanwhile: the transaction that stands still holds their locks.
    const untouched = await rowsOnReplica();
    await overtake(hasApplied, async () => void (await raiseFence(stack.app.replica, table)), untouched);
  });

  it("writes no chunk of a load that the other has ended", async () => {
    await startLoad();
    await overtake(readsChunk, () => stack.tickUntil("live", () => isLive(stack.app, "Account")));
  });

  it("writes no chunk of a load that the other has started over, with Redis flushed in between", async () => {
    await startLoad();
    await overtake(readsChunk, async () => {
      await stack.redis.flush();
      await stack.tick();
      await setKey(stack.app, "force_full_load:Account", "true");
      await stack.tick();
    });
  });

  async function startLoad(): Promise<void> {
    await setKey(stack.app, "force_full_load:Account", "true");
    await stack.tickUntil("the load is under way", async () => (await getKey(stack.app, "cursor:Account")) !== null);
  }

  it("ticks beside the other all the time, and the replica is right at the end", async () => {
    await setKey(stack.app, "force_full_load:Account", "true");
    for (let round = 0; round < 10; round++) {
      await Promise.all([change(), instance.tick(), stack.tick()]);
      if (round === 4) await stack.redis.flush();
    }
    await stack.tickUntil("live", () => isLive(stack.app, "Account"));
    await stack.tick();
    await expectEqualTables(stack, "Account", ["id", "balance"]);
  });
});
