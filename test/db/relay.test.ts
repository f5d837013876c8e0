import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Connection } from "tedious";
import { Session } from "../../src/db/session.ts";
import type { RelayError } from "../../src/relay/relay-error.ts";
import { openRelaySource } from "../../src/relay/relay-rows.ts";
import { startEmulator, type Emulator } from "../emulator/start-emulator.ts";

/** The relay as it is used: from a table on one server, in a transaction, into #stage on another one, in its transaction. */

const COLUMNS = [
  { name: "id", declaration: "int" },
  { name: "name", declaration: "nvarchar(50) COLLATE Latin1_General_100_CI_AS" },
  { name: "amount", declaration: "decimal(18,4)" },
  { name: "notes", declaration: "nvarchar(max) COLLATE Latin1_General_100_CI_AS" },
];
const DECLARATIONS = COLUMNS.map(({ name, declaration }) => `[${name}] ${declaration}`).join(", ");
const ROWS = 1000;

let emulators: Emulator[] = [];
let primary: Session;
let replica: Session;

async function connect(emulator: Emulator): Promise<Session> {
  const connection = new Connection({
    server: "localhost",
    authentication: { type: "default", options: { userName: "sa", password: emulator.password } },
    options: { port: emulator.port, trustServerCertificate: true },
  });
  connection.on("error", () => {}); // told by the requests too
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  return new Session(connection);
}

beforeEach(async () => {
  emulators = await Promise.all([startEmulator(), startEmulator()]);
  [primary, replica] = (await Promise.all(emulators.map(connect))) as [Session, Session];
  await primary.batch(`CREATE TABLE dbo.T (${DECLARATIONS})`);
  for (let at = 0; at < ROWS; at += 100) {
    const values = Array.from({ length: 100 }, (_, offset) => {
      const id = at + offset;
      const notes = id % 100 === 7 ? "REPLICATE(CAST(N'long ' AS nvarchar(max)), 20000)" : `N'note ${id}'`;
      return id % 3 === 0 ? `(${id}, NULL, NULL, NULL)` : `(${id}, N'name ${id}', 99999999999999.9999, ${notes})`;
    });
    await primary.batch(`INSERT INTO dbo.T (id, name, amount, notes) VALUES ${values.join(", ")}`);
  }
  await replica.batch(`CREATE TABLE #stage (${DECLARATIONS})`);
});

afterEach(async () => {
  for (const session of [primary, replica]) session.connection.close();
  for (const emulator of emulators) {
    await emulator.close();
    expect(emulator.unsupported).toEqual([]);
  }
});

const open = (text = "SELECT id, name, amount, notes FROM dbo.T ORDER BY id") =>
  openRelaySource(
    primary.connection,
    { text, params: [] },
    { signal: new AbortController().signal, timeoutMs: 10_000 },
  );
const target = () => ({
  connection: replica.connection,
  table: "#stage",
  columns: COLUMNS,
  options: ["KEEP_NULLS"],
});

/** A checksum of what is in the table, made by its own server from the values' text and bytes. */
async function content(session: Session, table: string): Promise<unknown> {
  const [rows] = await session.batch(
    `SELECT id, CAST(name AS varbinary(100)) AS name, CAST(amount AS varchar(40)) AS amount, CAST(notes AS varbinary(max)) AS notes FROM ${table} ORDER BY id`,
  );
  return rows;
}

describe("a relay between databases", () => {
  it("fills #stage with what the table has", async () => {
    await primary.begin("read committed");
    await replica.begin("read committed");
    const source = await open();
    expect(await source.pipe(target())).toMatchObject({ rows: ROWS, more: false });
    await primary.commit();
    await replica.commit();
    expect(await content(replica, "#stage")).toEqual(await content(primary, "dbo.T"));
  });

  it("feeds several transactions from one read, with parameters", async () => {
    const source = await openRelaySource(
      primary.connection,
      {
        text: "SELECT id, name, amount, notes FROM dbo.T WHERE id >= @from ORDER BY id",
        params: [{ name: "from", type: "int", value: 100 }],
      },
      { signal: new AbortController().signal, timeoutMs: 10_000 },
    );
    const counts: number[] = [];
    for (let more = true; more;) {
      await replica.begin("read committed");
      const result = await source.pipe(target(), { maxRows: 400 });
      await replica.commit();
      counts.push(result.rows);
      more = result.more;
    }
    expect(counts).toEqual([400, 400, 100]);
    const [rows] = await replica.batch("SELECT COUNT(*) AS n, MIN(id) AS lowest FROM #stage");
    expect(rows).toEqual([{ n: 900, lowest: 100 }]);
  });

  it("leaves nothing of a load whose transaction is rolled back", async () => {
    await replica.begin("read committed");
    await (await open()).pipe(target());
    await replica.rollback();
    const [rows] = await replica.batch("SELECT COUNT(*) AS n FROM #stage");
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("ends clean when the read fails in the middle", async () => {
    await replica.begin("read committed");
    // The division fails at the row 700, after hundreds of rows have gone.
    const source = await open("SELECT id / (id - 700) * 0 + id AS id, name, amount, notes FROM dbo.T WHERE id > 0");
    const thrown: unknown = await source.pipe(target()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: "RelayError", sourceUsable: true, targetUsable: true });
    expect((thrown as RelayError).cause).toMatchObject({ number: 8134 });
    await replica.rollback();
    expect(await (await open()).pipe(target())).toMatchObject({ rows: ROWS });
  });

  it("ends clean when the load is refused: no such table", async () => {
    const source = await open();
    const thrown: unknown = await source.pipe({ ...target(), table: "#missing" }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: "RelayError", sourceUsable: true, targetUsable: true });
    expect((thrown as RelayError).cause).toMatchObject({ number: 208 });
  });

  it("ends clean when a row is refused: a duplicate key", async () => {
    await replica.batch("CREATE TABLE dbo.Keyed (id int NOT NULL PRIMARY KEY)");
    await replica.batch("INSERT INTO dbo.Keyed (id) VALUES (500)");
    await replica.begin("read committed");
    const source = await open("SELECT id FROM dbo.T ORDER BY id");
    const keyed = { ...target(), table: "dbo.Keyed", columns: COLUMNS.slice(0, 1) };
    const thrown: unknown = await source.pipe(keyed).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: "RelayError", sourceUsable: true, targetUsable: true });
    expect((thrown as RelayError).cause).toMatchObject({ number: 2627 });
    await replica.rollback();
    const [rows] = await replica.batch("SELECT COUNT(*) AS n FROM dbo.Keyed");
    expect(rows).toEqual([{ n: 1 }]);
  });
});
