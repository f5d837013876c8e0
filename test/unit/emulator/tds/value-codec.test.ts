import { describe, expect, test } from "vitest";
import { ByteReader, InvalidLength, NOT_ENOUGH_BYTES } from "../../../emulator/tds/byte-reader.ts";
import { ByteWriter } from "../../../emulator/tds/byte-writer.ts";
import { UnknownType, readTypeInfo, writeTypeInfo } from "../../../emulator/tds/type-info.ts";
import { encoder } from "../../../emulator/tds/value-codec.ts";
import { Unsupported } from "../../../emulator/values/sql-error.ts";
import type { SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";

const CI = "SQL_Latin1_General_CP1_CI_AS";
const UTF8 = "Latin1_General_100_BIN2_UTF8";
const DAY = 864_000_000_000n;
const LAST_MOMENT = 3_652_059n * DAY - 1n;

/** Type, the bytes of its nullable TYPE_INFO, values with the bytes that follow. NULL is tried for each. */
const cases: [SqlType, string, [SqlValue, string][]][] = [
  [
    { name: "bit" },
    "6801",
    [
      [0, "0100"],
      [1, "0101"],
    ],
  ],
  [
    { name: "tinyint" },
    "2601",
    [
      [0, "0100"],
      [255, "01ff"],
    ],
  ],
  [
    { name: "smallint" },
    "2602",
    [
      [-32768, "020080"],
      [32767, "02ff7f"],
    ],
  ],
  [
    { name: "int" },
    "2604",
    [
      [-2147483648, "0400000080"],
      [2147483647, "04ffffff7f"],
      [-1, "04ffffffff"],
    ],
  ],
  [
    { name: "bigint" },
    "2608",
    [
      [-(2n ** 63n), "080000000000000080"],
      [2n ** 63n - 1n, "08ffffffffffffff7f"],
    ],
  ],
  [
    { name: "real" },
    "6d04",
    [
      [1.5, "040000c03f"],
      [-3.4028234663852886e38, "04ffff7fff"],
    ],
  ],
  [
    { name: "float" },
    "6d08",
    [
      [1.5, "08000000000000f83f"],
      [-0, "080000000000000080"],
      [5e-324, "080100000000000000"],
    ],
  ],
  [
    { name: "money" },
    "6e08",
    [
      [2n ** 63n - 1n, "08ffffff7fffffffff"],
      [-(2n ** 63n), "080000008000000000"],
      [-1n, "08ffffffffffffffff"],
      [10000n, "080000000010270000"],
    ],
  ],
  [
    { name: "smallmoney" },
    "6e04",
    [
      [2147483647n, "04ffffff7f"],
      [-2147483648n, "0400000080"],
    ],
  ],
  [
    { name: "decimal", precision: 9, scale: 2 },
    "6a050902",
    [
      [1250n, "0501e2040000"],
      [-999999999n, "0500ffc99a3b"],
    ],
  ],
  [
    { name: "numeric", precision: 19, scale: 0 },
    "6c091300",
    [[9999999999999999999n, "0901ffffe789 0423c78a".replace(" ", "")]],
  ],
  [{ name: "decimal", precision: 28, scale: 28 }, "6a0d1c1c", [[-(10n ** 28n - 1n), "0d00ffffff0f6102253e5ece4f20"]]],
  [
    { name: "decimal", precision: 38, scale: 10 },
    "6a11260a",
    [
      [10n ** 38n - 1n, "1101ffffffff3f228a097ac4865aa84c3b4b"],
      [0n, "110100000000000000000000000000000000"],
    ],
  ],
  [
    { name: "uniqueidentifier" },
    "2410",
    [["00112233-4455-6677-8899-AABBCCDDEEFF", "10332211005544776688 99aabbccddeeff".replace(" ", "")]],
  ],
  [
    { name: "date" },
    "28",
    [
      [0, "03000000"],
      [3_652_058, "03dab937"],
    ],
  ],
  [
    { name: "time", scale: 0 },
    "2900",
    [
      [0, "03000000"],
      [86_399 * 10_000_000, "037f5101"],
    ],
  ],
  [{ name: "time", scale: 3 }, "2903", [[863_999_990_000, "04ff5b2605"]]],
  [{ name: "time", scale: 7 }, "2907", [[863_999_999_999, "05ffbf692ac9"]]],
  [
    { name: "datetime2", scale: 7 },
    "2a07",
    [
      [0n, "080000000000000000"],
      [LAST_MOMENT, "08ffbf692ac9dab937"],
    ],
  ],
  [{ name: "datetime2", scale: 0 }, "2a00", [[LAST_MOMENT - 9_999_999n, "067f5101dab937"]]],
  [
    { name: "datetimeoffset", scale: 7 },
    "2b07",
    [
      [{ utc: 0n, offset: 840 }, "0a00000000000000004803"],
      [{ utc: LAST_MOMENT, offset: -840 }, "0affbf692ac9dab937b8fc"],
    ],
  ],
  [
    { name: "datetime" },
    "6f08",
    [
      [-53690 * 25_920_000, "08462effff00000000"],
      [2_958_463 * 25_920_000 + 25_919_999, "087f242d00ff818b01"],
      [0, "080000000000000000"],
    ],
  ],
  [
    { name: "smalldatetime" },
    "6f04",
    [
      [0, "0400000000"],
      [65_535 * 1440 + 1439, "04ffff9f05"],
    ],
  ],
  [{ name: "char", length: 3, collation: CI }, "af03000904d00034", [["a€z", "030061807a"]]],
  [
    { name: "varchar", length: 8000, collation: CI },
    "a7401f0904d00034",
    [
      ["", "0000"],
      ["abc", "0300616263"],
    ],
  ],
  [{ name: "varchar", length: 20, collation: UTF8 }, "a714000904002600", [["aé日😀", "0a0061c3a9e697a5f09f9880"]]],
  [
    { name: "varchar", length: -1, collation: CI },
    "a7ffff0904d00034",
    [
      ["", "000000000000000000000000"],
      ["ab", "020000000000000002000000616200000000"],
    ],
  ],
  [{ name: "nchar", length: 2, collation: CI }, "ef04000904d00034", [["ab", "040061006200"]]],
  [
    { name: "nvarchar", length: 4000, collation: CI },
    "e7401f0904d00034",
    [
      ["\ud800", "020000d8"],
      ["é日", "0400e900e565"],
    ],
  ],
  [
    { name: "nvarchar", length: -1, collation: CI },
    "e7ffff0904d00034",
    [["a", "020000000000000002000000610000000000"]],
  ],
  [{ name: "binary", length: 2 }, "ad0200", [[Buffer.from([0, 255]), "020000ff"]]],
  [
    { name: "varbinary", length: 8000 },
    "a5401f",
    [
      [Buffer.alloc(0), "0000"],
      [Buffer.from([1]), "010001"],
    ],
  ],
  [{ name: "varbinary", length: -1 }, "a5ffff", [[Buffer.from([7]), "0100000000000000010000000700000000"]]],
  [{ name: "xml" }, "f100", [["<a/>", "0800000000000000080000003c0061002f003e0000000000"]]],
  [
    { name: "text", collation: CI },
    "23ffffff7f0904d00034",
    [["ab", "1064756d6d7920746578747074720000006475 6d6d7954530002000000 6162".replaceAll(" ", "")]],
  ],
  [
    { name: "ntext", collation: CI },
    "63feffff7f0904d00034",
    [["a", "1064756d6d792074657874707472000000 64756d6d79545300 020000006100".replaceAll(" ", "")]],
  ],
  [
    { name: "image" },
    "22ffffff7f",
    [[Buffer.from([9]), "1064756d6d792074657874707472000000 64756d6d79545300 0100000009".replaceAll(" ", "")]],
  ],
  [
    { name: "sql_variant" },
    "62491f0000",
    [
      [{ type: { name: "int" }, value: 5 }, "06000000380005000000"],
      [{ type: { name: "decimal", precision: 9, scale: 2 }, value: -1250n }, "090000006a02090200e2040000"],
      [{ type: { name: "nvarchar", length: 10, collation: CI }, value: "a" }, "0b000000e7070904d0003414006100"],
      [{ type: { name: "varbinary", length: 4 }, value: Buffer.from([1, 2]) }, "06000000a50204000102"],
      [{ type: { name: "datetime2", scale: 7 }, value: 1n }, "0b0000002a01070100000000000000"],
      [
        { type: { name: "uniqueidentifier" }, value: "00112233-4455-6677-8899-AABBCCDDEEFF" },
        "12000000240033221100554477668899aabbccddeeff",
      ],
    ],
  ],
];

function write(action: (out: ByteWriter) => void): Buffer {
  const out = new ByteWriter(16);
  action(out);
  return Buffer.from(out.written());
}

const label = (type: SqlType): string =>
  `${type.name}(${[type.length, type.precision, type.scale, type.collation].filter((part) => part !== undefined).join()})`;

describe.each(cases.map(([type, info, values]) => ({ label: label(type), type, info, values })))(
  "$label",
  ({ type, info, values }) => {
    test("TYPE_INFO", () => {
      expect(write((out) => writeTypeInfo(out, type, true)).toString("hex")).toBe(info);
      const received = readTypeInfo(new ByteReader(Buffer.from(info, "hex")), true);
      expect(received.type).toEqual(type);
    });

    test.each([...values, [null, undefined] as const])("value %s", (value, hex) => {
      const bytes = write((out) => encoder(type, true)(out, value));
      if (hex !== undefined) expect(bytes.toString("hex")).toBe(hex);
      const { decode } = readTypeInfo(new ByteReader(Buffer.from(info, "hex")), true);
      const input = new ByteReader(bytes);
      expect(decode(input)).toEqual(value);
      expect(input.remaining).toBe(0);
      for (let cut = 0; cut < bytes.length; cut++) {
        expect(() => decode(new ByteReader(bytes.subarray(0, cut)))).toThrow(NOT_ENOUGH_BYTES);
      }
    });

    test("NOT NULL form", () => {
      const written = write((out) => writeTypeInfo(out, type, false));
      const received = readTypeInfo(new ByteReader(written), true);
      expect(received.type).toEqual(type);
      for (const [value] of values) {
        expect(received.decode(new ByteReader(write((out) => encoder(type, false)(out, value))))).toEqual(value);
      }
    });
  },
);

describe.each([
  ["hierarchyid", "f07c03", "SqlHierarchyId"],
  ["geography", "f0ffff", "SqlGeography"],
  ["geometry", "f0ffff", "SqlGeometry"],
] as const)("%s", (name, head, className) => {
  test("TYPE_INFO: the largest size, then database, schema, type and assembly", () => {
    const ucs2 = (text: string): string => Buffer.from(text, "utf16le").toString("hex");
    const short = (text: string): string => text.length.toString(16).padStart(2, "0") + ucs2(text);
    const assembly =
      `Microsoft.SqlServer.Types.${className}, Microsoft.SqlServer.Types, ` +
      "Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91";
    const length = `${assembly.length.toString(16).padStart(2, "0")}00`;
    expect(write((out) => writeTypeInfo(out, { name }, true, "shop")).toString("hex")).toBe(
      head + short("shop") + short("sys") + short(name) + length + ucs2(assembly),
    );
  });

  test("values are PLP", () => {
    const encode = encoder({ name }, true);
    expect(write((out) => encode(out, Buffer.from([0x58]))).toString("hex")).toBe("0100000000000000010000005800000000");
    expect(write((out) => encode(out, Buffer.alloc(0))).toString("hex")).toBe("000000000000000000000000");
    expect(write((out) => encode(out, null)).toString("hex")).toBe("ffffffffffffffff");
  });

  test("a bulk load takes none, a parameter is refused", () => {
    const info = (): ByteReader => new ByteReader(Buffer.from("f0000000000000", "hex"));
    expect(() => readTypeInfo(info(), true)).toThrow(UnknownType);
    expect(() => readTypeInfo(info(), false)).toThrow(Unsupported);
  });
});

test("PLP of unknown length in several chunks", () => {
  const { decode } = readTypeInfo(new ByteReader(Buffer.from("e7ffff0904d00034", "hex")), false);
  const bytes = Buffer.from("feffffffffffffff03000000610062010000000002000000630000000000", "hex");
  expect(decode(new ByteReader(bytes))).toBe("abc");
});

test("a PLP total that its chunks do not add up to is refused", () => {
  const { decode } = readTypeInfo(new ByteReader(Buffer.from("a5ffff", "hex")), false);
  expect(() => decode(new ByteReader(Buffer.from("0500000000000000010000000700000000", "hex")))).toThrow(InvalidLength);
});

test.each([
  ["2604", "03010203"],
  ["6e08", "0400000000"],
  ["a702000904d00034", "0300616263"],
  ["e704000904d00034", "0300610062"],
  ["2907", "03000000"],
  ["6a050902", "0401e20400"],
])("TYPE_INFO %s refuses the value %s", (info, value) => {
  const { decode } = readTypeInfo(new ByteReader(Buffer.from(info, "hex")), false);
  expect(() => decode(new ByteReader(Buffer.from(value, "hex")))).toThrow(InvalidLength);
});

test("a token that no type has", () => {
  expect(() => readTypeInfo(new ByteReader(Buffer.from([0x99])), false)).toThrow(UnknownType);
});

test("a value larger than the writer's buffer", () => {
  const text = "é".repeat(100_000);
  const type: SqlType = { name: "nvarchar", length: -1, collation: CI };
  const bytes = write((out) => encoder(type, true)(out, text));
  const { decode } = readTypeInfo(new ByteReader(Buffer.from("e7ffff0904d00034", "hex")), false);
  expect(decode(new ByteReader(bytes))).toBe(text);
});
