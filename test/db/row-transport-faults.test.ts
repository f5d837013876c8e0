import { describe, expect, it } from "vitest";
import { driverTransport } from "../../src/relay/driver-rows.ts";
import type { RelayError } from "../../src/relay/relay-error.ts";
import type { FaultAction, FaultPlace } from "../emulator/faults.ts";
import { DEFAULT_COLLATION } from "../emulator/values/collation.ts";
import type { SqlRow, SqlType } from "../emulator/values/sql-type.ts";
import { WireSession, serveWire } from "./wire-session.ts";

/** The driver's way of the rows over the emulator's wire: what it carries, and how it ends when something goes wrong. */

const nvarchar = (length: number): SqlType => ({ name: "nvarchar", length, collation: DEFAULT_COLLATION });

const COLUMNS = [
  { name: "c0", type: { name: "int" }, nullable: false },
  { name: "c1", type: nvarchar(100), nullable: true },
] as const;
const DECLARED = [
  { name: "c0", declaration: "int" },
  { name: "c1", declaration: "nvarchar(100)" },
];
const ROWS: readonly SqlRow[] = Array.from({ length: 20_000 }, (_, at) => [at, at % 3 === 0 ? null : `row ${at}`]);

interface Served {
  readonly columns: WireSession["columns"];
  readonly declared: readonly { readonly name: string; readonly declaration: string }[];
  readonly rows: readonly SqlRow[];
  readonly encrypt?: boolean;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly primary?: [FaultPlace, FaultAction];
  readonly replica?: [FaultPlace, FaultAction];
}

const many: Served = { columns: COLUMNS, declared: DECLARED, rows: ROWS };

async function serve(served: Served) {
  const { encrypt = false, signal = new AbortController().signal, timeoutMs = 10_000 } = served;
  const replica = new WireSession([], []);
  const [primaryEnd, replicaEnd] = await Promise.all([
    serveWire(new WireSession(served.columns, served.rows), { encrypt }),
    serveWire(replica, { encrypt }),
  ]);
  const [from, to] = await Promise.all([primaryEnd.connect(), replicaEnd.connect()]);
  if (served.primary) primaryEnd.faults.at(...served.primary);
  if (served.replica) replicaEnd.faults.at(...served.replica);
  const target = { connection: to, table: "#stage", columns: served.declared, options: ["KEEP_NULLS"] };
  const open = () => driverTransport.openSource(from, { text: "SELECT", params: [] }, { signal, timeoutMs });
  const run = async () => (await open()).pipe(target);
  /** The same again over the same connections, without faults. */
  const again = async () => {
    primaryEnd.faults.clear();
    replicaEnd.faults.clear();
    replica.loads.length = 0;
    expect(await run()).toMatchObject({ rows: served.rows.length, more: false });
    expect(replica.loads.flatMap((load) => load.rows)).toEqual(served.rows);
  };
  return { run, again, open, target, loads: replica.loads };
}

async function failure(promise: Promise<unknown>): Promise<RelayError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ name: "RelayError" });
  return thrown as RelayError;
}

describe("the driver carries", () => {
  const types: readonly (readonly [SqlType, string, ...SqlRow])[] = [
    [{ name: "bit" }, "bit", 0, 1],
    [{ name: "tinyint" }, "tinyint", 0, 255],
    [{ name: "smallint" }, "smallint", -32768, 32767],
    [{ name: "int" }, "int", -(2 ** 31), 2 ** 31 - 1],
    [{ name: "bigint" }, "bigint", -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n],
    [{ name: "float" }, "float", 5e-324, 0.1 + 0.2, -1.7976931348623157e308],
    [{ name: "real" }, "real", Math.fround(3.4028234663852886e38), Math.fround(1e-45), Math.fround(0.1)],
    [nvarchar(50), "nvarchar(50) COLLATE Latin1_General_100_BIN2", "", "日本 😀  ", "a\ud83d", "\u0000b"],
    [nvarchar(4000), "nvarchar(4000)", "é".repeat(4000)],
    [nvarchar(-1), "nvarchar(max)", "", "日".repeat(200_001), "\udc00"],
    [{ name: "varbinary", length: 16 }, "varbinary(16)", Buffer.alloc(0), Buffer.alloc(16, 0xff)],
    [{ name: "varbinary", length: 8000 }, "varbinary(8000)", Buffer.alloc(8000, 0xd1)],
    [{ name: "varbinary", length: -1 }, "varbinary(max)", Buffer.alloc(0), Buffer.alloc(300_000, 0xd2)],
  ];

  it.each(types.map((type) => [type[1], type] as const))("%s", async (_, [type, declaration, ...values]) => {
    const rows: SqlRow[] = [...values.map((value) => [value]), [null]];
    const { run, loads } = await serve({
      columns: [{ name: "c0", type, nullable: true }],
      declared: [{ name: "c0", declaration }],
      rows,
    });
    await run();
    expect(loads.flatMap((load) => load.rows)).toEqual(rows);
  });

  it.each(["decimal(18,4)", "money", "datetime2(7)", "varchar(10)", "sql_variant", "nvarchar"])(
    "no %s, whose values it would change",
    async (declaration) => {
      const { run, loads } = await serve({ ...many, declared: [{ name: "c0", declaration }, DECLARED[1]!] });
      expect((await failure(run())).message).toContain(`of type ${declaration}`);
      expect(loads).toEqual([]);
    },
  );

  it("rows in slices", async () => {
    const { open, target, loads } = await serve(many);
    const source = await open();
    expect(source.columns).toEqual([{ name: "c0" }, { name: "c1" }]);
    const more = [];
    do more.push((await source.pipe(target, { maxRows: 7_000 })).more);
    while (more.at(-1));
    expect(more).toEqual([true, true, false]);
    expect(loads.map(({ rows }) => rows.length)).toEqual([7_000, 7_000, 6_000]);
    expect(loads.flatMap(({ rows }) => rows)).toEqual(ROWS);
    expect(source.rows).toBe(ROWS.length);
    expect(source.usable).toBe(true);
  });

  it("nothing where there are no rows", async () => {
    const { run, loads } = await serve({ ...many, rows: [] });
    expect(await run()).toEqual({ rows: 0, bytes: 0, more: false });
    expect(loads).toEqual([]);
  });

  it("no rows of other columns than are wanted", async () => {
    const { run, loads } = await serve({ ...many, declared: [DECLARED[0]!, { name: "c2", declaration: "int" }] });
    expect(await failure(run())).toMatchObject({ message: /column 2 is c1, not c2/, refused: false });
    expect(loads).toEqual([]);
  });

  it("a read that is closed in the middle leaves its connection to the next one", async () => {
    const { open, again } = await serve(many);
    const source = await open();
    await source.close();
    expect(source.usable).toBe(true);
    await source.close();
    await again();
  });
});

