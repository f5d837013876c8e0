import { describe, expect, it } from "vitest";
import type { RowHash } from "../../../src/relay/row-hasher.ts";
import { RowHasher } from "../../../src/relay/row-hasher.ts";
import { RowsetReader } from "../../../src/relay/rowset-reader.ts";
import { colMetadata, type ColumnSpec, nbcRow, row, typeInfo, value } from "./tds-tokens.ts";

const COLLATION = Buffer.of(0x09, 0x04, 0xd0, 0x00, 0x34);
const sized = (type: number, bytes: number, collation = COLLATION) =>
  Buffer.concat([Buffer.of(type, bytes & 0xff, bytes >> 8), collation]);
const char = sized(0xaf, 10);
const nchar = sized(0xef, 20);
const varchar = sized(0xa7, 10);
const binary = sized(0xad, 10, Buffer.alloc(0));
const key = { name: "k0", typeInfo: typeInfo.nvarchar(8000) };
const keyText = (text: string) => value.ushort(Buffer.from(text, "utf16le"));
const column = (info: Buffer, nullable = true): ColumnSpec => ({ name: "v", typeInfo: info, nullable });

/** Hashes rows of the key's text and one column, cut into pieces of `cut` bytes. */
function hashes(columns: readonly ColumnSpec[], rows: readonly Buffer[], cut = Infinity): RowHash[] {
  const bytes = Buffer.concat([colMetadata([key, ...columns]), ...rows]);
  const found: RowHash[] = [];
  const reader = new RowsetReader();
  let hasher: RowHasher | undefined;
  for (let at = 0; at < bytes.length; at += cut) {
    reader.push(bytes.subarray(at, Math.min(at + cut, bytes.length)));
    for (let stop = ""; stop !== "more";) {
      const pieces: Buffer[] = [];
      stop = reader.read(Infinity, pieces, []);
      for (const piece of pieces) hasher?.push(piece);
      if (stop === "columns") hasher = new RowHasher(reader.columns!, 1, (each) => found.push(each));
    }
  }
  hasher?.end();
  return found;
}

function hashOf(spec: ColumnSpec, bytes: Buffer): string {
  const [found] = hashes([spec], [row(keyText("1"), bytes)]);
  return found!.hash;
}

const long = Buffer.from("abc".repeat(70_000));

