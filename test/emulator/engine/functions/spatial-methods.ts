import { BIT, FLOAT, INT, nvarchar } from "../../values/coerce-type.ts";
import { checkGeographyPoint, checkSrid, parseWkt } from "../../values/parse-wkt.ts";
import {
  readSpatial,
  ShapeKind,
  writeSpatial,
  type SpatialTypeName,
  type SpatialValue,
} from "../../values/spatial-value.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ClrTypeName, SqlValue } from "../../values/sql-type.ts";
import { wktText } from "../../values/wkt-text.ts";
import type { ClrMethod, ClrStaticMethod } from "./clr-method.ts";

/** "OGC methods" and "extended methods on geometry and geography instances", as far as they tell what a value holds. */

const BOTH = ["geography", "geometry"] as const;
const GEOGRAPHY = ["geography"] as const;
const GEOMETRY = ["geometry"] as const;

const valueOf = (instance: Buffer, type: ClrTypeName): SpatialValue => readSpatial(instance, type as SpatialTypeName);

/** A number of the only point; NULL for any other shape. */
function ofPoint(pick: (value: SpatialValue) => number | undefined): ClrMethod["evaluate"] {
  return (instance, _, type) => {
    const value = valueOf(instance, type);
    const isPoint = value.shapes[0]!.kind === ShapeKind.point && value.points.length === 1;
    const number = isPoint ? pick(value) : undefined;
    return number === undefined || Number.isNaN(number) ? null : number;
  };
}

const property = (
  name: string,
  types: ClrMethod["types"],
  result: ClrMethod["result"],
  evaluate: ClrMethod["evaluate"],
): ClrMethod => ({ name, types, property: true, parameters: [], result, evaluate });

const method = (
  name: string,
  types: ClrMethod["types"],
  result: ClrMethod["result"],
  evaluate: ClrMethod["evaluate"],
): ClrMethod => ({ name, types, parameters: [], result, evaluate });

const KIND_NAMES: Readonly<Record<number, string>> = {
  [ShapeKind.point]: "Point",
  [ShapeKind.lineString]: "LineString",
  [ShapeKind.polygon]: "Polygon",
  [ShapeKind.multiPoint]: "MultiPoint",
  [ShapeKind.multiLineString]: "MultiLineString",
  [ShapeKind.multiPolygon]: "MultiPolygon",
  [ShapeKind.collection]: "GeometryCollection",
  8: "CircularString",
  9: "CompoundCurve",
  10: "CurvePolygon",
  [ShapeKind.fullGlobe]: "FullGlobe",
};

export const spatialMethods: readonly ClrMethod[] = [
  method("STAsText", BOTH, nvarchar(-1), (instance, _, type) =>
    wktText(valueOf(instance, type), type as SpatialTypeName, false),
  ),
  method("AsTextZM", BOTH, nvarchar(-1), (instance, _, type) =>
    wktText(valueOf(instance, type), type as SpatialTypeName, true),
  ),
  method("STGeometryType", BOTH, nvarchar(4000), (instance, _, type) => {
    return KIND_NAMES[valueOf(instance, type).shapes[0]!.kind]!;
  }),
  method("STIsEmpty", BOTH, BIT, (instance, _, type) => {
    const { points, shapes } = valueOf(instance, type);
    return points.length === 0 && shapes[0]!.kind !== ShapeKind.fullGlobe ? 1 : 0;
  }),
  method("STIsValid", BOTH, BIT, (instance, _, type) => (valueOf(instance, type).valid ? 1 : 0)),
  method("STNumPoints", BOTH, INT, (instance, _, type) => valueOf(instance, type).points.length),
  property("STSrid", BOTH, INT, (instance, _, type) => valueOf(instance, type).srid),
  property("HasZ", BOTH, BIT, (instance, _, type) => (valueOf(instance, type).z === undefined ? 0 : 1)),
  property("HasM", BOTH, BIT, (instance, _, type) => (valueOf(instance, type).m === undefined ? 0 : 1)),
  property(
    "Z",
    BOTH,
    FLOAT,
    ofPoint(({ z }) => z?.[0]),
  ),
  property(
    "M",
    BOTH,
    FLOAT,
    ofPoint(({ m }) => m?.[0]),
  ),
  property(
    "Lat",
    GEOGRAPHY,
    FLOAT,
    ofPoint(({ points }) => points[0]![0]),
  ),
  property(
    "Long",
    GEOGRAPHY,
    FLOAT,
    ofPoint(({ points }) => points[0]![1]),
  ),
  property(
    "STX",
    GEOMETRY,
    FLOAT,
    ofPoint(({ points }) => points[0]![0]),
  ),
  property(
    "STY",
    GEOMETRY,
    FLOAT,
    ofPoint(({ points }) => points[0]![1]),
  ),
];

/** `Point(Lat, Long, SRID)` of geography, `Point(X, Y, SRID)` of geometry: in both the order in which a point stands. */
function makePoint([first, second, srid]: readonly SqlValue[], type: ClrTypeName): Buffer {
  const own = type as SpatialTypeName;
  const point = [first as number, second as number] as const;
  if (point.some((number) => Object.is(number, -0))) throw new Unsupported("Point with a negative zero");
  if (own === "geography") checkGeographyPoint(...point);
  checkSrid(srid as number, own);
  return writeSpatial({
    ...{ srid: srid as number, version: 1, valid: true, largerThanHemisphere: false, points: [point], segments: [] },
    figures: [{ attribute: 1, point: 0 }],
    shapes: [{ parent: -1, figure: 0, kind: ShapeKind.point }],
  });
}

/** The methods that read well-known text, with the only label that they take. */
const TEXT_READERS: Readonly<Record<string, number | undefined>> = {
  STGeomFromText: undefined,
  STPointFromText: ShapeKind.point,
  STLineFromText: ShapeKind.lineString,
  STPolyFromText: ShapeKind.polygon,
  STMPointFromText: ShapeKind.multiPoint,
  STMLineFromText: ShapeKind.multiLineString,
  STMPolyFromText: ShapeKind.multiPolygon,
  STGeomCollFromText: ShapeKind.collection,
};

export const spatialStaticMethods: readonly ClrStaticMethod[] = [
  {
    name: "Parse",
    types: BOTH,
    parameters: [nvarchar(-1)],
    result: "own",
    evaluate: ([text], type) => parseWkt(text as string, type as SpatialTypeName),
  },
  { name: "Point", types: BOTH, parameters: [FLOAT, FLOAT, INT], result: "own", evaluate: makePoint },
  ...Object.entries(TEXT_READERS).map(([name, kind]): ClrStaticMethod => ({
    name,
    types: BOTH,
    parameters: [nvarchar(-1), INT],
    result: "own",
    evaluate: ([text, srid], type) => {
      const bytes = parseWkt(text as string, type as SpatialTypeName, srid as number);
      if (kind === undefined || valueOf(bytes, type).shapes[0]!.kind === kind) return bytes;
      throw new Unsupported(`${name} of another shape`);
    },
  })),
];
