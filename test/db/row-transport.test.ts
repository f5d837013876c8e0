import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { type MatrixGroup, typeMatrix } from "../support/type-matrix.ts";
import {
  changeMatrix,
  comparedExpressions,
  createAliasTypes,
  createMatrix,
  differentValues,
  matrixTables,
  type TableBytes,
  tableBytes,
} from "../support/type-matrix-table.ts";
import { plain } from "../support/type-matrix-type.ts";

const tables = typeMatrix.flatMap(matrixTables);
const names = tables.map(({ name }) => name);

/** What each transport made of the same rows, by table: the replicas must be the same. */
const replicas = new Map<string, TableBytes>();

describe.each(["relay", "driver"])("by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "17", DELTA_SLICE_ROWS: "13" },
    });
    const { primary } = stack.databases;
    await primary.run(createAliasTypes(typeMatrix.flatMap(({ types }) => types)));
    for (const table of tables) await primary.run(createMatrix(table));
    await stack.load(...names);
  });
  afterAll(() => stack.close());

  it.each(tables)("loads every type: $name", async (table) => {
    await expectSameBytes(stack, table);
  });

  it("takes the changes of every type", async () => {
    for (const table of tables) await stack.databases.primary.run(changeMatrix(table));
    await stack.tick();
  });

  it.each(tables)("carries the changes of every type: $name", async (table) => {
    replicas.set(`${table.name} by ${transport}`, await expectSameBytes(stack, table));
  });

  it("carries a rowversion, which is made anew at every change, as binary(8)", async () => {
    const { primary } = stack.databases;
    await primary.run(`
      CREATE TABLE Stamped (id int NOT NULL PRIMARY KEY, c0 int NULL, c1 rowversion);
      ALTER TABLE Stamped ENABLE CHANGE_TRACKING;
      INSERT Stamped (id) VALUES (1), (2), (3);`);
    await stack.load("Stamped");
    const stamped = { name: "Stamped", types: [plain("int", "0"), plain("rowversion", "0x")] };
    await expectSameBytes(stack, stamped);
    await primary.run("UPDATE Stamped SET c0 = 7 WHERE id < 3; INSERT Stamped (id) VALUES (4);");
    await stack.tick();
    await expectSameBytes(stack, stamped);
  });

  it("says so in the ledger", async () => {
    const rows = await stack.databases.replica.rows(
      "SELECT DISTINCT transport, transport_reason FROM mssql_sync.ledger",
    );
    expect(rows).toEqual([{ transport, transport_reason: "ROW_TRANSPORT says so" }]);
  });
});

/** @returns the replica's */
async function expectSameBytes({ databases }: SyncStack, table: MatrixGroup): Promise<TableBytes> {
  const expressions = comparedExpressions(table.types);
  const [primary, replica] = await Promise.all([
    tableBytes(databases.primary, table.name, expressions),
    tableBytes(databases.replica, table.name, expressions),
  ]);
  expect(primary.rows.size).toBeGreaterThan(0);
  expect(differentValues(primary, replica)).toEqual([]);
  return replica;
}

it.each(names)("both make the same replica of %s", (name) => {
  const [byRelay, byDriver] = ["relay", "driver"].map((transport) => replicas.get(`${name} by ${transport}`));
  if (byRelay === undefined || byDriver === undefined) throw new Error(`${name} was not carried by both`);
  expect(differentValues(byRelay, byDriver)).toEqual([]);
});
