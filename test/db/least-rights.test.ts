import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { checkHealth } from "../../src/operations/check-health.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { expectEqualModules } from "../support/module-view.ts";
import { rightsScript } from "../support/rights-script.ts";
import { isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** The whole job by two logins that have what infra/sql gives them, and no more. */

const tables = ["Parent", "sales.Order"];
let stack: SyncStack;
let app: App;

beforeAll(async () => {
  stack = await startSyncStack();
  const { primary, replica } = stack.databases;
  await primary.run(`CREATE SCHEMA sales;
  GO
  CREATE TYPE sales.Code FROM varchar(10) NOT NULL;
  CREATE TABLE dbo.Parent (id int IDENTITY(1,1) PRIMARY KEY, name nvarchar(50) NOT NULL UNIQUE, at datetime2(7) NULL);
  CREATE TABLE sales.[Order] (code sales.Code PRIMARY KEY, parent int NULL, doc xml NULL);
  ALTER TABLE dbo.Parent ENABLE CHANGE_TRACKING;
  ALTER TABLE sales.[Order] ENABLE CHANGE_TRACKING;
  INSERT dbo.Parent (name) VALUES (N'one'), (N'two'), (N'three');
  INSERT sales.[Order] VALUES ('a', 1, N'<x/>'), ('b', 2, NULL);
  GO
  CREATE VIEW dbo.vOrders AS SELECT o.code, p.name FROM sales.[Order] AS o JOIN dbo.Parent AS p ON p.id = o.parent;
  GO
  CREATE FUNCTION sales.fNext(@n int) RETURNS int AS BEGIN RETURN @n + 1; END;
  GO
  CREATE PROCEDURE sales.pCount AS SELECT sales.fNext(COUNT(*)) AS n FROM dbo.vOrders;`);
  app = stack.startApp({
    MSSQL_PRIMARY_URL: await primary.addUser("mssql_sync", await rightsScript("primary")),
    MSSQL_REPLICA_URL: await replica.addUser("mssql_sync", await rightsScript("replica")),
    FULL_LOAD_CHUNK_ROWS: "2",
  });
});
afterAll(() => stack.close());

async function tickUntilLive(): Promise<void> {
  for (let ticks = 0; ticks < 20; ticks++) {
    await stack.tick(app);
    if ((await Promise.all(tables.map((table) => isLive(app, table)))).every(Boolean)) return;
  }
  throw new Error(`not live: ${JSON.stringify(stack.lines.slice(-5))}`);
}

const expectEqualParent = () => expectEqualTables(stack, "dbo.Parent", ["id", "name", "at"]);
const expectEqualOrder = () =>
  expectEqualTables(stack, "sales.[Order]", ["code", "parent", "CONVERT(nvarchar(max), doc)"]);

describe("with the rights of infra/sql", () => {
  it("tables are made and loaded", async () => {
    await stack.tick(app);
    for (const table of tables) await setKey(app, `enabled:${table}`, "true");
    await tickUntilLive();
    await expectEqualParent();
    await expectEqualOrder();
  });

  it("changes arrive", async () => {
    await stack.databases.primary.run(`UPDATE dbo.Parent SET name = N'2' WHERE id = 2;
    DELETE dbo.Parent WHERE id = 1; INSERT dbo.Parent (name) VALUES (N'four'); DELETE sales.[Order] WHERE code = 'b';`);
    await stack.tick(app);
    await expectEqualParent();
    await expectEqualOrder();
  });

  it("a force flag truncates and loads again", async () => {
    await setKey(app, "force_full_load:Parent", "true");
    await stack.tick(app);
    const reasons = stack.lines.flatMap((line) => (line["result"] === "load-started" ? [line["reason"]] : []));
    expect(reasons.at(-1)).toBe("ordered by force_full_load");
    await tickUntilLive();
    await expectEqualParent();
  });

  it("modules follow, and their changes", async () => {
    await stack.syncModules({}, app);
    await expectEqualModules(stack);
    await stack.databases.primary.run(`ALTER VIEW dbo.vOrders AS SELECT o.code FROM sales.[Order] AS o;
    GO
    DROP PROCEDURE sales.pCount;`);
    await stack.syncModules({}, app);
    await expectEqualModules(stack);
  });

  it("nothing is left to be granted", async () => {
    const report = await checkHealth(app, { moduleSync: false });
    expect(report.findings).toEqual([]);
  });
});
