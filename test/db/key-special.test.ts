import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyTable } from "../support/key-table.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Keys whose values the server works out, whose types users make, or that are near a limit. */
let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "2" } });
});
afterAll(() => stack.close());

async function settle(): Promise<void> {
  for (let ticks = 0; ticks < 100; ticks++) if ((await stack.tick()).steps.length === 0) return;
  throw new Error(`the tables do not settle: ${JSON.stringify(stack.lines.slice(-5))}`);
}

/** Makes the table, loads it, changes it, and expects it to be equal after both. */
async function follow(name: string, keys: readonly string[], create: string, fill: string, change: string) {
  const table = new KeyTable(stack, name, keys);
  await table.run(`${create}
    GO
    ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
    GO
    ${fill}`);
  await setKey(stack.app, `enabled:${name}`, "true");
  await settle();
  expect(await getKey(stack.app, `error:${name}`)).toBeNull();
  expect(await table.count()).toBeGreaterThan(6);
  await table.expectEqual();
  expect(table.chunkedRows().reduce((sum, rows) => sum + rows, 0)).toBe(await table.count());
  await table.run(change);
  expect(await table.isEqual(), "the change changes something").toBe(false);
  await settle();
  await table.expectEqual();
}

/** Numbers 1 to 20 as `n.i`. */
const numbers = "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20)";

describe("a key", { timeout: 120_000 }, () => {
  it("is never a rowversion: the server does not track such a table (4999)", async () => {
    await stack.databases.primary.run("CREATE TABLE Stamp (k rowversion NOT NULL PRIMARY KEY, v int NOT NULL);");
    const tracked = stack.databases.primary.run("ALTER TABLE Stamp ENABLE CHANGE_TRACKING;");
    await expect(tracked).rejects.toMatchObject({ cause: { number: 4999 } });
  });

  it("may be a computed column", () =>
    follow(
      "Computed",
      ["k", "code"],
      `CREATE TABLE Computed (code varchar(20) COLLATE Latin1_General_100_CI_AS NOT NULL, v int NOT NULL,
        k AS (CONVERT(bigint, v) * -3) PERSISTED NOT NULL, PRIMARY KEY (k, code DESC));`,
      `${numbers} INSERT Computed (code, v) SELECT CONCAT('c', i), i FROM n;`,
      `UPDATE Computed SET v = v + 1000 WHERE v % 3 = 0; DELETE Computed WHERE v % 5 = 1;
       UPDATE Computed SET code = UPPER(code) WHERE v < 9; INSERT Computed (code, v) VALUES ('new', 8);`,
    ));

  it("may be of alias types", () =>
    follow(
      "Aliased",
      ["k", "d"],
      `CREATE TYPE dbo.Code FROM varchar(20) NOT NULL;
       GO
       CREATE TYPE dbo.Amount FROM decimal(38,6) NOT NULL;
       GO
       CREATE TABLE Aliased (k dbo.Code NOT NULL, d dbo.Amount NOT NULL, v int NOT NULL, PRIMARY KEY (d DESC, k));`,
      `${numbers} INSERT Aliased SELECT CONCAT('c', i), i % 4 + 0.000001, i FROM n;`,
      "UPDATE Aliased SET v = -v WHERE v % 3 = 0; DELETE Aliased WHERE v % 5 = 1; UPDATE Aliased SET d = 99 WHERE v = 2;",
    ));

  it("may be a hierarchyid, in its own order", () =>
    follow(
      "Tree",
      ["k"],
      "CREATE TABLE Tree (k hierarchyid NOT NULL PRIMARY KEY, v int NOT NULL);",
      `INSERT Tree VALUES ('/', 0), ('/1/', 1), ('/1/1/', 2), ('/1/2/', 3), ('/1/1.5/', 4), ('/2/', 5), ('/-1/', 6),
        ('/10/', 7), ('/100/', 8), ('/1/1/1/1/', 9), ('/5000/3/', 10);`,
      "UPDATE Tree SET v = -v; DELETE Tree WHERE v = -3; INSERT Tree VALUES ('/1/3/', 11); UPDATE Tree SET k = '/7/' WHERE v = -7;",
    ));

  it("may be longer than what a clustered index takes", () =>
    follow(
      "Long",
      ["k"],
      "CREATE TABLE Long (k varchar(1700) NOT NULL PRIMARY KEY NONCLUSTERED, v int NOT NULL);",
      `${numbers} INSERT Long SELECT CONCAT(REPLICATE('x', 1600), i), i FROM n;`,
      `UPDATE Long SET v = -v WHERE v % 3 = 0; DELETE Long WHERE v % 5 = 1;
       UPDATE Long SET k = CONCAT(k, REPLICATE('y', 90)) WHERE v = 4;`,
    ));

  it("may be an identity, seen from its end", () =>
    follow(
      "Counted",
      ["k"],
      "CREATE TABLE Counted (k decimal(20,0) IDENTITY(100,-7) NOT NULL PRIMARY KEY, v int NOT NULL);",
      `${numbers} INSERT Counted (v) SELECT i FROM n;`,
      "DELETE Counted WHERE v % 5 = 1; INSERT Counted (v) VALUES (50), (51); UPDATE Counted SET v = -v WHERE v % 3 = 0;",
    ));

  it("of a sql_variant is refused by name: its bounds have no one type", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Anything (k sql_variant NOT NULL PRIMARY KEY, v int NOT NULL);
      ALTER TABLE Anything ENABLE CHANGE_TRACKING;`);
    await setKey(stack.app, "enabled:Anything", "true");
    await stack.tick();
    await stack.tick();
    expect(await getKey(stack.app, "error:Anything")).toContain("column k of the key is sql_variant");
  });
});
