import { describe, expect, it } from "vitest";
import type { BulkColumn } from "../../../emulator/tds/session-handler.ts";
import { SqlError } from "../../../emulator/values/sql-error.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import { newSession } from "./engine-session.ts";

/** Sources: "hierarchyid data type method reference", "Spatial types - geometry / geography", "Data type precedence". */

const session = newSession();
await session.run(`CREATE TABLE dbo.C (
  id int NOT NULL PRIMARY KEY, h hierarchyid NULL, g geography NULL, m geometry NOT NULL DEFAULT 'POINT(1 2)',
  lev AS h.GetLevel() PERSISTED, shown AS m.ToString(), INDEX byPath (h, id));
INSERT dbo.C (id, h, g) VALUES
  (1, '/1/', 'POINT(1 2)'), (2, 0x58, 0xE6100000010C000000000000F03F0000000000000040), (3, NULL, NULL), (4, '/1/5/', NULL);`);

async function outcome(query: string): Promise<string> {
  try {
    const { rowsets, errors } = await session.run(query);
    if (errors.length > 0) return `error ${errors[0]!.number}`;
    return (rowsets.at(-1) ?? []).map((row) => row.map((value) => value ?? "NULL").join()).join(" | ");
  } catch (error) {
    if (error instanceof SqlError) return `error ${error.number}`;
    throw error;
  }
}

describe("hierarchyid", () => {
  it.each([
    ["SELECT hierarchyid::Parse('/1/-2.18/')", "/1/-2.18/"],
    ["SELECT CAST(0x59FB0540 AS hierarchyid).ToString()", "/1/-2.18/"],
    ["SELECT CONVERT(varbinary(892), CAST('/1/-2.18/' AS hierarchyid))", "0x59FB0540"],
    ["SELECT DATALENGTH(hierarchyid::GetRoot()), hierarchyid::GetRoot()", "0,/"],
    ["SELECT DATALENGTH(h), h.GetLevel(), lev FROM C WHERE id = 4", "2,2,2"],
    ["SELECT h.GetLevel(), h.ToString() FROM C WHERE id = 3", "NULL,NULL"],
    ["DECLARE @h hierarchyid = '/1/3/'; SELECT @h.GetAncestor(1), @h.GetAncestor(2), @h.GetAncestor(3)", "/1/,/,NULL"],
    ["SELECT h.IsDescendantOf('/1/'), h.IsDescendantOf('/1/5/'), h.IsDescendantOf('/') FROM C WHERE id = 1", "1,0,1"],
    [
      "DECLARE @h hierarchyid = '/1/'; SELECT @h.GetDescendant(NULL, NULL), @h.GetDescendant('/1/3/', NULL), @h.GetDescendant(NULL, '/1/3/')",
      "/1/1/,/1/4/,/1/2/",
    ],
    [
      "DECLARE @h hierarchyid = '/9/'; SELECT @h.GetDescendant('/9/1/', '/9/3/'), @h.GetDescendant('/9/1/', '/9/2/'), @h.GetDescendant('/9/1.1/', '/9/1.2/')",
      "/9/2/,/9/1.1/,/9/1.1.1/",
    ],
    ["SELECT h.GetReparentedValue('/1/', '/7/8/') FROM C WHERE id = 4", "/7/8/5/"],
    ["SELECT id FROM C WHERE h = '/1/' ORDER BY id", "1 | 2"],
    ["SELECT id FROM C WHERE h > '/1/'", "4"],
    ["SELECT id FROM C WHERE h = 0x58 AND h IN ('/1/', '/2/') AND h BETWEEN '/' AND '/3/' ORDER BY id", "1 | 2"],
    ["SELECT h, COUNT(*) FROM C GROUP BY h ORDER BY h DESC", "/1/5/,1 | /1/,2 | NULL,1"],
    ["SELECT DISTINCT h FROM C WHERE h IS NOT NULL ORDER BY h", "/1/ | /1/5/"],
    ["SELECT MIN(h), MAX(h) FROM C", "/1/,/1/5/"],
    ["SELECT ISNULL(h, '/'), COALESCE(h, '/7/') FROM C WHERE id = 3", "/,/7/"],
    ["SELECT h FROM C WHERE id = 1 UNION SELECT h FROM C WHERE id = 2", "/1/"],
    ["SELECT CASE WHEN id = 1 THEN h ELSE '/9/' END FROM C WHERE id IN (1, 3)", "/1/ | /9/"],
    ["SELECT TRY_CONVERT(hierarchyid, '/1/')", "/1/"],
    [
      "DECLARE @t TABLE (h hierarchyid NOT NULL PRIMARY KEY); INSERT @t VALUES ('/2/'), ('/10/'), ('/1/'), ('/1.1/'), ('/-1/'), ('/1/1/'), ('/'); SELECT h FROM @t ORDER BY h",
      "/ | /-1/ | /1/ | /1/1/ | /1.1/ | /2/ | /10/",
    ],
    ["SELECT hierarchyid::Parse('/01/')", "error 6522"],
    ["SELECT CAST(0xFF AS hierarchyid)", "error 6522"],
    ["UPDATE C SET h = 0x5800 WHERE id = 1", "error 6522"],
    ["SELECT h + 1 FROM C", "error 403"],
    ["SELECT h + 'x' FROM C", "error 403"],
    ["SELECT CONCAT(h, 'x') FROM C", "error 257"],
    ["DECLARE @n nvarchar(10) = hierarchyid::GetRoot()", "error 257"],
    ["SELECT CAST(h AS int) FROM C", "error 529"],
    ["SELECT CAST(1 AS hierarchyid)", "error 529"],
    ["SELECT id FROM C WHERE h = 1", "error 206"],
    ["SELECT CAST(h AS sql_variant) FROM C", "error 529"],
    ["SELECT HASHBYTES('MD5', h) FROM C", "error 8116"],
    ["DECLARE @h hierarchyid; SELECT @h.getlevel()", "error 6506"],
    ["SELECT h.GetAncestor(-1) FROM C", "error 6522"],
    ["SELECT h.GetDescendant('/2/1/', NULL) FROM C", "error 6522"],
    ["SELECT hierarchyid::GetRoot().GetDescendant('/3/', '/2/')", "error 6522"],
    ["SELECT hierarchyid::GetRoot().GetDescendant('/281479271683151/', NULL)", "error 6522"],
    ["DECLARE @i int = 1; SELECT @i.ToString()", "error 258"],
    ["SELECT CAST(1 AS dbo.geometry)", "error 243"],
    ["DECLARE @v vector(3)", "error 2715"],
    ["SELECT CAST('{}' AS json)", "error 243"],
  ])("%s", async (query, expected) => {
    expect(await outcome(query)).toBe(expected);
  });
});

