import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { typeMatrix } from "../support/type-matrix.ts";
import {
  comparedExpressions,
  createAliasTypes,
  createMatrix,
  differentValues,
  type MatrixTable,
  matrixTables,
  tableBytes,
} from "../support/type-matrix-table.ts";
import { askVerification, differing, verificationOf, verified, verify } from "../support/verify.ts";

const tables = typeMatrix.flatMap(matrixTables);

/** The row in which a column is to be changed: one of its own, so that no column hides behind another one. */
const rowOf = (at: number): number => 10_000 + at;

function copyRows({ name, types }: MatrixTable): string {
  const columns = types.map((_, at) => `c${at}`).join(", ");
  return types
    .map((_, at) => `INSERT ${name} (id, ${columns}) SELECT ${rowOf(at)}, ${columns} FROM ${name} WHERE id = 0;`)
    .join("\n");
}

/** Every column gets another value, each in its own row. */
function changeColumns({ name, types }: MatrixTable): string {
  return types
    .map(({ literals }, at) => `UPDATE ${name} SET c${at} = ${literals.at(-1) ?? "NULL"} WHERE id = ${rowOf(at)};`)
    .join("\n");
}

async function load(transport: string): Promise<SyncStack> {
  const stack = await startSyncStack({ settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "1000" } });
  const { primary } = stack.databases;
  await primary.run(createAliasTypes(typeMatrix.flatMap(({ types }) => types)));
  for (const table of tables) await primary.run(`${createMatrix(table)}\n${copyRows(table)}`);
  await stack.load(...tables.map(({ name }) => name));
  return stack;
}

async function expectEqual(stack: SyncStack): Promise<void> {
  for (const { name } of tables) await askVerification(stack, name);
  for (const { name } of tables) {
    expect(await verified(stack, name), name).toMatchObject({ result: "equal", keys: [] });
  }
}

it("rows of every type that the driver carried are equal", async () => {
  const stack = await load("driver");
  try {
    await expectEqual(stack);
  } finally {
    await stack.close();
  }
}, 120_000);

describe("relayed rows of every type", () => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await load("relay");
  }, 120_000);
  afterAll(() => stack.close());

  it("are equal", () => expectEqual(stack), 120_000);

  it.each(tables)("differ in any column of $name, each by its own row, and are repaired", async (table) => {
    const { databases } = stack;
    await databases.replica.run(changeColumns(table));
    const expressions = comparedExpressions(table.types);
    const bytes = async () =>
      Promise.all([databases.primary, databases.replica].map((each) => tableBytes(each, table.name, expressions)));
    const [primary, replica] = await bytes();
    const rows = new Set(differentValues(primary!, replica!).map((text) => /^row (\d+)/.exec(text)?.[1] ?? text));
    expect(rows.size).toBeGreaterThan(0);
    const expected = [...rows].map((row) => `different ${row}`).sort();
    const last = await verify(stack, table.name, true);
    expect(differing(last)).toEqual(expected);
    expect(last.result).toBe("repaired");
    const [after, mended] = await bytes();
    expect(differentValues(after!, mended!)).toEqual([]);
    expect((await verificationOf(stack, table.name)).run).toBeUndefined();
  });
});
