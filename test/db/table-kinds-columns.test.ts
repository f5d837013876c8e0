import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

interface IdentityCase {
  readonly type: string;
  /** Seed, increment, and a seed so near to the type's end that few values are left. */
  readonly identity: string;
  /** How many rows the identity itself numbers. */
  readonly rows: number;
}

const identities: readonly IdentityCase[] = [
  { type: "tinyint", identity: "0, 1", rows: 4 },
  { type: "tinyint", identity: "255, -85", rows: 4 },
  { type: "smallint", identity: "-32768, 1", rows: 4 },
  { type: "smallint", identity: "32767, -21845", rows: 4 },
  { type: "int", identity: "-2147483648, 1431655765", rows: 4 },
  { type: "int", identity: "5, -3", rows: 4 },
  { type: "bigint", identity: "-9223372036854775808, 1", rows: 4 },
  { type: "bigint", identity: "9223372036854775804, 1", rows: 4 },
  { type: "decimal(9,0)", identity: "999999996, 1", rows: 4 },
  { type: "decimal(38,0)", identity: "99999999999999999999999999999999999996, 1", rows: 4 },
  { type: "numeric(38,0)", identity: "-99999999999999999999999999999999999999, 33333333333333333333", rows: 4 },
  { type: "numeric(19,0)", identity: "9223372036854775807, 1", rows: 4 },
];

