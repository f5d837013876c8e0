import { describe, expect, it } from "vitest";
import { ColMetadataParser } from "../../../src/relay/col-metadata.ts";
import { RowScanner } from "../../../src/relay/row-scanner.ts";
import { colMetadata, nbcRow, row, typeInfo, value, type ColumnSpec } from "./tds-tokens.ts";

const COLUMNS: readonly ColumnSpec[] = [
  { name: "fixed", typeInfo: typeInfo.int, nullable: false },
  { name: "fixed2", typeInfo: typeInfo.bigint, nullable: false },
  { name: "byte", typeInfo: typeInfo.intN(4) },
  { name: "ushort", typeInfo: typeInfo.nvarchar(200) },
  { name: "variant", typeInfo: typeInfo.variant },
  { name: "text", typeInfo: typeInfo.ntext, table: ["t"] },
  { name: "plp", typeInfo: typeInfo.varbinaryMax },
  { name: "plp2", typeInfo: typeInfo.nvarcharMax },
  { name: "decimal", typeInfo: typeInfo.decimalN(17, 38, 2) },
];
const ALL_NULL = [value.byte(null), value.ushort(null), value.variant(null), value.textptr(null), value.plp(null)];

const FIXED = [value.int(7), Buffer.alloc(8, 8)];
const big = Buffer.alloc(5000, 0xd1);
const ROWS = [
  row(
    ...FIXED,
    value.byte(value.int(1)),
    value.ushort(Buffer.from("hello", "utf16le")),
    value.variant(Buffer.alloc(20, 0xd2)),
    value.textptr(Buffer.from("text")),
    value.plp(Buffer.from("short")),
    value.plp(big, { chunk: 999, announced: false }),
    value.byte(Buffer.alloc(17, 9)),
  ),
  row(...FIXED, ...ALL_NULL, value.plp(null), value.byte(null)),
  row(
    ...FIXED,
    value.byte(null),
    value.ushort(Buffer.alloc(0)),
    value.variant(null),
    value.textptr(Buffer.alloc(0)),
    value.plp(Buffer.alloc(0)),
    value.plp(Buffer.alloc(0), { announced: false }),
    value.byte(Buffer.alloc(5, 1)),
  ),
];
/** The same rows with the NULLs in a bitmap, and what they must become. */
const COMPRESSED: readonly [Buffer, Buffer][] = [
  [nbcRow(...FIXED, null, null, null, null, null, null, null), ROWS[1]!],
  [
    nbcRow(
      ...FIXED,
      null,
      value.ushort(Buffer.from("ab")),
      null,
      null,
      value.plp(big),
      null,
      value.byte(Buffer.of(1, 2)),
    ),
    row(
      ...FIXED,
      value.byte(null),
      value.ushort(Buffer.from("ab")),
      value.variant(null),
      value.textptr(null),
      value.plp(big),
      value.plp(null),
      value.byte(Buffer.of(1, 2)),
    ),
  ],
  [
    nbcRow(...FIXED, value.byte(value.int(3)), ...ALL_NULL.slice(1), value.plp(null), value.byte(null)),
    row(...FIXED, value.byte(value.int(3)), ...ALL_NULL.slice(1), value.plp(null), value.byte(null)),
  ],
];

function scanner(columns: readonly ColumnSpec[] = COLUMNS): RowScanner {
  const parser = new ColMetadataParser();
  parser.read(colMetadata(columns), 0);
  return new RowScanner(parser.columns!.map((column) => column.rule));
}

/** Scans the pieces and gives back what came out. */
function relay(pieces: readonly Buffer[], scan = scanner()): { out: Buffer; rows: number } {
  const out: Buffer[] = [];
  for (const piece of pieces) {
    const { at, stop } = scan.scan(piece, 0, Infinity, out);
    expect(stop).toBe("more");
    expect(at).toBe(piece.length);
  }
  return { out: Buffer.concat(out), rows: scan.rows };
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
  return cut;
}

