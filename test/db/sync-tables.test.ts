import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { deleteKey, getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

const userTable = `
CREATE TABLE [User] (id BIGINT PRIMARY KEY, username VARCHAR(100), email VARCHAR(100));
ALTER TABLE [User] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
INSERT [User] VALUES (1, 'alice', 'alice@example.com'), (2, 'bob', NULL), (3, 'carol', '');`;

const userColumns = ["id", "username", "email"];

describe.each([
  ["with snapshot isolation", true],
  ["without snapshot isolation", false],
])("%s", (_, snapshot) => {
  let stack: SyncStack;

  beforeAll(async () => {
    stack = await startSyncStack({ snapshot, settings: { FULL_LOAD_CHUNK_ROWS: "2" } });
    await stack.databases.primary.run(userTable);
  });
  afterAll(() => stack.close());

  it("discovers a table paused, and copies nothing", async () => {
    await stack.tick();
    await stack.tick();
    expect(await getKey(stack.app, "enabled:User")).toBe("false");
    expect(await stack.databases.replica.rows("SELECT name FROM sys.tables WHERE name = 'User'")).toEqual([]);
  });

  it("loads it in chunks once it is enabled", async () => {
    await stack.load("User");
    await expectEqualTables(stack, "[User]", userColumns);
    expect(stack.lines.filter(({ chunkRows }) => chunkRows === 2)).not.toHaveLength(0);
    expect(await getKey(stack.app, "cursor:User")).toBeNull();
  });

  it("applies inserts, updates and deletes", async () => {
    await stack.databases.primary.run(`
      INSERT [User] VALUES (4, 'dave', 'd@example.com');
      UPDATE [User] SET email = NULL WHERE id = 1;
      DELETE [User] WHERE id = 2;`);
    await stack.tick();
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("applies a key update, and a key deleted and made again", async () => {
    await stack.databases.primary.run(`
      UPDATE [User] SET id = 40 WHERE id = 4;
      DELETE [User] WHERE id = 3;
      INSERT [User] VALUES (3, 'carol again', NULL);`);
    await stack.tick();
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("publishes the watermark", async () => {
    const [row] = await stack.databases.primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v");
    expect(await getKey(stack.app, "version:User")).toBe(row?.["v"]);
  });

  it("writes nothing while the table is paused, and catches up afterwards", async () => {
    await setKey(stack.app, "enabled:User", "false");
    await stack.databases.primary.run("INSERT [User] VALUES (5, 'eve', NULL);");
    await stack.tick();
    expect(await stack.databases.replica.rows("SELECT id FROM [User] WHERE id = 5")).toEqual([]);
    await setKey(stack.app, "enabled:User", "true");
    await stack.tick();
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("obeys a force flag: truncates, loads again, removes the flag", async () => {
    await stack.databases.replica.run("INSERT [User] VALUES (999, 'only here', NULL);");
    await setKey(stack.app, "force_full_load:User", "true");
    await stack.tick();
    expect(await getKey(stack.app, "force_full_load:User")).toBe("2");
    await stack.tickUntil("load again", () => isLive(stack.app, "User"));
    await stack.tick();
    expect(await getKey(stack.app, "force_full_load:User")).toBeNull();
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("heals a truncate on the primary by a load in place", async () => {
    await stack.databases.primary.run("TRUNCATE TABLE [User]; INSERT [User] VALUES (7, 'grace', NULL);");
    await stack.tick();
    expect(stack.lines.at(-1)).toMatchObject({ plan: "lost-history", result: "load-started" });
    await stack.tickUntil("load in place", () => isLive(stack.app, "User"));
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("heals tracking that was off for a while", async () => {
    await stack.databases.primary.run(`
      ALTER TABLE [User] DISABLE CHANGE_TRACKING;
      INSERT [User] VALUES (8, 'heidi', NULL);
      ALTER TABLE [User] ENABLE CHANGE_TRACKING;`);
    await stack.tick();
    await stack.tickUntil("load in place", () => isLive(stack.app, "User"));
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("makes a replica table that was dropped again", async () => {
    await stack.databases.replica.run("DROP TABLE [User];");
    await stack.databases.primary.run("INSERT [User] VALUES (9, 'ivan', NULL);");
    await stack.tick();
    await stack.tickUntil("made again", () => isLive(stack.app, "User"));
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("puts a version back that was set by hand", async () => {
    const before = await getKey(stack.app, "version:User");
    await setKey(stack.app, "version:User", "0");
    await stack.tick();
    expect(await getKey(stack.app, "version:User")).toBe(before);
    expect(stack.lines.some(({ event }) => event === "version-put-back")).toBe(true);
  });

  it("fills an emptied Redis from the ledger", async () => {
    await stack.redis.flush();
    await stack.databases.primary.run("INSERT [User] VALUES (10, 'judy', NULL);");
    await stack.tick();
    await stack.tick();
    expect(await getKey(stack.app, "enabled:User")).toBe("true");
    await expectEqualTables(stack, "[User]", userColumns);
  });

  it("takes a deleted flag as paused", async () => {
    await deleteKey(stack.app, "enabled:User");
    await stack.databases.primary.run("INSERT [User] VALUES (11, 'kim', NULL);");
    await stack.tick();
    expect(await stack.databases.replica.rows("SELECT id FROM [User] WHERE id = 11")).toEqual([]);
  });
});

describe("a load that is interrupted", () => {
  it("goes on at its cursor in another process", async () => {
    const stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "10" } });
    try {
      await stack.databases.primary.run(`${userTable}
        WITH n AS (SELECT 10 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 99)
        INSERT [User] SELECT i, CONCAT('user', i), NULL FROM n;`);
      await stack.tick();
      await setKey(stack.app, "enabled:User", "true");
      await stack.tickUntil("reach the middle", async () => (await getKey(stack.app, "cursor:User")) === '["36"]');
      const second = stack.startApp();
      const { runTick } = await import("../../src/tick/run-tick.ts");
      await runTick(second, { signal: second.stopping, log: second.log.with({}) });
      expect(await getKey(stack.app, "cursor:User")).toBe('["46"]');
      await stack.tickUntil("finish", () => isLive(stack.app, "User"));
      await expectEqualTables(stack, "[User]", userColumns);
    } finally {
      await stack.close();
    }
  });

  it("keeps its cursor when it is disabled, and takes changes before and behind it", async () => {
    const stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "10" } });
    try {
      await stack.databases.primary.run(`${userTable}
        WITH n AS (SELECT 10 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 99)
        INSERT [User] SELECT i, CONCAT('user', i), NULL FROM n;`);
      await stack.tick();
      await setKey(stack.app, "enabled:User", "true");
      await stack.tickUntil("reach the middle", async () => (await getKey(stack.app, "cursor:User")) === '["36"]');
      await setKey(stack.app, "enabled:User", "false");
      await stack.databases.primary.run(`
        DELETE [User] WHERE id IN (12, 13, 80);
        UPDATE [User] SET username = 'changed' WHERE id IN (14, 81);
        UPDATE [User] SET id = 15000 WHERE id = 15;
        UPDATE [User] SET id = 5 WHERE id = 90;`);
      await stack.tick();
      expect(await getKey(stack.app, "cursor:User")).toBe('["36"]');
      await setKey(stack.app, "enabled:User", "true");
      await stack.tickUntil("finish", () => isLive(stack.app, "User"));
      await expectEqualTables(stack, "[User]", userColumns);
    } finally {
      await stack.close();
    }
  });
});
