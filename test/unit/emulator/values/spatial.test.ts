import { describe, expect, it } from "vitest";
import { parseWkt } from "../../../emulator/values/parse-wkt.ts";
import { readSpatial, type SpatialTypeName } from "../../../emulator/values/spatial-value.ts";
import { Unsupported } from "../../../emulator/values/sql-error.ts";
import { wktText } from "../../../emulator/values/wkt-text.ts";

type Part = number | { readonly double: number } | { readonly byte: number };

const d = (double: number): Part => ({ double });
const b = (byte: number): Part => ({ byte });

/** Plain numbers are 32-bit integers. */
function bytes(...parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      const out = Buffer.alloc(8);
      if (typeof part === "number") return out.subarray(0, out.writeInt32LE(part));
      if ("byte" in part) return out.subarray(0, out.writeUInt8(part.byte));
      return out.subarray(0, out.writeDoubleLE(part.double));
    }),
  );
}

/** The examples of [MS-SSCLRT] 3.1 and some that servers give, with the text that makes them. */
const specified: [text: string, type: SpatialTypeName, srid: number, expected: Buffer][] = [
  ["POINT EMPTY", "geometry", 0, bytes(0, b(1), b(4), 0, 0, 1, -1, -1, b(1))],
  ["POINT (5 10)", "geometry", 4326, bytes(4326, b(1), b(0x0c), d(5), d(10))],
  [
    "LINESTRING (0 1 1, 3 2 2, 4 5)",
    "geometry",
    4326,
    bytes(
      ...[4326, b(1), b(5), 3, d(0), d(1), d(3), d(2), d(4), d(5), d(1), d(2), d(Number.NaN)],
      ...[1, b(1), 0, 1, -1, 0, b(2)],
    ),
  ],
  [
    "GEOMETRYCOLLECTION (POINT (0 4), LINESTRING (2 4, 3 5), POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1)))",
    "geometry",
    4326,
    bytes(
      ...[
        4326,
        b(1),
        b(4),
        13,
        ...[0, 4, 2, 4, 3, 5, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1].map(d),
      ],
      ...[4, b(1), 0, b(1), 1, b(2), 3, b(0), 8],
      ...[4, -1, 0, b(7), 0, 0, b(1), 0, 1, b(2), 0, 2, b(3)],
    ),
  ],
  ["POINT (1 2 3)", "geometry", 0, bytes(0, b(1), b(0x0d), d(1), d(2), d(3))],
  [
    "GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POINT (1 2)))",
    "geometry",
    0,
    bytes(0, b(1), b(4), 1, d(1), d(2), 1, b(1), 0, 3, -1, 0, b(7), 0, 0, b(7), 1, 0, b(1)),
  ],
  ["POINT (-122.349 47.651)", "geography", 4326, bytes(4326, b(1), b(0x0c), d(47.651), d(-122.349))],
  [
    "LINESTRING (-122.36 47.656, -122.343 47.656)",
    "geography",
    4326,
    bytes(4326, b(1), b(0x14), d(47.656), d(-122.36), d(47.656), d(-122.343)),
  ],
];

const textOf = (value: Buffer, type: SpatialTypeName): string => wktText(readSpatial(value, type), type, true);

