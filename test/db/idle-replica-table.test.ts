import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Nothing changes on the primary: what happened to the replica's table is seen all the same. */
describe("the replica's table of an idle table", () => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack();
    await stack.databases.primary.run(`CREATE TABLE dbo.[Odd]]name] (id int PRIMARY KEY, v int NULL);
    ALTER TABLE dbo.[Odd]]name] ENABLE CHANGE_TRACKING; INSERT dbo.[Odd]]name] VALUES (1, 1), (2, 2);`);
    await stack.load("[Odd]]name]");
    for (let ticks = 0; ticks < 3; ticks++) await stack.tick();
  });
  afterAll(() => stack.close());

  async function ticks(): Promise<string[]> {
    stack.lines.length = 0;
    for (let count = 0; count < 4; count++) await stack.tick();
    return stack.lines.flatMap(({ result, reason }) => (result === "load-started" ? [String(reason)] : []));
  }

  it("is left alone while it stands", async () => {
    expect(await ticks()).toEqual([]);
  });

  it("is made and loaded again where it was dropped", async () => {
    await stack.databases.replica.run("DROP TABLE dbo.[Odd]]name];");
    expect(await ticks()).toEqual([expect.stringContaining("the replica's table was missing")]);
    await expectEqualTables(stack, "dbo.[Odd]]name]", ["id", "v"]);
  });

  it("is loaded in place where it was made again by hand", async () => {
    await stack.databases.replica.run(`DROP TABLE dbo.[Odd]]name];
    CREATE TABLE dbo.[Odd]]name] (id int NOT NULL PRIMARY KEY, v int NULL);`);
    expect(await ticks()).toEqual([expect.stringContaining("dropped and made again")]);
    await expectEqualTables(stack, "dbo.[Odd]]name]", ["id", "v"]);
  });
});
