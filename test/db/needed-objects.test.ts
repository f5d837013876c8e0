import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/db/database.ts";
import type { NeededObject } from "../../src/model/needed-object.ts";
import { neededObjectChooser } from "../../src/modules/choose-needed-objects.ts";
import { readNeededObjects } from "../../src/modules/read-needed-objects.ts";
import { neededObjectsQuery } from "../../src/sql/needed-objects-query.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { productDatabase } from "../support/product-database.ts";

/** What modules need is read on one side, made on the other, and read there as the same. */

let databases: TestDatabases;
let primary: Database;
let replica: Database;

beforeAll(async () => {
  databases = await openTestDatabases();
  primary = productDatabase("primary", databases.primary.url);
  replica = productDatabase("replica", databases.replica.url);
  await databases.primary.run("CREATE SCHEMA kinds;");
  await databases.replica.run("CREATE SCHEMA kinds;");
});
afterAll(async () => {
  await primary.close();
  await replica.close();
  await databases.close();
});

async function read(database: Database): Promise<NeededObject[]> {
  return readNeededObjects(await database.query({ text: neededObjectsQuery, params: [] }));
}

/** Makes on the replica what the text needs. @returns that, and the objects of the same names as the replica shows them */
async function carry(text: string): Promise<{ made: NeededObject[]; shown: (NeededObject | undefined)[] }> {
  const made = neededObjectChooser(await read(primary), (name) => name.toLowerCase())(text);
  for (const { create } of made) await databases.replica.run(create ?? "");
  const there = await read(replica);
  const shown = made.map(({ kind, name }) =>
    there.find((each) => each.kind === kind && each.name.schema === name.schema && each.name.name === name.name),
  );
  return { made, shown };
}

function definitions(objects: readonly (NeededObject | undefined)[]): (string | undefined)[] {
  return objects.map((object) => object?.definition);
}

describe("neededObjectsQuery", () => {
  it("gives its rowsets on a database that has nothing of all this", async () => {
    expect(await read(replica)).toEqual([]);
  });

  it("leaves out what the app itself keeps", async () => {
    await databases.primary.run(`CREATE SCHEMA mssql_sync;
      GO
      CREATE TYPE mssql_sync.Hidden FROM int;
      CREATE SEQUENCE mssql_sync.HiddenToo;
      CREATE SYNONYM mssql_sync.HiddenAsWell FOR dbo.T;`);
    expect((await read(primary)).filter(({ name }) => name.schema === "mssql_sync")).toEqual([]);
  });
});

