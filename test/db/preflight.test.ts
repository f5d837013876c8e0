import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../../src/db/database.ts";
import { preflight } from "../../src/primary/preflight.ts";
import { readShape } from "../../src/primary/read-shape.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { productDatabase } from "../support/product-database.ts";

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

it("finds nothing in the way of a table that is read by its owner", async () => {
  await databases.primary.run(`
    CREATE TABLE [Plain]]'] (id int NOT NULL PRIMARY KEY, v nvarchar(10) NULL);
    ALTER TABLE [Plain]]'] ENABLE CHANGE_TRACKING;`);
  const found = await primary.withSession(async (session) => {
    const shape = await readShape(session, { schema: "dbo", name: "Plain]'" });
    if (shape === undefined) throw new Error("the primary does not show the table");
    return preflight(session, shape);
  });
  expect(found).toBeUndefined();
});
