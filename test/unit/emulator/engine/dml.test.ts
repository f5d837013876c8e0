import { beforeEach, describe, expect, it } from "vitest";
import { newSession, type TestSession } from "./engine-session.ts";

let session: TestSession;

beforeEach(async () => {
  session = newSession();
  const { errors } = await session.run(`
    CREATE TABLE parent (id int NOT NULL PRIMARY KEY, code varchar(5) NULL CONSTRAINT UQ_code UNIQUE, qty int NOT NULL CONSTRAINT DF_qty DEFAULT 7 CONSTRAINT CK_qty CHECK (qty > 0), twice AS (qty * 2));
    CREATE TABLE child (id int IDENTITY(10,5) NOT NULL PRIMARY KEY, parent_id int NULL CONSTRAINT FK_child REFERENCES parent (id), v varchar(3) NULL);
    INSERT parent (id, code, qty) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);`);
  expect(errors).toEqual([]);
});

async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

describe("INSERT", () => {
  it("takes defaults, identity and computed columns", async () => {
    await session.rows("INSERT parent (id) VALUES (9); INSERT child (v) VALUES ('x'), ('y'); SELECT 1");
    expect(await lines("SELECT id, code, qty, twice FROM parent WHERE id = 9")).toEqual(["9 - 7 14"]);
    expect(await lines("SELECT id, v FROM child")).toEqual(["10 x", "15 y"]);
    expect(await lines("SELECT SCOPE_IDENTITY(), @@IDENTITY, IDENT_CURRENT('child')")).toEqual(["15 15 15"]);
  });

  it.each<[sql: string, error: number]>([
    ["INSERT parent (id) VALUES (1)", 2627],
    ["INSERT parent (id, code) VALUES (8, 'A')", 2627],
    ["INSERT parent (id, qty) VALUES (8, NULL)", 515],
    ["INSERT parent (id, qty) VALUES (8, 0)", 547],
    ["INSERT parent (code) VALUES ('q')", 515],
    ["INSERT parent (id, twice) VALUES (8, 1)", 271],
    ["INSERT parent VALUES (8)", 213],
    ["INSERT parent (id, code) VALUES (8)", 109],
    ["INSERT parent (id) VALUES (8, 'x')", 110],
    ["INSERT parent (id, id) VALUES (8, 8)", 264],
    ["INSERT parent (id, nope) VALUES (8, 8)", 207],
    ["INSERT parent (id, code) SELECT 8", 120],
    ["INSERT child (id, v) VALUES (1, 'x')", 544],
    ["INSERT child (parent_id) VALUES (99)", 547],
    ["INSERT child (v) VALUES ('long text')", 2628],
    ["SET IDENTITY_INSERT parent ON", 8106],
  ])("%s gives %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
    expect(await session.value("SELECT COUNT(*) FROM parent")).toBe("3");
  });

  it("takes explicit identity values only while they are switched on, and moves the seed", async () => {
    const { errors } = await session.run(`SET IDENTITY_INSERT child ON; INSERT child (id, v) VALUES (100, 'e');
      INSERT child (v) VALUES ('n'); SET IDENTITY_INSERT child OFF; INSERT child (v) VALUES ('a')`);
    expect(errors.map((error) => error.number)).toEqual([545]);
    expect(await lines("SELECT id, v FROM child ORDER BY id")).toEqual(["100 e", "105 a"]);
  });

  it("is all or nothing", async () => {
    expect(await session.errors("INSERT parent (id) VALUES (20), (21), (1)")).toEqual([2627]);
    expect(await session.value("SELECT COUNT(*) FROM parent")).toBe("3");
  });

  it("gives what it wrote by OUTPUT and OUTPUT INTO", async () => {
    expect(
      await lines(`DECLARE @t TABLE (id int, q int); INSERT parent (id, code) OUTPUT inserted.id, inserted.qty INTO @t OUTPUT inserted.id, inserted.twice
        VALUES (30, 'x'), (31, 'y'); SELECT * FROM @t`),
    ).toEqual(["30 7", "31 7"]);
  });

  it("takes the rows of a procedure", async () => {
    await session.script(
      "CREATE PROCEDURE two AS SELECT 50, 'p'; SELECT 51, 'q'\nGO\nINSERT parent (id, code) EXEC two",
    );
    expect(await lines("SELECT id, code FROM parent WHERE id >= 50")).toEqual(["50 p", "51 q"]);
  });
});

describe("UPDATE", () => {
  it("may swap unique values within one statement", async () => {
    await session.rows(
      "UPDATE parent SET code = CASE code WHEN 'a' THEN 'b' WHEN 'b' THEN 'a' ELSE code END; SELECT 1",
    );
    expect(await lines("SELECT id, code FROM parent ORDER BY id")).toEqual(["1 b", "2 a", "3 c"]);
  });

  it("moves keys without meeting a row twice", async () => {
    await session.rows("UPDATE parent SET id = id + 1; SELECT 1");
    expect(await lines("SELECT id, code FROM parent ORDER BY id")).toEqual(["2 a", "3 b", "4 c"]);
  });

  it("writes each row once, whatever the join", async () => {
    const { counts } = await session.run(
      "UPDATE p SET qty = 50 FROM parent p CROSS JOIN (VALUES (1), (2)) v(x) WHERE p.id < 3",
    );
    expect(counts).toEqual([2]);
  });

  it("uses old values on the right, compound operators and variables", async () => {
    expect(
      await lines(
        "DECLARE @v int; UPDATE parent SET qty += 10, @v = qty OUTPUT deleted.qty, inserted.qty, inserted.twice WHERE id = 3; SELECT @v",
      ),
    ).toEqual(["3"]);
    expect(await lines("SELECT qty, twice FROM parent WHERE id = 3")).toEqual(["13 26"]);
  });

  it.each<[sql: string, error: number]>([
    ["UPDATE parent SET id = 1", 2627],
    ["UPDATE parent SET qty = -1", 547],
    ["UPDATE parent SET qty = NULL", 515],
    ["UPDATE parent SET twice = 1", 271],
    ["UPDATE child SET id = 1", 8102],
    ["UPDATE parent SET qty = 1, qty = 2", 264],
    ["UPDATE x SET qty = 1 FROM parent p", 208],
  ])("%s gives %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
    expect(await lines("SELECT SUM(qty), MAX(id) FROM parent")).toEqual(["6 3"]);
  });
});

