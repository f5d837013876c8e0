import { beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../../../emulator/engine/engine.ts";
import type { BulkColumn } from "../../../emulator/tds/session-handler.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import { newEngine, TestSession } from "./engine-session.ts";

let engine: Engine;
let session: TestSession;

beforeEach(async () => {
  ({ engine } = newEngine());
  session = new TestSession(engine);
  await session.script(`
    CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, g int NOT NULL, n int NULL, s varchar(10) NULL, f float NOT NULL, d datetime NOT NULL);
    CREATE TABLE dbo.u (id int NOT NULL PRIMARY KEY, tid int NOT NULL, c int NOT NULL);
    INSERT dbo.t VALUES (1, 10, 1, 'a', 1, '20200101'), (2, 10, NULL, 'b', 2, '20200102'), (3, 20, 3, 'c', 3, '20200103');`);
});

/** A view of every row of dbo.t whose n is not null, unique by s. */
async function makeView(): Promise<void> {
  await session.script(`
    CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id, g, n, s FROM dbo.t WHERE n IS NOT NULL
    GO
    CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (s)`);
}

async function error(sql: string): Promise<string> {
  const { errors } = await session.run(sql);
  return errors.map(({ number, message }) => `${number} ${message}`).join("\n");
}

async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

describe("CREATE INDEX on a view", () => {
  it("binds, is unique and clustered first", async () => {
    await session.run("CREATE VIEW dbo.p AS SELECT id FROM dbo.t");
    expect(await error("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.p (id)")).toBe(
      "1939 Cannot create index on view 'p' because the view is not schema bound.",
    );
    await session.run("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id, s FROM dbo.t");
    expect(await error("CREATE UNIQUE INDEX ix ON dbo.v (id)")).toBe(
      "1940 Cannot create index on view 'dbo.v'. It does not have a unique clustered index.",
    );
    expect(await session.errors("CREATE CLUSTERED INDEX ix ON dbo.v (id)")).toEqual([1941]);
    expect(await session.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (nope)")).toEqual([1911]);
    expect(await session.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id) WITH (IGNORE_DUP_KEY = ON)")).toEqual([
      1990,
    ]);
    expect(await session.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)")).toEqual([]);
    expect(await error("CREATE UNIQUE CLUSTERED INDEX i2 ON dbo.v (s)")).toBe(
      "1902 Cannot create more than one clustered index on view 'dbo.v'. Drop the existing clustered index 'ix' before creating another.",
    );
    expect(await session.errors("CREATE INDEX IX ON dbo.v (s)")).toEqual([1913]);
    expect(await session.errors("CREATE INDEX i2 ON dbo.v (s) WHERE id > 1")).toEqual([10610]);
    expect(await session.errors("CREATE INDEX i2 ON dbo.v (s)")).toEqual([]);
    expect(await session.errors("CREATE UNIQUE INDEX i2 ON dbo.v (s DESC) WITH (DROP_EXISTING = ON)")).toEqual([]);
  });

  it("finds duplicates", async () => {
    await session.run("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id, g FROM dbo.t");
    expect(await error("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (g)")).toBe(
      "1505 The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name 'dbo.v' and the index name 'ix'. The duplicate key value is (10).",
    );
    await session.run("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)");
    expect(await session.errors("CREATE UNIQUE INDEX i2 ON dbo.v (g)")).toEqual([1505]);
  });

  it("asks how the view and its tables were made", async () => {
    await session.script(`
      SET QUOTED_IDENTIFIER OFF
      GO
      CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id FROM dbo.t
      GO
      SET QUOTED_IDENTIFIER ON
      SET ANSI_NULLS OFF
      GO
      CREATE TABLE dbo.old (id int NOT NULL)
      GO
      SET ANSI_NULLS ON
      GO
      CREATE VIEW dbo.w WITH SCHEMABINDING AS SELECT id FROM dbo.old`);
    expect(await error("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)")).toBe(
      "1935 Cannot create index. Object 'v' was created with the following SET options off: 'QUOTED_IDENTIFIER'.",
    );
    expect(await error("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.w (id)")).toBe(
      "1935 Cannot create index. Object 'old' was created with the following SET options off: 'ANSI_NULLS'.",
    );
  });
});