describe("geography and geometry", () => {
  it.each([
    ["SELECT g FROM C WHERE id = 1", "POINT (1 2)"],
    ["SELECT CONVERT(varbinary(max), g) FROM C WHERE id = 1", "0xE6100000010C0000000000000040000000000000F03F"],
    [
      "SELECT g.ToString(), g.STAsText(), g.Lat, g.Long, g.STSrid FROM C WHERE id = 2",
      "POINT (2 1),POINT (2 1),1,2,4326",
    ],
    ["SELECT c.m.STX, m.STY, c.m.STSrid, shown FROM C AS c WHERE id = 3", "1,2,0,POINT (1 2)"],
    ["SELECT geography::Point(47.651, -122.349, 4326).ToString()", "POINT (-122.349 47.651)"],
    ["SELECT geometry::Point(1, 2, 7).STSrid", "7"],
    ["SELECT geometry::STGeomFromText('POINT (1 2 3 4)', 0).STAsText()", "POINT (1 2)"],
    ["SELECT geometry::STGeomFromText('POINT (1 2 3 4)', 0).AsTextZM()", "POINT (1 2 3 4)"],
    ["DECLARE @g geometry = 'POINT (1 2 3)'; SELECT @g.Z, @g.M, @g.HasZ, @g.HasM", "3,NULL,1,0"],
    ["SELECT CAST('LINESTRING (0 0, 1 1)' AS geometry).STGeometryType()", "LineString"],
    ["SELECT CAST('LINESTRING (1 1, 1 1)' AS geometry).STIsValid()", "0"],
    ["SELECT CAST('POLYGON EMPTY' AS geometry).STIsEmpty()", "1"],
    ["SELECT CAST('MULTIPOINT (1 1, 2 2)' AS geometry).STNumPoints()", "2"],
    ["SELECT COUNT(g), COUNT(*) FROM C WHERE g IS NOT NULL", "2,2"],
    ["SELECT ISNULL(g, 'POINT EMPTY') FROM C WHERE id = 3", "POINT EMPTY"],
    ["SELECT g FROM C WHERE id = 3 UNION ALL SELECT NULL", "NULL | NULL"],
    ["SELECT CAST(0x00 AS geography)", "error 6522"],
    ["SELECT CAST('POINT (1 91)' AS geography)", "error 6522"],
    ["SELECT geography::Point(1, 2, 0)", "error 6522"],
    ["INSERT C (id, m) VALUES (9, 'POINT')", "error 6522"],
    ["SELECT 1 FROM C WHERE g = g", "error 403"],
    ["SELECT 1 FROM C WHERE g = NULL", "error 403"],
    ["SELECT 1 FROM C WHERE h = g", "error 403"],
    ["SELECT 1 FROM C WHERE m IN ('POINT (1 2)')", "error 403"],
    ["SELECT 1 FROM C ORDER BY g", "error 249"],
    ["SELECT g FROM C ORDER BY g", "error 249"],
    ["SELECT COUNT(*) FROM C GROUP BY m", "error 249"],
    ["SELECT DISTINCT m FROM C", "error 421"],
    ["SELECT m FROM C UNION SELECT m FROM C", "error 5335"],
    ["SELECT m FROM C INTERSECT SELECT m FROM C", "error 5335"],
    ["SELECT MIN(g) FROM C", "error 8117"],
    ["CREATE INDEX bad ON C (g)", "error 1978"],
    ["CREATE TABLE Bad (m geometry NOT NULL PRIMARY KEY)", "error 1919"],
    ["SELECT CAST(g AS hierarchyid) FROM C", "error 529"],
    ["DECLARE @m geometry = (SELECT g FROM C WHERE id = 1)", "error 206"],
    ["SELECT c.m.stx FROM C AS c", "error 6592"],
    ["SELECT c.m.Lat FROM C AS c", "error 6592"],
    ["SELECT m.STNumPoints FROM C", "error 6592"],
    ["SELECT m.STX() FROM C", "error 6506"],
    ["SELECT x.m.STX FROM C AS c", "error 4104"],
    ["SELECT geometry::STGeomFromText('POINT (1 2)')", "error 174"],
    ["SELECT geometry::STGeomFromText('POINT (1 2)', -5)", "error 6522"],
    ["SELECT COUNT(DISTINCT m) FROM C", "error 8117"],
  ])("%s", async (query, expected) => {
    expect(await outcome(query)).toBe(expected);
  });
});

