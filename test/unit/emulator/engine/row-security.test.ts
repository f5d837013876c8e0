import { beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../../../emulator/engine/engine.ts";
import { newEngine, TestSession } from "./engine-session.ts";

let engine: Engine;
let sa: TestSession;
let reader: TestSession;

beforeEach(async () => {
  ({ engine } = newEngine());
  sa = new TestSession(engine);
  await sa.script(`CREATE SCHEMA sec
GO
CREATE TABLE dbo.Orders (id int PRIMARY KEY, tenant sysname NOT NULL, amount money NULL);
INSERT dbo.Orders VALUES (1, N'a', 1), (2, N'b', 2), (3, N'a', 3), (4, N'sa', 4);
CREATE LOGIN reader WITH PASSWORD = 'p';
CREATE USER a FOR LOGIN reader;
GRANT SELECT ON dbo.Orders TO a;
GRANT UPDATE ON dbo.Orders TO a;
GRANT DELETE ON dbo.Orders TO a;
GRANT VIEW CHANGE TRACKING ON dbo.Orders TO a
GO
CREATE FUNCTION sec.visible (@tenant sysname) RETURNS TABLE WITH SCHEMABINDING
AS RETURN SELECT 1 AS seen WHERE @tenant = USER_NAME() OR CONVERT(int, SESSION_CONTEXT(N'all')) = 1
GO
CREATE SECURITY POLICY sec.Tenants ADD FILTER PREDICATE sec.visible(tenant) ON dbo.Orders WITH (STATE = ON, SCHEMABINDING = ON)`);
  reader = new TestSession(engine, "test", "reader");
});

describe("Row-Level Security", () => {
  it("filters what is read, for everybody, sysadmin included, whatever the way to the rows", async () => {
    expect(await reader.rows("SELECT id FROM dbo.Orders ORDER BY id")).toEqual([["1"], ["3"]]);
    expect(await sa.rows("SELECT id FROM dbo.Orders")).toEqual([]);
    expect(await reader.rows("SELECT COUNT(*), SUM(amount) FROM dbo.Orders")).toEqual([["2", "4.0000"]]);
    expect(await reader.rows("SELECT id FROM dbo.Orders WHERE id = 2")).toEqual([]);
    expect(await reader.rows("SELECT TOP (1) id FROM dbo.Orders WHERE id > 1 ORDER BY id DESC")).toEqual([["3"]]);
    const join =
      "SELECT n.i, o.id FROM (VALUES (1), (2), (3)) AS n (i) LEFT JOIN dbo.Orders AS o ON o.id = n.i ORDER BY 1";
    expect(await reader.rows(join)).toEqual([
      ["1", "1"],
      ["2", null],
      ["3", "3"],
    ]);
    await sa.run("EXEC sp_set_session_context N'all', 1");
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("4");
  });

  it("filters rows that are updated and deleted; who inserts is not asked", async () => {
    expect((await reader.run("UPDATE dbo.Orders SET amount = 9")).counts).toEqual([2]);
    expect((await reader.run("DELETE dbo.Orders")).counts).toEqual([2]);
    await sa.run("INSERT dbo.Orders VALUES (5, N'c', 5); EXEC sp_set_session_context N'all', 1");
    expect(await sa.rows("SELECT id, amount FROM dbo.Orders ORDER BY id")).toEqual([
      ["2", "2.0000"],
      ["4", "4.0000"],
      ["5", "5.0000"],
    ]);
  });

  it("ALTER SECURITY POLICY ... DROP FILTER PREDICATE shows that table's rows again", async () => {
    await sa.run("ALTER SECURITY POLICY sec.Tenants DROP FILTER PREDICATE ON dbo.Orders");
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("4");
    expect(await sa.value("SELECT COUNT(*) FROM sys.security_predicates")).toBe("0");
    // Neither is bound to the policy any more.
    await sa.run("DROP TABLE dbo.Orders; DROP FUNCTION sec.visible; DROP SECURITY POLICY sec.Tenants");
  });

  it("CHANGETABLE gives the keys of filtered rows, which the join then does not find", async () => {
    await sa.script(`ALTER DATABASE test SET CHANGE_TRACKING = ON
GO
ALTER TABLE dbo.Orders ENABLE CHANGE_TRACKING
GO
INSERT dbo.Orders VALUES (6, N'a', 6), (7, N'b', 7)`);
    const read = `SELECT c.SYS_CHANGE_OPERATION, c.id, o.tenant FROM CHANGETABLE(CHANGES dbo.Orders, 0) AS c
      LEFT JOIN dbo.Orders AS o ON o.id = c.id ORDER BY c.id`;
    expect(await reader.rows(read)).toEqual([
      ["I", "6", "a"],
      ["I", "7", null],
    ]);
  });

  it("shows in the catalog to who may see its definition, and may be switched off and dropped", async () => {
    const views = `SELECT p.name, p.is_enabled, p.is_schema_bound, d.predicate_definition, d.predicate_type_desc, OBJECT_NAME(d.target_object_id)
      FROM sys.security_policies AS p JOIN sys.security_predicates AS d ON d.object_id = p.object_id`;
    expect(await sa.rows(views)).toEqual([["Tenants", "1", "1", "([sec].[visible]([tenant]))", "FILTER", "Orders"]]);
    expect(await reader.rows(views)).toEqual([]);
    await sa.run("GRANT VIEW DEFINITION TO a");
    expect(await reader.rows(views)).toHaveLength(1);
    expect(await sa.errors("ALTER SECURITY POLICY sec.Tenants WITH (STATE = OFF)")).toEqual([]);
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("4");
    await sa.run("ALTER SECURITY POLICY sec.Tenants WITH (STATE = ON)");
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("0");
    await sa.run("BEGIN TRAN; DROP SECURITY POLICY sec.Tenants; ROLLBACK");
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("0");
    await sa.run("DROP SECURITY POLICY sec.Tenants");
    expect(await sa.value("SELECT COUNT(*) FROM dbo.Orders")).toBe("4");
    expect(await sa.rows("SELECT name FROM sys.security_policies")).toEqual([]);
  });

  it("holds its table, the columns it reads and its function", async () => {
    expect(await sa.errors("DROP TABLE dbo.Orders")).toEqual([3729]);
    expect(await sa.errors("DROP FUNCTION sec.visible")).toEqual([3729]);
    expect(await sa.errors("ALTER TABLE dbo.Orders ALTER COLUMN tenant nvarchar(200) NOT NULL")).toEqual([5074, 4922]);
    expect(await sa.errors("ALTER TABLE dbo.Orders ALTER COLUMN amount money NOT NULL")).toEqual([]);
  });

  it("asks nobody for rights on what a schema-bound policy reads, and the user on what another one reads", async () => {
    await sa.script(`CREATE TABLE sec.Grants (tenant sysname PRIMARY KEY); INSERT sec.Grants VALUES (N'b')
GO
CREATE FUNCTION sec.granted (@tenant sysname) RETURNS TABLE WITH SCHEMABINDING
AS RETURN SELECT 1 AS seen FROM sec.Grants AS g WHERE g.tenant = @tenant
GO
DROP SECURITY POLICY sec.Tenants
GO
CREATE SECURITY POLICY sec.P ADD FILTER PREDICATE sec.granted(tenant) ON dbo.Orders`);
    expect(await reader.rows("SELECT id FROM dbo.Orders")).toEqual([["2"]]);
    await sa.script(`DROP SECURITY POLICY sec.P
GO
CREATE SECURITY POLICY sec.P ADD FILTER PREDICATE sec.granted(tenant) ON dbo.Orders WITH (SCHEMABINDING = OFF)`);
    expect(await reader.errors("SELECT id FROM dbo.Orders")).toEqual([229]);
    await sa.run("GRANT SELECT ON sec.granted TO a");
    expect(await reader.rows("SELECT id FROM dbo.Orders")).toEqual([["2"]]);
  });

  it("older snapshots do not read past a new policy", async () => {
    await sa.run(
      "ALTER DATABASE test SET ALLOW_SNAPSHOT_ISOLATION ON; ALTER SECURITY POLICY sec.Tenants WITH (STATE = OFF)",
    );
    await reader.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT 1 FROM dbo.Orders WHERE id = 1");
    await sa.run("ALTER SECURITY POLICY sec.Tenants WITH (STATE = ON)");
    expect(await reader.errors("SELECT id FROM dbo.Orders")).toEqual([3961]);
  });

  it("waits for a lock that the predicate meets, and leaves no row out", async () => {
    await sa.script(`CREATE TABLE sec.Grants (tenant sysname PRIMARY KEY, ok int); INSERT sec.Grants VALUES (N'a', 1), (N'b', 1)
GO
CREATE FUNCTION sec.granted (@tenant sysname) RETURNS TABLE WITH SCHEMABINDING
AS RETURN SELECT 1 AS seen FROM sec.Grants AS g WHERE g.tenant = @tenant AND g.ok = 1
GO
DROP SECURITY POLICY sec.Tenants
GO
CREATE SECURITY POLICY sec.P ADD FILTER PREDICATE sec.granted(tenant) ON dbo.Orders
GO
BEGIN TRAN; UPDATE sec.Grants SET ok = ok WHERE tenant = N'b'`);
    const rows = reader.rows("SELECT id FROM dbo.Orders ORDER BY id");
    const wait = "SELECT COUNT(*) FROM sys.dm_exec_requests WHERE blocking_session_id <> 0";
    await expect.poll(() => sa.value(wait)).toBe("1");
    await sa.run("COMMIT");
    expect(await rows).toEqual([["1"], ["2"], ["3"]]);
  });

  it("needs ALTER ANY SECURITY POLICY", async () => {
    expect(await reader.errors("ALTER SECURITY POLICY sec.Tenants WITH (STATE = OFF)")).toEqual([262]);
  });
});

describe("Dynamic Data Masking", () => {
  beforeEach(async () => {
    await sa.script(`CREATE TABLE dbo.People (
  id int PRIMARY KEY,
  name varchar(100) MASKED WITH (FUNCTION = 'partial(1, "xxxxx", 1)') NULL,
  phone varchar(12) MASKED WITH (FUNCTION = 'default()') NULL,
  pin char(2) MASKED WITH (FUNCTION = 'default()') NULL,
  mail nvarchar(100) MASKED WITH (FUNCTION = 'email()') NOT NULL,
  pay money MASKED WITH (FUNCTION = 'default()') NULL,
  born date MASKED WITH (FUNCTION = 'default()') NULL,
  code smallint MASKED WITH (FUNCTION = 'random(7, 7)') NULL,
  twice AS pay * 2)
GO
INSERT dbo.People (id, name, phone, pin, mail, pay, born, code) VALUES
  (1, 'Roberto', '555.123.4567', '42', N'RTamburello@contoso.com', 12.5, '1980-02-03', 10), (2, NULL, NULL, NULL, N'x@y', NULL, NULL, NULL)
GO
GRANT SELECT ON dbo.People TO a`);
  });

  const ALL = "SELECT id, name, phone, pin, mail, pay, born, code, twice FROM dbo.People ORDER BY id";

  it("shows masks to who has not UNMASK; NULL stays NULL; conditions see the real values", async () => {
    const masked = [
      ["1", "Rxxxxxo", "xxxx", "xx", "RXXX@XXXX.com", "0.0000", "1900-01-01", "7", "0.0000"],
      ["2", null, null, null, "xXXX@XXXX.com", null, null, null, null],
    ];
    expect(await reader.rows(ALL)).toEqual(masked);
    expect(await reader.rows("SELECT * FROM dbo.People ORDER BY id")).toEqual(masked);
    expect(await reader.rows("SELECT id FROM dbo.People WHERE pay > 12")).toEqual([["1"]]);
    expect(await sa.value("SELECT name FROM dbo.People WHERE id = 1")).toBe("Roberto");
  });

  it("masks expressions by default(), through derived tables, CTEs, views, set operations and aggregates", async () => {
    await sa.script("CREATE VIEW dbo.V AS SELECT id, phone AS p FROM dbo.People\nGO\nGRANT SELECT ON dbo.V TO a");
    for (const [query, shown] of [
      ["SELECT UPPER(name) FROM dbo.People WHERE id = 1", "xxxx"],
      ["SELECT MAX(pay) FROM dbo.People", "0.0000"],
      ["SELECT d.x FROM (SELECT id, pay AS x FROM dbo.People) AS d WHERE d.x > 1", "0.0000"],
      ["WITH c AS (SELECT id, mail FROM dbo.People) SELECT mail FROM c WHERE id = 1", "RXXX@XXXX.com"],
      ["SELECT p FROM dbo.V WHERE id = 1", "xxxx"],
      ["SELECT phone FROM dbo.People WHERE id = 1 UNION ALL SELECT 'real' WHERE 1 = 0", "xxxx"],
      ["SELECT (SELECT phone FROM dbo.People WHERE id = 1)", "xxxx"],
      ["SELECT phone FROM dbo.People WHERE id = 1 GROUP BY phone", "xxxx"],
    ] as const) {
      expect([query, await reader.value(query)]).toEqual([query, shown]);
    }
  });

  it("UNMASK on the database, the table or a column shows them", async () => {
    await sa.run("GRANT UNMASK ON dbo.People(phone) TO a");
    expect(await reader.rows("SELECT phone, pin FROM dbo.People WHERE id = 1")).toEqual([["555.123.4567", "xx"]]);
    await sa.run("GRANT UNMASK ON dbo.People TO a");
    expect(await reader.value("SELECT pin FROM dbo.People WHERE id = 1")).toBe("42");
    await sa.run("REVOKE UNMASK ON dbo.People TO a; REVOKE UNMASK ON dbo.People(phone) TO a; GRANT UNMASK TO a");
    expect(await reader.value("SELECT phone FROM dbo.People WHERE id = 1")).toBe("555.123.4567");
  });

  it("shows in sys.masked_columns; ALTER COLUMN adds and drops a mask", async () => {
    const masks =
      "SELECT name, masking_function FROM sys.masked_columns WHERE object_id = OBJECT_ID('dbo.People') AND name LIKE 'p%'";
    expect(await reader.rows(masks)).toEqual([
      ["phone", "default()"],
      ["pin", "default()"],
      ["pay", "default()"],
    ]);
    await sa.run(
      "ALTER TABLE dbo.People ALTER COLUMN phone DROP MASKED; ALTER TABLE dbo.People ALTER COLUMN pin ADD MASKED WITH (FUNCTION = 'partial(1,\"?\",0)')",
    );
    expect(await reader.rows(masks)).toEqual([
      ["pin", 'partial(1,"?",0)'],
      ["pay", "default()"],
    ]);
    expect(await reader.rows("SELECT phone, pin FROM dbo.People WHERE id = 1")).toEqual([["555.123.4567", "4?"]]);
  });

  it("never hands real values on: what it cannot mask is refused", async () => {
    for (const statement of [
      "SELECT phone INTO #t FROM dbo.People",
      "DECLARE @p varchar(12); SELECT @p = phone FROM dbo.People",
      "CREATE TABLE #t (p varchar(12)); INSERT #t SELECT phone FROM dbo.People",
    ]) {
      await expect(reader.run(statement)).rejects.toThrow("a masked column in");
    }
  });
});
