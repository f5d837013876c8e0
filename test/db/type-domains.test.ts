import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { changeDomain, createDomain, type TypeDomain, typeDomains } from "../support/type-matrix-domains.ts";
import { differentValues, tableBytes } from "../support/type-matrix-table.ts";

/** Types with few enough values, with all of them: each must arrive as it was, by both transports. */
describe.each(["relay", "driver"])("by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "1000", DELTA_SLICE_ROWS: "1000" },
    });
    for (const domain of typeDomains) await stack.databases.primary.run(createDomain(domain));
    await stack.load(...typeDomains.map(({ name }) => name));
  });
  afterAll(() => stack.close());

  it.each(typeDomains)("loads all of $name", async (domain) => {
    await expectSame(stack, domain, domain.rows.length);
  });

  it("takes the changes", async () => {
    for (const domain of typeDomains) await stack.databases.primary.run(changeDomain(domain));
    await stack.tick();
  });

  it.each(typeDomains)("carries all of $name", async (domain) => {
    const { length } = domain.rows;
    const deleted = Math.ceil((length - 3) / 7);
    await expectSame(stack, domain, length + Math.floor(length / 2) - deleted);
  });
});

async function expectSame({ databases }: SyncStack, { name, columns }: TypeDomain, rows: number): Promise<void> {
  const expressions = columns.map((_, at) => `c${at}`);
  const [primary, replica] = await Promise.all([
    tableBytes(databases.primary, name, expressions),
    tableBytes(databases.replica, name, expressions),
  ]);
  expect(primary.rows.size).toBe(rows);
  expect(differentValues(primary, replica)).toEqual([]);
}
