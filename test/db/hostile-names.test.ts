import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tableKey, type TableName } from "../../src/model/table-name.ts";
import { createLog } from "../../src/log.ts";
import { adoptTable } from "../../src/operations/adopt-table.ts";
import { checkHealth } from "../../src/operations/check-health.ts";
import { findTable } from "../../src/operations/find-table.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { runTick } from "../../src/tick/run-tick.ts";
import { hostileNames } from "../support/hostile-names.ts";
import { deleteKey, getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { verify } from "../support/verify.ts";

const quoted = (name: string): string => `[${name.replaceAll("]", "]]")}]`;
const literal = (text: string): string => `N'${text.replaceAll("'", "''")}'`;

/** dbo's tables (all other names are those of columns and views), and one schema of an evil name with some of the same tables. */
const evilSchema = "s]ch'em\"a; --\n/%2F..😀";
const names = [
  ...new Set(["a]b[c", "__proto__", ...hostileNames.filter((_, at) => at % 3 === 0), "line\nbreak", "a/b"]),
].map((name): TableName => ({ schema: "dbo", name }));
const inSchema = ["a.b.c", "it's", "__proto__"].map((name): TableName => ({ schema: evilSchema, name }));
const tables = [...names, ...inSchema];

/** Values of a key that mean something elsewhere: chunks end at them, so they become cursors. */
const keys = ["'", "%", "]", "''; DROP TABLE t; --", '{"a":["b"]}', "a\nb", "😀", "\\", "@p0", "${x}", "$&"];

const sqlName = ({ schema, name }: TableName): string => `${quoted(schema)}.${quoted(name)}`;
/** The columns have hostile names as well: of each table others. */
const columnsOf = (at: number): [key: string, value: string] => {
  const other = (by: number): string => hostileNames[(at + by) % hostileNames.length] ?? "";
  return [other(3), other(11)];
};

function createText(table: TableName, at: number): string {
  const [key, value] = columnsOf(at);
  const name = sqlName(table);
  // Three tables are loaded in several chunks, all others in one.
  const rows = (at % 7 === 0 ? keys : keys.slice(0, 3)).map(
    (text, row) => `(${literal(text)}, ${literal(keys[(row + at) % keys.length] ?? "")})`,
  );
  return `CREATE TABLE ${name} (${quoted(key)} nvarchar(50) COLLATE Latin1_General_100_BIN2 NOT NULL,
    ${quoted(value)} nvarchar(200) COLLATE Latin1_General_100_BIN2 NULL CONSTRAINT ${quoted(`${at}${table.name}`.slice(0, 128))} DEFAULT ${literal(table.name)},
    CONSTRAINT ${quoted(`k${at}${table.name}`.slice(0, 128))} PRIMARY KEY (${quoted(key)}));
  ALTER TABLE ${name} ENABLE CHANGE_TRACKING;
  INSERT ${name} VALUES ${rows.join(", ")};`;
}

let stack: SyncStack;

/** Line breaks in names must not look like GO to the script runner: one batch each. */
const onPrimary = (batch: string): Promise<unknown> => stack.databases.primary.rows(batch);
const rowsOn = (side: "primary" | "replica", table: TableName, at: number) =>
  stack.databases[side].rows(`SELECT * FROM ${sqlName(table)} ORDER BY ${quoted(columnsOf(at)[0])};`);

async function expectEqual(): Promise<void> {
  for (const [at, table] of tables.entries()) {
    const [there, here] = await Promise.all([rowsOn("primary", table, at), rowsOn("replica", table, at)]);
    expect(here, tableKey(table)).toEqual(there);
    expect(here.length).toBeGreaterThan(0);
  }
}

beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "4", SYNC_THREADS: "8" } });
  await onPrimary(`CREATE SCHEMA ${quoted(evilSchema)};`);
  for (const [at, table] of tables.entries()) await onPrimary(createText(table, at));
  await stack.tick();
  for (const table of tables) await setKey(stack.app, `enabled:${tableKey(table)}`, "true");
  await stack.tickUntil(
    "load all",
    async () => {
      const reports = reportTables(await readTables(stack.app)).tables;
      return reports.every(({ state }) => state === "live");
    },
    200,
  );
}, 60_000);
afterAll(() => stack.close());

