import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { askVerification, differing, verificationOf, verify } from "../support/verify.ts";

const columns = ["id", "v", "bytes", "ratio", "moment", "big"];

const itemTable = `
CREATE TABLE Item (id int NOT NULL PRIMARY KEY, v varchar(40) COLLATE Latin1_General_100_CI_AI NULL, bytes varbinary(20) NULL,
  ratio float NULL, moment datetimeoffset(3) NULL, big nvarchar(max) NULL);
ALTER TABLE Item ENABLE CHANGE_TRACKING;
WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 30)
INSERT Item SELECT i * 10, CONCAT('item ', i), 0x01FF, 0, '2026-01-01 12:00:00 +02:00',
  REPLICATE(CONVERT(nvarchar(max), N'long text '), i * 100) FROM n;
UPDATE Item SET v = '' WHERE id = 50;
UPDATE Item SET v = NULL WHERE id = 60;`;

/** Changes that somebody made on the replica by hand, and what is to be found. */
const changes: readonly (readonly [what: string, change: string, found: readonly string[]])[] = [
  ["one byte of a text", "UPDATE Item SET v = 'item X' WHERE id = 30", ["different 30"]],
  ["its case", "UPDATE Item SET v = 'ITEM 4' WHERE id = 40", ["different 40"]],
  ["an accent", "UPDATE Item SET v = 'itém 9' WHERE id = 90", ["different 90"]],
  ["a trailing blank", "UPDATE Item SET v = 'item 7 ' WHERE id = 70", ["different 70"]],
  ["NULL for an empty text", "UPDATE Item SET v = NULL WHERE id = 50", ["different 50"]],
  ["an empty text for NULL", "UPDATE Item SET v = '' WHERE id = 60", ["different 60"]],
  ["a trailing zero byte", "UPDATE Item SET bytes = 0x01FF00 WHERE id = 100", ["different 100"]],
  ["-0", "UPDATE Item SET ratio = 0E0 * -1E0 WHERE id = 110", ["different 110"]],
  ["another offset", "UPDATE Item SET moment = '2026-01-01 10:00:00 +00:00' WHERE id = 80", ["different 80"]],
  [
    "the end of a long text",
    "UPDATE Item SET big = STUFF(big, LEN(big) + 1, 1, N'!') WHERE id = 290",
    ["different 290"],
  ],
  ["a row that is gone", "DELETE Item WHERE id = 150", ["missing 150"]],
  ["the first and the last row", "DELETE Item WHERE id IN (10, 300)", ["missing 10", "missing 300"]],
  ["a row before the first", "INSERT Item (id) VALUES (-1)", ["extra -1"]],
  ["rows behind the last", "INSERT Item (id) VALUES (301), (999)", ["extra 301", "extra 999"]],
  ["a row in between", "INSERT Item (id, v) VALUES (155, 'item 15')", ["extra 155"]],
  ["another key", "UPDATE Item SET id = 201 WHERE id = 200", ["extra 201", "missing 200"]],
];

