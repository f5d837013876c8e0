import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Longer than the clock's grain, so that a later transaction has a later time. */
const later = "WAITFOR DELAY '00:00:00.050';";

describe.each(["relay", "driver"])("temporal tables by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "2" },
    });
  });
  afterAll(() => stack.close());

  it.each<[table: string, scale: number, hidden: string]>([
    ["Shown", 7, ""],
    ["Hidden", 7, "HIDDEN"],
    ["Seconds", 0, "HIDDEN"],
  ])("brings the values of period columns, as an ordinary datetime2: %s", async (table, scale, hidden) => {
    const { primary, replica } = stack.databases;
    await primary.run(`
      CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL,
        ValidFrom datetime2(${scale}) GENERATED ALWAYS AS ROW START ${hidden} NOT NULL,
        ValidTo datetime2(${scale}) GENERATED ALWAYS AS ROW END ${hidden} NOT NULL,
        PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo))
        WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.${table}_History));
      ALTER TABLE ${table} ENABLE CHANGE_TRACKING;
      INSERT ${table} (id, v) VALUES (1, N'one'), (2, N'two'), (3, NULL), (4, N'four'), (5, N'');`);
    await stack.load(table);
    await expectEqualTables(stack, table, ["id", "v", "ValidFrom", "ValidTo"]);

    await primary.run(`${later} UPDATE ${table} SET v = N'new' WHERE id < 3; DELETE ${table} WHERE id = 3;
      INSERT ${table} (id, v) VALUES (9, N'nine');`);
    await stack.tick();
    await expectEqualTables(stack, table, ["id", "v", "ValidFrom", "ValidTo"]);
    // The rows that went into the history stay on the primary.
    expect(await primary.rows(`SELECT COUNT(*) AS n FROM ${table}_History;`)).toEqual([{ n: 3 }]);
    expect(await replica.rows(`SELECT temporal_type FROM sys.tables WHERE name LIKE N'${table}%';`)).toEqual([
      { temporal_type: 0 },
    ]);
    expect(
      await replica.rows(`SELECT name, generated_always_type, is_hidden, scale FROM sys.columns
        WHERE object_id = OBJECT_ID(N'${table}') AND name LIKE N'Valid%' ORDER BY column_id;`),
    ).toEqual([
      { name: "ValidFrom", generated_always_type: 0, is_hidden: false, scale },
      { name: "ValidTo", generated_always_type: 0, is_hidden: false, scale },
    ]);
    expect(await replica.rows("SELECT * FROM sys.periods;")).toEqual([]);
  });

  it("goes on when versioning is switched off and on", async () => {
    const { primary } = stack.databases;
    await primary.run(`
      CREATE TABLE Switched (id int NOT NULL PRIMARY KEY, v int NULL,
        a datetime2 GENERATED ALWAYS AS ROW START NOT NULL, b datetime2 GENERATED ALWAYS AS ROW END NOT NULL,
        PERIOD FOR SYSTEM_TIME (a, b)) WITH (SYSTEM_VERSIONING = ON);
      ALTER TABLE Switched ENABLE CHANGE_TRACKING;
      INSERT Switched (id, v) VALUES (1, 1), (2, 2);`);
    await stack.load("Switched");
    await primary.run(`ALTER TABLE Switched SET (SYSTEM_VERSIONING = OFF);
      ALTER TABLE Switched DROP PERIOD FOR SYSTEM_TIME;`);
    await primary.run("UPDATE Switched SET a = '2020-01-01T00:00:00.1234567' WHERE id = 1;");
    await stack.tick();
    await expectEqualTables(stack, "Switched", ["id", "v", "a", "b"]);
    await primary.run(`ALTER TABLE Switched ADD PERIOD FOR SYSTEM_TIME (a, b);
      ALTER TABLE Switched SET (SYSTEM_VERSIONING = ON);`);
    await primary.run(`${later} UPDATE Switched SET v = 3 WHERE id = 2;`);
    await stack.tick();
    expect(await getKey(stack.app, "error:Switched")).toBeNull();
    await expectEqualTables(stack, "Switched", ["id", "v", "a", "b"]);
  });

  it("is blocked by a replica table that is system-versioned, and says how to help", async () => {
    const { primary, replica } = stack.databases;
    const columns = `id int NOT NULL PRIMARY KEY, v int NULL,
      a datetime2 GENERATED ALWAYS AS ROW START NOT NULL, b datetime2 GENERATED ALWAYS AS ROW END NOT NULL,
      PERIOD FOR SYSTEM_TIME (a, b)`;
    for (const database of [primary, replica])
      await database.run(
        `CREATE TABLE Both (${columns}) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.Both_History));`,
      );
    await primary.run("ALTER TABLE Both ENABLE CHANGE_TRACKING; INSERT Both (id, v) VALUES (1, 1), (2, 2);");
    await setKey(stack.app, "enabled:Both", "true");
    await stack.tick();
    const error = JSON.parse((await getKey(stack.app, "error:Both")) ?? "{}") as { what: string; fix: string };
    expect(error.what).toContain("it is system-versioned");
    expect(error.fix).toContain("ALTER TABLE [dbo].[Both] SET (SYSTEM_VERSIONING = OFF);");
    expect(await replica.rows("SELECT id FROM Both;")).toEqual([]);

    await replica.run("ALTER TABLE Both SET (SYSTEM_VERSIONING = OFF); ALTER TABLE Both DROP PERIOD FOR SYSTEM_TIME;");
    await setKey(stack.app, "error:Both", JSON.stringify({ ...error, retryAt: "2000-01-01T00:00:00.000Z" }));
    await stack.load("Both");
    await expectEqualTables(stack, "Both", ["id", "v", "a", "b"]);
  });
});
