import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEqualTables } from "../support/expect-equal.ts";
import { getKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

let stack: SyncStack;

beforeAll(async () => {
  stack = await startSyncStack();
  const table = `CREATE TABLE dbo.Customer (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL, city nvarchar(50) NULL);
    INSERT dbo.Customer VALUES (1, N'Ada', N'London'), (2, N'Bob', N'Paris');`;
  await stack.databases.primary.run(`${table} ALTER TABLE dbo.Customer ENABLE CHANGE_TRACKING;`);
  await stack.load("Customer");
});
afterAll(() => stack.close());

async function sync(confirmed = false): Promise<void> {
  await stack.syncModules({ retryAll: true, confirmed });
}

function changes(): unknown[] {
  return stack.lines
    .filter(({ event }) => event === "module")
    .map(({ module, change }) => `${String(change)} ${String(module)}`);
}

describe("an indexed view", () => {
  const indexes = `SELECT i.name, i.type, i.is_unique, c.name AS part, ic.is_descending_key, ic.is_included_column
    FROM sys.indexes AS i JOIN sys.views AS v ON v.object_id = i.object_id
    JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
    JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id ORDER BY i.name, ic.index_column_id;`;
  const expectEqualIndexes = async (count: number): Promise<void> => {
    const expected = await stack.databases.primary.rows(indexes);
    expect(expected).toHaveLength(count);
    expect(await stack.databases.replica.rows(indexes)).toEqual(expected);
  };

  it("gets the primary's indexes, also after ALTER VIEW, which drops them, and when only an index changes", async () => {
    await stack.databases.primary
      .run(`CREATE VIEW dbo.vIndexed WITH SCHEMABINDING AS SELECT id, name, city FROM dbo.Customer;
    GO
    CREATE UNIQUE CLUSTERED INDEX [by id] ON dbo.vIndexed (id DESC);
    GO
    CREATE NONCLUSTERED INDEX byCity ON dbo.vIndexed (city, id) INCLUDE (name);`);
    await sync();
    await expectEqualIndexes(4);
    expect(await stack.databases.replica.rows("SELECT COUNT(*) AS n FROM dbo.vIndexed WITH (NOEXPAND);")).toEqual([
      { n: 2 },
    ]);
    await stack.databases.primary.run(`ALTER VIEW dbo.vIndexed WITH SCHEMABINDING AS SELECT id, city FROM dbo.Customer;
    GO
    CREATE UNIQUE CLUSTERED INDEX [by id] ON dbo.vIndexed (id);
    GO
    CREATE UNIQUE INDEX byCity ON dbo.vIndexed (city, id);`);
    await sync();
    await expectEqualIndexes(3);
    stack.lines.length = 0;
    await stack.databases.primary.run(
      "DROP INDEX byCity ON dbo.vIndexed; CREATE INDEX onlyCity ON dbo.vIndexed (city);",
    );
    await sync();
    expect(changes()).toEqual(["indexed vIndexed"]);
    await expectEqualIndexes(2);
    await stack.databases.primary.run(
      "DROP INDEX [by id] ON dbo.vIndexed; CREATE UNIQUE CLUSTERED INDEX other ON dbo.vIndexed (id);",
    );
    await sync();
    await expectEqualIndexes(1);
    await stack.databases.primary.run("DROP VIEW dbo.vIndexed;");
    await sync(true);
    await expectEqualIndexes(0);
  });

  it("on a table keeps a forced load from truncating it: the rows converge in place", async () => {
    await stack.databases.primary.run(`CREATE VIEW dbo.vCounts WITH SCHEMABINDING AS
      SELECT city, COUNT_BIG(*) AS n FROM dbo.Customer GROUP BY city;
    GO
    CREATE UNIQUE CLUSTERED INDEX byCity ON dbo.vCounts (city);`);
    await sync();
    await stack.databases.replica.run("DELETE dbo.Customer WHERE id = 1; UPDATE dbo.Customer SET city = N'Oslo';");
    await setKey(stack.app, "force_full_load:Customer", "true");
    await stack.tickUntil("the load", async () => (await getKey(stack.app, "force_full_load:Customer")) === null);
    await expectEqualTables(stack, "dbo.Customer", ["id", "name", "city"]);
    expect(
      stack.lines.filter(({ event, result }) => event === "table" && result === "load-started").at(-1),
    ).toMatchObject({
      reason: expect.stringContaining("(in place)") as unknown,
    });
    expect(
      await stack.databases.replica.rows("SELECT city, n FROM dbo.vCounts WITH (NOEXPAND) ORDER BY city;"),
    ).toEqual([
      { city: "London", n: "1" },
      { city: "Paris", n: "1" },
    ]);
  });
});
