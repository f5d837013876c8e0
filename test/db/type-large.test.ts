import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

const size = 100 * 2 ** 20;

/**
 * Values of 100 MB. The relay streams them (unit/relay/row-scanner.test.ts shows that it holds nothing of a large row); by the
 * driver every long value is one Buffer, which may have the 2 GB that a column holds: what limits it is the memory of the process, for one
 * row at a time.
 */
describe.each(["relay", "driver"])("100 MB by %s", { timeout: 300_000 }, (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({ settings: { ROW_TRANSPORT: transport } });
    await stack.databases.primary.run(`
      CREATE TABLE Large (id int NOT NULL PRIMARY KEY, bytes varbinary(max), letters varchar(max), words nvarchar(max));
      ALTER TABLE Large ENABLE CHANGE_TRACKING;
      INSERT Large (id, bytes) VALUES (1, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), '0123456789ABCDEF'), ${size / 16})));
      INSERT Large (id, words) VALUES (2, REPLICATE(CONVERT(nvarchar(max), N'012345日本'), ${size / 16}));`);
  }, 120_000);
  afterAll(() => stack.close());

  it("is loaded", async () => {
    await stack.load("Large");
    await expectSame(stack, [size, size]);
  });

  it("is updated and inserted", async () => {
    await stack.databases.primary.run(`
      UPDATE Large SET words = words + NCHAR(55357) WHERE id = 2;
      INSERT Large (id, letters) VALUES (3, REPLICATE(CONVERT(varchar(max), '0123456789abcdef'), ${size / 16}));`);
    await stack.tick();
    await expectSame(stack, [size, size + 2, size]);
  });
});

/** By number and hash: nobody wants to see these. */
async function expectSame({ databases }: SyncStack, lengths: readonly number[]): Promise<void> {
  const values = ["bytes", "letters", "words"];
  const items = values.map((name) => `HASHBYTES('SHA2_256', ${name}) AS ${name}`);
  const query = `SELECT id, COALESCE(${values.map((name) => `DATALENGTH(${name})`).join(", ")}) AS length, ${items.join(", ")}
FROM Large ORDER BY id;`;
  const [primary, replica] = await Promise.all([databases.primary.rows(query), databases.replica.rows(query)]);
  expect(primary.map((row) => Number(row["length"]))).toEqual(lengths);
  expect(replica).toEqual(primary);
}
