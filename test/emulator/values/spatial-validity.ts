// "STIsValid": whether a geometry is well formed in OpenGIS's sense. The server keeps the answer in the value itself.
import { FigureAttribute, ShapeKind, type Figure, type SpatialTypeName, type SpatialValue } from "./spatial-value.ts";
import { Unsupported } from "./sql-error.ts";

type Point = readonly [x: number, y: number];

interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** What two segments have in common. "near": too close to tell, with coordinates that the server rounds in its own way. */
type Meeting = "apart" | "cross" | "overlap" | "end" | "near";

/** Below this, as part of the size of what is computed with, a number may as well be 0. */
const TOLERANCE = 1e-9;

/** Twice the signed area of the triangle: its sign, 0 where exactly on one line, undefined where too near to tell. */
function side(a: Point, b: Point, c: Point): -1 | 0 | 1 | undefined {
  const left = (b[0] - a[0]) * (c[1] - a[1]);
  const right = (b[1] - a[1]) * (c[0] - a[0]);
  const area = left - right;
  if (area === 0) return 0;
  const reach = Math.hypot(b[0] - a[0], b[1] - a[1]) * Math.hypot(c[0] - a[0], c[1] - a[1]);
  if (Math.abs(area) <= TOLERANCE * reach) return undefined;
  return area > 0 ? 1 : -1;
}

const same = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];

function meeting(a: Segment, b: Segment): Meeting {
  if (([0, 1] as const).some((axis) => extentsApart(extent(a, axis), extent(b, axis)))) return "apart";
  const sides = [
    side(a.from, a.to, b.from),
    side(a.from, a.to, b.to),
    side(b.from, b.to, a.from),
    side(b.from, b.to, a.to),
  ];
  if (sides.includes(undefined)) return "near";
  const [s1, s2, s3, s4] = sides as [number, number, number, number];
  if (s1 === 0 && s2 === 0) return onOneLine(a, b);
  if (s1 * s2 > 0 || s3 * s4 > 0) return "apart";
  if (s1 * s2 < 0 && s3 * s4 < 0) return "cross";
  return "end";
}

function extent({ from, to }: Segment, axis: 0 | 1): readonly [low: number, high: number] {
  return [Math.min(from[axis], to[axis]), Math.max(from[axis], to[axis])];
}

function extentsApart(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[1] < b[0] || b[1] < a[0];
}

/** Both on one line: their extents along its longer axis tell. */
function onOneLine(a: Segment, b: Segment): Meeting {
  const axis = Math.abs(a.to[0] - a.from[0]) >= Math.abs(a.to[1] - a.from[1]) ? 0 : 1;
  const [[low, high], [otherLow, otherHigh]] = [extent(a, axis), extent(b, axis)];
  const [start, end] = [Math.max(low, otherLow), Math.min(high, otherHigh)];
  return start > end ? "apart" : start === end ? "end" : "overlap";
}

function segmentsOf(points: readonly Point[]): Segment[] {
  return points.slice(1).flatMap((to, at) => (same(points[at]!, to) ? [] : [{ from: points[at]!, to }]));
}

/** A line may cross and touch itself; what it may not is to run over its own way, or to be a single point. */
function lineValidity(lines: readonly (readonly Segment[])[]): boolean {
  if (lines.some((line) => line.length === 0)) return false;
  const all = lines.flat();
  let near = false;
  for (const [at, segment] of all.entries()) {
    for (const other of all.slice(at + 1)) {
      const found = meeting(segment, other);
      if (found === "overlap") return false;
      near ||= found === "near";
    }
  }
  if (near) throw unclear();
  return true;
}

function unclear(): Error {
  return new Unsupported("a shape in well-known text that touches itself, or nearly: whether it is valid is not known");
}

/** Twice the area, positive where the ring runs counterclockwise. */
function area(ring: readonly Segment[]): number {
  return ring.reduce((sum, { from, to }) => sum + (from[0] * to[1] - to[0] * from[1]), 0);
}

/** Of a point that lies on no segment of the ring. */
function isInside(point: Point, ring: readonly Segment[]): boolean {
  const crossed = ring.filter(
    ({ from, to }) =>
      from[1] > point[1] !== to[1] > point[1] &&
      point[0] < ((to[0] - from[0]) * (point[1] - from[1])) / (to[1] - from[1]) + from[0],
  );
  return crossed.length % 2 === 1;
}

/**
 * Rings that cross are not valid; rings that keep clear of each other and of themselves are, where each hole lies in its
 * exterior ring and in no other hole.
 */
