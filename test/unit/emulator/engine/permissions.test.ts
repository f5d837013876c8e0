import { beforeEach, describe, expect, it } from "vitest";
import { newSession, TestSession } from "./engine-session.ts";

let admin: TestSession;

async function lines(sql: string, session = admin): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

/** Batches that must succeed. */
async function script(text: string): Promise<void> {
  const { errors } = await admin.script(text);
  expect(errors.map((error) => error.message)).toEqual([]);
}

const GRANTS = `SELECT USER_NAME(grantee_principal_id), USER_NAME(grantor_principal_id), OBJECT_NAME(major_id), minor_id, permission_name, state
  FROM sys.database_permissions WHERE class = 1`;

beforeEach(async () => {
  admin = newSession();
  await script(`CREATE LOGIN ann WITH PASSWORD = 'p'; CREATE LOGIN bob WITH PASSWORD = 'p'
    GO
    CREATE SCHEMA s
    GO
    CREATE USER ann FOR LOGIN ann WITH DEFAULT_SCHEMA = s; CREATE USER bob FOR LOGIN bob; CREATE ROLE staff
    GO
    CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY, a int NULL CHECK (a > 0), b int DEFAULT 5)
    GO
    CREATE VIEW dbo.V AS SELECT id, a FROM dbo.T
    GO
    CREATE PROCEDURE dbo.P AS SELECT id FROM dbo.T
    GO
    CREATE FUNCTION dbo.F(@a int) RETURNS int AS BEGIN RETURN @a END`);
});

const login = (user: "ann" | "bob"): TestSession => new TestSession(admin.engine, "test", user);

