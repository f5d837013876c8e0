import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runTick } from "../../src/tick/run-tick.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import type { FaultAction, FaultPlace } from "../emulator/faults.ts";
import { InjectedError } from "../emulator/tds/fault-gate.ts";
import { SqlError } from "../emulator/values/sql-error.ts";

/** The relay loads into the stage itself, the driver into a carrier table beside it. */
const relayedBulk = /INSERT BULK #(chunk|changes) /i;

const refuse: FaultAction = {
  run: () => {
    throw new InjectedError(new SqlError(4816, 16, 1, "Invalid column type from bcp client for colid 1."), true);
  },
};

let stack: SyncStack;
beforeAll(async () => {
  stack = await startSyncStack({ settings: { ROW_TRANSPORT: "auto", FULL_LOAD_CHUNK_ROWS: "2" } });
});
afterAll(() => stack.close());

let table = "";
let tables = 0;
beforeEach(async () => {
  table = `T${++tables}`;
  await stack.databases.primary.run(`
    CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, amount decimal(38,10) NULL, name varchar(20) COLLATE Greek_CI_AS NOT NULL);
    ALTER TABLE ${table} ENABLE CHANGE_TRACKING;
    INSERT ${table} VALUES (1, 1234567890123456789012345678.0123456789, N'αβγ'), (2, NULL, ''), (3, -0.0000000001, 'c');`);
});

const columns = ["id", "amount", "name"];

function fault(place: Omit<FaultPlace, "match">, action: FaultAction) {
  const { faults } = stack.databases;
  if (faults === undefined) throw new Error("these tests need an emulator");
  return faults.at({ match: relayedBulk, ...place }, action);
}

async function ledger(): Promise<{ transport: string; reason: string | null }> {
  const [row] = await stack.databases.replica.rows(
    `SELECT transport, transport_reason AS reason FROM mssql_sync.ledger WHERE table_name = '${table}'`,
  );
  return row as { transport: string; reason: string | null };
}

async function change(): Promise<void> {
  await stack.databases.primary.run(
    `UPDATE ${table} SET amount = amount * 2, name = N'δ' WHERE id > 1; DELETE ${table} WHERE id = 1; INSERT ${table} VALUES (9, 9, N'ω');`,
  );
  await stack.tick();
}

describe("a probe", () => {
  it("that the replica takes lets the rows be relayed", async () => {
    await stack.load(table);
    await change();
    await expectEqualTables(stack, table, columns);
    expect(await ledger()).toEqual({ transport: "relay", reason: "the replica took a probe" });
  });

  it.each(["batch", "bulk"] as const)("that the replica refuses (%s) sends the rows by the driver", async (step) => {
    const refusal = fault({ step }, refuse);
    await stack.load(table);
    expect(refusal.hits).toBe(1);
    await change();
    await expectEqualTables(stack, table, columns);
    const { transport, reason } = await ledger();
    expect(transport).toBe("driver");
    expect(reason).toContain("Invalid column type from bcp client for colid 1. (SQL error 4816)");
    expect(stack.lines).toContainEqual(expect.objectContaining({ table, result: "moved", reason }));
  });

  it("is tried again where the connection is lost", async () => {
    const drop = fault({ step: "bulk", times: 2 }, "drop");
    await stack.load(table);
    expect(drop.hits).toBe(2);
    expect(await ledger()).toMatchObject({ transport: "relay" });
  });

  it("that the replica answers with a lost connection each time sends the rows by the driver", async () => {
    const drop = fault({ step: "bulk", times: 3 }, "drop");
    await stack.load(table);
    expect(drop.hits).toBe(3);
    expect(await ledger()).toMatchObject({ transport: "driver" });
    await expectEqualTables(stack, table, columns);
  });

  it("says nothing when the server has no room: it is tried again", async () => {
    const full = fault({ step: "bulk" }, { error: 1105 });
    await setKey(stack.app, `enabled:${table}`, "true");
    await stack.tickUntil("meet the full disk", () => Promise.resolve(full.hits > 0));
    expect(await getKey(stack.app, `error:${table}`)).toContain("1105");
    await stack.tickUntil("load after all", () => isLive(stack.app, table));
    expect(await ledger()).toMatchObject({ transport: "relay" });
  });

  it("is made for an adopted table before its first delta", async () => {
    const [row] = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
    await stack.databases.replica.run(`
      CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, amount decimal(38,10) NULL, name varchar(20) COLLATE Greek_CI_AS NOT NULL);
      INSERT ${table} VALUES (1, 1234567890123456789012345678.0123456789, N'αβγ'), (2, NULL, ''), (3, -0.0000000001, 'c');`);
    await setKey(stack.app, `version:${table}`, String(row?.["v"]));
    await setKey(stack.app, `enabled:${table}`, "true");
    fault({ step: "batch" }, refuse);
    await stack.tickUntil("adopt", () => isLive(stack.app, table));
    await change();
    expect(await ledger()).toMatchObject({ transport: "driver" });
    await expectEqualTables(stack, table, columns);
  });
});

