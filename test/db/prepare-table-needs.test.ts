import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/db/database.ts";
import type { TableShape } from "../../src/model/table-shape.ts";
import { readShape } from "../../src/primary/read-shape.ts";
import { prepareTable } from "../../src/replica/prepare-table.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { productDatabase } from "../support/product-database.ts";

/** What a table needs beside itself, and what may be on a table that is there. */

let databases: TestDatabases;
let primary: Database;
let replica: Database;

beforeAll(async () => {
  databases = await openTestDatabases();
  primary = productDatabase("primary", databases.primary.url);
  replica = productDatabase("replica", databases.replica.url);
});
afterAll(async () => {
  await primary.close();
  await replica.close();
  await databases.close();
});

async function shapeOf(name: string): Promise<TableShape> {
  const shape = await primary.withSession((session) => readShape(session, { schema: "dbo", name }));
  if (shape === undefined) throw new Error(`the primary does not show ${name}`);
  return shape;
}

describe("functions", () => {
  it("that a computed column or default calls are made first, in the order in which they call each other", async () => {
    await databases.primary.run(`CREATE SCHEMA calc;
      GO
      CREATE FUNCTION calc.Inner1(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x + 1; END;
      GO
      CREATE FUNCTION calc.Outer1(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN calc.Inner1(@x) * 2; END;
      GO
      CREATE FUNCTION calc.Fallback() RETURNS int WITH SCHEMABINDING AS BEGIN RETURN 42; END;
      GO
      CREATE FUNCTION calc.Unused(@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x; END;
      GO
      CREATE TABLE Calculated (id int NOT NULL PRIMARY KEY, twice AS (calc.Outer1(id)) PERSISTED,
        v int NOT NULL CONSTRAINT DF_Calculated DEFAULT (calc.Fallback()));
      ALTER TABLE Calculated ENABLE CHANGE_TRACKING;`);
    const shape = await shapeOf("Calculated");
    const names = shape.functions.map(({ name }) => name.name);
    expect([...names].sort()).toEqual(["Fallback", "Inner1", "Outer1"]);
    expect(names.indexOf("Inner1")).toBeLessThan(names.indexOf("Outer1"));

    expect(await prepareTable(replica, shape)).toMatchObject({ kind: "ready", created: true });
    await databases.replica.run("INSERT Calculated (id) VALUES (10);");
    expect(await databases.replica.rows("SELECT id, twice, v FROM Calculated;")).toEqual([
      { id: 10, twice: 22, v: 42 },
    ]);
    expect(await databases.replica.rows("SELECT OBJECT_ID(N'calc.Unused') AS id;")).toEqual([{ id: null }]);
  });
});

describe("alias types", () => {
  it("are made on the replica, and used by columns with their collation", async () => {
    await databases.primary.run(`
      CREATE TYPE dbo.Phone FROM varchar(20) NOT NULL;
      GO
      CREATE TABLE Contact (id int NOT NULL PRIMARY KEY, phone dbo.Phone, mobile dbo.Phone NULL);
      ALTER TABLE Contact ENABLE CHANGE_TRACKING;`);
    expect(await prepareTable(replica, await shapeOf("Contact"))).toMatchObject({ kind: "ready", created: true });
    const columns = `SELECT c.name, t.name AS type_name, c.max_length, c.is_nullable, c.collation_name FROM sys.columns AS c
      JOIN sys.types AS t ON t.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID(N'dbo.Contact') ORDER BY c.column_id;`;
    expect(await databases.replica.rows(columns)).toEqual(await databases.primary.rows(columns));
  });

  it("give way to their base type where the replica's type of that name is another", async () => {
    await databases.primary.run(`
      CREATE TYPE dbo.Code FROM nvarchar(10) NULL;
      GO
      CREATE TABLE Coded (id int NOT NULL PRIMARY KEY, code dbo.Code);
      ALTER TABLE Coded ENABLE CHANGE_TRACKING;`);
    await databases.replica.run("CREATE TYPE dbo.Code FROM int NULL;");
    expect(await prepareTable(replica, await shapeOf("Coded"))).toMatchObject({ kind: "ready", created: true });
    const [column] = await databases.replica.rows(`SELECT t.name, c.max_length FROM sys.columns AS c
      JOIN sys.types AS t ON t.user_type_id = c.user_type_id
      WHERE c.object_id = OBJECT_ID(N'dbo.Coded') AND c.name = 'code';`);
    expect(column).toEqual({ name: "nvarchar", max_length: 20 });
  });
});

describe("a table that the replica has", () => {
  it("is blocked by an enabled trigger until that is disabled by the statement given", async () => {
    await databases.primary.run(`
      CREATE TABLE Watched (id int NOT NULL PRIMARY KEY);
      ALTER TABLE Watched ENABLE CHANGE_TRACKING;`);
    await databases.replica.run(`CREATE TABLE Watched (id int NOT NULL PRIMARY KEY);
      GO
      CREATE TRIGGER tr_watched ON Watched AFTER INSERT AS SET NOCOUNT ON;`);
    const shape = await shapeOf("Watched");
    const blocked = await prepareTable(replica, shape);
    expect(blocked).toMatchObject({
      kind: "blocked",
      what: expect.stringMatching(/trigger tr_watched is enabled/) as string,
    });
    if (blocked.kind !== "blocked") return;
    await databases.replica.run(blocked.fix ?? "");
    expect(await prepareTable(replica, shape)).toMatchObject({ kind: "ready", created: false });
  });

  it("gets a missing column by the statement given", async () => {
    await databases.primary.run(`
      CREATE TABLE Grown (id int NOT NULL PRIMARY KEY, v decimal(10,2) NOT NULL, d date NOT NULL DEFAULT ('2000-01-01'));
      ALTER TABLE Grown ENABLE CHANGE_TRACKING;`);
    await databases.replica.run("CREATE TABLE Grown (id int NOT NULL PRIMARY KEY); INSERT Grown VALUES (1);");
    const shape = await shapeOf("Grown");
    const blocked = await prepareTable(replica, shape);
    if (blocked.kind !== "blocked") throw new Error("a table without two of the columns was taken");
    await databases.replica.run(blocked.fix ?? "");
    expect(await prepareTable(replica, shape)).toMatchObject({ kind: "ready" });
  });
});

describe("a replica that refuses", () => {
  it("blocks the table with the server's reason", async () => {
    await databases.primary.run(`
      CREATE TABLE Occupied (id int NOT NULL PRIMARY KEY);
      ALTER TABLE Occupied ENABLE CHANGE_TRACKING;`);
    await databases.replica.run("CREATE VIEW Occupied AS SELECT 1 AS one;");
    expect(await prepareTable(replica, await shapeOf("Occupied"))).toMatchObject({
      kind: "blocked",
      what: expect.stringMatching(/Occupied.*\(error 2714\)$/s) as string,
      fix: expect.stringMatching(/rename or drop/) as string,
    });
    // The connection is good for the next table.
    await databases.primary.run(`
      CREATE TABLE Free (id int NOT NULL PRIMARY KEY);
      ALTER TABLE Free ENABLE CHANGE_TRACKING;`);
    expect(await prepareTable(replica, await shapeOf("Free"))).toMatchObject({ kind: "ready" });
  });
});