describe("GRANT, DENY, REVOKE", () => {
  it("write down grantor, state and columns", async () => {
    await script(`GRANT EXECUTE ON dbo.P TO ann WITH GRANT OPTION; DENY SELECT ON dbo.V TO staff; GRANT SELECT (id), UPDATE (a) ON dbo.T TO bob AS dbo;
      GRANT SELECT ON dbo.V (a) TO bob`);
    expect(await login("ann").errors("GRANT EXECUTE ON dbo.P TO bob")).toEqual([]);
    expect(await lines(GRANTS)).toEqual([
      "ann dbo P 0 EXECUTE W",
      "staff dbo V 0 SELECT D",
      "bob dbo T 1 SELECT G",
      "bob dbo T 2 UPDATE G",
      "bob dbo V 2 SELECT G",
      "bob ann P 0 EXECUTE G",
    ]);
  });

  it("take back with CASCADE what was granted on", async () => {
    await script("GRANT EXECUTE ON dbo.P TO ann WITH GRANT OPTION; GRANT EXECUTE ON dbo.P TO bob AS ann");
    expect(await admin.errors("REVOKE EXECUTE ON dbo.P FROM ann")).toEqual([4611]);
    expect(await admin.errors("DENY EXECUTE ON dbo.P TO ann")).toEqual([4611]);
    await script("REVOKE GRANT OPTION FOR EXECUTE ON dbo.P FROM ann CASCADE");
    expect(await lines(GRANTS)).toEqual(["ann dbo P 0 EXECUTE G"]);
    await script("REVOKE EXECUTE ON dbo.P FROM ann");
    expect(await lines(GRANTS)).toEqual([]);
  });

  it("a column taken out of a table has a row of its own", async () => {
    await script(
      "GRANT SELECT ON dbo.T TO ann; REVOKE SELECT ON dbo.T (a) FROM ann; REVOKE SELECT ON dbo.V (a) FROM ann",
    );
    expect(await lines(GRANTS)).toEqual(["ann dbo T 0 SELECT G", "ann dbo T 2 SELECT R"]);
    const ask =
      "SELECT HAS_PERMS_BY_NAME('dbo.T', 'OBJECT', 'SELECT', 'a', 'COLUMN'), HAS_PERMS_BY_NAME('dbo.T', 'OBJECT', 'SELECT', 'b', 'COLUMN')";
    expect(await lines(ask, login("ann"))).toEqual(["0 1"]);
  });

  it("ALL is what suits the object", async () => {
    await script("GRANT ALL ON dbo.F TO staff; GRANT ALL PRIVILEGES ON dbo.V TO staff; GRANT ALL ON dbo.P TO staff");
    expect((await lines(GRANTS)).map((line) => line.split(" ").slice(2).join(" "))).toEqual([
      ...["F 0 EXECUTE G", "F 0 REFERENCES G"],
      ...["V 0 SELECT G", "V 0 INSERT G", "V 0 UPDATE G", "V 0 DELETE G", "V 0 REFERENCES G", "P 0 EXECUTE G"],
    ]);
  });

  it.each<[sql: string, error: number]>([
    ["GRANT EXECUTE ON dbo.V TO ann", 4606],
    ["GRANT SELECT ON dbo.P TO ann", 4606],
    ["GRANT SELECT ON dbo.F TO ann", 4606],
    ["DENY REFERENCES ON dbo.P TO ann", 4606],
    ["GRANT SELECT ON dbo.V TO nobody", 15151],
    ["GRANT SELECT ON dbo.missing TO ann", 15151],
    ["GRANT SELECT ON SCHEMA::missing TO ann", 15151],
    ["GRANT SELECT ON dbo.V TO ann AS nobody", 15151],
    ["GRANT SELECT ON dbo.V TO bob AS ann", 4613],
    ["GRANT SELECT ON dbo.V (missing) TO ann", 207],
    ["GRANT EXECUTE ON dbo.P (id) TO ann", 1020],
    ["GRANT SELECT ON dbo.V TO dbo", 4624],
    ["GRANT SELECT ON dbo.V TO db_datareader", 4617],
  ])("%s gives %i", async (sql, error) => {
    expect(await admin.errors(sql)).toEqual([error]);
    expect(await lines(GRANTS)).toEqual([]);
  });

  it("only what may be granted is granted by a plain login", async () => {
    expect(await login("ann").errors("GRANT SELECT ON dbo.V TO bob")).toEqual([15151]);
    await script("GRANT CONTROL ON dbo.V TO ann");
    expect(await login("ann").errors("GRANT SELECT ON dbo.V TO bob")).toEqual([]);
  });

  it("permissions survive ALTER and go with DROP, a new schema and a new owner", async () => {
    await script("GRANT SELECT ON dbo.V TO ann; GRANT EXECUTE ON dbo.P TO ann; GRANT EXECUTE ON dbo.F TO ann");
    await script("ALTER VIEW dbo.V AS SELECT id FROM dbo.T\nGO\nCREATE OR ALTER PROCEDURE dbo.P AS SELECT 1 AS one");
    expect((await lines(GRANTS)).length).toBe(3);
    await script("DROP VIEW dbo.V; ALTER SCHEMA s TRANSFER dbo.P; ALTER AUTHORIZATION ON OBJECT::dbo.F TO bob");
    expect(await lines(GRANTS)).toEqual([]);
  });
});

