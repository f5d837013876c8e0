import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { typeMatrix } from "../support/type-matrix.ts";

/** What each transport made of the same rows, by table: the replicas must be the same. */
const replicas = new Map<string, Record<string, unknown>[]>();

const columns = typeMatrix.map(({ declaration }, at) => `c${at} ${declaration}`);
const rowCount = Math.max(...typeMatrix.map(({ literals }) => literals.length));

/** A row with the literals number `row` of all types, beginning anew where a type has fewer. */
function values(row: number): string {
  return typeMatrix.map(({ literals }) => literals[row % literals.length] ?? "NULL").join(", ");
}

const compared = typeMatrix.flatMap(({ compare }, at) => compare(`c${at}`));

/** The same with every value in turn NOT NULL and nullable; `Sparse` is NULL in every other column. */
const script = `
CREATE TABLE Nullable (id int NOT NULL PRIMARY KEY, ${columns.map((column) => `${column} NULL`).join(", ")});
CREATE TABLE Filled (id int NOT NULL PRIMARY KEY, ${columns.map((column) => `${column} NOT NULL`).join(", ")});
ALTER TABLE Nullable ENABLE CHANGE_TRACKING;
ALTER TABLE Filled ENABLE CHANGE_TRACKING;
${Array.from({ length: rowCount }, (_, row) => `INSERT Nullable VALUES (${row}, ${values(row)});`).join("\n")}
INSERT Nullable (id) VALUES (1000);
INSERT Nullable (id, ${evenColumns()}) SELECT id + 2000, ${evenColumns()} FROM Nullable WHERE id < 3;
${Array.from({ length: rowCount }, (_, row) => `INSERT Filled VALUES (${row}, ${values(row)});`).join("\n")}`;

function evenColumns(): string {
  return typeMatrix.flatMap((_, at) => (at % 2 === 0 ? [`c${at}`] : [])).join(", ");
}

/** Every row gets the values of the next one; some go, some come. */
const changes = ["Nullable", "Filled"]
  .map((table) =>
    Array.from({ length: rowCount }, (_, row) => {
      if (row % 5 === 3) return `DELETE ${table} WHERE id = ${row};`;
      const assignments = typeMatrix.map(
        ({ literals }, at) => `c${at} = ${literals[(row + 1) % literals.length] ?? "NULL"}`,
      );
      return `UPDATE ${table} SET ${assignments.join(", ")} WHERE id = ${row};
INSERT ${table} VALUES (${row + 100}, ${values(row)});`;
    }).join("\n"),
  )
  .join("\n");

describe.each(["relay", "driver"])("by %s", (transport) => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack({
      settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "7", DELTA_SLICE_ROWS: "5" },
    });
    await stack.databases.primary.run(script);
    await stack.load("Nullable", "Filled");
  });
  afterAll(() => stack.close());

  it.each(["Nullable", "Filled"])("loads every type: %s", async (table) => {
    await expectSameBytes(stack, table);
  });

  it.each(["Nullable", "Filled"])("carries changes of every type: %s", async (table) => {
    if (table === "Nullable") await stack.databases.primary.run(changes);
    await stack.tick();
    replicas.set(`${table} by ${transport}`, await expectSameBytes(stack, table));
  });

  it("says so in the ledger", async () => {
    const rows = await stack.databases.replica.rows(
      "SELECT DISTINCT transport, transport_reason FROM mssql_sync.ledger",
    );
    expect(rows).toEqual([{ transport, transport_reason: "ROW_TRANSPORT says so" }]);
  });
});

/** Every value by length and hash of its bytes: large ones are not worth their text. @returns the replica's */
async function expectSameBytes({ databases }: SyncStack, table: string): Promise<Record<string, unknown>[]> {
  const items = compared.map((expression, at) => {
    const bytes = `CAST(${expression} AS varbinary(max))`;
    return `CONCAT(DATALENGTH(${bytes}), ':', CONVERT(varchar(100), HASHBYTES('SHA2_256', ${bytes}), 2)) AS b${at}`;
  });
  const query = `SELECT id, ${items.join(", ")} FROM ${table} ORDER BY id;`;
  const [primary, replica] = await Promise.all([databases.primary.rows(query), databases.replica.rows(query)]);
  expect(replica).toEqual(primary);
  return replica;
}

it.each(["Nullable", "Filled"])("both make the same replica of %s", (table) => {
  expect(replicas.get(`${table} by driver`)).toBeDefined();
  expect(replicas.get(`${table} by driver`)).toEqual(replicas.get(`${table} by relay`));
});