describe.each([{ encrypt: false }, { encrypt: true }])(
  "rows by the driver with faults, TLS $encrypt",
  ({ encrypt }) => {
    it("the read fails in the middle: both connections work on", async () => {
      const { run, again, loads } = await serve({
        ...many,
        encrypt,
        primary: [{ step: "row", after: 7000 }, { error: 1205 }],
      });
      const thrown = await failure(run());
      expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true, side: "source", refused: false });
      expect(thrown.cause).toMatchObject({ number: 1205 });
      expect(loads).toHaveLength(0);
      await again();
    });

    it("the read's connection breaks", async () => {
      const { run, loads } = await serve({ ...many, encrypt, primary: [{ step: "row", after: 7000 }, "drop"] });
      expect(await failure(run())).toMatchObject({ sourceUsable: false, targetUsable: true, side: "source" });
      expect(loads).toHaveLength(0);
    });

    it("the load fails in the middle", async () => {
      const { run } = await serve({ ...many, encrypt, replica: [{ step: "bulk", after: 7000 }, { error: 1205 }] });
      const thrown = await failure(run());
      expect(thrown).toMatchObject({ sourceUsable: true, side: "target", refused: false });
      expect(thrown.cause).toMatchObject({ number: 1205 });
    });

    it("the load's connection breaks", async () => {
      const { run } = await serve({ ...many, encrypt, replica: [{ step: "bulk", after: 7000 }, "drop"] });
      expect(await failure(run())).toMatchObject({ sourceUsable: true, targetUsable: false, side: "target" });
    });

    it("INSERT BULK is refused: the read's connection works on", async () => {
      const { run } = await serve({
        ...many,
        encrypt,
        replica: [{ step: "batch", match: /^INSERT BULK/i }, { error: 1222 }],
      });
      const thrown = await failure(run());
      expect(thrown.cause).toMatchObject({ number: 1222 });
      expect(thrown).toMatchObject({ sourceUsable: true, refused: false });
    });

    it("it is aborted while the load runs", async () => {
      const controller = new AbortController();
      const abort = { run: () => controller.abort(new Error("shutting down")) };
      const { run } = await serve({
        ...many,
        encrypt,
        signal: controller.signal,
        replica: [{ step: "bulk", after: 7000 }, abort],
      });
      const thrown = await failure(run());
      expect(thrown.cause).toMatchObject({ message: "shutting down" });
      expect(thrown.sourceUsable).toBe(true);
    });

    it("the read stands still: its server does not even take the cancellation, and loses the connection", async () => {
      const { run } = await serve({
        ...many,
        encrypt,
        timeoutMs: 300,
        primary: [{ step: "row", after: 7000 }, "freeze"],
      });
      const thrown = await failure(run());
      expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
      expect(thrown.sourceUsable).toBe(false);
    });

    it("the load stands still: the same for the other server", async () => {
      const { run } = await serve({
        ...many,
        encrypt,
        timeoutMs: 300,
        replica: [{ step: "bulk", after: 7000 }, "freeze"],
      });
      const thrown = await failure(run());
      expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
      expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false });
    });
  },
);