describe("tables with hostile names, columns, constraints and values", () => {
  it("are loaded, chunk by chunk", expectEqual);

  it("have one key each in Redis, which reads back as the same table", async () => {
    const all = await stack.app.state.redis.run("list", (client) => client.keys("mssql_sync:enabled:*"));
    expect(new Set(all)).toEqual(new Set(tables.map((table) => `mssql_sync:enabled:${tableKey(table)}`)));
    for (const key of all) expect(tables).toContainEqual(stack.app.state.keys.parse(key)?.["table" as never]);
  });

  it("follow changes", async () => {
    for (const [at, table] of tables.entries()) {
      const [key, value] = columnsOf(at).map(quoted);
      await onPrimary(`INSERT ${sqlName(table)} (${key}) VALUES (N'new''');
        UPDATE ${sqlName(table)} SET ${value} = N''']; --' WHERE ${key} = N'''';
        DELETE ${sqlName(table)} WHERE ${key} = N']';`);
    }
    await stack.tick();
    await expectEqual();
  });

  it("are reached by the text of a URL, with and without an escaped slash", async () => {
    const view = await readTables(stack.app);
    for (const table of tables) {
      for (const text of [tableKey(table), tableKey(table).replaceAll("/", "%2F")]) {
        // A name that holds %2F itself and one that holds a slash there are told apart by the exact text alone.
        expect(findTable(text, view.tables)).toEqual({ kind: "found", table });
      }
    }
  });

  it("are verified and adopted", async () => {
    for (const table of [names[0], names.at(-1), inSchema[0]]) {
      if (table === undefined) throw new Error("a name is missing");
      const key = tableKey(table);
      expect(await verify(stack, key)).toMatchObject({ result: "equal" });
      await setKey(stack.app, `enabled:${key}`, "false");
      const view = await readTables(stack.app);
      expect(await adoptTable(stack.app, view, table, view.primary.currentVersion ?? 0n)).toMatchObject({
        kind: "adopted",
      });
      await setKey(stack.app, `enabled:${key}`, "true");
    }
    await stack.tick();
    await expectEqual();
  });

  it("fail alone, with one line of log and their key in Redis and in the health report", async () => {
    const table: TableName = { schema: "dbo", name: "line\nbreak" };
    const at = tables.findIndex(({ schema, name }) => schema === "dbo" && name === table.name);
    const [key, value] = columnsOf(at).map(quoted);
    const lines: string[] = [];
    const log = createLog((_level, line) => lines.push(line), stack.app.redact);
    await stack.databases.replica.rows(
      `ALTER TABLE ${sqlName(table)} ADD CONSTRAINT ${quoted('c\'k]\n{"event":"forged"}')} CHECK (${value} <> N'x');`,
    );
    await onPrimary(`UPDATE ${sqlName(table)} SET ${value} = N'x' WHERE ${key} = N'%';`);
    await runTick(stack.app, { signal: stack.app.stopping, log });
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
      expect((JSON.parse(line) as { event: string }).event).not.toBe("forged");
    }
    expect(lines.map((line) => (JSON.parse(line) as { table?: string }).table)).toContain(table.name);
    expect(await getKey(stack.app, `error:${tableKey(table)}`)).toContain("CHECK constraint");
    const { findings, strangeKeys } = await checkHealth(stack.app, { moduleSync: false });
    expect(findings.filter(({ what }) => what.startsWith(`${table.name}:`))).toHaveLength(1);
    expect(findings.filter(({ severity }) => severity === "error")).toHaveLength(1);
    expect(strangeKeys).toEqual([]);
    await stack.databases.replica.rows(
      `ALTER TABLE ${sqlName(table)} DROP CONSTRAINT ${quoted('c\'k]\n{"event":"forged"}')};`,
    );
    await deleteKey(stack.app, `error:${tableKey(table)}`);
    await stack.tick();
    await expectEqual();
  });
});