describe("a row's hash", () => {
  it("comes with the texts of its key, lone surrogates included, which are no part of it", () => {
    const rows = ["7", "", "é\ud800"].map((text) => row(keyText(text), value.int(7)));
    const found = hashes([column(typeInfo.int, false)], rows);
    expect(found.map((each) => each.key)).toEqual([["7"], [""], ["é\ud800"]]);
    expect(new Set(found.map(({ hash }) => hash)).size).toBe(1);
  });

  it.each<[string, ColumnSpec, Buffer, ColumnSpec, Buffer]>([
    [
      "a column that takes NULL and one that does not",
      column(typeInfo.int, false),
      value.int(5),
      column(typeInfo.intN(4)),
      value.byte(value.int(5)),
    ],
    [
      "other chunks of a (max) value",
      column(typeInfo.varbinaryMax),
      value.plp(long, { chunk: 5 }),
      column(typeInfo.varbinaryMax),
      value.plp(long, { chunk: 8_000 }),
    ],
    [
      "a (max) value whose length is not announced",
      column(typeInfo.nvarcharMax),
      value.plp(long),
      column(typeInfo.nvarcharMax),
      value.plp(long, { announced: false, chunk: 40_000 }),
    ],
    [
      "char without its padding",
      column(char),
      value.ushort(Buffer.from("ab        ")),
      column(char),
      value.ushort(Buffer.from("ab")),
    ],
    ["nchar without its padding", column(nchar), keyText("ab   "), column(nchar), keyText("ab")],
    [
      "binary without its padding",
      column(binary),
      value.ushort(Buffer.of(1, 2, 0, 0)),
      column(binary),
      value.ushort(Buffer.of(1, 2)),
    ],
    [
      "a decimal in fewer bytes",
      column(typeInfo.decimalN(9, 19, 0)),
      value.byte(Buffer.of(1, 7, 0, 0, 0, 0, 0, 0, 0)),
      column(typeInfo.decimalN(9, 19, 0)),
      value.byte(Buffer.of(1, 7, 0, 0, 0)),
    ],
    [
      "another collation of Unicode text",
      column(sized(0xe7, 20)),
      keyText("ab"),
      column(sized(0xe7, 20, Buffer.of(0x11, 4, 0, 0, 0))),
      keyText("ab"),
    ],
    [
      "numeric and decimal",
      column(Buffer.of(0x6a, 5, 9, 0)),
      value.byte(Buffer.of(1, 7, 0, 0, 0)),
      column(Buffer.of(0x6c, 5, 9, 0)),
      value.byte(Buffer.of(1, 7, 0, 0, 0)),
    ],
  ])("is the same of %s", (_, left, leftBytes, right, rightBytes) => {
    expect(hashOf(left, leftBytes)).toBe(hashOf(right, rightBytes));
  });

  it.each<[string, Buffer, Buffer, Buffer]>([
    ["one byte", typeInfo.int, value.int(5), value.int(6)],
    ["case", varchar, value.ushort(Buffer.from("ab")), value.ushort(Buffer.from("aB"))],
    ["a trailing blank of varchar", varchar, value.ushort(Buffer.from("ab")), value.ushort(Buffer.from("ab "))],
    ["a trailing zero of varbinary", typeInfo.varbinary(10), value.ushort(Buffer.of(1)), value.ushort(Buffer.of(1, 0))],
    ["NULL and empty", varchar, value.ushort(null), value.ushort(Buffer.alloc(0))],
    ["NULL and empty (max) values", typeInfo.varbinaryMax, value.plp(null), value.plp(Buffer.alloc(0))],
    ["NULL and 0", typeInfo.intN(4), value.byte(null), value.byte(value.int(0))],
    ["-0 and 0", Buffer.of(0x3e), Buffer.of(0, 0, 0, 0, 0, 0, 0, 0x80), Buffer.alloc(8)],
    [
      "the sign of a decimal",
      typeInfo.decimalN(5, 9, 0),
      value.byte(Buffer.of(1, 7, 0, 0, 0)),
      value.byte(Buffer.of(0, 7, 0, 0, 0)),
    ],
    [
      "the offset of the same moment",
      Buffer.of(0x2b, 0),
      value.byte(Buffer.of(1, 2, 3, 4, 5, 6, 60, 0)),
      value.byte(Buffer.of(1, 2, 3, 4, 5, 6, 0, 0)),
    ],
    [
      "the base type of a sql_variant",
      typeInfo.variant,
      value.variant(Buffer.of(0x38, 0, 1, 0, 0, 0)),
      value.variant(Buffer.of(0x34, 0, 1, 0)),
    ],
    [
      "the last byte of a long value",
      typeInfo.varbinaryMax,
      value.plp(long),
      value.plp(Buffer.concat([long.subarray(1), Buffer.of(0)])),
    ],
    ["a case of char", char, value.ushort(Buffer.from("ab        ")), value.ushort(Buffer.from("Ab        "))],
  ])("tells %s", (_, info, left, right) => {
    expect(hashOf(column(info), left)).not.toBe(hashOf(column(info), right));
  });

  it("tells to which column a byte belongs", () => {
    const columns = [column(varchar), column(varchar)];
    const text = (each: string | null) => value.ushort(each === null ? null : Buffer.from(each));
    const rows = [
      ["a", "bc"],
      ["ab", "c"],
      ["abc", ""],
      ["", "abc"],
      ["abc", null],
      [null, "abc"],
    ];
    const found = hashes(
      columns,
      rows.map(([left, right]) => row(keyText("1"), text(left!), text(right!))),
    );
    expect(new Set(found.map(({ hash }) => hash)).size).toBe(rows.length);
  });

  it("does not depend on the packets' cuts, nor on NULLs as bitmaps", () => {
    const columns = [
      column(typeInfo.intN(4)),
      column(varchar),
      column(typeInfo.varbinaryMax),
      column(typeInfo.variant),
      column(Buffer.of(0x3e), false),
      column(char),
    ];
    const float = Buffer.alloc(8, 1);
    const full = [
      value.byte(value.int(1)),
      value.ushort(Buffer.from("ab")),
      value.plp(long.subarray(0, 300), { chunk: 70 }),
    ];
    const rest = [value.variant(Buffer.of(0x38, 0, 1, 0, 0, 0)), float, value.ushort(Buffer.from("abc       "))];
    const nulls = [
      value.byte(null),
      value.ushort(null),
      value.plp(null),
      value.variant(null),
      float,
      value.ushort(null),
    ];
    const rows = [
      row(keyText("1"), ...full, ...rest),
      row(keyText("2"), ...nulls),
      row(keyText("3"), ...full, ...rest),
    ];
    const compressed = [
      nbcRow(keyText("1"), ...full, ...rest),
      nbcRow(keyText("2"), null, null, null, null, float, null),
      nbcRow(keyText("3"), ...full, ...rest),
    ];
    const whole = hashes(columns, rows);
    expect(whole.map((each) => each.key[0])).toEqual(["1", "2", "3"]);
    expect(whole[0]!.hash).toBe(whole[2]!.hash);
    for (const cut of [1, 2, 3, 7, 64, 257]) {
      expect(hashes(columns, rows, cut)).toEqual(whole);
      expect(hashes(columns, compressed, cut)).toEqual(whole);
    }
  });

  it("takes rows that are longer than its buffer, and many columns of the longest values", () => {
    const columns = Array.from({ length: 40 }, () => column(typeInfo.varbinary(8000)));
    const bytes = columns.map((_, at) => value.ushort(Buffer.alloc(8000, at)));
    const other = [...bytes.slice(0, -1), value.ushort(Buffer.concat([Buffer.alloc(7999, 39), Buffer.of(0)]))];
    const rows = [bytes, bytes, other].map((values) => row(keyText("1"), ...values));
    const [first, second, third] = hashes(columns, rows, 5000);
    expect(second).toEqual(first);
    expect(third!.hash).not.toBe(first!.hash);
  });

  it("refuses what cannot be compared as it comes, and rows that end in the middle", () => {
    const text = { ...column(typeInfo.ntext), table: ["t"] };
    expect(() => hashes([text], [row(keyText("1"), value.textptr(null))])).toThrow(/cast it/);
    expect(() => hashes([column(varchar)], [row(value.ushort(null), value.ushort(null))])).toThrow(
      /key without a text/,
    );
    const hasher = new RowHasher([], 0, () => undefined);
    expect(() => hasher.push(Buffer.of(0xfd))).toThrow(/ROW token/);
    const cut = row(keyText("1"), value.ushort(Buffer.from("ab"))).subarray(0, -1);
    expect(() => hashes([column(varchar)], [cut])).toThrow(/end inside a row/);
  });
});