describe.each([
  ["with snapshot isolation", true, "relay"],
  ["without snapshot isolation", false, "relay"],
  ["by the driver", true, "driver"],
])("%s", (_, snapshot, transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({ snapshot, settings: { FULL_LOAD_CHUNK_ROWS: "7", ROW_TRANSPORT: transport } });
    await stack.databases.primary.run(itemTable);
    await stack.load("Item");
    // Tells which rows are written.
    await stack.databases.replica.run("ALTER TABLE Item ADD written rowversion;");
  });
  afterAll(() => stack.close());

  /** When each row of the replica was written last. */
  async function writes(): Promise<Map<unknown, string>> {
    const rows = await stack.databases.replica.rows("SELECT id, CONVERT(bigint, written) AS written FROM Item;");
    return new Map(rows.map(({ id, written }) => [id, String(written)]));
  }

  it("says of equal tables that they are", async () => {
    const last = await verify(stack, "Item");
    expect(last).toMatchObject({ result: "equal", rows: 30, total: 30, repaired: 0, keys: [], repair: false });
    expect(stack.lines.findLast(({ event }) => event === "verified")).toMatchObject({
      level: "info",
      table: "Item",
      result: "equal",
      rows: 30,
    });
  });

  it("finds every row that was changed by hand by its key, repairs it, and touches no other", async () => {
    await stack.databases.replica.run(changes.map(([, change]) => `${change};`).join("\n"));
    const expected = changes.flatMap(([, , found]) => found).sort();
    const before = await writes();
    const found = await verify(stack, "Item");
    expect(found).toMatchObject({ result: "different", rows: 30, repaired: 0 });
    expect(differing(found)).toEqual(expected);
    expect(found.keys.every(({ repaired }) => !repaired)).toBe(true);
    expect(await writes()).toEqual(before);
    expect(stack.lines.findLast(({ event }) => event === "verified")).toMatchObject({ level: "warn" });

    const mended = await verify(stack, "Item", true);
    expect(mended).toMatchObject({ result: "repaired", rows: 30, repaired: expected.length });
    expect(differing(mended)).toEqual(expected);
    expect(mended.keys.every(({ repaired }) => repaired)).toBe(true);
    await expectEqualTables(stack, "Item", columns);
    const touched = new Set(expected.map((text) => Number(text.split(" ")[1])));
    const after = await writes();
    const untouched = [...before].filter(([id]) => !touched.has(id as number));
    expect(untouched.length).toBeGreaterThan(10);
    for (const [id, written] of untouched) expect(after.get(id)).toBe(written);
  });

  it("counts and repairs a replica that was truncated", async () => {
    await stack.databases.replica.run("TRUNCATE TABLE Item;");
    const last = await verify(stack, "Item", true);
    expect(last).toMatchObject({
      result: "repaired",
      differences: { missing: 30, extra: 0, different: 0 },
      repaired: 30,
    });
    await expectEqualTables(stack, "Item", columns);
  });
});

describe("many differences", () => {
  it("names the first hundred and counts the rest, in memory that does not grow with them", async () => {
    const stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "50" } });
    try {
      await stack.databases.primary.run(`
        CREATE TABLE Many (id int NOT NULL PRIMARY KEY, v int NULL);
        ALTER TABLE Many ENABLE CHANGE_TRACKING;
        WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 120) INSERT Many SELECT i, i FROM n OPTION (MAXRECURSION 0);`);
      await stack.load("Many");
      await stack.databases.replica.run(`UPDATE Many SET v = -v WHERE id < 60;
        WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT Many SELECT 1000 + i, i FROM n OPTION (MAXRECURSION 0);`);
      const found = await verify(stack, "Many");
      expect(found.differences).toEqual({ missing: 0, extra: 500, different: 59 });
      expect(found.keys).toHaveLength(100);
      expect(found.keys[99]?.key).toEqual(["1041"]);
      const mended = await verify(stack, "Many", true);
      expect(mended).toMatchObject({ result: "repaired", repaired: 559 });
      await expectEqualTables(stack, "Many", ["id", "v"]);
    } finally {
      await stack.close();
    }
  });
});

describe("FULL_LOAD_CHUNK_ROWS=auto", () => {
  it("compares range after range in one step, and stops at one that differs", async () => {
    const stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "auto" } });
    try {
      await stack.databases.primary.run(`
        CREATE TABLE Big (id int NOT NULL PRIMARY KEY, v int NULL);
        ALTER TABLE Big ENABLE CHANGE_TRACKING;
        WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10050) INSERT Big SELECT i, i FROM n OPTION (MAXRECURSION 0);`);
      await stack.load("Big");
      await stack.databases.replica.run("UPDATE Big SET v = NULL WHERE id = 10001;");
      await askVerification(stack, "Big");
      await stack.tick();
      const { run } = await verificationOf(stack, "Big");
      expect(run).toMatchObject({ rows: 10_000, cursor: ["10000"], range: { end: null, looks: 1 }, keys: [] });
      await stack.tick();
      const { last } = await verificationOf(stack, "Big");
      expect(last).toMatchObject({ result: "different", rows: 10_050, keys: [{ key: ["10001"] }] });
    } finally {
      await stack.close();
    }
  });
});

