import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Database } from "../../src/db/database.ts";
import { replicatedColumns, type TableShape } from "../../src/model/table-shape.ts";
import { readShape } from "../../src/primary/read-shape.ts";
import { readEndKey } from "../../src/primary/read-window.ts";
import { chunkQuery, endKeyQuery } from "../../src/sql/chunk-query.ts";
import type { Statement } from "../../src/sql/statement.ts";
import { RowCursor } from "../emulator/storage/row-cursor.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { keyPools } from "../support/key-pool.ts";
import { productDatabase } from "../support/product-database.ts";

/**
 * What a chunk costs: about its own rows, wherever it lies in the table. Counted where the emulator's storage gives a
 * row; it seeks on what any server seeks on: equality on the first columns of an index and one range on the next.
 */
let databases: TestDatabases;
let primary: Database;

beforeAll(async () => {
  databases = await openTestDatabases();
  primary = productDatabase("primary", databases.primary.url);
});
afterAll(async () => {
  await primary.close();
  await databases.close();
});

async function shapeOf(name: string): Promise<TableShape> {
  const shape = await primary.withSession((session) => readShape(session, { schema: "dbo", name }));
  if (shape === undefined) throw new Error(`no table ${name}`);
  return shape;
}

/** Rows that storage gave while a statement ran. */
async function rowsRead(statement: Statement): Promise<number> {
  const next = vi.spyOn(RowCursor.prototype, "next");
  try {
    await primary.query(statement);
    return next.mock.results.filter(({ value }) => value !== undefined).length;
  } finally {
    next.mockRestore();
  }
}

/** Every chunk of a table, with what its two reads cost. */
async function readInChunks(shape: TableShape, rows: number): Promise<{ end: number; chunk: number; rows: number }[]> {
  const chunks: { end: number; chunk: number; rows: number }[] = [];
  for (let after: readonly string[] | undefined; chunks.length < 1000;) {
    const end = await primary.withSession((session) => readEndKey(session, shape, after, rows));
    const statement = chunkQuery(shape, { after, end });
    const [found] = await primary.query(statement);
    chunks.push({
      end: await rowsRead(endKeyQuery(shape, after, rows)),
      chunk: await rowsRead(statement),
      rows: found?.length ?? 0,
    });
    if (end === undefined) return chunks;
    after = end;
  }
  throw new Error("the cursor does not move");
}

describe.runIf(process.env["SQLSERVER_PRIMARY_URL"] === undefined)("a chunk", () => {
  it.each(Object.values(keyPools).flatMap((pools) => pools.map(({ type, values }) => [type, values] as const)))(
    "of a key of %s costs its own rows",
    async (type, values) => {
      const name = `Cost ${type}`;
      await databases.primary.run(`
        CREATE TABLE [${name}] (k ${type} NOT NULL PRIMARY KEY NONCLUSTERED, v int NOT NULL);
        ALTER TABLE [${name}] ENABLE CHANGE_TRACKING;
        ${values.map((value, at) => `BEGIN TRY INSERT [${name}] VALUES (${value}, ${at}); END TRY BEGIN CATCH IF ERROR_NUMBER() <> 2627 THROW; END CATCH;`).join("\n")}`);
      const [total] = await databases.primary.rows(`SELECT COUNT(*) AS n FROM [${name}]`);
      const chunks = await readInChunks(await shapeOf(name), 2);
      expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(total?.["n"]);
      for (const { end, chunk, rows } of chunks) {
        expect(chunk).toBe(rows);
        expect(end).toBeLessThanOrEqual(2);
      }
    },
  );

  it("of a composite key costs its own rows, also deep inside equal values of the first columns", async () => {
    await databases.primary.run(`
      CREATE TABLE Deep (a int NOT NULL, b nvarchar(10) COLLATE Latin1_General_100_CI_AS NOT NULL, c bigint NOT NULL,
        PRIMARY KEY (a, b DESC, c));
      ALTER TABLE Deep ENABLE CHANGE_TRACKING;
      WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT Deep SELECT i / 1450, CASE i / 600 % 2 WHEN 0 THEN CASE i % 2 WHEN 0 THEN N'x' ELSE N'X' END ELSE N'y' END, i
      FROM n OPTION (MAXRECURSION 0);`);
    const chunks = await readInChunks(await shapeOf("Deep"), 50);
    expect(chunks.map(({ rows }) => rows)).toEqual([...Array.from({ length: 60 }, () => 50), 0]);
    for (const { end, chunk, rows } of chunks) {
      expect(chunk).toBe(rows);
      // One piece a column of the key: what is left of the innermost value, of the next, and so on.
      expect(end).toBeLessThanOrEqual(3 * 50);
    }
  });

  it("is asked for without an OR and with bare columns, in the columns' own types", async () => {
    const shape = await shapeOf("Deep");
    const range = { after: ["1", "x", "7"], end: ["2", "y", "9"] };
    for (const { text } of [endKeyQuery(shape, range.after, 5), chunkQuery(shape, range)]) {
      expect(text).not.toContain(" OR ");
      const conditions = [...text.matchAll(/WHERE (.*)/g)].flatMap(([, where]) => where?.split(" AND ") ?? []);
      expect(conditions.length).toBeGreaterThan(5);
      for (const condition of conditions)
        expect(condition).toMatch(/^t\.\[\w+\] (=|<|>|<=|>=) CONVERT\(.*@[ae]\d.*\)$/);
    }
    expect(replicatedColumns(shape)).toHaveLength(3);
  });
});