describe("SET options", () => {
  const off = "SET ARITHABORT ON; SET ANSI_WARNINGS OFF; SET QUOTED_IDENTIFIER OFF";

  it.each<[verb: string, sql: string]>([
    ["INSERT", "INSERT dbo.t VALUES (9, 1, 1, 'z', 1, '20200101')"],
    ["UPDATE", "UPDATE dbo.t SET g = 1"],
    ["DELETE", "DELETE dbo.t"],
    ["MERGE", "MERGE dbo.t USING (SELECT 1 AS id) x ON x.id = t.id WHEN MATCHED THEN DELETE;"],
    ["INSERT", "INSERT BULK dbo.t (id int, g int)"],
  ])("%s needs them: %s", async (verb, sql) => {
    expect(await session.errors(`${off}`)).toEqual([]);
    expect(await session.errors(sql.startsWith("INSERT BULK") ? "SELECT 1" : `IF 1 = 0 ${sql}`)).toEqual([]);
    await session.run("SET ANSI_WARNINGS ON; SET QUOTED_IDENTIFIER ON");
    await makeView();
    await session.run(off);
    expect(await error(sql)).toMatch(
      `1934 ${verb} failed because the following SET options have incorrect settings: 'QUOTED_IDENTIFIER, ANSI_WARNINGS'. Verify that SET options are correct for use with indexed views and/or`,
    );
    expect(await session.value("SELECT COUNT(*) FROM dbo.t")).toBe("3");
  });

  it("a statement without them ends its batch, and counts in a module as the module was made", async () => {
    await session.script(
      "SET QUOTED_IDENTIFIER OFF\nGO\nCREATE PROCEDURE dbo.p AS DELETE dbo.t\nGO\nSET QUOTED_IDENTIFIER ON",
    );
    await makeView();
    const { errors, rowsets } = await session.run("SET ARITHABORT ON; SET ANSI_WARNINGS OFF; DELETE dbo.t; SELECT 1");
    expect(errors.map(({ number }) => number)).toEqual([1934]);
    expect(rowsets).toEqual([]);
    expect(await session.errors("SET ANSI_WARNINGS ON; EXEC dbo.p")).toEqual([1934]);
    expect(await session.errors("DELETE dbo.t")).toEqual([]);
  });

  it("CREATE INDEX on a view needs them", async () => {
    await session.run("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id FROM dbo.t");
    await session.run("SET ARITHABORT ON; SET ANSI_WARNINGS OFF");
    expect(await session.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)")).toEqual([1934]);
  });

  it.each<[name: string, ddl: string]>([
    ["a filtered index", "CREATE INDEX ix ON dbo.t (n) WHERE n IS NOT NULL"],
    ["an index on a computed column", "ALTER TABLE dbo.t ADD c AS (g + 1); EXEC ('CREATE INDEX ix ON dbo.t (c)')"],
    ["a persisted computed column", "ALTER TABLE dbo.t ADD c AS (g + 1) PERSISTED"],
  ])("%s needs them", async (_name, ddl) => {
    expect(await session.errors(ddl)).toEqual([]);
    expect(await session.errors("DELETE dbo.t WHERE id = 1")).toEqual([]);
    await session.run("SET QUOTED_IDENTIFIER OFF");
    expect(await session.errors("DELETE dbo.t WHERE id = 2")).toEqual([1934]);
    expect(await session.errors("SELECT id FROM dbo.t")).toEqual([]);
  });
});

