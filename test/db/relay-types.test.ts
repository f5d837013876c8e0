import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { openRelaySource } from "../../src/relay/relay-rows.ts";
import { DEFAULT_COLLATION } from "../emulator/values/collation.ts";
import type { SqlRow, SqlType, SqlValue } from "../emulator/values/sql-type.ts";
import { seededRandom } from "../unit/emulator/storage/seeded-random.ts";
import { WireSession, serveWire } from "./wire-session.ts";

/**
 * Rows of every type over the emulator's wire layer, whose encoder (server to client) and decoder (bulk load) know nothing of the relay:
 * what the one server had must be what the other one gets.
 */

const large = (length: number) => "déjà vu 🙂 ".repeat(Math.ceil(length / 11)).slice(0, length);

/** Each type with a declaration and values at its limits; NULL comes by itself. */
const TYPES: readonly (readonly [SqlType, string, ...SqlValue[]])[] = [
  [{ name: "bit" }, "bit", 0, 1],
  [{ name: "tinyint" }, "tinyint", 0, 255],
  [{ name: "smallint" }, "smallint", -32768, 32767],
  [{ name: "int" }, "int", -(2 ** 31), 2 ** 31 - 1],
  [{ name: "bigint" }, "bigint", -(2n ** 63n), 2n ** 63n - 1n],
  [{ name: "decimal", precision: 5, scale: 2 }, "decimal(5,2)", -99999n, 99999n],
  [{ name: "decimal", precision: 28, scale: 8 }, "decimal(28,8)", 10n ** 28n - 1n, 0n],
  [{ name: "decimal", precision: 38, scale: 38 }, "decimal(38,38)", 10n ** 38n - 1n, -(10n ** 38n) + 1n],
  [{ name: "numeric", precision: 19, scale: 0 }, "numeric(19,0)", 10n ** 19n - 1n, -1n],
  [{ name: "money" }, "money", 2n ** 63n - 1n, -(2n ** 63n)],
  [{ name: "smallmoney" }, "smallmoney", 2147483647n, -2147483648n],
  [{ name: "real" }, "real", Math.fround(3.4028234663852886e38), -0],
  [{ name: "float" }, "float", 5e-324, 0.1 + 0.2],
  [{ name: "date" }, "date", 0, 3652058],
  [{ name: "time", scale: 7 }, "time(7)", 0, 863_999_999_999],
  [{ name: "time", scale: 0 }, "time(0)", 0, 863_990_000_000],
  [{ name: "datetime" }, "datetime", -53690 * 25_920_000, 2_958_463 * 25_920_000 + 25_919_999],
  [{ name: "smalldatetime" }, "smalldatetime", 0, 65535 * 1440],
  [{ name: "datetime2", scale: 7 }, "datetime2(7)", 0n, 3_155_378_975_999_999_999n],
  [{ name: "datetime2", scale: 3 }, "datetime2(3)", 637_134_336_000_010_000n],
  [
    { name: "datetimeoffset", scale: 7 },
    "datetimeoffset(7)",
    { utc: 637_134_336_000_000_001n, offset: 840 },
    { utc: 637_134_336_000_000_001n, offset: -840 },
  ],
  [{ name: "char", length: 5, collation: DEFAULT_COLLATION }, "char(5)", "ab   ", "é€   "],
  [{ name: "varchar", length: 8000, collation: DEFAULT_COLLATION }, "varchar(8000)", "", "x".repeat(8000)],
  [{ name: "varchar", length: -1, collation: DEFAULT_COLLATION }, "varchar(max)", "", "y".repeat(8001)],
  [{ name: "nchar", length: 3, collation: DEFAULT_COLLATION }, "nchar(3)", "a🙂", "\ud800  "],
  [{ name: "nvarchar", length: 50, collation: DEFAULT_COLLATION }, "nvarchar(50)", "", "日本語"],
  [{ name: "nvarchar", length: -1, collation: DEFAULT_COLLATION }, "nvarchar(max)", "", large(200_000)],
  [{ name: "binary", length: 8 }, "binary(8)", Buffer.alloc(8), Buffer.alloc(8, 0xd1)],
  [{ name: "varbinary", length: 16 }, "varbinary(16)", Buffer.alloc(0), Buffer.alloc(16, 0xfd)],
  [{ name: "varbinary", length: -1 }, "varbinary(max)", Buffer.alloc(0), Buffer.alloc(300_000, 0xd2)],
  [{ name: "uniqueidentifier" }, "uniqueidentifier", "00112233-4455-6677-8899-AABBCCDDEEFF"],
  [
    { name: "sql_variant" },
    "sql_variant",
    { type: { name: "int" }, value: 7 },
    { type: { name: "nvarchar", length: 10, collation: "Latin1_General_100_CS_AS" }, value: "variant" },
    { type: { name: "decimal", precision: 38, scale: 10 }, value: -(10n ** 37n) },
    { type: { name: "datetime2", scale: 7 }, value: 1n },
  ],
];

