import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import type { SyncModulesOptions } from "../../src/modules/sync-modules.ts";
import { expectEqualModules } from "../support/module-view.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Module sync by logins that are nobody's owner. */

let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack();
});
afterAll(() => stack.close());

async function sync(app: App, options: Partial<SyncModulesOptions> = {}) {
  const result = await stack.syncModules({ retryAll: true, ...options }, app);
  if (result.kind !== "done") throw new Error("another run is under way");
  return result;
}

describe("a login on the primary", () => {
  it("that may not see all definitions never makes anything be dropped", async () => {
    const { primary, replica } = stack.databases;
    await primary.run(`CREATE VIEW dbo.vOne AS SELECT 1 AS n;
    GO
    CREATE PROCEDURE dbo.pTwo AS SELECT 2 AS n;`);
    await sync(stack.app);
    const url = await primary.addUser("half_blind", "GRANT SELECT ON dbo.vOne TO half_blind;");
    const app = stack.startApp({ MSSQL_PRIMARY_URL: url });
    const { states, run } = await sync(app, { confirmed: true });
    expect(run.dropsHeld?.fix).toContain("GRANT VIEW DEFINITION");
    expect(states.get("vOne")).toMatchObject({
      state: "pending",
      fix: expect.stringContaining("VIEW DEFINITION") as unknown,
    });
    expect(states.get("pTwo")).toMatchObject({ state: "pending" });
    expect(states.get("pTwo")?.reason).toContain("no longer shows it");
    await expectEqualModules(stack);

    await primary.run("GRANT VIEW DEFINITION TO half_blind; DROP PROCEDURE dbo.pTwo;");
    await sync(app);
    await expectEqualModules(stack);
    expect(await replica.rows("SELECT OBJECT_ID(N'dbo.pTwo') AS id;")).toEqual([{ id: null }]);
  });

  it("that may not read the dependencies still brings a chain of views over, and the run says what would help", async () => {
    const { primary } = stack.databases;
    await primary.run(`CREATE VIEW dbo.vZ AS SELECT 1 AS n;
    GO
    CREATE VIEW dbo.vM AS SELECT n FROM dbo.vZ;
    GO
    CREATE VIEW dbo.vA AS SELECT n FROM dbo.vM;`);
    const url = await primary.addUser("no_dependencies", "GRANT VIEW DEFINITION TO no_dependencies;");
    const { run } = await sync(stack.startApp({ MSSQL_PRIMARY_URL: url }));
    expect(run).toMatchObject({ changed: 3, pending: 0 });
    expect(run.advice?.join()).toContain("sys.sql_expression_dependencies");
    await expectEqualModules(stack);
  });
});

describe("a login on the replica", () => {
  it("with the rights that the README lists does everything, and one without says what is missing", async () => {
    // Its first run by an owner makes the schema mssql_sync.
    await sync(stack.app);
    const { primary, replica } = stack.databases;
    const url = await replica.addUser(
      "writer",
      `GRANT CONTROL ON SCHEMA::mssql_sync TO writer; GRANT VIEW DEFINITION TO writer;
       GRANT SELECT ON sys.sql_expression_dependencies TO writer;`,
    );
    const app = stack.startApp({ MSSQL_REPLICA_URL: url });
    await primary.run(`CREATE SCHEMA brandnew;
    GO
    CREATE VIEW brandnew.vNew AS SELECT 1 AS n;
    GO
    CREATE FUNCTION dbo.fNew(@x int) RETURNS int AS BEGIN RETURN @x; END;`);
    const { states } = await sync(app);
    expect(states.get("fNew")).toMatchObject({
      state: "pending",
      fix: expect.stringContaining("GRANT CREATE SCHEMA") as unknown,
    });
    await replica.run(`GRANT CREATE SCHEMA, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CREATE TYPE, CREATE SYNONYM, REFERENCES TO writer;
      GRANT CONTROL ON SCHEMA::dbo TO writer;`);
    const granted = await sync(app);
    expect([...granted.states].filter(([, { state }]) => state !== "in-sync")).toEqual([]);
    await expectEqualModules(stack);
    await primary.run("DROP VIEW brandnew.vNew; DROP FUNCTION dbo.fNew;");
    await sync(app);
    await expectEqualModules(stack);
  });
});