describe("keys of an indexed view stay unique", () => {
  beforeEach(makeView);

  it.each<[sql: string, key: string]>([
    ["INSERT dbo.t VALUES (4, 1, 1, 'x', 1, '20200101'), (5, 1, 1, 'A ', 1, '20200101')", "A "],
    ["INSERT dbo.t SELECT id + 10, g, n, s, f, d FROM dbo.t WHERE id = 3", "c"],
    ["UPDATE dbo.t SET s = 'a'", "a"],
    ["UPDATE dbo.t SET n = 5, s = 'c' WHERE id = 2", "c"],
    [
      "MERGE dbo.t USING (SELECT 7 AS id) x ON x.id = t.id WHEN NOT MATCHED THEN INSERT (id, g, n, s, f, d) VALUES (7, 1, 1, 'c', 1, '20200101');",
      "c",
    ],
    ["INSERT dbo.t VALUES (4, 1, 1, NULL, 1, '20200101'), (5, 1, 1, NULL, 1, '20200101')", "<NULL>"],
    ["DECLARE @t TABLE (id int); INSERT @t OUTPUT inserted.id, 1, 1, 'c', 1, '20200101' INTO dbo.t VALUES (8)", "c"],
  ])("%s", async (sql, key) => {
    const before = await lines("SELECT id, n, s FROM dbo.t ORDER BY id");
    expect(await error(sql)).toBe(
      `2601 Cannot insert duplicate key row in object 'dbo.v' with unique index 'ix'. The duplicate key value is (${key}).`,
    );
    expect(await lines("SELECT id, n, s FROM dbo.t ORDER BY id")).toEqual(before);
  });

  it("for the statement as a whole, and for rows of the view only", async () => {
    expect(await session.errors("UPDATE dbo.t SET s = CASE s WHEN 'a' THEN 'c' ELSE 'a' END WHERE id <> 2")).toEqual(
      [],
    );
    expect(await session.errors("INSERT dbo.t VALUES (4, 1, NULL, 'a', 1, '20200101')")).toEqual([]);
    expect(await session.errors("DELETE dbo.t WHERE id = 1; UPDATE dbo.t SET n = 1, s = 'b2' WHERE id = 4")).toEqual(
      [],
    );
    expect(await lines("SELECT s FROM dbo.v WITH (NOEXPAND) ORDER BY s")).toEqual(["a", "b2"]);
  });

  it("for rows that come in bulk, also without CHECK_CONSTRAINTS", async () => {
    const columns: BulkColumn[] = ["id", "g", "n", "f"].map((name) => ({
      name,
      type: { name: "int" },
      nullable: true,
    }));
    const load = async (rows: SqlRow[]): Promise<bigint> => {
      async function* batches(): AsyncGenerator<SqlRow[]> {
        for (const row of rows) yield await Promise.resolve([row]);
      }
      return session.handler.bulkLoad(columns, batches(), new AbortController().signal);
    };
    await session.run("ALTER TABLE dbo.t ADD CONSTRAINT dd DEFAULT '20200101' FOR d");
    await session.run("INSERT BULK dbo.t (id int, g int, n int, f int)");
    await expect(
      load([
        [11, 1, 1, 1],
        [12, 1, 1, 1],
      ]),
    ).rejects.toMatchObject({ number: 2601 });
    await session.run("INSERT BULK dbo.t (id int, g int, n int, f int)");
    expect(
      await load([
        [11, 1, 1, 1],
        [12, 1, null, 1],
      ]),
    ).toBe(2n);
  });

  it("over a join and the actions of foreign keys", async () => {
    await session.script(`
      CREATE TABLE dbo.p (id int PRIMARY KEY, code int NOT NULL UNIQUE);
      CREATE TABLE dbo.c (id int PRIMARY KEY, code int NULL REFERENCES dbo.p (code) ON UPDATE CASCADE, x int NOT NULL);
      INSERT dbo.p VALUES (1, 1), (2, 2); INSERT dbo.c VALUES (1, 1, 7), (2, 2, 8);
      GO
      CREATE VIEW dbo.j WITH SCHEMABINDING AS SELECT c.id, c.code % 10 AS digit, p.id AS p FROM dbo.c JOIN dbo.p ON p.code = c.code
      GO
      CREATE UNIQUE CLUSTERED INDEX ij ON dbo.j (digit)`);
    expect(await session.errors("UPDATE dbo.p SET code = 12 WHERE id = 1")).toEqual([2601]);
    expect(await session.errors("UPDATE dbo.p SET code = 13 WHERE id = 1")).toEqual([]);
    expect(await lines("SELECT id, digit, p FROM dbo.j ORDER BY id")).toEqual(["1 3 1", "2 2 2"]);
  });

  it("whose expressions may fail", async () => {
    await session.script(
      "CREATE VIEW dbo.w WITH SCHEMABINDING AS SELECT id, 10 / g AS q FROM dbo.t\nGO\nCREATE UNIQUE CLUSTERED INDEX iw ON dbo.w (id)",
    );
    expect(await session.errors("UPDATE dbo.t SET g = 0 WHERE id = 3")).toEqual([8134]);
    expect(await session.value("SELECT g FROM dbo.t WHERE id = 3")).toBe("20");
  });
});

