// [MS-SSCLRT] 2.1 GEOGRAPHY and GEOMETRY: the same structure for both, little-endian.
import { spatialError } from "./clr-error.ts";
import { Unsupported } from "./sql-error.ts";

export type SpatialTypeName = "geography" | "geometry";

/** 2.1.5 SHAPE: the number of its OpenGIS type, where its figures begin (-1: none), the shape it belongs to (-1: none). */
export interface Shape {
  readonly parent: number;
  readonly figure: number;
  readonly kind: number;
}

/** 2.1.4 FIGURE: attribute and first point. */
export interface Figure {
  readonly attribute: number;
  readonly point: number;
}

export interface SpatialValue {
  readonly srid: number;
  readonly version: number;
  readonly valid: boolean;
  /** Version 2 of a geography only. */
  readonly largerThanHemisphere: boolean;
  /** The two numbers of each point as they stand: x and y of a geometry, latitude and longitude of a geography. */
  readonly points: readonly (readonly [number, number])[];
  /** One for each point, NaN where a point has none. */
  readonly z?: readonly number[];
  readonly m?: readonly number[];
  readonly figures: readonly Figure[];
  readonly shapes: readonly Shape[];
  /** 2.1.6 SEGMENT, version 2. */
  readonly segments: readonly number[];
}

export const ShapeKind = {
  point: 1,
  lineString: 2,
  polygon: 3,
  multiPoint: 4,
  multiLineString: 5,
  multiPolygon: 6,
  collection: 7,
  fullGlobe: 11,
} as const;

/** Version 1. */
export const FigureAttribute = { interiorRing: 0, stroke: 1, exteriorRing: 2 } as const;

const Property = { z: 0x01, m: 0x02, valid: 0x04, point: 0x08, line: 0x10, hemisphere: 0x20 } as const;

/** The figures and shapes that the properties P (one point) and L (one line of two points) stand for. */
function simpleShape(kind: number): Pick<SpatialValue, "figures" | "shapes"> {
  return {
    figures: [{ attribute: FigureAttribute.stroke, point: 0 }],
    shapes: [{ parent: -1, figure: 0, kind }],
  };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32LE(this.#at - 4);
  }

  double(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  /** @param size bytes of one item: a count that the bytes cannot hold is not believed. @throws RangeError */
  list<T>(size: number, count: number, item: () => T): T[] {
    if (count < 0 || count * size > this.rest) throw new RangeError("the count is beyond the end");
    return Array.from({ length: count }, item);
  }
}

function read(bytes: Buffer): SpatialValue {
  const from = new Reader(bytes);
  const srid = from.int32();
  if (srid === -1) throw new Unsupported("the bytes of a null geography or geometry");
  const version = from.byte();
  if (version !== 1 && version !== 2) throw new RangeError("version");
  const properties = from.byte();
  const has = (bit: number): boolean => (properties & bit) !== 0;
  if ((properties & (version === 1 ? 0xe0 : 0xc0)) !== 0 || (has(Property.point) && has(Property.line))) {
    throw new RangeError("properties");
  }
  const simple = has(Property.point) ? ShapeKind.point : has(Property.line) ? ShapeKind.lineString : undefined;
  const count = has(Property.point) ? 1 : has(Property.line) ? 2 : from.int32();
  const points = from.list(16, count, (): readonly [number, number] => [from.double(), from.double()]);
  const z = has(Property.z) ? { z: from.list(8, count, () => from.double()) } : {};
  const m = has(Property.m) ? { m: from.list(8, count, () => from.double()) } : {};
  const head = { srid, version, valid: has(Property.valid), largerThanHemisphere: has(Property.hemisphere) };
  let value: SpatialValue;
  if (simple !== undefined) value = { ...head, points, ...z, ...m, ...simpleShape(simple), segments: [] };
  else {
    const figures = from.list(5, from.int32(), () => ({ attribute: from.byte(), point: from.int32() }));
    const shapes = from.list(9, from.int32(), () => ({
      parent: from.int32(),
      figure: from.int32(),
      kind: from.byte(),
    }));
    const segments = version === 2 && from.rest > 0 ? from.list(1, from.int32(), () => from.byte()) : [];
    value = { ...head, points, ...z, ...m, figures, shapes, segments };
  }
  if (from.rest > 0 || !isSound(value)) throw new RangeError("offsets");
  return value;
}

/** Offsets that rise and stay within what they point into; the root first. */
function isSound({ version, points, figures, shapes, segments }: SpatialValue): boolean {
  const most = version === 1 ? { attribute: 2, kind: 7 } : { attribute: 3, kind: 11 };
  if (shapes.length === 0 || shapes[0]!.parent !== -1) return false;
  if (segments.some((segment) => segment > 3)) return false;
  let before = 0;
  for (const { attribute, point } of figures) {
    if (attribute > most.attribute || point < before || point > points.length) return false;
    before = point;
  }
  return shapes.every(
    ({ parent, figure, kind }, at) =>
      kind >= 1 &&
      kind <= most.kind &&
      figure >= -1 &&
      figure < figures.length &&
      (at === 0 || (parent >= 0 && parent < at)),
  );
}

/** A geography has a latitude and one of the server's spatial references, whose numbers the structure limits. */
function isGeography({ srid, points }: SpatialValue): boolean {
  if ((srid < 4120 || srid > 4999) && srid !== 104001) return false;
  return points.every(([latitude, longitude]) => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 15069);
}

/** @throws SqlError 6522 where the bytes are no such value; Unsupported for a null one */
export function readSpatial(bytes: Buffer, type: SpatialTypeName): SpatialValue {
  let value: SpatialValue | undefined;
  try {
    value = read(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (value === undefined || (type === "geography" && !isGeography(value))) {
    throw spatialError(type, "One of the identified items was in an invalid format.");
  }
  return value;
}

/** Version 1, in the shortest form that the structure has for it, as the server writes it. */
export function writeSpatial(value: SpatialValue): Buffer {
  const { srid, points, z, m, figures, shapes } = value;
  if (value.version !== 1 || value.largerThanHemisphere) throw new Unsupported("writing version 2 of a spatial value");
  const root = shapes[0]!.kind;
  const point = root === ShapeKind.point && points.length === 1;
  const line = root === ShapeKind.lineString && points.length === 2;
  const simple = point || line;
  const bits: readonly (readonly [boolean, number])[] = [
    [z !== undefined, Property.z],
    [m !== undefined, Property.m],
    [value.valid, Property.valid],
    [point, Property.point],
    [line, Property.line],
  ];
  const int32 = (number: number): Buffer => {
    const out = Buffer.alloc(4);
    out.writeInt32LE(number);
    return out;
  };
  const double = (number: number): Buffer => {
    const out = Buffer.alloc(8);
    out.writeDoubleLE(number);
    return out;
  };
  const parts = [
    int32(srid),
    Buffer.from([1, bits.reduce((sum, [set, bit]) => sum + (set ? bit : 0), 0)]),
    ...(simple ? [] : [int32(points.length)]),
    ...points.flat().map(double),
    ...(z ?? []).map(double),
    ...(m ?? []).map(double),
  ];
  if (!simple) {
    parts.push(int32(figures.length));
    for (const figure of figures) parts.push(Buffer.from([figure.attribute]), int32(figure.point));
    parts.push(int32(shapes.length));
    for (const { parent, figure, kind } of shapes) parts.push(int32(parent), int32(figure), Buffer.from([kind]));
  }
  return Buffer.concat(parts);
}