/** A repeatable random sequence (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("RowScanner", () => {
  it("gives ROW tokens out as they came, without a copy", () => {
    const stream = Buffer.concat(ROWS);
    const out: Buffer[] = [];
    const result = scanner().scan(stream, 0, Infinity, out);
    expect(result).toEqual({ at: stream.length, stop: "more" });
    expect(out).toHaveLength(1);
    expect(out[0]!.buffer).toBe(stream.buffer);
    expect(out[0]!.equals(stream)).toBe(true);
  });

  it.each(COMPRESSED.map(([from, to], at) => ({ at, from, to })))("expands NBCROW $at", ({ from, to }) => {
    expect(relay([from]).out.equals(to)).toBe(true);
  });

  it("gives the same for a stream cut at every byte", () => {
    const rows = [...ROWS, ...COMPRESSED.map(([from]) => from), ...ROWS];
    const stream = Buffer.concat(rows);
    const wanted = Buffer.concat([...ROWS, ...COMPRESSED.map(([, to]) => to), ...ROWS]);
    for (let cut = 1; cut < stream.length; cut++) {
      const { out, rows: count } = relay([stream.subarray(0, cut), stream.subarray(cut)]);
      if (!out.equals(wanted) || count !== rows.length) expect.fail(`cut at byte ${cut}`);
    }
  });

  it.each([1, 2, 3, 7, 504, 4088])("gives the same for pieces of %d bytes", (size) => {
    const stream = Buffer.concat([...ROWS, ...COMPRESSED.map(([from]) => from)]);
    const { out, rows } = relay(pieces(stream, size));
    expect(out.equals(Buffer.concat([...ROWS, ...COMPRESSED.map(([, to]) => to)]))).toBe(true);
    expect(rows).toBe(ROWS.length + COMPRESSED.length);
  });

  it("stops behind the last row that was asked for, and goes on there", () => {
    const stream = Buffer.concat([...ROWS, ...ROWS]);
    for (const size of [stream.length, 11]) {
      const scan = scanner();
      const out: Buffer[] = [];
      const left = pieces(stream, size);
      let taken = 0;
      for (const limit of [1, 2, 3]) {
        const wanted = taken + limit;
        while (scan.rows < wanted) {
          const piece = left.shift()!;
          const { at } = scan.scan(piece, 0, wanted - scan.rows, out);
          if (at < piece.length) left.unshift(piece.subarray(at));
        }
        taken = wanted;
        expect(scan.atBoundary).toBe(true);
        expect(Buffer.concat(out).equals(Buffer.concat([...ROWS, ...ROWS].slice(0, taken)))).toBe(true);
      }
    }
  });

  it("recognises the token behind the rows", () => {
    const stream = Buffer.concat([ROWS[0]!, Buffer.of(0xfd, 0, 0)]);
    expect(scanner().scan(stream, 0, Infinity, [])).toEqual({ at: ROWS[0]!.length, stop: "token" });
    // Also when no more rows may be taken: a row more would be "limit".
    expect(scanner().scan(stream.subarray(ROWS[0]!.length), 0, 0, [])).toEqual({ at: 0, stop: "token" });
    expect(scanner().scan(stream, 0, 0, [])).toEqual({ at: 0, stop: "limit" });
  });

  it("streams a row that is larger than any buffer, and holds nothing of it", () => {
    const columns: ColumnSpec[] = [{ name: "v", typeInfo: typeInfo.varbinaryMax }];
    const scan = scanner(columns);
    const head = Buffer.concat([Buffer.of(0xd1), Buffer.from("00000040000000000000f03f", "hex")]);
    // 1 GiB announced, in one chunk; the pieces are the same buffer again and again.
    head.writeUInt32LE(0x4000_0000, 1);
    head.writeUInt32LE(0, 5);
    head.writeUInt32LE(0x4000_0000, 9);
    const piece = Buffer.alloc(1 << 20);
    let bytes = 0;
    for (const chunk of [head, ...Array<Buffer>(1024).fill(piece), Buffer.alloc(4)]) {
      const out: Buffer[] = [];
      scan.scan(chunk, 0, Infinity, out);
      for (const given of out) bytes += given.length;
    }
    expect(scan.rows).toBe(1);
    expect(bytes).toBe(head.length + 2 ** 30 + 4);
  });

  it.each([
    ["a value longer than its column", [COLUMNS[2]!], row(Buffer.of(5, 0, 0, 0, 0, 0))],
    ["a string longer than its column", [COLUMNS[3]!], row(Buffer.of(0xc9, 0))],
    ["a variant longer than one can be", [COLUMNS[4]!], row(Buffer.of(0xff, 0xff, 0xff, 0x7f))],
    ["text longer than its column", [COLUMNS[5]!], row(Buffer.of(1), Buffer.alloc(9), Buffer.alloc(4, 0xff))],
    ["a (max) value of 2 GiB", [COLUMNS[6]!], row(Buffer.from("0000008000000000", "hex"))],
    ["a (max) value of an unheard-of size", [COLUMNS[6]!], row(Buffer.from("fdffffffffffffff", "hex"))],
    ["a (max) value with more than announced", [COLUMNS[6]!], row(Buffer.from("0100000000000000020000000000", "hex"))],
    [
      "a (max) value with less than announced",
      [COLUMNS[6]!],
      row(Buffer.from("0200000000000000010000000000000000", "hex")),
    ],
    ["a NULL in a column that has none", COLUMNS, nbcRow(null, ...FIXED.slice(1), ...ALL_NULL, null, null)],
  ])("refuses %s", (_, columns, bytes) => {
    expect(() => relay([bytes], scanner(columns))).toThrow(expect.objectContaining({ name: "WireFormatError" }));
    expect(() => relay(pieces(bytes, 1), scanner(columns))).toThrow(
      expect.objectContaining({ name: "WireFormatError" }),
    );
  });

  it("never hangs or holds memory on damaged streams", () => {
    const next = random(20240607);
    const stream = Buffer.concat([...ROWS, ...COMPRESSED.map(([from]) => from)]);
    for (let round = 0; round < 3000; round++) {
      const damaged = Buffer.from(stream);
      for (let hits = 1 + Math.floor(next() * 8); hits > 0; hits--) {
        damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
      }
      const scan = scanner();
      let given = 0;
      try {
        for (const piece of pieces(damaged, 1 + Math.floor(next() * 600))) {
          const out: Buffer[] = [];
          const { stop } = scan.scan(piece, 0, Infinity, out);
          for (const bytes of out) given += bytes.length;
          if (stop === "token") break;
        }
      } catch (error) {
        expect((error as Error).name).toBe("WireFormatError");
      }
      // An NBCROW may grow, by the NULLs' long form.
      expect(given).toBeLessThanOrEqual(damaged.length * 24);
    }
  });
});