describe("DELETE", () => {
  it("refuses what is referenced", async () => {
    await session.rows("INSERT child (parent_id) VALUES (1); SELECT 1");
    expect(await session.errors("DELETE parent WHERE id = 1")).toEqual([547]);
    expect(await session.errors("DELETE parent WHERE id = 2")).toEqual([]);
  });

  it("joins, takes TOP and OUTPUT", async () => {
    expect(
      await lines(
        "DELETE TOP (1) p OUTPUT deleted.id, v.x FROM parent p JOIN (VALUES (1, 'y')) v(id, x) ON v.id = p.id",
      ),
    ).toEqual(["1 y"]);
  });
});

describe("foreign key actions", () => {
  it.each<[action: string, deleted: string[], updated: string[]]>([
    ["CASCADE", [], ["10 5"]],
    ["SET NULL", ["10 -"], ["10 -"]],
    ["SET DEFAULT", ["10 2"], ["10 2"]],
  ])("%s", async (action, deleted, updated) => {
    for (const [statement, expected] of [
      ["DELETE parent WHERE id = 1", deleted],
      ["UPDATE parent SET id = 5 WHERE id = 1", updated],
    ] as const) {
      const own = newSession();
      const { errors } = await own.run(`
        CREATE TABLE parent (id int NOT NULL PRIMARY KEY);
        CREATE TABLE child (id int NOT NULL PRIMARY KEY, parent_id int NULL DEFAULT 2 REFERENCES parent (id) ON DELETE ${action} ON UPDATE ${action});
        INSERT parent VALUES (1), (2); INSERT child VALUES (10, 1); ${statement}`);
      expect(errors).toEqual([]);
      expect(
        (await own.rows("SELECT id, parent_id FROM child")).map((row) => row.map((v) => v ?? "-").join(" ")),
      ).toEqual(expected);
    }
  });

  it("a table may reference itself", async () => {
    const { errors } = await session.run(`CREATE TABLE tree (id int PRIMARY KEY, up int NULL REFERENCES tree (id));
      INSERT tree VALUES (2, 1), (1, NULL); INSERT tree VALUES (3, 9); DELETE tree WHERE id = 1; DELETE tree`);
    expect(errors.map((error) => error.number)).toEqual([547, 547]);
  });
});

describe("MERGE", () => {
  it("updates, deletes and inserts in one statement", async () => {
    expect(
      await lines(`MERGE parent AS t USING (VALUES (2, 'B2'), (4, 'd')) AS s(id, code) ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET code = s.code
        WHEN NOT MATCHED THEN INSERT (id, code) VALUES (s.id, s.code)
        WHEN NOT MATCHED BY SOURCE AND t.id = 1 THEN DELETE
        OUTPUT $action, ISNULL(inserted.id, deleted.id);`),
    ).toEqual(expect.arrayContaining(["UPDATE 2", "INSERT 4", "DELETE 1"]));
    expect(await lines("SELECT id, code FROM parent ORDER BY id")).toEqual(["2 B2", "3 c", "4 d"]);
  });

  it("refuses to write a row twice", async () => {
    expect(
      await session.errors(
        "MERGE parent t USING (VALUES (1), (1)) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET qty = 9;",
      ),
    ).toEqual([8672]);
  });
});

describe("TRUNCATE TABLE", () => {
  it("is refused where a foreign key references the table, and starts the identity over", async () => {
    expect(await session.errors("TRUNCATE TABLE parent")).toEqual([4712]);
    expect(
      await lines(
        "INSERT child (v) VALUES ('a'); TRUNCATE TABLE child; INSERT child (v) VALUES ('b'); SELECT id, v FROM child",
      ),
    ).toEqual(["10 b"]);
    expect(await lines("BEGIN TRAN; TRUNCATE TABLE child; ROLLBACK; SELECT id, v FROM child")).toEqual(["10 b"]);
  });
});

describe("triggers", () => {
  it("see inserted and deleted, and run in the statement's transaction", async () => {
    await session.script(`CREATE TABLE audit (what varchar(10), id int, old int, new int)
      GO
      CREATE TRIGGER trg ON parent AFTER INSERT, UPDATE, DELETE AS SET NOCOUNT ON;
        INSERT audit SELECT CASE WHEN UPDATE(qty) THEN 'qty' ELSE 'other' END, ISNULL(i.id, d.id), d.qty, i.qty FROM inserted i FULL JOIN deleted d ON d.id = i.id
      GO
      UPDATE parent SET qty = 9 WHERE id = 1; DELETE parent WHERE id = 2`);
    expect(await lines("SELECT * FROM audit")).toEqual(["qty 1 1 9", "other 2 2 -"]);
  });

  it("a roll back in one ends the batch", async () => {
    await session.script("CREATE TRIGGER no ON parent AFTER DELETE AS ROLLBACK\nGO\nSELECT 1");
    const { errors, rowsets } = await session.run("DELETE parent; SELECT 'never'");
    expect(errors.map((error) => error.number)).toEqual([3609]);
    expect(rowsets).toEqual([]);
    expect(await session.value("SELECT COUNT(*) FROM parent")).toBe("3");
  });
});
