import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import { Database } from "../../src/db/database.ts";
import { type Row, Session } from "../../src/db/session.ts";
import { KeyTable } from "../support/key-table.ts";
import { getKey, isLive, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** What becomes of a table whose primary key the login is not shown. */

let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "4" } });
});
afterAll(() => stack.close());

async function newTable(name: string): Promise<KeyTable> {
  const table = new KeyTable(stack, name, ["a", "b"]);
  await table.create(["b int NOT NULL", "a nvarchar(10) COLLATE Latin1_General_100_CI_AS NOT NULL"], "a DESC, b");
  const rows = Array.from({ length: 14 }, (_, at) => [["N'x'", "N'X'", "N'y'"][at % 3] ?? "", `${at}`, `${at}`]);
  await table.insert(["a", "b", "v"], rows);
  return table;
}

const isHidden = (row: Row): boolean => "is_primary_key" in row;

/** Sees no indexes; all else is as it is. */
class BlindSession extends Session {
  override async query(...asked: Parameters<Session["query"]>): Promise<Row[][]> {
    return (await super.query(...asked)).map((rows) => (rows.some(isHidden) ? [] : rows));
  }
}

class BlindDatabase extends Database {
  override withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return super.withSession(({ connection }) => work(new BlindSession(connection)));
  }
}

function blindApp(): { readonly app: App; readonly close: () => Promise<void> } {
  const setting = parseDatabaseSetting(stack.databases.primary.url, 8);
  if (!setting.ok) throw new Error(`open the primary: ${setting.problems.join("; ")}`);
  const primary = new BlindDatabase("primary", setting.value.config);
  return { app: { ...stack.startApp(), primary }, close: () => primary.close() };
}

describe("a table whose indexes are not shown", { timeout: 60_000 }, () => {
  it("is keyed by the columns that CHANGETABLE gives, and followed row by row", async () => {
    const table = await newTable("Hidden");
    const { app, close } = blindApp();
    try {
      await setKey(stack.app, "enabled:Hidden", "true");
      for (let ticks = 0; ticks < 20 && !(await isLive(stack.app, "Hidden")); ticks++) await stack.tick(app);
      await table.expectEqual();
      expect(table.chunkedRows()).toEqual([3, 3, 3, 3, 2]);
      const key = await stack.databases.replica.rows(`SELECT c.name FROM sys.indexes AS i
        JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE i.object_id = OBJECT_ID('Hidden') AND i.is_primary_key = 1 ORDER BY c.name;`);
      expect(key).toEqual([{ name: "a" }, { name: "b" }]);
      await table.run(`
        UPDATE Hidden SET v = -v WHERE b % 2 = 0;
        DELETE Hidden WHERE b IN (3, 7);
        UPDATE Hidden SET a = N'X' WHERE a = N'x' AND b < 6;
        UPDATE Hidden SET b = b + 100 WHERE b > 10;`);
      await stack.tick(app);
      await table.expectEqual();
    } finally {
      await close();
    }
  });
});

describe("the rights of the login", () => {
  /** Makes a login that may do what the README asks for on the primary, and no more; then `more`. */
  async function appOf(name: string, more: string): Promise<App> {
    return stack.startApp({ MSSQL_PRIMARY_URL: await stack.databases.primary.addUser(name, more) });
  }

  it.each([
    [
      "on the database",
      "GRANT SELECT, VIEW CHANGE TRACKING ON SCHEMA::dbo TO plain0; GRANT VIEW DEFINITION TO plain0;",
    ],
    ["on the table", "GRANT SELECT, VIEW CHANGE TRACKING ON Shown1 TO plain1; GRANT VIEW DEFINITION TO plain1;"],
  ])("show the key where they are granted %s", async (_, grants) => {
    const at = /plain(\d)/.exec(grants)?.[1] ?? "";
    const table = await newTable(`Shown${at}`);
    const app = await appOf(`plain${at}`, grants);
    await setKey(stack.app, `enabled:${table.name}`, "true");
    for (let ticks = 0; ticks < 20 && !(await isLive(stack.app, table.name)); ticks++) await stack.tick(app);
    await table.run(`UPDATE ${table.name} SET v = -v;`);
    await stack.tick(app);
    await table.expectEqual();
  });

  it("hide the whole table where VIEW DEFINITION on it is denied, and nothing is lost", async () => {
    const table = await newTable("Denied");
    await stack.load("Denied");
    const app = await appOf(
      "denied",
      `GRANT SELECT, VIEW CHANGE TRACKING ON SCHEMA::dbo TO denied; GRANT VIEW DEFINITION TO denied;
       DENY VIEW DEFINITION ON Denied TO denied;`,
    );
    await table.run("UPDATE Denied SET v = -v; DELETE Denied WHERE b = 1;");
    await stack.tick(app);
    expect(await stack.databases.replica.rows("SELECT COUNT(*) AS n FROM Denied")).toEqual([{ n: 14 }]);
    expect(await getKey(stack.app, "error:Denied")).toContain("no longer shows this table");
    await stack.databases.primary.run("REVOKE VIEW DEFINITION ON Denied FROM denied;");
    const error = JSON.parse((await getKey(stack.app, "error:Denied")) ?? "{}") as object;
    await setKey(stack.app, "error:Denied", JSON.stringify({ ...error, retryAt: "2000-01-01T00:00:00.000Z" }));
    await stack.tickUntil("follow again", () => isLive(stack.app, "Denied"));
    await table.expectEqual();
  });
});