describe("with transactions of others", () => {
  let other: TestSession;

  beforeEach(async () => {
    await makeView();
    other = new TestSession(engine);
    await other.run("SET LOCK_TIMEOUT 0");
  });

  const insert = (id: number, s: string): string => `INSERT dbo.t VALUES (${id}, 1, 1, '${s}', 1, '20200101')`;

  it("other keys do not wait; a key that is taken or given up in an open transaction does", async () => {
    await session.run(`BEGIN TRANSACTION; ${insert(4, "x")}; DELETE dbo.t WHERE id = 1`);
    expect(await other.errors(insert(5, "y"))).toEqual([]);
    expect(await other.errors(insert(6, "x"))).toEqual([1222]);
    expect(await other.errors(insert(7, "a"))).toEqual([1222]);
    await session.run("COMMIT");
    expect(await other.errors(insert(6, "x"))).toEqual([2601]);
    expect(await other.errors(insert(7, "a"))).toEqual([]);
  });

  it("an index is made when all that is written stands, and is nobody's before it stands", async () => {
    await session.run("BEGIN TRANSACTION; INSERT dbo.u VALUES (1, 1, 1)");
    await other.run("CREATE VIEW dbo.w WITH SCHEMABINDING AS SELECT id, tid FROM dbo.u");
    expect(await other.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.w (id)")).toEqual([1222]);
    await session.run("COMMIT");
    await other.run("BEGIN TRANSACTION; CREATE UNIQUE CLUSTERED INDEX ix ON dbo.w (tid)");
    expect(await session.errors("SET LOCK_TIMEOUT 0; INSERT dbo.u VALUES (2, 1, 1)")).toEqual([1222]);
    await other.run("ROLLBACK");
    expect(await session.errors("INSERT dbo.u VALUES (2, 1, 1)")).toEqual([]);
  });

  it("what a rolled back DROP INDEX or ALTER VIEW gave up is kept meanwhile", async () => {
    for (const ddl of ["DROP INDEX ix ON dbo.v", "EXEC ('ALTER VIEW dbo.v AS SELECT 1 AS x')", "DROP VIEW dbo.v"]) {
      await session.run(`BEGIN TRANSACTION; ${ddl}`);
      expect(await other.errors(insert(9, "a"))).toEqual([1222]);
      await session.run("ROLLBACK");
      expect(await other.errors(insert(9, "a"))).toEqual([2601]);
    }
  });
});

describe("an indexed view as an object", () => {
  beforeEach(makeView);

  it("keeps its tables as they are", async () => {
    expect(await error("TRUNCATE TABLE dbo.t")).toBe(
      "3729 Cannot TRUNCATE TABLE 'dbo.t' because it is being referenced by object 'v'.",
    );
    expect(await error("DROP TABLE dbo.t")).toBe(
      "3729 Cannot DROP TABLE 'dbo.t' because it is being referenced by object 'v'.",
    );
    expect(await error("ALTER TABLE dbo.t DROP COLUMN n")).toBe(
      "5074 The object 'v' is dependent on column 'n'.\n4922 ALTER TABLE DROP COLUMN n failed because one or more objects access this column.",
    );
    expect(await session.errors("ALTER TABLE dbo.t ALTER COLUMN s varchar(20)")).toEqual([5074, 4922]);
    expect(await session.errors("ALTER TABLE dbo.t DROP COLUMN f; ALTER TABLE dbo.t ADD extra int")).toEqual([]);
    expect(await session.errors("EXEC sp_rename 'dbo.t.s', 's2', 'COLUMN'")).toEqual([15336]);
    expect(await session.errors("EXEC sp_rename 'dbo.t', 't2'")).toEqual([15336]);
  });

  it("may be bound to, and is then bound itself", async () => {
    await session.run("CREATE VIEW dbo.w WITH SCHEMABINDING AS SELECT id FROM dbo.v");
    expect(await error("ALTER VIEW dbo.v AS SELECT 1 AS x")).toBe(
      "3729 Cannot ALTER 'dbo.v' because it is being referenced by object 'w'.",
    );
    expect(await session.errors("DROP VIEW dbo.v")).toEqual([3729]);
  });

  it("stands in the catalog", async () => {
    await session.run("CREATE INDEX i2 ON dbo.v (g DESC) INCLUDE (n) WITH (FILLFACTOR = 80, PAD_INDEX = ON)");
    const from = "WHERE object_id = OBJECT_ID('dbo.v') ORDER BY index_id";
    expect(
      await lines(
        `SELECT name, index_id, type_desc, is_unique, fill_factor, is_padded, is_disabled FROM sys.indexes ${from}`,
      ),
    ).toEqual(["ix 1 CLUSTERED 1 0 0 0", "i2 2 NONCLUSTERED 0 80 1 0"]);
    expect(
      await lines(
        `SELECT index_id, column_id, key_ordinal, is_descending_key, is_included_column FROM sys.index_columns ${from}`,
      ),
    ).toEqual(["1 4 1 0 0", "2 2 1 1 0", "2 3 0 0 1"]);
    expect(await lines(`SELECT index_id, rows FROM sys.partitions ${from}`)).toEqual(["1 2", "2 2"]);
    expect(await lines("SELECT name FROM sys.stats WHERE object_id = OBJECT_ID('dbo.v') ORDER BY stats_id")).toEqual([
      "ix",
      "i2",
    ]);
    expect(await lines("SELECT OBJECTPROPERTY(OBJECT_ID('dbo.v'), 'IsIndexed'), INDEX_COL('dbo.v', 2, 1)")).toEqual([
      "1 g",
    ]);
  });

  it("is named by NOEXPAND, as no other object is", async () => {
    await session.run("CREATE VIEW dbo.p AS SELECT id FROM dbo.t");
    expect(await error("SELECT id FROM dbo.p WITH (NOEXPAND)")).toBe(
      "8171 Hint 'noexpand' on object 'dbo.p' is invalid.",
    );
    expect(await session.errors("SELECT id FROM dbo.t WITH (NOEXPAND)")).toEqual([8171]);
    expect(await lines("SELECT id FROM dbo.v WITH (NOEXPAND) ORDER BY id")).toEqual(["1", "3"]);
  });

  it("loses its indexes with the clustered one, and when it is altered", async () => {
    const indexes = "SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID('dbo.v')";
    const described = "EXEC sp_addextendedproperty 'd', 'x', 'SCHEMA', 'dbo', 'VIEW', 'v', 'INDEX', 'i2'";
    await session.run("CREATE INDEX i2 ON dbo.v (g); CREATE INDEX i3 ON dbo.v (n)");
    await session.run(`${described}; DROP INDEX i3 ON dbo.v`);
    expect(await lines(indexes)).toEqual(["ix", "i2"]);
    expect(await session.errors("DROP INDEX ix ON dbo.v")).toEqual([]);
    expect(await lines(indexes)).toEqual([]);
    expect(await session.value("SELECT COUNT(*) FROM sys.extended_properties WHERE class = 7")).toBe("0");
    expect(await session.errors("TRUNCATE TABLE dbo.t")).toEqual([]);
    await session.run("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)");
    expect(await lines(indexes)).toEqual(["ix"]);
    await session.run("CREATE OR ALTER VIEW dbo.v WITH SCHEMABINDING, VIEW_METADATA AS SELECT id, s FROM dbo.t");
    expect(await lines(indexes)).toEqual([]);
    await session.run("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)");
    expect(await session.errors("DROP VIEW dbo.v; TRUNCATE TABLE dbo.t")).toEqual([]);
  });

  it("follows ALTER INDEX and sp_rename", async () => {
    await session.run("CREATE INDEX i2 ON dbo.v (g)");
    expect(
      await session.errors("EXEC sp_rename 'dbo.v.i2', 'renamed', 'INDEX'; ALTER INDEX renamed ON dbo.v DISABLE"),
    ).toEqual([]);
    expect(await session.errors("ALTER INDEX renamed ON dbo.v REORGANIZE")).toEqual([1973]);
    expect(await session.errors("ALTER INDEX nope ON dbo.v REBUILD")).toEqual([2727]);
    await session.run("ALTER INDEX ix ON dbo.v DISABLE");
    expect(await session.errors("SELECT id FROM dbo.v WITH (NOEXPAND)")).toEqual([8171]);
    expect(await session.errors("UPDATE dbo.t SET s = 'a'")).toEqual([]);
    expect(await session.errors("ALTER INDEX ix ON dbo.v REBUILD")).toEqual([1505]);
    await session.run("DELETE dbo.t WHERE id = 1");
    expect(await session.errors("ALTER INDEX ix ON dbo.v REBUILD")).toEqual([]);
    expect(
      await lines("SELECT name, is_disabled FROM sys.indexes WHERE object_id = OBJECT_ID('dbo.v') ORDER BY index_id"),
    ).toEqual(["ix 0", "renamed 1"]);
    expect(await session.errors("UPDATE dbo.t SET n = 1")).toEqual([2601]);
  });
});