/** The most values that a type has decides how many rows there are; the other columns repeat theirs. The last rows are full of NULLs. */
function rowsOf(columns: typeof TYPES): SqlRow[] {
  const most = Math.max(...columns.map((column) => column.length - 2));
  const rows = Array.from({ length: most }, (_, at) =>
    columns.map(([, , ...values]) => values[at % values.length]! satisfies SqlValue),
  );
  const allNull = columns.map(() => null);
  const everyOther = columns.map(([, , value], at) => (at % 2 === 0 ? null : value!));
  return [...rows, allNull, everyOther, ...rows];
}

/** Relays the rows of the columns and gives back what the other server got. */
async function relay(
  columns: typeof TYPES,
  options: {
    encrypt?: boolean;
    packetSize?: number;
    /** Of the server that is written to. */
    targetPacketSize?: number;
    nullable?: boolean;
    rows?: SqlRow[];
    maxRows?: number;
  } = {},
) {
  const { encrypt = false, packetSize = 4096, nullable = true, maxRows = Infinity } = options;
  const targetPacketSize = options.targetPacketSize ?? packetSize;
  const rows = options.rows ?? rowsOf(columns);
  const described = columns.map(([type], at) => ({ name: `c${at}`, type, nullable }));
  const replica = new WireSession([], []);
  const [primaryEnd, replicaEnd] = await Promise.all([
    serveWire(new WireSession(described, rows), { encrypt, packetSize }),
    serveWire(replica, { encrypt, packetSize: targetPacketSize }),
  ]);
  const [from, to] = await Promise.all([primaryEnd.connect(), replicaEnd.connect()]);
  const source = await openRelaySource(
    from,
    { text: "SELECT", params: [] },
    { signal: new AbortController().signal, timeoutMs: 10_000 },
  );
  const target = {
    connection: to,
    table: "#stage",
    columns: columns.map(([, declaration], at) => ({ name: `c${at}`, declaration })),
    options: [],
  };
  while ((await source.pipe(target, { maxRows })).more);
  return { rows, described, loads: replica.loads };
}

/** As toEqual, but -0 is not 0, and large buffers are compared at once. */
function expectSame(actual: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(actual, wanted)) expect(actual).toEqual(wanted);
  expect(isDeepStrictEqual(actual, wanted)).toBe(true);
}

describe("rows of every type arrive as they were", () => {
  it.each(TYPES.map((column) => [column[1], column] as const))("%s", async (_, column) => {
    const { rows, described, loads } = await relay([column]);
    expectSame(loads, [{ columns: described, rows }]);
  });

  it.each(TYPES.map((column) => [column[1], column] as const))("%s NOT NULL", async (_, column) => {
    const rows = rowsOf([column]).filter(([value]) => value !== null);
    const { described, loads } = await relay([column], { nullable: false, rows });
    expectSame(loads, [{ columns: described, rows }]);
  });

  it.each([512, 513, 4096, 8000, 16_384, 32_767].flatMap((size) => [false, true].map((tls) => [size, tls] as const)))(
    "all at once, with packets of %d bytes, TLS %s",
    async (packetSize, encrypt) => {
      const { rows, described, loads } = await relay(TYPES, { packetSize, encrypt });
      expectSame(loads, [{ columns: described, rows }]);
    },
  );

  const seed = Number(process.env["RELAY_SEED"] ?? Date.now() % 1_000_000);

  it(`all at once, with packets of any size, not the same on both sides (RELAY_SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const anySize = () => 512 + random(random(2) === 0 ? 600 : 32_767 - 511);
    for (let round = 0; round < 12; round++) {
      const options = {
        packetSize: anySize(),
        targetPacketSize: anySize(),
        encrypt: round % 2 === 0,
        maxRows: 1 + round,
      };
      const { rows, loads } = await relay(TYPES, options);
      const arrived = loads.flatMap((load) => load.rows);
      if (!isDeepStrictEqual(arrived, rows)) expect.fail(`other rows with ${JSON.stringify(options)}`);
    }
  });

  it.each([
    [512, true],
    [32_767, true],
    [32_767, false],
  ])("rows of megabytes, with packets of %d bytes, TLS %s", async (packetSize, encrypt) => {
    const rows = [1, 5_000_000, 0, 70_000].map((length) => [length, Buffer.alloc(length, `${length} bytes `)]);
    const columns: typeof TYPES = [
      [{ name: "int" }, "int"],
      [{ name: "varbinary", length: -1 }, "varbinary(max)"],
    ];
    const { described, loads } = await relay(columns, { rows, packetSize, encrypt });
    expectSame(loads, [{ columns: described, rows }]);
  });

  it("in slices", async () => {
    const { rows, loads } = await relay(TYPES, { maxRows: 3 });
    expect(loads.map((load) => load.rows.length)).toEqual([3, 3, 3, 1]);
    expectSame(
      loads.flatMap((load) => load.rows),
      rows,
    );
  });
});