describe("keys", () => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "3" } });
  });
  afterAll(() => stack.close());

  it("of several columns, descending, with texts that the collation calls equal", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Line (a nvarchar(20) COLLATE Latin1_General_100_CI_AS NOT NULL, b int NOT NULL, v int NULL, PRIMARY KEY (a, b DESC));
      ALTER TABLE Line ENABLE CHANGE_TRACKING;
      INSERT Line VALUES (N'ab', 1, 1), (N'ab', 2, 2), (N'ab', 3, 3), (N'AB', 4, 4), (N'b''c]', 1, 5), (N'é', 7, 6), (N'日本', -5, 7), (N'z', 0, 8);`);
    await stack.load("Line");
    expect(await verify(stack, "Line")).toMatchObject({ result: "equal", rows: 8 });
    await stack.databases.replica.run(`
      UPDATE Line SET v = 0 WHERE a = N'ab' AND b = 2;
      UPDATE Line SET a = N'aB' WHERE a = N'ab' AND b = 3;
      DELETE Line WHERE a = N'日本';
      INSERT Line VALUES (N'b''c]', 2, 2), (N'zz', 1, 1);`);
    const found = await verify(stack, "Line", true);
    expect(differing(found)).toEqual(
      ["different ab|2", "extra aB|3", "extra b'c]|2", "extra zz|1", "missing ab|3", "missing 日本|-5"].sort(),
    );
    expect(found.result).toBe("repaired");
    await expectEqualTables(stack, "Line", ["b", "a", "v"]);
  });

  it("brings unique values back to where they belong, also across ranges", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Swap (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE);
      ALTER TABLE Swap ENABLE CHANGE_TRACKING;
      INSERT Swap VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9), (10, 10);`);
    await stack.load("Swap");
    await stack.databases.replica.run("UPDATE Swap SET code = 11 - id;");
    const last = await verify(stack, "Swap", true);
    expect(last.result).toBe("repaired");
    await expectEqualTables(stack, "Swap", ["id", "code"]);
    expect(await verify(stack, "Swap")).toMatchObject({ result: "equal" });
  });

  it("leaves out what the replica's server makes up itself", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Versioned (id int NOT NULL PRIMARY KEY, v int NULL, stamp rowversion, twice AS (v * 2));
      ALTER TABLE Versioned ENABLE CHANGE_TRACKING;
      INSERT Versioned (id, v) VALUES (1, 1), (2, 2);
      CREATE TABLE Stamped (id int NOT NULL PRIMARY KEY, stamp rowversion);
      ALTER TABLE Stamped ENABLE CHANGE_TRACKING;
      INSERT Stamped (id) VALUES (1), (2);`);
    await stack.databases.replica.run("CREATE TABLE Stamped (id int NOT NULL PRIMARY KEY, stamp rowversion);");
    await stack.load("Versioned", "Stamped");
    expect(await verify(stack, "Versioned")).toMatchObject({ result: "equal", rows: 2 });
    expect(await verify(stack, "Stamped")).toMatchObject({ result: "equal", rows: 2 });
    await stack.databases.replica.run("UPDATE Versioned SET stamp = 0x00 WHERE id = 2;");
    expect(differing(await verify(stack, "Versioned"))).toEqual(["different 2"]);
  });

  it("compares an empty table, and finds rows where there should be none", async () => {
    await stack.databases.primary.run(
      "CREATE TABLE Nothing (id int NOT NULL PRIMARY KEY); ALTER TABLE Nothing ENABLE CHANGE_TRACKING;",
    );
    await stack.load("Nothing");
    expect(await verify(stack, "Nothing")).toMatchObject({ result: "equal", rows: 0 });
    await stack.databases.replica.run("INSERT Nothing VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11);");
    expect(await verify(stack, "Nothing", true)).toMatchObject({ result: "repaired", repaired: 11 });
    expect(await stack.databases.replica.rows("SELECT id FROM Nothing")).toEqual([]);
  });
});