function polygonValidity(polygons: readonly (readonly (readonly Segment[])[])[]): boolean {
  const rings = polygons.flat();
  if (rings.some((ring) => ring.length < 3)) return false;
  const parts = rings.flatMap((ring, owner) =>
    ring.map((segment, at) => ({ segment, owner, at, length: ring.length })),
  );
  let touches = false;
  for (const [index, one] of parts.entries()) {
    for (const other of parts.slice(index + 1)) {
      const found = meeting(one.segment, other.segment);
      if (found === "cross" || found === "overlap") return false;
      const distance = Math.abs(one.at - other.at);
      const neighbours = one.owner === other.owner && (distance === 1 || distance === one.length - 1);
      touches ||= found === "near" || (found === "end" && !neighbours);
    }
  }
  if (touches) throw unclear();
  const within = (inner: readonly Segment[], outer: readonly Segment[]): boolean => isInside(inner[0]!.from, outer);
  const nested = polygons.every(([exterior, ...holes]) =>
    holes.every((hole, at) => within(hole, exterior!) && holes.every((other, to) => to === at || !within(hole, other))),
  );
  if (!nested) return false;
  // A polygon in the hole of another is allowed; which is a hole's business is left to the server.
  const exteriors = polygons.map(([exterior]) => exterior!);
  if (exteriors.some((one) => exteriors.some((other) => one !== other && within(one, other)))) throw unclear();
  return true;
}

/**
 * The points seen from the globe's centre on a plane that touches it in their middle: what is straight on the globe is
 * straight there. First axis east, second north.
 * @throws Unsupported for points that are not all well within one hemisphere
 */
function onPlane(points: readonly (readonly [latitude: number, longitude: number])[]): Point[] {
  const radians = Math.PI / 180;
  const flattening = 0.9933056;
  const directions = points.map(([latitude, longitude]) => {
    const [sin, cos] = [Math.sin(latitude * radians), Math.cos(latitude * radians)];
    const raw = [cos * Math.cos(longitude * radians), cos * Math.sin(longitude * radians), flattening * sin] as const;
    const length = Math.hypot(...raw);
    return [raw[0] / length, raw[1] / length, raw[2] / length] as const;
  });
  type Vector = readonly [number, number, number];
  const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const sum = directions.reduce<Vector>(
    (total, each) => [total[0] + each[0], total[1] + each[1], total[2] + each[2]],
    [0, 0, 0],
  );
  const size = Math.hypot(...sum);
  const middle: Vector = [sum[0] / size, sum[1] / size, sum[2] / size];
  const flat = Math.hypot(middle[0], middle[1]);
  if (!(size > 0) || flat < 1e-6 || directions.some((each) => dot(each, middle) < 0.2)) {
    throw new Unsupported("a geography in well-known text that spans most of a hemisphere or a pole");
  }
  const east: Vector = [-middle[1] / flat, middle[0] / flat, 0];
  const north: Vector = [-middle[2] * east[1], middle[2] * east[0], middle[0] * east[1] - middle[1] * east[0]];
  return directions.map((each) => [dot(each, east) / dot(each, middle), dot(each, north) / dot(each, middle)]);
}

/**
 * The V of the value. A geography must be valid and its exterior rings must run counterclockwise: the server makes
 * something else of the others (version 2), which the emulator does not write.
 * @throws Unsupported where validity cannot be told for sure
 */
export function spatialValidity(value: SpatialValue, type: SpatialTypeName): boolean {
  const { shapes, figures } = value;
  if (value.points.length === 0) return true;
  const drawn = shapes.some(({ kind }) => kind === ShapeKind.lineString || kind === ShapeKind.polygon);
  if (!drawn) return true;
  const points = type === "geography" ? onPlane(value.points) : value.points;
  const ring = (figure: Figure, at: number): Segment[] =>
    segmentsOf(points.slice(figure.point, figures[at + 1]?.point ?? points.length));
  const drawings = figures.map(ring);
  const figuresOf = (at: number): Segment[][] => {
    const start = shapes[at]!.figure;
    const end = shapes.slice(at + 1).find(({ figure }) => figure >= 0)?.figure ?? figures.length;
    return drawings.slice(start, end);
  };
  const valid = shapes.every(({ kind, parent }, at) => {
    const within = parent < 0 ? 0 : shapes[parent]!.kind;
    const children = (): number[] => [...shapes.keys()].filter((child) => shapes[child]!.parent === at);
    if (kind === ShapeKind.lineString && within !== ShapeKind.multiLineString) return lineValidity(figuresOf(at));
    if (kind === ShapeKind.multiLineString) return lineValidity(children().flatMap(figuresOf));
    if (kind === ShapeKind.polygon && within !== ShapeKind.multiPolygon) return polygonValidity([figuresOf(at)]);
    if (kind === ShapeKind.multiPolygon) return polygonValidity(children().map(figuresOf));
    return true;
  });
  if (type === "geometry") return valid;
  const turned = figures.some(({ attribute }, at) => {
    if (attribute === FigureAttribute.stroke) return false;
    return attribute === FigureAttribute.exteriorRing ? area(drawings[at]!) <= 0 : area(drawings[at]!) >= 0;
  });
  if (!valid || turned)
    throw new Unsupported("a geography in well-known text that is not valid or larger than a hemisphere");
  return true;
}