describe("modules with hostile names", () => {
  it("follow the primary: views with their indexes and columns, procedures, functions, types, sequences and synonyms", async () => {
    await onPrimary(`CREATE TYPE ${quoted("t]y'pe; --")} FROM nvarchar(20) NULL;`);
    await onPrimary(`CREATE TYPE ${quoted("t]able'type\n")} AS TABLE (${quoted("c]'")} int NOT NULL PRIMARY KEY);`);
    await onPrimary(`CREATE SEQUENCE ${quoted("s'eq]")} AS int START WITH 5;`);
    await onPrimary(`CREATE SYNONYM ${quoted("s]yn'")} FOR ${sqlName(names[0] ?? { schema: "", name: "" })};`);
    for (const name of hostileNames) {
      await onPrimary(`CREATE VIEW ${quoted(evilSchema)}.${quoted(`v${name}`.slice(0, 128))} AS
        SELECT 1 AS ${quoted(name)}, ${literal(name)} AS ${quoted(`${name.slice(0, 127)}2`)};`);
    }
    await onPrimary(`CREATE PROCEDURE ${quoted("p'; --]")} @t ${quoted("t]able'type\n")} READONLY, @x ${quoted("t]y'pe; --")} AS
      SELECT * FROM ${quoted("s]yn'")};`);
    await onPrimary(`CREATE PROCEDURE ${quoted("n]ext'")} AS SELECT NEXT VALUE FOR ${quoted("s'eq]")};`);
    await onPrimary(`CREATE FUNCTION ${quoted("f']")}() RETURNS int AS BEGIN RETURN 1; END;`);
    const { failed, pending } = await runModules();
    expect({ failed, pending }).toEqual({ failed: [], pending: [] });
    const list =
      "SELECT s.name AS s, o.name AS n, o.type AS t, m.definition AS d FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id WHERE o.type IN ('V', 'P', 'FN', 'SN', 'SO') ORDER BY s.name, o.name;";
    expect(await stack.databases.replica.rows(list)).toEqual(await stack.databases.primary.rows(list));
  });

  it("are changed and dropped", async () => {
    await onPrimary(`ALTER VIEW ${quoted(evilSchema)}.${quoted("vx]; DROP TABLE t; --")} AS SELECT 2 AS two;`);
    await onPrimary(`DROP PROCEDURE ${quoted("p'; --]")};`);
    expect(await runModules()).toMatchObject({ failed: [], pending: [] });
    expect(
      await stack.databases.replica.rows(`SELECT * FROM ${quoted(evilSchema)}.${quoted("vx]; DROP TABLE t; --")};`),
    ).toEqual([{ two: 2 }]);
    expect(await stack.databases.replica.rows("SELECT name FROM sys.procedures;")).toEqual([{ name: "n]ext'" }]);
  });

  async function runModules(): Promise<{ failed: unknown[]; pending: unknown[] }> {
    const result = await stack.syncModules();
    if (result.kind === "held-elsewhere") throw new Error("another run is under way");
    const states = [...result.states.entries()].filter(([, state]) => state.state !== "in-sync");
    return { failed: result.run === null ? ["no run"] : [], pending: states };
  }
});

describe("databases with hostile names", () => {
  const names = { primary: "d]b'; --\n/%25?#😀 p", replica: "__proto__" };

  it("are synced, and stand in Redis without harm", async () => {
    const urlTo = (side: "primary" | "replica"): string => {
      const url = new URL(stack.databases[side].url);
      url.pathname = `/${encodeURIComponent(names[side])}`;
      return url.href;
    };
    await stack.databases.primary.rows(`CREATE DATABASE ${quoted(names.primary)};`);
    await stack.databases.primary.rows(`ALTER DATABASE ${quoted(names.primary)} SET CHANGE_TRACKING = ON;`);
    await stack.databases.primary.rows(`ALTER DATABASE ${quoted(names.primary)} SET ALLOW_SNAPSHOT_ISOLATION ON;`);
    await stack.databases.replica.rows(`CREATE DATABASE ${quoted(names.replica)};`);
    const app = stack.startApp({
      MSSQL_PRIMARY_URL: urlTo("primary"),
      MSSQL_REPLICA_URL: urlTo("replica"),
      REDIS_KEY_PREFIX: "other",
    });
    await app.primary.withSession(async (session) => {
      await session.batch(
        "CREATE TABLE T (id int NOT NULL PRIMARY KEY); ALTER TABLE T ENABLE CHANGE_TRACKING; INSERT T VALUES (7);",
      );
    });
    await stack.tick(app);
    await setKey(app, "enabled:T", "true");
    for (let ticks = 0; ticks < 4; ticks++) await stack.tick(app);
    expect(await app.replica.query({ text: "SELECT id FROM T;", params: [] })).toEqual([[{ id: 7 }]]);
    expect(await getKey(app, "config:primary_url")).toBe(app.config.primary.url);
    expect(
      (await checkHealth(app, { moduleSync: true })).findings.filter(({ severity }) => severity === "fatal"),
    ).toEqual([]);
  });
});
