import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

let stack: SyncStack;
beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "2" } });
});
afterAll(() => stack.close());

describe("names", () => {
  const long = "x".repeat(128);
  const names: [name: string, key: string][] = [
    ["with space", "with space"],
    ["bra]cket", "[bra]]cket]"],
    ["it's", "it's"],
    ['"quoted"', '"quoted"'],
    ["dot.ted", "[dot.ted]"],
    ["select", "select"],
    ["😀", "😀"],
    [long, long],
    ["sales.OrderLine", "[sales.OrderLine]"],
  ];

  it.each(names)("replicates a table and a column called %s", async (name, key) => {
    const quoted = `[${name.replaceAll("]", "]]")}]`;
    await stack.databases.primary.run(`
      CREATE TABLE dbo.${quoted} (${quoted} int NOT NULL PRIMARY KEY, v nvarchar(20) NULL);
      ALTER TABLE dbo.${quoted} ENABLE CHANGE_TRACKING;
      INSERT dbo.${quoted} VALUES (1, N'one'), (2, N'two'), (3, NULL), (4, N'');`);
    await stack.load(key);
    await stack.databases.primary.run(
      `UPDATE dbo.${quoted} SET v = N'new' WHERE ${quoted} < 4; DELETE dbo.${quoted} WHERE ${quoted} = 4;`,
    );
    await stack.tick();
    await expectEqualTables(stack, `dbo.${quoted}`, [quoted, "v"]);
  });

  it("tells the same name in two schemas apart", async () => {
    await stack.databases.primary.run("CREATE SCHEMA sales;");
    await stack.databases.primary.run(`
      CREATE TABLE dbo.OrderLine (id int NOT NULL PRIMARY KEY);
      CREATE TABLE sales.OrderLine (id int NOT NULL PRIMARY KEY);
      ALTER TABLE dbo.OrderLine ENABLE CHANGE_TRACKING;
      ALTER TABLE sales.OrderLine ENABLE CHANGE_TRACKING;
      INSERT dbo.OrderLine VALUES (1);
      INSERT sales.OrderLine VALUES (2);`);
    await stack.load("OrderLine", "sales.OrderLine");
    await expectEqualTables(stack, "dbo.OrderLine", ["id"]);
    await expectEqualTables(stack, "sales.OrderLine", ["id"]);
  });
});

