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

  it("get the names that they have now, not those that their definitions tell", async () => {
    // sp_rename leaves the old name in the definition; a definition without schema says nothing of the one it is in.
    await databases.primary.run(`CREATE SCHEMA geo;
      GO
      CREATE FUNCTION geo.Before(@x int) RETURNS int AS BEGIN RETURN @x + 1; END;
      GO
      EXEC sp_rename N'geo.Before', N'After]1';
      GO
      CREATE FUNCTION /* without schema */ Shift(@x int) RETURNS int AS BEGIN RETURN @x * 3; END;
      GO
      ALTER SCHEMA geo TRANSFER dbo.Shift;
      GO
      CREATE TABLE Located (id int NOT NULL PRIMARY KEY, a AS (geo.[After]]1](id)), b AS (geo.Shift(id)));
      ALTER TABLE Located ENABLE CHANGE_TRACKING;`);
    const shape = await shapeOf("Located");
    expect(shape.functions.map(({ definition }) => definition?.trim().slice(0, 26)).sort()).toEqual([
      "CREATE FUNCTION /* without",
      "CREATE FUNCTION geo.Before",
    ]);
    expect(await prepareTable(replica, shape)).toMatchObject({ kind: "ready", created: true });
    await databases.replica.run("INSERT Located (id) VALUES (10);");
    expect(await databases.replica.rows("SELECT id, a, b FROM Located;")).toEqual([{ id: 10, a: 11, b: 30 }]);
    expect(
      await databases.replica.rows("SELECT OBJECT_ID(N'geo.Before') AS before, OBJECT_ID(N'dbo.Shift') AS shift;"),
    ).toEqual([{ before: null, shift: null }]);
  });

  it("block the table when the head of their definition cannot be read", async () => {
    const shape = await shapeOf("Located");
    const [needed] = shape.functions;
    if (needed === undefined) throw new Error("the table needs no function");
    const table = { schema: "dbo", name: "Unread" };
    const functions = [{ ...needed, definition: "CREATE AGGREGATE geo.Before(@x int) RETURNS int" }];
    expect(await prepareTable(replica, { ...shape, table, functions })).toMatchObject({
      kind: "blocked",
      what: expect.stringMatching(/function \[geo\]\..* could not be read$/) as string,
    });
    expect(await databases.replica.rows("SELECT OBJECT_ID(N'dbo.Unread') AS id;")).toEqual([{ id: null }]);
  });
});

describe("sequences", () => {
  it("that a default takes its values from are made first, with their schema, and no others", async () => {
    await databases.primary.run(`CREATE SCHEMA counters;
      GO
      CREATE SEQUENCE counters.[Order]]s] AS bigint START WITH 9007199254740993 INCREMENT BY 2 CACHE 20;
      CREATE SEQUENCE counters.Order1 AS int;
      CREATE SEQUENCE dbo.Drop1 AS tinyint START WITH 200 INCREMENT BY -5 MINVALUE 10 CYCLE NO CACHE;
      GO
      DECLARE @n bigint = NEXT VALUE FOR counters.[Order]]s];
      GO
      CREATE TABLE Counted (id int NOT NULL PRIMARY KEY,
        a bigint NOT NULL CONSTRAINT DF_Counted_a DEFAULT (NEXT VALUE FOR counters.[Order]]s]),
        b int DEFAULT NEXT VALUE FOR Drop1,
        c nvarchar(20) DEFAULT N'Order1');
      ALTER TABLE Counted ENABLE CHANGE_TRACKING;`);
    const shape = await shapeOf("Counted");
    expect(shape.sequences.map(({ name }) => name)).toEqual([
      { schema: "counters", name: "Order]s" },
      { schema: "dbo", name: "Drop1" },
    ]);
    expect(await prepareTable(replica, shape)).toMatchObject({ kind: "ready", created: true });
    await databases.replica.run("INSERT Counted (id) VALUES (1); INSERT Counted (id) VALUES (2);");
    expect(await databases.replica.rows("SELECT id, a, b FROM Counted ORDER BY id;")).toEqual([
      { id: 1, a: "9007199254740993", b: 200 },
      { id: 2, a: "9007199254740995", b: 195 },
    ]);
    expect(await databases.replica.rows("SELECT name FROM sys.sequences ORDER BY name;")).toEqual([
      { name: "Drop1" },
      { name: "Order]s" },
    ]);
  });

  it("that the replica has are left as they are", async () => {
    await databases.primary.run(`CREATE SEQUENCE dbo.Shared AS int START WITH 1;
      GO
      CREATE TABLE Sharing (id int NOT NULL PRIMARY KEY DEFAULT (NEXT VALUE FOR dbo.Shared), v int);
      ALTER TABLE Sharing ENABLE CHANGE_TRACKING;`);
    await databases.replica.run("CREATE SEQUENCE dbo.Shared AS int START WITH 700;");
    expect(await prepareTable(replica, await shapeOf("Sharing"))).toMatchObject({ kind: "ready", created: true });
    await databases.replica.run("INSERT Sharing (v) VALUES (1);");
    expect(await databases.replica.rows("SELECT id FROM Sharing;")).toEqual([{ id: 700 }]);
  });

  it("are not looked for in tables without them", async () => {
    await databases.primary.run(`CREATE TABLE Uncounted (id int NOT NULL PRIMARY KEY, v int DEFAULT (1));
      ALTER TABLE Uncounted ENABLE CHANGE_TRACKING;`);
    expect((await shapeOf("Uncounted")).sequences).toEqual([]);
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
