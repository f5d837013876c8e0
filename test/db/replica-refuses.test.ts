import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { deleteKey, getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** What stands in the way of one table on the replica: it alone waits, says why, and goes on when the cause is gone. */

let stack: SyncStack;

beforeEach(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "7", DELTA_SLICE_ROWS: "5" } });
  await stack.databases.primary.run(`CREATE TABLE dbo.Parent (id int PRIMARY KEY, v int NULL);
  CREATE TABLE dbo.Child (a int NOT NULL, b nvarchar(20) NOT NULL, v int NULL, PRIMARY KEY (a, b DESC));
  ALTER TABLE dbo.Parent ENABLE CHANGE_TRACKING; ALTER TABLE dbo.Child ENABLE CHANGE_TRACKING;
  INSERT dbo.Parent VALUES (1, 1), (2, 2), (3, 3);
  INSERT dbo.Child VALUES (1, N'x', 1), (1, N'y', 2), (2, N'z', 3);`);
  await stack.load("Parent", "Child");
});
afterEach(() => stack.close());

async function report(table: string) {
  const { tables } = reportTables(await readTables(stack.app));
  return tables.find((each) => each.table === table);
}

/** Ticks that look at every table, whatever the time of its next look. */
async function tick(times: number): Promise<void> {
  for (let each = 0; each < times; each++) {
    const error = await getKey(stack.app, "error:Child");
    if (error !== null) {
      const now = { ...(JSON.parse(error) as object), retryAt: "2000-01-01T00:00:00.000Z" };
      await setKey(stack.app, "error:Child", JSON.stringify(now));
    }
    await stack.tick();
  }
}

const insertChildren = Array.from({ length: 20 }, (_, at) => `(${10 + at}, N'k${at}', ${at})`).join(", ");

describe("a row that the replica refuses", () => {
  it.each([
    ["CHECK (v <> 13)", 547],
    ["UNIQUE (v)", 2627],
  ])("blocks its table alone, is named by its key, and heals: %s", async (constraint, number) => {
    const { primary, replica } = stack.databases;
    await replica.run(`ALTER TABLE dbo.Child ADD CONSTRAINT extra ${constraint};`);
    await primary.run(`INSERT dbo.Child VALUES ${insertChildren}; INSERT dbo.Child VALUES (50, N'it''s', 13);
    UPDATE dbo.Child SET v = -1 WHERE a = 15; UPDATE dbo.Child SET v = 13 WHERE a = 15; UPDATE dbo.Parent SET v = 0;`);
    await tick(3);
    const blocked = await report("Child");
    expect(blocked).toMatchObject({ state: "blocked", error: { sqlError: number } });
    expect(blocked?.error?.what).toMatch(/refuses the row with a = (\d+), b = (k\d+|it's): .*extra/);
    if (number === 547) expect(blocked?.error?.what).toMatch(/a = (15|23|50),/);
    expect(blocked?.error?.fix).toContain("drop or disable the constraint");
    await expectEqualTables(stack, "dbo.Parent", ["id", "v"]);
    expect(await report("Parent")).toMatchObject({ state: "live", lagVersions: 0 });

    await replica.run("ALTER TABLE dbo.Child DROP CONSTRAINT extra;");
    await tick(1);
    expect(await report("Child")).toMatchObject({ state: "live", error: null });
    await expectEqualTables(stack, "dbo.Child", ["a", "b", "v"]);
  });

  it("is named where it comes in a chunk of a load", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`INSERT dbo.Child VALUES ${insertChildren};`);
    await stack.tick();
    await replica.run("DELETE dbo.Child WHERE a = 17; ALTER TABLE dbo.Child ADD CHECK (a <> 17);");
    await deleteKey(stack.app, "error:Child");
    await primary.run("ALTER TABLE dbo.Child DISABLE CHANGE_TRACKING; ALTER TABLE dbo.Child ENABLE CHANGE_TRACKING;");
    await tick(9);
    expect((await report("Child"))?.error?.what).toContain("refuses the row with a = 17, b = k7");
  });

  it("is named where it cannot be deleted", async () => {
    const { primary, replica } = stack.databases;
    await replica.run(`CREATE TABLE dbo.Own (a int, b nvarchar(20), FOREIGN KEY (a, b) REFERENCES dbo.Child (a, b));
    INSERT dbo.Own VALUES (1, N'y');`);
    await primary.run("DELETE dbo.Child;");
    await tick(3);
    expect((await report("Child"))?.error?.what).toContain("refuses the row with a = 1, b = y");
    await replica.run("DROP TABLE dbo.Own;");
    await tick(1);
    await expectEqualTables(stack, "dbo.Child", ["a", "b", "v"]);
  });
});

describe.skipIf(process.env["SQLSERVER_REPLICA_URL"] !== undefined)("the replica's database", () => {
  const server = () => {
    const { replica } = stack.databases;
    if (replica.emulator === undefined) throw new Error("these tests need an emulator");
    return replica.emulator.server;
  };

  it("is full for one table: that one waits, the others go on", async () => {
    const makeRoom = server().runOutOfSpace({
      error: 1105,
      database: stack.databases.replica.name,
      table: "dbo.Child",
    });
    await stack.databases.primary.run(`INSERT dbo.Child VALUES ${insertChildren}; UPDATE dbo.Parent SET v = 0;`);
    await tick(3);
    expect(await report("Child")).toMatchObject({
      state: "blocked",
      error: { sqlError: 1105, fix: expect.stringContaining("MODIFY FILE") as string },
    });
    await expectEqualTables(stack, "dbo.Parent", ["id", "v"]);
    makeRoom();
    await tick(1);
    expect(await report("Child")).toMatchObject({ state: "live", error: null });
    await expectEqualTables(stack, "dbo.Child", ["a", "b", "v"]);
  });
});
