import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

let stack: SyncStack;
let version: string;

beforeAll(async () => {
  stack = await startSyncStack();
  for (const name of ["Restored", "Future", "Missing"]) {
    await stack.databases.primary.run(`
      CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY, v int NULL);
      ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
      INSERT ${name} VALUES (1, 10), (2, 20);`);
  }
  await stack.databases.replica.run(`
    CREATE TABLE Restored (id int NOT NULL PRIMARY KEY, v int NULL);
    INSERT Restored VALUES (1, 10), (2, -1);
    CREATE TABLE Future (id int NOT NULL PRIMARY KEY, v int NULL);`);
  const [row] = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
  version = String(row?.["v"]);
  await stack.tick();
});
afterAll(() => stack.close());

describe("a version that an operator sets before the first sync", () => {
  it("adopts a replica table as it is: only what changes afterwards is copied", async () => {
    await setKey(stack.app, "version:Restored", version);
    await setKey(stack.app, "enabled:Restored", "true");
    await stack.tick();
    await stack.databases.primary.run("INSERT Restored VALUES (3, 30);");
    await stack.tick();
    expect(await stack.databases.replica.rows("SELECT id, v FROM Restored ORDER BY id")).toEqual([
      { id: 1, v: 10 },
      { id: 2, v: -1 },
      { id: 3, v: 30 },
    ]);
    expect(stack.lines.find(({ result }) => result === "adopted")?.["reason"]).toContain("compare them");
  });

  it("blocks the table where it is above the primary's, with both numbers", async () => {
    await setKey(stack.app, "version:Future", "999999");
    await setKey(stack.app, "enabled:Future", "true");
    await stack.tick();
    const error = await getKey(stack.app, "error:Future");
    expect(error).toContain("999999");
    expect(error).toMatch(/current version is \d+/);
    expect(await stack.databases.replica.rows("SELECT id FROM Future")).toEqual([]);
  });

  it("means nothing where the replica has no such table: it is loaded", async () => {
    await setKey(stack.app, "version:Missing", version);
    await stack.load("Missing");
    expect(await stack.databases.replica.rows("SELECT id FROM Missing ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });
});