describe("catalog", () => {
  it.each([
    [
      "SELECT name, system_type_id, user_type_id, max_length, is_user_defined, is_assembly_type FROM sys.types WHERE system_type_id = 240 ORDER BY name",
      "geography,240,130,-1,0,1 | geometry,240,129,-1,0,1 | hierarchyid,240,128,892,0,1",
    ],
    [
      "SELECT name, assembly_class, is_binary_ordered FROM sys.assembly_types WHERE name = 'hierarchyid'",
      "hierarchyid,Microsoft.SqlServer.Types.SqlHierarchyId,1",
    ],
    [
      "SELECT name, system_type_id, user_type_id, max_length FROM sys.columns WHERE object_id = OBJECT_ID('C') AND system_type_id = 240",
      "h,240,128,892 | g,240,130,-1 | m,240,129,-1",
    ],
    [
      "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'C' AND ORDINAL_POSITION IN (2, 3, 4)",
      "h,hierarchyid,NULL | g,geography,NULL | m,geometry,NULL",
    ],
    ["SELECT definition FROM sys.computed_columns ORDER BY column_id", "([h].[GetLevel]()) | ([m].[ToString]())"],
    ["SELECT TYPE_ID('geometry'), TYPE_NAME(128), COL_LENGTH('C', 'h')", "129,hierarchyid,892"],
    [
      "SELECT name, system_type_id, system_type_name, user_type_id, user_type_schema, user_type_name, max_length FROM sys.dm_exec_describe_first_result_set(N'SELECT h, m FROM C', NULL, 0)",
      "h,240,NULL,128,sys,hierarchyid,892 | m,240,NULL,129,sys,geometry,-1",
    ],
  ])("%s", async (query, expected) => {
    expect(await outcome(query)).toBe(expected);
  });

  it("SELECT INTO keeps the type; ALTER TABLE adds one", async () => {
    await session.run("SELECT h, g INTO dbo.Copied FROM dbo.C; ALTER TABLE dbo.Copied ADD m geometry NULL;");
    const query = "SELECT name, user_type_id FROM sys.columns WHERE object_id = OBJECT_ID('Copied')";
    expect(await outcome(query)).toBe("h,128 | g,130 | m,129");
  });
});

describe("INSERT BULK", () => {
  const columns: BulkColumn[] = [
    { name: "id", type: { name: "int" }, nullable: false },
    { name: "h", type: { name: "varbinary", length: -1 }, nullable: true },
    { name: "m", type: { name: "varbinary", length: -1 }, nullable: true },
  ];
  const point = Buffer.from("00000000010C000000000000F03F0000000000000040", "hex");

  async function load(rows: SqlRow[]): Promise<string> {
    await session.run("TRUNCATE TABLE Loaded");
    expect((await session.run("INSERT BULK Loaded (id int, h varbinary(max), m varbinary(max))")).errors).toEqual([]);
    async function* batches(): AsyncGenerator<SqlRow[]> {
      yield await Promise.resolve(rows);
    }
    try {
      await session.handler.bulkLoad(columns, batches(), new AbortController().signal);
    } catch (error) {
      if (error instanceof SqlError) return `error ${error.number}`;
      throw error;
    }
    return outcome("SELECT id, h, m FROM Loaded ORDER BY id");
  }

  it("takes their bytes as varbinary", async () => {
    await session.run("CREATE TABLE dbo.Loaded (id int NOT NULL PRIMARY KEY, h hierarchyid NULL, m geometry NULL)");
    const rows: SqlRow[] = [
      [1, Buffer.from([0x58]), point],
      [2, Buffer.alloc(0), null],
    ];
    expect(await load(rows)).toBe("1,/1/,POINT (1 2) | 2,/,NULL");
  });

  it("takes none that are no such value", async () => {
    expect(await load([[1, Buffer.from([0xff]), null]])).toBe("error 6522");
    expect(await load([[1, null, point.subarray(1)]])).toBe("error 6522");
    expect(await outcome("SELECT COUNT(*) FROM Loaded")).toBe("0");
  });
});
