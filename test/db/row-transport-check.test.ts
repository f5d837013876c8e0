import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCarrierTable } from "../../src/sql/carrier-table.ts";
import { carriedDifferences } from "../../src/sql/probe-query.ts";
import { createStage } from "../../src/sql/stage-table.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { column, tableShape } from "../support/table-shapes.ts";

/** Before rows go by the driver, a row of constants shows whether the server reads back what it wrote. */
const shape = tableShape(
  [
    column(1, "id", "int", { nullable: false }),
    column(2, "greek", "varchar", { collation: "Greek_CI_AS" }),
    column(3, "price", "decimal"),
    column(4, "ratio", "float"),
  ],
  [{ name: "id" }],
);

let databases: TestDatabases;
beforeAll(async () => {
  databases = await openTestDatabases();
});
afterAll(() => databases.close());

async function differences(staged: string, carried: string): Promise<string[]> {
  const [row] = await databases.replica.rows(`${createStage(shape, "chunk")}
${createCarrierTable(shape, "chunk")}
INSERT #chunk SELECT ${staged};
INSERT #chunk_carried SELECT ${carried};
${carriedDifferences(shape, "chunk")}`);
  return Object.entries(row ?? {}).flatMap(([name, differs]) => (differs === 1 ? [name] : []));
}

describe("carried constants that come back", () => {
  it.each([
    ["as they were", "1, N'αβ' COLLATE Greek_CI_AS, 1.5, 0.5E0", "1, 0xE1E2, N'1.50', 0.5E0, NULL", []],
    ["in another code page", "1, N'ab', 1.5, 0.5E0", "1, 0xE1E2, N'1.50', 0.5E0, NULL", ["k1"]],
    ["with fewer digits", "1, N'a', 1.4, 0.5E0", "1, 0x61, N'1.50', 0.5E0, NULL", ["k2"]],
    ["without their sign", "1, N'a', 1.5, 0E0", "1, 0x61, N'1.50', 0E0, 1", ["k3"]],
    ["cut", "1, N'a', 1.5, 0.5E0", "1, 0x6100, N'1.50', 0.5E0, NULL", ["k1"]],
    ["as NULL", "1, NULL, NULL, 0.5E0", "1, 0x61, NULL, 0.5E0, NULL", ["k1"]],
  ])("%s", async (_, staged, carried, wanted) => {
    expect(await differences(staged, carried)).toEqual(wanted);
  });
});
