import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/db/database.ts";
import type { TableShape } from "../../src/model/table-shape.ts";
import { shapeText } from "../../src/model/table-shape.ts";
import { readShape } from "../../src/primary/read-shape.ts";
import { prepareTable } from "../../src/replica/prepare-table.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { productDatabase } from "../support/product-database.ts";

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

async function shapeOf(schema: string, name: string): Promise<TableShape> {
  const shape = await primary.withSession((session) => readShape(session, { schema, name }));
  if (shape === undefined) throw new Error(`the primary does not show ${schema}.${name}`);
  return shape;
}

/** What a table is made of, as the catalog shows it, without the names that servers make up. */
async function catalogOf(where: "primary" | "replica", table: string): Promise<Record<string, unknown>[][]> {
  const id = `OBJECT_ID(N'${table.replaceAll("'", "''")}')`;
  const database = databases[where];
  return [
    await database.rows(`SELECT c.column_id, c.name, TYPE_NAME(c.system_type_id) AS base, TYPE_NAME(c.user_type_id) AS own,
      c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_rowguidcol, c.is_identity, c.is_computed
      FROM sys.columns AS c WHERE c.object_id = ${id} ORDER BY c.column_id;`),
    await database.rows(`SELECT name, CONVERT(nvarchar(60), seed_value) AS seed, CONVERT(nvarchar(60), increment_value) AS increment
      FROM sys.identity_columns WHERE object_id = ${id};`),
    await database.rows(
      `SELECT name, definition, is_persisted FROM sys.computed_columns WHERE object_id = ${id} ORDER BY name;`,
    ),
    await database.rows(`SELECT parent_column_id, definition, CASE WHEN is_system_named = 1 THEN '' ELSE name END AS name
      FROM sys.default_constraints WHERE parent_object_id = ${id} ORDER BY parent_column_id;`),
    await database.rows(`SELECT k.type, i.type AS index_type, CASE WHEN k.is_system_named = 1 THEN '' ELSE k.name END AS name,
      ic.key_ordinal, c.name AS column_name, ic.is_descending_key
      FROM sys.key_constraints AS k
      JOIN sys.indexes AS i ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id
      JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
      JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
      WHERE k.parent_object_id = ${id} ORDER BY k.type, i.index_id, ic.key_ordinal;`),
  ];
}

describe("a table that the replica lacks", () => {
  it("is made with the same columns, defaults and constraints", async () => {
    await databases.primary.run(`
      CREATE TABLE [Customer] (
        CustomerId int IDENTITY(10,5) NOT NULL,
        ExternalCode nvarchar(50) NOT NULL,
        FullName nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
        Status tinyint DEFAULT 1 NOT NULL,
        CreatedAt datetime2(0) CONSTRAINT DF_CreatedAt DEFAULT sysutcdatetime() NOT NULL,
        Price numeric(10,2) NULL,
        Twice AS (Price * 2),
        Thrice AS (Price * 3) PERSISTED,
        Notes text NULL,
        PRIMARY KEY NONCLUSTERED (CustomerId DESC),
        CONSTRAINT UQ_Customer UNIQUE CLUSTERED (ExternalCode, Status DESC));
      ALTER TABLE [Customer] ENABLE CHANGE_TRACKING;`);
    const prepared = await prepareTable(replica, await shapeOf("dbo", "Customer"));
    expect(prepared).toMatchObject({
      kind: "ready",
      created: true,
      replica: { identityColumn: "CustomerId", canTruncate: true, primaryKey: ["CustomerId"] },
    });
    if (prepared.kind !== "ready") return;
    expect([...prepared.replica.writable]).toEqual([
      ...["CustomerId", "ExternalCode", "FullName", "Status", "CreatedAt", "Price", "Notes"],
    ]);
    expect(prepared.replica.uniqueIndexes.map(({ columns }) => columns)).toEqual([["ExternalCode", "Status"]]);
    expect(await catalogOf("replica", "dbo.Customer")).toEqual(await catalogOf("primary", "dbo.Customer"));
  });

  it("is found ready the second time", async () => {
    expect(await prepareTable(replica, await shapeOf("dbo", "Customer"))).toMatchObject({
      kind: "ready",
      created: false,
    });
  });

  it("brings its schema, whatever its name", async () => {
    await databases.primary.run(`CREATE SCHEMA [my]]'schema];
      GO
      CREATE TABLE [my]]'schema].[a.b'] ([]]id] int NOT NULL PRIMARY KEY, [select] int NULL DEFAULT (N'1'));
      ALTER TABLE [my]]'schema].[a.b'] ENABLE CHANGE_TRACKING;`);
    const prepared = await prepareTable(replica, await shapeOf("my]'schema", "a.b'"));
    expect(prepared).toMatchObject({ kind: "ready", created: true, replica: { primaryKey: ["]id"] } });
  });

  it("leaves a constraint's name to the server where another object has it", async () => {
    await databases.primary.run(`
      CREATE TABLE Named (id int NOT NULL CONSTRAINT PK_Named PRIMARY KEY, v int CONSTRAINT DF_Named DEFAULT 7);
      ALTER TABLE Named ENABLE CHANGE_TRACKING;`);
    await databases.replica.run("CREATE TABLE PK_Named (id int NOT NULL);");
    expect(await prepareTable(replica, await shapeOf("dbo", "Named"))).toMatchObject({ kind: "ready", created: true });
    const names = await databases.replica.rows(`SELECT name FROM sys.objects
      WHERE parent_object_id = OBJECT_ID(N'dbo.Named') AND name IN ('PK_Named', 'DF_Named');`);
    expect(names).toEqual([{ name: "DF_Named" }]);
  });

  it("has a rowversion as binary(8)", async () => {
    await databases.primary.run(`
      CREATE TABLE Versioned (id int NOT NULL PRIMARY KEY, v rowversion NOT NULL);
      ALTER TABLE Versioned ENABLE CHANGE_TRACKING;`);
    const prepared = await prepareTable(replica, await shapeOf("dbo", "Versioned"));
    expect(prepared).toMatchObject({ kind: "ready" });
    const [column] = await databases.replica.rows(`SELECT TYPE_NAME(user_type_id) AS type, max_length, is_nullable
      FROM sys.columns WHERE object_id = OBJECT_ID(N'dbo.Versioned') AND name = 'v';`);
    expect(column).toEqual({ type: "binary", max_length: 8, is_nullable: false });
  });
});