describe("keys and constraints", () => {
  it("takes composite keys with a descending column", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Line (a int NOT NULL, b nvarchar(20) NOT NULL, v decimal(18,4) NULL, PRIMARY KEY (a, b DESC));
      ALTER TABLE Line ENABLE CHANGE_TRACKING;
      INSERT Line VALUES (1, N'a', 1.5), (1, N'b', NULL), (1, N'c', 99999999999999.9999), (2, N'a', -0.0001),
        (2, N'z', 0), (3, N'', 3), (3, N'é', 4);`);
    await stack.load("Line");
    await stack.databases.primary.run(
      "UPDATE Line SET v = 7 WHERE a = 1; DELETE Line WHERE a = 2; INSERT Line VALUES (0, N'x', 1), (9, N'y', 2);",
    );
    await stack.tick();
    await expectEqualTables(stack, "Line", ["b", "a", "v"]);
  });

  it("deletes rows of columns that take no NULL", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Strict (OrderId int NOT NULL, LineNumber smallint NOT NULL, ProductId bigint NOT NULL,
        Quantity decimal(12,4) NOT NULL, UnitPrice money NOT NULL, Flag bit NOT NULL, Small tinyint NOT NULL,
        Ratio float NOT NULL, Day date NOT NULL, At datetime NOT NULL, Code char(5) NOT NULL, Id uniqueidentifier NOT NULL,
        PRIMARY KEY (OrderId, LineNumber));
      ALTER TABLE Strict ENABLE CHANGE_TRACKING;
      WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9)
      INSERT Strict SELECT i, 1, i, i, i, 1, i, 0.5, '2026-01-01', '2026-01-01T10:00:00', 'a', NEWID() FROM n;`);
    await stack.load("Strict");
    await stack.databases.primary.run(
      "DELETE Strict WHERE OrderId < 4; UPDATE Strict SET Quantity = 8 WHERE OrderId > 6;",
    );
    await stack.tick();
    expect(await getKey(stack.app, "error:Strict")).toBeNull();
    await expectEqualTables(stack, "Strict", ["OrderId", "ProductId", "Quantity", "UnitPrice", "Id"]);
  });

  it("brings the new spelling of a key that the collation calls equal", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Spelling (k nvarchar(20) COLLATE Latin1_General_100_CI_AS NOT NULL PRIMARY KEY, v int NULL);
      ALTER TABLE Spelling ENABLE CHANGE_TRACKING;
      INSERT Spelling VALUES (N'abc', 1), (N'def', 2);`);
    await stack.load("Spelling");
    await stack.databases.primary.run(
      "UPDATE Spelling SET k = N'ABC' WHERE k = N'abc'; UPDATE Spelling SET k = N'def ' WHERE k = N'def';",
    );
    await stack.tick();
    await expectEqualTables(stack, "Spelling", ["k", "v"]);
  });

  it("keeps identity values, defaults and computed columns", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Customer (CustomerId int IDENTITY(5,3) NOT NULL, ExternalCode nvarchar(50) NOT NULL,
        Status tinyint DEFAULT 1 NOT NULL, CreatedAt datetime2(0) DEFAULT sysutcdatetime() NOT NULL,
        Twice AS (CustomerId * 2), PRIMARY KEY (CustomerId), UNIQUE (ExternalCode));
      ALTER TABLE Customer ENABLE CHANGE_TRACKING;
      INSERT Customer (ExternalCode) VALUES (N'A'), (N'B'), (N'C'), (N'D');`);
    await stack.load("Customer");
    await stack.databases.primary.run(
      "INSERT Customer (ExternalCode) VALUES (N'E'); UPDATE Customer SET Status = 9 WHERE CustomerId = 8;",
    );
    await stack.tick();
    await expectEqualTables(stack, "Customer", ["CustomerId", "ExternalCode", "Status", "CreatedAt", "Twice"]);
  });

  it("applies unique values that change places, within a slice and across slices", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE Swap (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE);
      ALTER TABLE Swap ENABLE CHANGE_TRACKING;
      INSERT Swap VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6);`);
    await stack.load("Swap");
    await stack.databases.primary.run("UPDATE Swap SET code = 7 - id;");
    await stack.tick();
    await expectEqualTables(stack, "Swap", ["id", "code"]);
    await stack.databases.primary.run("UPDATE Swap SET code = id % 6 + 1;");
    await stack.tick();
    await expectEqualTables(stack, "Swap", ["id", "code"]);
  });

  it("loads in place over rows that stand in the way", async () => {
    await stack.databases.primary.run(`
      CREATE TABLE InPlace (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE);
      ALTER TABLE InPlace ENABLE CHANGE_TRACKING;
      INSERT InPlace VALUES (1, 10), (2, 20), (3, 30), (4, 40), (5, 50);`);
    await stack.databases.replica.run(`
      CREATE TABLE InPlace (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE);
      INSERT InPlace VALUES (0, 99), (1, 50), (3, 10), (5, 20), (8, 40);`);
    await stack.load("InPlace");
    await expectEqualTables(stack, "InPlace", ["id", "code"]);
  });

  it("loads an empty table, and empties a replica table", async () => {
    await stack.databases.primary.run(
      "CREATE TABLE Nothing (id int NOT NULL PRIMARY KEY); ALTER TABLE Nothing ENABLE CHANGE_TRACKING;",
    );
    await stack.databases.replica.run(
      "CREATE TABLE Nothing (id int NOT NULL PRIMARY KEY); INSERT Nothing VALUES (1), (2);",
    );
    await stack.load("Nothing");
    expect(await stack.databases.replica.rows("SELECT id FROM Nothing")).toEqual([]);
  });

  it("blocks an altered table by the name of its column, and heals when the replica has it too", async () => {
    await stack.databases.primary.run(
      "CREATE TABLE Altered (id int NOT NULL PRIMARY KEY); ALTER TABLE Altered ENABLE CHANGE_TRACKING; INSERT Altered VALUES (1);",
    );
    await stack.load("Altered");
    await stack.databases.primary.run("ALTER TABLE Altered ADD extra int NULL;");
    await stack.databases.primary.run("INSERT Altered VALUES (2, 22);");
    await stack.tick();
    const error = await getKey(stack.app, "error:Altered");
    expect(error).toContain("extra");
    await stack.databases.replica.run("ALTER TABLE Altered ADD extra int NULL;");
    const past = { ...(JSON.parse(error ?? "{}") as object), retryAt: "2000-01-01T00:00:00.000Z" };
    await setKey(stack.app, "error:Altered", JSON.stringify(past));
    await stack.load("Altered");
    await expectEqualTables(stack, "Altered", ["id", "extra"]);
  });
});