describe("a refusal of rows", () => {
  it("in a later delta lets the driver go on, and never blocks the table", async () => {
    await stack.load(table);
    fault({ step: "bulk" }, refuse);
    await change();
    expect(await ledger()).toMatchObject({ transport: "driver" });
    expect(await getKey(stack.app, `error:${table}`)).toBeNull();
    await stack.tick();
    await expectEqualTables(stack, table, columns);
  });

  it("in the middle of a load goes on at the same cursor", async () => {
    await setKey(stack.app, `enabled:${table}`, "true");
    await stack.tickUntil("load the first chunk", async () => (await getKey(stack.app, `cursor:${table}`)) !== null);
    fault({ step: "bulk" }, refuse);
    await stack.tick();
    expect(await ledger()).toMatchObject({ transport: "driver" });
    expect(await getKey(stack.app, `cursor:${table}`)).not.toBeNull();
    await stack.tickUntil("load the rest", () => isLive(stack.app, table));
    await expectEqualTables(stack, table, columns);
  });

  it("is forgotten when an operator orders a full load: a probe is made", async () => {
    fault({ step: "batch" }, refuse);
    await stack.load(table);
    expect(await ledger()).toMatchObject({ transport: "driver" });
    await setKey(stack.app, `force_full_load:${table}`, "true");
    await stack.tickUntil("load again", async () => {
      const done = await isLive(stack.app, table);
      return done && (await getKey(stack.app, `force_full_load:${table}`)) === null;
    });
    expect(await ledger()).toMatchObject({ transport: "relay", reason: "the replica took a probe" });
  });

  it("is forgotten when the shape changes", async () => {
    fault({ step: "batch" }, refuse);
    await stack.load(table);
    const alter = `ALTER TABLE ${table} ADD more nvarchar(10) NULL;`;
    await stack.databases.primary.run(alter);
    await stack.databases.replica.run(alter);
    await stack.databases.primary.run(`UPDATE ${table} SET more = N'x';`);
    await stack.tickUntil("load in the new shape", async () => (await ledger()).transport === "relay");
    await stack.tickUntil("be live", () => isLive(stack.app, table));
    await expectEqualTables(stack, table, [...columns, "more"]);
  });
});

it("adds its column to a ledger of an older version", async () => {
  await stack.load(table);
  await stack.databases.replica.run("ALTER TABLE mssql_sync.ledger DROP COLUMN transport_reason;");
  await change();
  await expectEqualTables(stack, table, columns);
  expect(await ledger()).toEqual({ transport: "relay", reason: "the replica took a probe" });
});

it("obeys the setting at once, and probes when it is taken back", async () => {
  const other = await startSyncStack({ settings: { ROW_TRANSPORT: "driver" } });
  try {
    await other.databases.primary.run(
      "CREATE TABLE T (id int NOT NULL PRIMARY KEY); ALTER TABLE T ENABLE CHANGE_TRACKING; INSERT T VALUES (1);",
    );
    await other.load("T");
    const transports = () => other.databases.replica.rows("SELECT transport, transport_reason FROM mssql_sync.ledger");
    expect(await transports()).toEqual([{ transport: "driver", transport_reason: "ROW_TRANSPORT says so" }]);
    const auto = other.startApp({ ROW_TRANSPORT: "auto" });
    await other.databases.primary.run("INSERT T VALUES (2);");
    await runTick(auto, { signal: auto.stopping, log: auto.log });
    expect(await transports()).toEqual([{ transport: "relay", transport_reason: "the replica took a probe" }]);
    await expectEqualTables(other, "T", ["id"]);
  } finally {
    await other.close();
  }
});