describe("readShape", () => {
  it("is undefined for a table that is not tracked, or not there", async () => {
    await databases.primary.run("CREATE TABLE Untracked (id int NOT NULL PRIMARY KEY);");
    const read = (name: string): Promise<TableShape | undefined> =>
      primary.withSession((session) => readShape(session, { schema: "dbo", name }));
    expect(await read("Untracked")).toBeUndefined();
    expect(await read("Nowhere")).toBeUndefined();
  });

  it("sees the versions and a change of the table", async () => {
    await databases.primary.run(`
      CREATE TABLE Changing (id bigint NOT NULL PRIMARY KEY);
      ALTER TABLE Changing ENABLE CHANGE_TRACKING;`);
    const before = await shapeOf("dbo", "Changing");
    expect(before.minValidVersion).toBe(before.beginVersion);
    await databases.primary.run("ALTER TABLE Changing ADD note nvarchar(10) NULL;");
    const after = await shapeOf("dbo", "Changing");
    expect(after.columns.map(({ name }) => name)).toEqual(["id", "note"]);
    expect(shapeText(after)).not.toBe(shapeText(before));
    expect(after.objectId).toBe(before.objectId);
  });
});

describe("a table that the replica has", () => {
  let count = 0;
  /** A tracked table on the primary and one of the same name, made otherwise, on the replica. */
  async function prepareExisting(primaryColumns: string, replicaColumns: string, more = ""): Promise<unknown> {
    const name = `Existing${++count}`;
    await databases.primary.run(
      `CREATE TABLE ${name} (${primaryColumns}); ALTER TABLE ${name} ENABLE CHANGE_TRACKING;`,
    );
    await databases.replica.run(`CREATE TABLE ${name} (${replicaColumns});\nGO\n${more.replaceAll("{table}", name)}`);
    return prepareTable(replica, await shapeOf("dbo", name));
  }

  it("is taken as it is when it fits", async () => {
    const found = await prepareExisting(
      "id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL",
      "id int NOT NULL PRIMARY KEY, extra int NULL, v nvarchar(20) NULL",
    );
    expect(found).toMatchObject({ kind: "ready", created: false });
  });

  it.each<[string, string, RegExp]>([
    ["lacks a column", "id int NOT NULL PRIMARY KEY", /column v is missing/],
    [
      "has another type",
      "id int NOT NULL PRIMARY KEY, v nvarchar(10) NULL",
      /v is nvarchar\(10\) and should be nvarchar\(20\)/,
    ],
    ["takes no NULL", "id int NOT NULL PRIMARY KEY, v nvarchar(20) NOT NULL", /v does not take NULL/],
    ["has no key", "id int NOT NULL, v nvarchar(20) NULL", /no unique index is on the key \(id\)/],
    ["has another key", "id int NOT NULL, v nvarchar(20) NULL, k int PRIMARY KEY", /primary key is \(k\)/],
    [
      "needs a value for its own column",
      "id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL, own int NOT NULL",
      /column own exists on the replica only/,
    ],
  ])("blocks when it %s", async (_, columns, what) => {
    const found = await prepareExisting("id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL", columns);
    expect(found).toMatchObject({ kind: "blocked", what: expect.stringMatching(what) as string });
  });

  it("blocks when the key compares otherwise", async () => {
    const found = await prepareExisting(
      "id nvarchar(20) COLLATE Latin1_General_100_CI_AS NOT NULL PRIMARY KEY",
      "id nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY",
    );
    expect(found).toMatchObject({ kind: "blocked", what: expect.stringMatching(/Latin1_General_100_BIN2/) as string });
  });

  it("takes a unique index on the key for a primary key", async () => {
    const found = await prepareExisting(
      "id int NOT NULL PRIMARY KEY",
      "id int NOT NULL",
      "CREATE UNIQUE INDEX ux ON {table} (id);",
    );
    expect(found).toMatchObject({ kind: "ready" });
  });

  it("does not truncate under a foreign key", async () => {
    const found = await prepareExisting(
      "id int NOT NULL PRIMARY KEY",
      "id int NOT NULL PRIMARY KEY",
      "CREATE TABLE Child{table} (parent int NULL REFERENCES {table} (id));",
    );
    expect(found).toMatchObject({ kind: "ready", replica: { canTruncate: false } });
  });
});
