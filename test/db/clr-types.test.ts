import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** hierarchyid: every range of its encoding with both ends, dots, the root, and depth. */
const paths = [
  "/",
  "/0/",
  "/1/",
  "/1/1/",
  "/1.1/",
  "/1.-5.3/",
  "/1/-2.18/",
  "/0.3.-7/",
  "/-1/",
  "/-8/",
  "/-9/",
  "/-72/",
  "/-73/",
  "/-4168/",
  "/-4169/",
  "/-4294971464/",
  "/-4294971465/",
  "/-281479271682120/",
  "/3/",
  "/4/",
  "/7/",
  "/8/",
  "/15/",
  "/16/",
  "/79/",
  "/80/",
  "/1103/",
  "/1104/",
  "/5199/",
  "/5200/",
  "/4294972495/",
  "/4294972496/",
  "/281479271683151/",
  `/${"1/".repeat(200)}`,
];

const geographies = [
  "'POINT (-122.349 47.651)'",
  "'POINT (-122.349 47.651 10.5 NULL)'",
  "'POINT EMPTY'",
  "'LINESTRING (-122.36 47.656, -122.343 47.656)'",
  "'POLYGON ((-122.358 47.653, -122.348 47.649, -122.348 47.658, -122.358 47.658, -122.358 47.653))'",
  "geography::Point(-90, 180, 4269)",
  "NULL",
];

const geometries = [
  "'POINT (1.5 -2.25 NULL 7)'",
  "'LINESTRING (0 1 1, 3 2 2, 4 5)'",
  "'POLYGON ((0 0, 3 0, 3 3, 0 3, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))'",
  "'POLYGON ((0 0, 3 3, 3 0, 0 3, 0 0))'",
  "'MULTIPOINT ((1 1), (2 2))'",
  "'MULTILINESTRING ((0 0, 1 1, 2 0), (5 5, 6 6))'",
  "'MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))'",
  "'GEOMETRYCOLLECTION (POINT (4 6), LINESTRING (0 0, 1 1), GEOMETRYCOLLECTION (POINT (9 9)))'",
  "geometry::STGeomFromText('MULTIPOLYGON EMPTY', 32633)",
  // Version 2 with a curve, as bytes: nothing but the server can make it from text.
  "0xE61000000224050000000000000000000000000000000000000000000000000000400000000000000000000000000000" +
    "004000000000000000400000000000000000000000000000F03F00000000000000000000000000000000010000000300" +
    "00000001000000FFFFFFFF000000000A03000000020003",
  "NULL",
];

const at = <T>(list: readonly T[], place: number): T => list[place % list.length]!;

function row(id: number): string {
  return `${id}, '${at(paths, id)}', ${at(geographies, id)}, ${at(geometries, id)}`;
}

const rows = Array.from({ length: paths.length }, (_, id) => id);

const script = `
CREATE TABLE Plain (id int NOT NULL PRIMARY KEY, h hierarchyid NULL, g geography NULL, m geometry NULL,
  lev AS h.GetLevel() PERSISTED, d hierarchyid NOT NULL DEFAULT ('/1/'));
CREATE TABLE Keyed (h hierarchyid NOT NULL PRIMARY KEY, v int NOT NULL);
CREATE TABLE Paired (a int NOT NULL, h hierarchyid NOT NULL, v int NOT NULL, PRIMARY KEY (a DESC, h));
ALTER TABLE Plain ENABLE CHANGE_TRACKING;
ALTER TABLE Keyed ENABLE CHANGE_TRACKING;
ALTER TABLE Paired ENABLE CHANGE_TRACKING;
${rows.map((id) => `INSERT Plain (id, h, g, m) VALUES (${row(id)});`).join("\n")}
INSERT Plain (id) VALUES (1000);
${paths.map((path, id) => `INSERT Keyed VALUES ('${path}', ${id});`).join("\n")}
${paths.map((path, id) => `INSERT Paired VALUES (${id % 3}, '${path}', ${id});`).join("\n")}`;

const changes = `
${rows
  .map((id) =>
    id % 5 === 3
      ? `DELETE Plain WHERE id = ${id};`
      : `UPDATE Plain SET h = '${at(paths, id + 1)}', g = ${at(geographies, id + 1)}, m = ${at(geometries, id + 1)}, d = h WHERE id = ${id};`,
  )
  .join("\n")}
INSERT Plain (id, h, g, m) VALUES (${row(2000)});
UPDATE Keyed SET v = v + 100 WHERE h.GetLevel() = 2;
DELETE Keyed WHERE h = '/79/' OR h = '/';
INSERT Keyed VALUES ('/1.0/', 900), ('/1.-1/', 901);
UPDATE Paired SET h = h.GetDescendant(NULL, NULL) WHERE a = 1;
DELETE Paired WHERE a = 2 AND h < '/1/';
INSERT Paired VALUES (7, '/', 902);`;

const tables = {
  Plain: ["id", "h", "g", "m", "lev", "d"],
  Keyed: ["h", "v"],
  Paired: ["a", "h", "v"],
} as const;

async function expectSame({ databases }: SyncStack): Promise<void> {
  for (const [table, columns] of Object.entries(tables)) {
    const items = columns.map((name) => {
      const bytes = `CAST(${name} AS varbinary(max))`;
      return `CONVERT(varchar(max), ${bytes}, 1) AS ${name}, DATALENGTH(${bytes}) AS ${name}_length`;
    });
    const key = table === "Plain" ? "id" : table === "Keyed" ? "h" : "a, h";
    const query = `SELECT ${items.join(", ")} FROM ${table} AS t ORDER BY ${key.replaceAll(/\b[a-z]+\b/g, "t.$&")};`;
    const [primary, replica] = await Promise.all([databases.primary.rows(query), databases.replica.rows(query)]);
    expect(primary.length, table).toBeGreaterThan(5);
    expect(replica, table).toEqual(primary);
  }
}

describe.each(["relay", "driver"])("CLR types by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "7", DELTA_SLICE_ROWS: "5" },
    });
    await stack.databases.primary.run(script);
    await stack.load(...Object.keys(tables));
  });
  afterAll(() => stack.close());

  it("makes the columns of the same types", async () => {
    const query = `SELECT t.name AS [table], c.name, ty.name AS type, c.max_length, c.is_nullable
FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
WHERE ty.is_assembly_type = 1 ORDER BY t.name, c.column_id;`;
    const { primary, replica } = stack.databases;
    const made = await replica.rows(query);
    expect(made).toHaveLength(6);
    expect(made).toEqual(await primary.rows(query));
  });

  it("loads them in chunks, as keys too", async () => {
    await expectSame(stack);
  });

  it("carries changes of them", async () => {
    await stack.databases.primary.run(changes);
    await stack.tick();
    await expectSame(stack);
  });

  it("says how the rows went", async () => {
    const ledger = await stack.databases.replica.rows("SELECT DISTINCT transport FROM mssql_sync.ledger");
    expect(ledger).toEqual([{ transport }]);
  });
});
