import sql from "mssql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import { compareDatabases } from "../demo/compare-databases.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";

const table = `CREATE TABLE dbo.Item (
  a int IDENTITY(5, 2) NOT NULL,
  b varchar(20) COLLATE Latin1_General_CI_AS NOT NULL DEFAULT 'x',
  c decimal(18, 4) NULL,
  d datetime2(7) NULL,
  e money NULL,
  f text NULL,
  g varbinary(10) NULL,
  h float NULL,
  PRIMARY KEY (a, b DESC),
  UNIQUE (c)
);`;

const rows = `SET IDENTITY_INSERT dbo.Item ON;
INSERT INTO dbo.Item (a, b, c, d, e, f, g, h) VALUES
  (5, 'one', 99999999999999.9999, '2026-01-02T03:04:05.1234567', 922337203685477.5807, 'long text', 0x00FF, 0.1),
  (7, 'two', 0.0001, NULL, -0.0001, NULL, NULL, 1e300),
  (9, 'three ', NULL, '0001-01-01', 0, '', 0x, -1.5);
SET IDENTITY_INSERT dbo.Item OFF;`;

/** What the demo's verdict rests on: it must see the smallest difference. */
describe("the comparison of two databases", () => {
  let databases: TestDatabases;
  const pools: sql.ConnectionPool[] = [];

  async function connect(url: string): Promise<sql.ConnectionPool> {
    const setting = parseDatabaseSetting(url, 2);
    if (!setting.ok) throw new Error(setting.problems.join());
    const pool = await new sql.ConnectionPool(setting.value.config).connect();
    pools.push(pool);
    return pool;
  }

  async function differences(): Promise<string[]> {
    const [primary, replica] = pools;
    if (primary === undefined || replica === undefined) throw new Error("not connected");
    return (await compareDatabases(primary, replica)).flatMap(({ name, examples }) =>
      examples.map((example) => `${name}: ${example}`),
    );
  }

  beforeAll(async () => {
    databases = await openTestDatabases();
    await connect(databases.primary.url);
    await connect(databases.replica.url);
    await databases.primary.run(`${table}\nGO\n${rows}`);
  });
  beforeEach(async () => {
    await databases.replica.run(`DROP TABLE IF EXISTS dbo.Item, dbo.Other;\nGO\n${table}\nGO\n${rows}`);
  });
  afterAll(async () => {
    for (const pool of pools) await pool.close();
    await databases.close();
  });

  it("finds nothing where all is equal", async () => {
    expect(await differences()).toEqual([]);
  });

  it.each([
    ["the last digit of a decimal", "UPDATE dbo.Item SET c = 99999999999999.9998 WHERE a = 5"],
    ["the last digit of money", "UPDATE dbo.Item SET e = 922337203685477.5806 WHERE a = 5"],
    ["100 nanoseconds", "UPDATE dbo.Item SET d = '2026-01-02T03:04:05.1234568' WHERE a = 5"],
    ["the last bit of a float", "UPDATE dbo.Item SET h = 0.10000000000000002 WHERE a = 5"],
    ["upper case", "UPDATE dbo.Item SET f = 'Long text' WHERE a = 5"],
    ["NULL for an empty text", "UPDATE dbo.Item SET f = NULL WHERE a = 9"],
    ["a byte", "UPDATE dbo.Item SET g = 0x00FE WHERE a = 5"],
  ])("sees %s", async (_, change) => {
    await databases.replica.run(change);
    expect((await differences()).join()).toMatch(/Item: row \["\d","[^"]+"\]: .* arrived as /);
  });

  it("sees trailing blanks and case in a key, which the collation calls equal", async () => {
    await databases.replica.run("UPDATE dbo.Item SET b = 'Three' WHERE a = 9");
    expect(await differences()).toEqual([
      'Item: row ["9","three "] is missing on the replica',
      'Item: row ["9","Three"] is not on the primary',
    ]);
  });

  it("sees a row too few and a row too many", async () => {
    await databases.replica.run("DELETE FROM dbo.Item WHERE a = 7; INSERT INTO dbo.Item (b, c) VALUES ('more', 7);");
    const found = (await differences()).join("\n");
    expect(found).toContain('row ["7","two"] is missing on the replica');
    expect(found).toMatch(/row \["\d+","more"\] is not on the primary/);
  });

  it.each([
    ["a type", "c decimal(18, 4)", "c decimal(19, 4)", /column c: decimal\(9,18,4\) .* arrived as decimal\(9,19,4\)/],
    ["a length", "g varbinary(10)", "g varbinary(11)", /column g: varbinary\(10,.* arrived as varbinary\(11/],
    ["nullability", "e money NULL", "e money NOT NULL", /column e: .* NULL arrived as .* NOT NULL/],
    ["a collation", "Latin1_General_CI_AS", "Latin1_General_BIN", /column b: .* arrived as .*Latin1_General_BIN/],
    ["an identity", "IDENTITY(5, 2)", "IDENTITY(5, 3)", /column a: .*IDENTITY\(5,2\) arrived as .*IDENTITY\(5,3\)/],
    ["a default", "DEFAULT 'x'", "DEFAULT 'y'", /column b: .*DEFAULT \('x'\) arrived as .*DEFAULT \('y'\)/],
    [
      "the order of a key",
      "b DESC",
      "b",
      /PRIMARY KEY CLUSTERED \(a, b DESC\).* arrived as PRIMARY KEY CLUSTERED \(a, b\)/,
    ],
    [
      "a unique key",
      ",\n  UNIQUE (c)",
      "",
      /UNIQUE NONCLUSTERED \(c\) arrived as PRIMARY KEY CLUSTERED \(a, b DESC\)$/,
    ],
    ["a column", "f text", "ff text", /columns \(a, b, c, d, e, f, g, h\) arrived as \(a, b, c, d, e, ff, g, h\)/],
  ])("sees %s", async (_, from, to, found) => {
    await databases.replica.run(`DROP TABLE dbo.Item;\nGO\n${table.replace(from, to)}`);
    expect((await differences())[0]).toMatch(found);
  });

  it("sees a table that is missing and one that only the replica has", async () => {
    await databases.replica.run("DROP TABLE dbo.Item;\nGO\nCREATE TABLE dbo.Other (a int PRIMARY KEY);");
    expect(await differences()).toEqual([
      "Item: the table is missing on the replica",
      "Other: the table is not on the primary",
    ]);
  });
});