describe("ALTER AUTHORIZATION", () => {
  it("gives an object an owner of its own, and back to the schema's", async () => {
    const owner = "SELECT USER_NAME(principal_id) FROM sys.objects WHERE name = 'V'";
    await script("ALTER AUTHORIZATION ON OBJECT::dbo.V TO bob");
    expect(await admin.value(owner)).toBe("bob");
    await script("ALTER VIEW dbo.V AS SELECT id FROM dbo.T");
    expect(await admin.value(owner)).toBe("bob");
    expect(await lines("SELECT name FROM sys.views", login("bob"))).toEqual(["V"]);
    await script("GRANT SELECT ON dbo.V TO ann");
    expect(await lines(GRANTS)).toEqual(["ann bob V 0 SELECT G"]);
    expect(await admin.errors("DROP USER bob")).toEqual([15138]);
    await script("ALTER AUTHORIZATION ON dbo.V TO SCHEMA OWNER");
    expect(await admin.value(owner)).toBeNull();
  });

  it.each<[sql: string, error: number]>([
    ["ALTER AUTHORIZATION ON OBJECT::dbo.V TO nobody", 15151],
    ["ALTER AUTHORIZATION ON OBJECT::dbo.missing TO bob", 15151],
    ["ALTER AUTHORIZATION ON OBJECT::dbo.Tr TO bob", 15344],
    ["ALTER AUTHORIZATION ON SCHEMA::dbo TO bob", 15150],
  ])("%s gives %i", async (sql, error) => {
    await script("CREATE TRIGGER dbo.Tr ON dbo.T AFTER INSERT AS SET NOCOUNT ON");
    expect(await admin.errors(sql)).toEqual([error]);
  });

  it("a chain ends where the owner changes", async () => {
    await script("GRANT EXECUTE ON dbo.P TO ann; GRANT SELECT ON dbo.V TO ann");
    expect(await login("ann").errors("EXEC dbo.P; SELECT id FROM dbo.V")).toEqual([]);
    await script("ALTER AUTHORIZATION ON OBJECT::dbo.T TO bob");
    expect(await login("ann").errors("EXEC dbo.P")).toEqual([229]);
    expect(await login("ann").errors("SELECT id FROM dbo.V")).toEqual([229]);
  });
});

describe("what a plain login sees", () => {
  const MODULES = `SELECT o.name, CASE WHEN m.definition IS NULL THEN 'no' ELSE 'yes' END FROM sys.objects AS o
    JOIN sys.sql_modules AS m ON m.object_id = o.object_id ORDER BY o.name`;

  it("objects by any permission, texts by VIEW DEFINITION", async () => {
    const ann = login("ann");
    expect(await lines(MODULES, ann)).toEqual([]);
    await script("GRANT SELECT ON dbo.V TO ann; GRANT EXECUTE ON SCHEMA::dbo TO ann");
    expect(await lines(MODULES, ann)).toEqual(["F no", "P no", "V no"]);
    await script("GRANT VIEW DEFINITION ON dbo.P TO ann; GRANT ALTER ON dbo.F TO ann");
    expect(await lines(MODULES, ann)).toEqual(["F yes", "P yes", "V no"]);
    expect(
      await lines(
        "SELECT OBJECT_DEFINITION(OBJECT_ID('dbo.V')), OBJECT_ID('dbo.T'), OBJECT_NAME(OBJECT_ID('dbo.P'))",
        ann,
      ),
    ).toEqual(["- - P"]);
    await script("DENY VIEW DEFINITION ON dbo.P TO ann; DENY EXECUTE ON dbo.F TO ann");
    expect(await lines(MODULES, ann)).toEqual(["F yes", "V no"]);
  });

  it("definitions of constraints are texts too", async () => {
    await script("GRANT SELECT ON dbo.T TO ann");
    const texts =
      "SELECT definition FROM sys.check_constraints UNION ALL SELECT definition FROM sys.default_constraints";
    expect(await lines(texts, login("ann"))).toEqual(["-", "-"]);
    await script("GRANT VIEW DEFINITION TO ann");
    expect(await lines(texts, login("ann"))).toEqual(["([a]>(0))", "((5))"]);
  });

  it("HAS_PERMS_BY_NAME on the database follows roles and DENY", async () => {
    const ask =
      "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION'), IS_MEMBER('staff'), IS_ROLEMEMBER('db_owner')";
    const ann = login("ann");
    expect(await lines(ask, ann)).toEqual(["0 0 0"]);
    await script("ALTER ROLE staff ADD MEMBER ann; GRANT VIEW DEFINITION TO staff");
    expect(await lines(ask, ann)).toEqual(["1 1 0"]);
    await script("DENY VIEW DEFINITION TO ann");
    expect(await lines(ask, ann)).toEqual(["0 1 0"]);
    expect(await lines(MODULES, ann)).toEqual([]);
    await script("ALTER ROLE db_owner ADD MEMBER ann");
    expect(await lines(ask, ann)).toEqual(["1 1 1"]);
  });

  it("types by any permission on them, properties where it may ALTER", async () => {
    await script("CREATE TYPE dbo.Flag FROM bit\nGO\nCREATE TYPE dbo.Ids AS TABLE (id int)");
    const types = "SELECT name FROM sys.types WHERE is_user_defined = 1";
    const note = "EXEC sp_addextendedproperty N'note', N'x', N'SCHEMA', N'dbo', N'VIEW', N'V'";
    const ann = login("ann");
    expect([await lines(types, ann), await ann.errors(note)]).toEqual([[], [15135]]);
    await script("GRANT REFERENCES ON TYPE::dbo.Flag TO ann; GRANT ALTER ON dbo.V TO ann");
    expect([await lines(types, ann), await ann.errors(note)]).toEqual([["Flag"], []]);
  });

  it("its own name and schema, also in modules", async () => {
    await script(`CREATE TABLE s.T (id int, own int)
      GO
      INSERT INTO s.T VALUES (7, 7)
      GO
      CREATE PROCEDURE dbo.Who AS SELECT USER_NAME(), SCHEMA_NAME(), (SELECT COUNT(*) FROM T)
      GO
      GRANT EXECUTE ON dbo.Who TO ann; GRANT SELECT ON s.T TO ann`);
    const ann = login("ann");
    expect(await lines("SELECT USER_NAME(), SCHEMA_NAME(), CURRENT_USER", ann)).toEqual(["ann s ann"]);
    expect(await lines("SELECT own FROM T", ann)).toEqual(["7"]);
    expect(await lines("EXEC Who", ann)).toEqual(["ann s 0"]);
    expect(await lines("SELECT USER_NAME(), SCHEMA_NAME()", login("bob"))).toEqual(["bob dbo"]);
  });

  it("sys.sql_expression_dependencies is for owners until it is granted", async () => {
    const ask = "SELECT HAS_PERMS_BY_NAME(N'sys.sql_expression_dependencies', N'OBJECT', N'SELECT')";
    const read = "SELECT COUNT(*) FROM sys.sql_expression_dependencies";
    const ann = login("ann");
    expect([await ann.value(ask), await ann.errors(read)]).toEqual(["0", [229]]);
    await script("GRANT SELECT ON sys.sql_expression_dependencies TO ann");
    expect([await ann.value(ask), await ann.value(read)]).toEqual(["1", "0"]);
    await script("GRANT VIEW DEFINITION TO ann");
    expect(await ann.value(read)).toBe(await admin.value(read));
    expect(await admin.value(ask)).toBe("1");
  });
});