describe("made on the replica, it is the same there:", () => {
  it("alias types", async () => {
    await databases.primary.run(`CREATE TYPE kinds.Phone FROM varchar(20) NOT NULL;
      CREATE TYPE kinds.Amount FROM decimal(38,10);
      CREATE TYPE kinds.Words FROM nvarchar(max);
      CREATE TYPE kinds.[Mo]]ment] FROM datetime2(3) NOT NULL;`);
    const { made, shown } = await carry("Phone Amount Words [Mo]]ment]");
    expect(made.map(({ kind }) => kind)).toEqual(["alias type", "alias type", "alias type", "alias type"]);
    expect(definitions(shown)).toEqual(definitions(made));
    const types = `SELECT name, system_type_id, max_length, precision, scale, collation_name, is_nullable FROM sys.types
      WHERE is_user_defined = 1 AND SCHEMA_NAME(schema_id) = N'kinds' ORDER BY name;`;
    expect(await databases.replica.rows(types)).toEqual(await databases.primary.rows(types));
  });

  it("table types, with their columns, keys and indexes", async () => {
    await databases.primary.run(`CREATE TYPE kinds.Price FROM decimal(19,4) NOT NULL;
      CREATE TYPE kinds.Code FROM nvarchar(10);
      GO
      CREATE TYPE kinds.Lines AS TABLE (
        id int IDENTITY(5,-1) NOT NULL,
        code nvarchar(10) COLLATE Latin1_General_BIN2 NOT NULL,
        note kinds.Code,
        amount kinds.Price NULL,
        twice AS (id * 2) PERSISTED NOT NULL,
        guid uniqueidentifier ROWGUIDCOL NOT NULL,
        stamp rowversion,
        doc xml NULL,
        PRIMARY KEY NONCLUSTERED (code DESC, id),
        UNIQUE CLUSTERED (twice, code DESC),
        INDEX [by]] guid] (guid, amount DESC),
        INDEX another NONCLUSTERED (amount));`);
    const { made, shown } = await carry("CREATE PROCEDURE p @l kinds.Lines READONLY AS SELECT 1");
    expect(made.map(({ name }) => name.name)).toEqual(["Price", "Lines"]);
    expect(definitions(shown)).toEqual(definitions(made));
    const columns = `SELECT c.name, c.column_id, c.system_type_id, c.max_length, c.precision, c.scale, c.collation_name,
        c.is_nullable, c.is_identity, c.is_computed, c.is_rowguidcol
      FROM sys.table_types AS t JOIN sys.columns AS c ON c.object_id = t.type_table_object_id
      WHERE t.name = N'Lines' ORDER BY c.column_id;`;
    const shape = await databases.primary.rows(columns);
    expect(shape).toHaveLength(8);
    expect(await databases.replica.rows(columns)).toEqual(shape);
    expect(
      await databases.replica.rows(`DECLARE @l kinds.Lines;
        INSERT @l (code, note, guid) VALUES (N'a', N'1', NEWID()), (N'A', N'2', NEWID());
        SELECT id, code, twice FROM @l ORDER BY id;`),
    ).toEqual([
      { id: 4, code: "A", twice: 8 },
      { id: 5, code: "a", twice: 10 },
    ]);
  });

  it("table types, with their defaults and conditions", async () => {
    await databases.primary.run(`CREATE TYPE kinds.Rules AS TABLE (
        id int NOT NULL PRIMARY KEY CHECK (id <> 0),
        state nvarchar(10) NOT NULL DEFAULT N'it''s new',
        at datetime2(3) DEFAULT SYSUTCDATETIME(),
        low int NULL, high int NULL,
        CHECK (low < high));`);
    const { made, shown } = await carry("Rules");
    expect(made).toHaveLength(1);
    expect(definitions(shown)).toEqual(definitions(made));
    const insert = (values: string): string => `DECLARE @r kinds.Rules; INSERT @r (id, low, high) VALUES (${values});
      SELECT id, state, CASE WHEN at IS NULL THEN 0 ELSE 1 END AS dated FROM @r;`;
    expect(await databases.replica.rows(insert("1, 2, 3"))).toEqual([{ id: 1, state: "it's new", dated: 1 }]);
    for (const broken of ["0, 2, 3", "1, 3, 2"]) {
      await expect(databases.replica.rows(insert(broken))).rejects.toMatchObject({ cause: { number: 547 } });
    }
  });

  it("sequences, which go on from where the primary's is", async () => {
    await databases.primary.run(`CREATE SEQUENCE kinds.Plain;
      CREATE SEQUENCE kinds.Down AS decimal(38,0) START WITH 6 INCREMENT BY -2
        MINVALUE -100000000000000000000000000 MAXVALUE 6 CYCLE NO CACHE;
      CREATE SEQUENCE kinds.Small AS tinyint START WITH 3 CACHE 10;
      DECLARE @n bigint = NEXT VALUE FOR kinds.Down; SET @n = NEXT VALUE FOR kinds.Down;`);
    const { made, shown } = await carry("Plain Down Small");
    expect(definitions(shown)).toEqual(definitions(made));
    expect(made[1]?.create).toBe(
      "CREATE SEQUENCE [kinds].[Down] AS decimal(38,0) START WITH 4 INCREMENT BY -2 " +
        "MINVALUE -100000000000000000000000000 MAXVALUE 6 CYCLE NO CACHE;",
    );
    const values = `SELECT name, CONVERT(nvarchar(60), current_value) AS current_value, system_type_id, precision, is_cached, cache_size
      FROM sys.sequences WHERE SCHEMA_NAME(schema_id) = N'kinds' ORDER BY name;`;
    expect(await databases.replica.rows(values)).toEqual(await databases.primary.rows(values));
  });

  it("synonyms, also of what is not there", async () => {
    await databases.primary.run(`CREATE SYNONYM kinds.People FOR dbo.Customer;
      CREATE SYNONYM kinds.Far FOR [other.db]..[t];`);
    const { made, shown } = await carry("People Far");
    expect(made).toHaveLength(2);
    expect(definitions(shown)).toEqual(definitions(made));
  });
});