describe("well-known text and the serialised form", () => {
  it.each(specified)("%s", (text, type, srid, expected) => {
    expect(parseWkt(text, type, srid).toString("hex")).toBe(expected.toString("hex"));
    expect(textOf(expected, type)).toBe(text);
    expect(readSpatial(expected, type)).toMatchObject({ srid, version: 1, valid: true });
  });

  it.each<[string, string]>([
    ["point(1 2)", "POINT (1 2)"],
    ["POINT (1 2 NULL 4)", "POINT (1 2 NULL 4)"],
    ["POINT (1e3 -.5 3)", "POINT (1000 -0.5 3)"],
    ["POINT (0.1 0.30000000000000004)", "POINT (0.1 0.30000000000000004)"],
    ["MULTIPOINT (1 2, 3 4)", "MULTIPOINT ((1 2), (3 4))"],
    ["POINT (-0 -0.0)", "POINT (0 0)"],
    ["POINT (1.123456789012345678 1e10)", "POINT (1.1234567890123457 10000000000)"],
    ["POINT (0.000001 1e30)", "POINT (1E-06 1E+30)"],
    ["POINT (0.00001 123456789012345)", "POINT (1E-05 123456789012345)"],
    [
      "MULTILINESTRING((-10 11, 13 14, 15 16), (20 21, 22 23))",
      "MULTILINESTRING ((-10 11, 13 14, 15 16), (20 21, 22 23))",
    ],
    [
      "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
      "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    ],
    [
      "GEOMETRYCOLLECTION(POINT(1 1), GEOMETRYCOLLECTION(POINT(2 2), MULTIPOINT((3 3), (4 4))))",
      "GEOMETRYCOLLECTION (POINT (1 1), GEOMETRYCOLLECTION (POINT (2 2), MULTIPOINT ((3 3), (4 4))))",
    ],
    ["GEOMETRYCOLLECTION EMPTY", "GEOMETRYCOLLECTION EMPTY"],
  ])("%s", (text, shown) => {
    expect(textOf(parseWkt(text, "geometry"), "geometry")).toBe(shown);
  });

  it.each([
    ["LINESTRING (1 1, 3 3, 2 4, 2 0)", true],
    ["LINESTRING (1 1, 3 3, 2 4, 2 0, 1 1)", true],
    ["LINESTRING (1 4, 3 4, 2 4, 2 0)", false],
    ["LINESTRING (1 1, 1 1)", false],
    ["MULTILINESTRING ((0 0, 4 0), (1 0, 2 0))", false],
    ["MULTILINESTRING ((0 0, 4 0), (1 -1, 1 1))", true],
    ["POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0))", true],
    ["POLYGON ((0 0, 3 3, 3 0, 0 3, 0 0))", false],
    ["POLYGON ((0 0, 3 0, 3 3, 0 3, 0 0), (5 5, 6 5, 6 6, 5 5))", false],
    ["MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)), ((1 -1, 3 -1, 1 1, 1 -1)))", false],
  ])("%s: valid %s", (text, valid) => {
    expect(readSpatial(parseWkt(text, "geometry"), "geometry").valid).toBe(valid);
  });

  it.each<[string, SpatialTypeName]>([
    ["POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0))", "geography"],
    ["POLYGON ((0 0, 2 0, 2 2, 1 0, 0 2, 0 0))", "geometry"],
    ["LINESTRING (0 0, 179 0)", "geography"],
    ["CIRCULARSTRING (0 0, 1 1, 2 0)", "geometry"],
    ["GEOMETRYCOLLECTION (POINT (1 1), POINT EMPTY)", "geometry"],
    ["POINT (200 1)", "geography"],
  ])("what it cannot tell it refuses: %s as %s", (text, type) => {
    expect(() => parseWkt(text, type)).toThrow(Unsupported);
  });

  it.each<[string, SpatialTypeName]>([
    ["", "geometry"],
    ["POINT", "geometry"],
    ["POINT (1)", "geometry"],
    ["POINT (1 2", "geometry"],
    ["POINT (1 2) x", "geometry"],
    ["MULTIPOINT ((0 0), 1 1)", "geometry"],
    ["MULTIPOINT (0 0, (1 1))", "geometry"],
    ["DOT (1 2)", "geometry"],
    ["LINESTRING (1 1)", "geometry"],
    ["LINESTRING(funky chicken)", "geometry"],
    ["POLYGON ((10 20, 15 25, 20 30, 10 20), (15 25, 20 30, 15 25))", "geometry"],
    ["POLYGON ((0 0, 3 0, 3 3, 0 3))", "geometry"],
    ["POINT (1 91)", "geography"],
  ])("no well-known text: %j", (text, type) => {
    expect(() => parseWkt(text, type)).toThrow(expect.objectContaining({ number: 6522 }));
  });
});

describe("bytes", () => {
  const point = parseWkt("POINT (1 2)", "geography");
  const polygon = parseWkt("POLYGON ((0 0, 0 3, 3 3, 3 0, 0 0))", "geometry");

  it.each(["geography", "geometry"] as const)("cut anywhere they are no %s", (type) => {
    const whole = type === "geography" ? point : polygon;
    for (let end = 0; end < whole.length; end++) {
      expect(() => readSpatial(whole.subarray(0, end), type)).toThrow(expect.objectContaining({ number: 6522 }));
    }
    expect(() => readSpatial(Buffer.concat([whole, Buffer.from([0])]), type)).toThrow(
      expect.objectContaining({ number: 6522 }),
    );
  });

  it.each<[string, Buffer, SpatialTypeName]>([
    ["another version", bytes(4326, b(3), b(0x0c), d(1), d(2)), "geography"],
    ["properties that are not known", bytes(4326, b(1), b(0x8c), d(1), d(2)), "geography"],
    ["a point and a line at once", bytes(4326, b(1), b(0x1c), d(1), d(2)), "geography"],
    ["a reference of no geography", bytes(1, b(1), b(0x0c), d(1), d(2)), "geography"],
    ["a latitude beyond the pole", bytes(4326, b(1), b(0x0c), d(91), d(2)), "geography"],
    ["more points than bytes", bytes(0, b(1), b(4), 1_000_000_000, 0, 1, -1, -1, b(1)), "geometry"],
    ["a negative count", bytes(0, b(1), b(4), -1, 0, 1, -1, -1, b(1)), "geometry"],
    ["no shape", bytes(0, b(1), b(4), 0, 0, 0), "geometry"],
    ["a shape that is its own parent", bytes(0, b(1), b(4), 0, 0, 1, 0, -1, b(1)), "geometry"],
    ["a figure beyond the points", bytes(0, b(1), b(4), 0, 1, b(1), 1, 1, -1, 0, b(2)), "geometry"],
  ])("%s", (_, value, type) => {
    expect(() => readSpatial(value, type)).toThrow(expect.objectContaining({ number: 6522 }));
  });

  it("curves are read, and have no text here", () => {
    const curve = bytes(
      ...[4326, b(2), b(0x24), 5, ...[0, 0, 2, 0, 2, 2, 0, 1, 0, 0].map(d)],
      ...[1, b(3), 0, 1, -1, 0, b(10), 3, b(2), b(0), b(3)],
    );
    expect(readSpatial(curve, "geometry")).toMatchObject({
      version: 2,
      largerThanHemisphere: true,
      segments: [2, 0, 3],
    });
    expect(() => textOf(curve, "geometry")).toThrow(Unsupported);
  });
});