describe("DDL of a plain login", () => {
  it("takes the rights that each statement's page names", async () => {
    const ann = login("ann");
    expect(await ann.errors("CREATE VIEW s.New AS SELECT 1 AS a")).toEqual([262]);
    await script("GRANT CREATE VIEW TO ann");
    expect(await ann.errors("CREATE VIEW s.New AS SELECT 1 AS a")).toEqual([2760]);
    await script("GRANT ALTER ON SCHEMA::s TO ann");
    expect(await ann.errors("CREATE VIEW New AS SELECT 1 AS a")).toEqual([]);
    expect(await ann.errors("ALTER VIEW dbo.V AS SELECT 1 AS a")).toEqual([229]);
    expect(await ann.errors("DROP VIEW dbo.V")).toEqual([3701]);
    await script("GRANT ALTER ON dbo.V TO ann");
    expect(await ann.errors("ALTER VIEW dbo.V AS SELECT 1 AS a")).toEqual([]);
    await script("GRANT CREATE SCHEMA TO ann");
    expect(await ann.errors("CREATE SCHEMA other AUTHORIZATION bob")).toEqual([15151]);
    expect(await ann.errors("CREATE SCHEMA mine")).toEqual([]);
    expect(await ann.errors("CREATE VIEW mine.V AS SELECT 1 AS a")).toEqual([]);
    expect(await ann.errors("EXEC sp_rename 'dbo.V', 'W'; DROP VIEW s.New")).toEqual([]);
  });
});