describe.each(["relay", "driver"])("kinds of columns by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "2" },
    });
  });
  afterAll(() => stack.close());

  it("keeps the values of identity columns of every type, keys or not", { timeout: 120_000 }, async () => {
    const { primary, replica } = stack.databases;
    // Each type is once the key and once not.
    const tables = identities.map((each, at) => ({ ...each, name: `Identity${at}`, key: at % 2 === 0 ? "n" : "id" }));
    for (const { name, key, type, identity } of tables) {
      await primary.run(`
        CREATE TABLE ${name} (id int NOT NULL, n ${type} IDENTITY(${identity}) NOT NULL, v int NULL, PRIMARY KEY (${key}));
        ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
        INSERT ${name} (id, v) VALUES (1, 1), (2, 2);`);
    }
    await stack.load(...tables.map(({ name }) => name));
    for (const { name, rows } of tables) {
      await primary.run(`
        INSERT ${name} (id, v) VALUES ${Array.from({ length: rows - 2 }, (_, at) => `(${at + 3}, NULL)`).join(", ")};
        UPDATE ${name} SET v = 9 WHERE id < 3;
        DELETE ${name} WHERE id = 2;`);
    }
    await stack.tick();
    for (const { name, type, identity } of tables) {
      expect(await getKey(stack.app, `error:${name}`), name).toBeNull();
      await expectEqualTables(stack, name, ["id", "n", "v"]);
      const [seed, increment] = identity.split(", ");
      expect(
        await replica.rows(`SELECT CONVERT(nvarchar(60), seed_value) AS seed,
          CONVERT(nvarchar(60), increment_value) AS increment FROM sys.identity_columns WHERE object_id = OBJECT_ID(N'${name}');`),
        `${type} ${name}`,
      ).toEqual([{ seed, increment }]);
    }
  });

  it("brings another identity value of the same row", async () => {
    const { primary } = stack.databases;
    await primary.run(`
      CREATE TABLE Renumbered (id int NOT NULL PRIMARY KEY, n int IDENTITY(1, 1) NOT NULL, v int NULL);
      ALTER TABLE Renumbered ENABLE CHANGE_TRACKING;
      INSERT Renumbered (id, v) VALUES (1, 1), (2, 2);`);
    await stack.load("Renumbered");
    await primary.run(`
      BEGIN TRANSACTION;
      DELETE Renumbered WHERE id = 1;
      SET IDENTITY_INSERT Renumbered ON;
      INSERT Renumbered (id, n, v) VALUES (1, -7, 3);
      SET IDENTITY_INSERT Renumbered OFF;
      COMMIT;`);
    await stack.tick();
    await expectEqualTables(stack, "Renumbered", ["id", "n", "v"]);
  });

  it("makes alias types, and keeps sysname", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`
      CREATE TYPE dbo.Code FROM varchar(20) NOT NULL;
      CREATE TYPE dbo.Amount FROM decimal(18, 4) NULL;
      CREATE TYPE dbo.Blob FROM varbinary(max) NULL;
      CREATE TABLE Aliased (k dbo.Code NOT NULL PRIMARY KEY, a dbo.Amount, b dbo.Blob, s sysname, o sysname NULL);
      ALTER TABLE Aliased ENABLE CHANGE_TRACKING;
      INSERT Aliased VALUES ('a', 1.5, 0x01, N'one', NULL), ('b ', NULL, NULL, N'two', N''), ('', -0.0001, 0x, N'é', N'x');`);
    await stack.load("Aliased");
    await primary.run(`
      UPDATE Aliased SET a = 99999999999999.9999, b = 0xFF WHERE k = 'a';
      DELETE Aliased WHERE k = '';
      INSERT Aliased VALUES ('c', 0, 0x00, N'three', N'y');`);
    await stack.tick();
    await expectEqualTables(stack, "Aliased", ["k", "a", "b", "s", "o"]);
    expect(
      await replica.rows(`SELECT c.name, t.name AS type FROM sys.columns AS c
        JOIN sys.types AS t ON t.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID(N'Aliased') ORDER BY c.column_id;`),
    ).toEqual([
      { name: "k", type: "Code" },
      { name: "a", type: "Amount" },
      { name: "b", type: "Blob" },
      { name: "s", type: "sysname" },
      { name: "o", type: "sysname" },
    ]);
  });

  it("makes computed columns, persisted or not, and takes one as the key", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`
      CREATE TABLE Computed (a int NOT NULL, b nvarchar(20) NOT NULL, total AS (a * 10 + LEN(b)),
        k AS (CONCAT(a, N'-', b)) PERSISTED NOT NULL, upper_b AS (UPPER(b)) PERSISTED, PRIMARY KEY (k));
      ALTER TABLE Computed ENABLE CHANGE_TRACKING;
      INSERT Computed (a, b) VALUES (1, N'x'), (2, N'yy'), (3, N''), (4, N'é'), (5, N'z');`);
    await stack.load("Computed");
    await primary.run(`
      UPDATE Computed SET b = N'changed' WHERE a = 1;
      UPDATE Computed SET b = N'YY' WHERE a = 2;
      DELETE Computed WHERE a = 3;
      INSERT Computed (a, b) VALUES (9, N'new');`);
    await stack.tick();
    expect(await getKey(stack.app, "error:Computed")).toBeNull();
    await expectEqualTables(stack, "Computed", ["k", "a", "b", "total", "upper_b"]);
    expect(
      await replica.rows(`SELECT name, is_persisted FROM sys.computed_columns
        WHERE object_id = OBJECT_ID(N'Computed') ORDER BY column_id;`),
    ).toEqual([
      { name: "total", is_persisted: false },
      { name: "k", is_persisted: true },
      { name: "upper_b", is_persisted: true },
    ]);
  });

  it("keeps ROWGUIDCOL and defaults, and makes no value of a default up", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`
      CREATE TABLE Defaulted (id int NOT NULL PRIMARY KEY,
        g uniqueidentifier ROWGUIDCOL NOT NULL CONSTRAINT df_g DEFAULT NEWID(),
        at datetime2(3) NULL DEFAULT SYSUTCDATETIME(), s nvarchar(20) NULL CONSTRAINT df_s DEFAULT N'it''s',
        n decimal(9, 2) NULL DEFAULT -1.5, x xml NULL DEFAULT N'<a/>');
      ALTER TABLE Defaulted ENABLE CHANGE_TRACKING;
      INSERT Defaulted (id) VALUES (1), (2);
      INSERT Defaulted (id, at, s, n, x) VALUES (3, NULL, NULL, NULL, NULL);`);
    await stack.load("Defaulted");
    await primary.run(`
      UPDATE Defaulted SET at = NULL, s = NULL, n = NULL, x = NULL WHERE id = 1;
      INSERT Defaulted (id, at, s, n, x) VALUES (4, NULL, NULL, NULL, NULL);
      INSERT Defaulted (id) VALUES (5);`);
    await stack.tick();
    await expectEqualTables(stack, "Defaulted", ["id", "g", "at", "s", "n", "CAST(x AS nvarchar(max))"]);
    const facts = `SELECT c.name, c.is_rowguidcol, d.definition, CASE WHEN d.is_system_named = 0 THEN d.name END AS given
      FROM sys.columns AS c LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
      WHERE c.object_id = OBJECT_ID(N'Defaulted') ORDER BY c.column_id;`;
    expect(await replica.rows(facts)).toEqual(await primary.rows(facts));
  });

  it("makes varbinary(max) of FILESTREAM", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`ALTER DATABASE CURRENT ADD FILEGROUP Streams CONTAINS FILESTREAM;
    GO
    ALTER DATABASE CURRENT ADD FILE (NAME = Streams1, FILENAME = '/var/opt/mssql/data/${primary.name}_streams') TO FILEGROUP Streams;
    GO
    CREATE TABLE Streamed (id int NOT NULL PRIMARY KEY, g uniqueidentifier ROWGUIDCOL NOT NULL UNIQUE DEFAULT NEWID(),
      body varbinary(max) FILESTREAM NULL);
    ALTER TABLE Streamed ENABLE CHANGE_TRACKING;
    INSERT Streamed (id, body) VALUES (1, 0x), (2, NULL), (3, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'ab'), 50000)));`);
    await stack.load("Streamed");
    await primary.run("UPDATE Streamed SET body = 0x00FF WHERE id = 1; INSERT Streamed (id, body) VALUES (4, 0x01);");
    await stack.tick();
    await expectEqualTables(stack, "Streamed", ["id", "g", "body"]);
    expect(
      await replica.rows(`SELECT t.name, c.max_length, c.is_filestream FROM sys.columns AS c
        JOIN sys.types AS t ON t.user_type_id = c.user_type_id
        WHERE c.object_id = OBJECT_ID(N'Streamed') AND c.name = N'body';`),
    ).toEqual([{ name: "varbinary", max_length: -1, is_filestream: false }]);
  });
});
