import { describe, expect, it } from "vitest";
import { ColMetadataParser, writeBulkColMetadata, writeBulkDone } from "../../../src/relay/col-metadata.ts";
import { colMetadata, typeInfo, type ColumnSpec } from "./tds-tokens.ts";

function parse(bytes: Buffer) {
  const parser = new ColMetadataParser();
  const length = parser.read(bytes, 0);
  return { columns: parser.columns, length };
}

function one(spec: Partial<ColumnSpec> & { typeInfo: Buffer }) {
  const { columns } = parse(colMetadata([{ name: "c", ...spec }]));
  return columns![0]!;
}

const COLUMNS: readonly ColumnSpec[] = [
  { name: "id", typeInfo: typeInfo.int, nullable: false },
  { name: "né", typeInfo: typeInfo.nvarchar(100) },
  { name: "amount", typeInfo: typeInfo.decimalN(9, 18, 4) },
  { name: "notes", typeInfo: typeInfo.nvarcharMax },
  { name: "old", typeInfo: typeInfo.ntext, table: ["db", "dbo", "Old"] },
];

describe("COLMETADATA", () => {
  it.each([
    [typeInfo.int, { kind: "fixed", size: 4 }],
    [typeInfo.bigint, { kind: "fixed", size: 8 }],
    [typeInfo.intN(8), { kind: "byte", size: 8 }],
    [typeInfo.bitN, { kind: "byte", size: 1 }],
    [typeInfo.guid, { kind: "byte", size: 16 }],
    [typeInfo.date, { kind: "byte", size: 3 }],
    [typeInfo.datetime2(0), { kind: "byte", size: 6 }],
    [typeInfo.datetime2(7), { kind: "byte", size: 8 }],
    [Buffer.of(0x29, 3), { kind: "byte", size: 4 }],
    [Buffer.of(0x2b, 7), { kind: "byte", size: 10 }],
    [typeInfo.decimalN(17, 38, 38), { kind: "byte", size: 17 }],
    [typeInfo.nvarchar(8000), { kind: "ushort", size: 8000 }],
    [typeInfo.varbinary(16), { kind: "ushort", size: 16 }],
    [typeInfo.nvarcharMax, { kind: "plp", size: Infinity }],
    [typeInfo.varbinaryMax, { kind: "plp", size: Infinity }],
    [typeInfo.variant, { kind: "variant", size: 8009 }],
    [typeInfo.xml, { kind: "plp", size: Infinity }],
  ])("gives the length rule of %j", (info, rule) => {
    const column = one({ typeInfo: info });
    expect(column.rule).toEqual(rule);
    expect(column.typeInfo.equals(info)).toBe(true);
  });

  it("reads names, precision, scale, collation and whether a column is nullable", () => {
    const { columns, length } = parse(Buffer.concat([colMetadata(COLUMNS), Buffer.of(0xd1)]));
    expect(length).toBe(colMetadata(COLUMNS).length);
    expect(columns!.map((column) => column.name)).toEqual(["id", "né", "amount", "notes", "old"]);
    expect(columns!.map((column) => column.nullable)).toEqual([false, true, true, true, true]);
    expect(columns![1]!.collation?.toString("hex")).toBe("0904d00034");
    expect(columns![2]).toMatchObject({ precision: 18, scale: 4 });
  });

  it("can be cut at every byte", () => {
    const bytes = colMetadata(COLUMNS);
    for (let cut = 0; cut < bytes.length; cut++) {
      const parser = new ColMetadataParser();
      const used = parser.read(bytes.subarray(0, cut), 0);
      expect(parser.columns).toBeUndefined();
      parser.read(bytes.subarray(used), 0);
      expect(parser.columns?.map((column) => column.name)).toEqual(COLUMNS.map((column) => column.name));
    }
  });

  it.each([
    ["an unknown type", colMetadata([{ name: "c", typeInfo: Buffer.of(0xf5, 0, 0) }]), /0xF5/],
    ["an impossible size", colMetadata([{ name: "c", typeInfo: typeInfo.intN(3) }]), /length of 3/],
    ["an impossible scale", colMetadata([{ name: "c", typeInfo: typeInfo.datetime2(8) }]), /scale of 8/],
    ["an impossible decimal", colMetadata([{ name: "c", typeInfo: typeInfo.decimalN(5, 39, 0) }]), /decimal\(39,0\)/],
    ["no metadata", Buffer.of(0x81, 0xff, 0xff), /65535 columns/],
    ["nchar(max)", colMetadata([{ name: "c", typeInfo: Buffer.of(0xef, 0xff, 0xff, 0, 0, 0, 0, 0) }]), /no \(max\)/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parse(bytes)).toThrow(message);
  });
});

describe("the COLMETADATA of a bulk load", () => {
  it("has TYPE_INFO and names as they came", () => {
    const { columns } = parse(colMetadata(COLUMNS.slice(0, 4)));
    const written = parse(writeBulkColMetadata(columns!));
    expect(written.columns).toEqual(columns);
    expect(writeBulkColMetadata(columns!.slice(0, 1)).toString("hex")).toBe(
      "810100" + "00000000" + "0400" + "38" + "0269006400",
    );
  });

  it("names every column that a bulk load does not take", () => {
    const { columns } = parse(colMetadata([{ name: "a", typeInfo: typeInfo.xml }, COLUMNS[0]!, COLUMNS[4]!]));
    expect(() => writeBulkColMetadata(columns!)).toThrow(/a \(.*nvarchar\(max\)\); old \(.*\(max\) types/);
  });

  it("ends with DONE_FINAL", () => {
    expect(writeBulkDone().toString("hex")).toBe("fd" + "00".repeat(12));
  });
});
