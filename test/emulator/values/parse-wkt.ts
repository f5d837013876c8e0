// "geometry and geography: STGeomFromText", OGC 06-103r4: well-known text. Z and M follow the two coordinates as plain numbers or NULL.
import { spatialError } from "./clr-error.ts";
import { spatialValidity } from "./spatial-validity.ts";
import {
  FigureAttribute,
  ShapeKind,
  writeSpatial,
  type Figure,
  type Shape,
  type SpatialTypeName,
  type SpatialValue,
} from "./spatial-value.ts";
import { Unsupported } from "./sql-error.ts";

const LABELS: ReadonlyMap<string, number> = new Map([
  ["POINT", ShapeKind.point],
  ["LINESTRING", ShapeKind.lineString],
  ["POLYGON", ShapeKind.polygon],
  ["MULTIPOINT", ShapeKind.multiPoint],
  ["MULTILINESTRING", ShapeKind.multiLineString],
  ["MULTIPOLYGON", ShapeKind.multiPolygon],
  ["GEOMETRYCOLLECTION", ShapeKind.collection],
]);

/** Labels that the server knows and the emulator does not. */
const CURVES = new Set(["CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "FULLGLOBE"]);

const MEMBERS: ReadonlyMap<number, number> = new Map([
  [ShapeKind.multiPoint, ShapeKind.point],
  [ShapeKind.multiLineString, ShapeKind.lineString],
  [ShapeKind.multiPolygon, ShapeKind.polygon],
]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;

class WktParser {
  readonly #type: SpatialTypeName;
  readonly #text: string;
  #at = 0;
  readonly points: (readonly [number, number])[] = [];
  readonly z: number[] = [];
  readonly m: number[] = [];
  readonly figures: Figure[] = [];
  readonly shapes: { parent: number; figure: number; kind: number }[] = [];

  constructor(text: string, type: SpatialTypeName) {
    this.#text = text;
    this.#type = type;
  }

  whole(): void {
    if (this.#next() === "") throw this.#invalid("24112", "The well-known text (WKT) input is empty.");
    this.#tagged(-1);
    if (this.#next() !== "") throw this.#invalid("24111", "The well-known text (WKT) input is not valid.");
  }

  /** A label and what follows it. */
  #tagged(parent: number): void {
    const label = this.#word().toUpperCase();
    if (CURVES.has(label)) throw new Unsupported(`${label} in well-known text`);
    const kind = LABELS.get(label);
    if (kind === undefined) {
      const labels = [...LABELS.keys(), ...CURVES].join(", ");
      throw this.#invalid(
        "24114",
        `The label ${this.#text.trim()} in the input well-known text (WKT) is not valid. Valid labels are ${labels}.`,
      );
    }
    this.#shape(kind, parent);
  }

  #shape(kind: number, parent: number): void {
    const own = this.shapes.length;
    const shape = { parent, figure: this.figures.length, kind };
    this.shapes.push(shape);
    if (this.#next() !== "(") {
      if (this.#word().toUpperCase() !== "EMPTY") throw this.#expected("(");
      // What offsets a parent of empty shapes has is not documented.
      if (parent >= 0) throw new Unsupported("an empty member of a collection in well-known text");
      shape.figure = -1;
      return;
    }
    const member = MEMBERS.get(kind);
    if (kind === ShapeKind.polygon) this.#polygon();
    else if (kind === ShapeKind.collection) this.#list(() => this.#tagged(own));
    else if (kind === ShapeKind.multiPoint) this.#multiPoint(own);
    else if (member !== undefined) this.#list(() => this.#shape(member, own));
    else if (kind === ShapeKind.lineString) {
      if (this.#figure(FigureAttribute.stroke) < 2) {
        throw this.#invalid(
          "24117",
          "The LineString input is not valid because it does not have enough points. A LineString must have at least two points.",
        );
      }
    } else {
      this.#expect("(");
      this.#onePoint();
      this.#expect(")");
    }
  }

  /** The points are in parentheses of their own, all of them or none. */
  #multiPoint(parent: number): void {
    const start = this.#at;
    this.#expect("(");
    const bare = !/[(a-z]/i.test(this.#next());
    this.#at = start;
    this.#list(() => {
      if (!bare) return this.#shape(ShapeKind.point, parent);
      this.shapes.push({ parent, figure: this.figures.length, kind: ShapeKind.point });
      this.#onePoint();
    });
  }

  #onePoint(): void {
    this.figures.push({ attribute: FigureAttribute.stroke, point: this.points.length });
    this.#point();
  }

  #polygon(): void {
    let ring = 0;
    this.#list(() => {
      const start = this.points.length;
      const count = this.#figure(ring === 0 ? FigureAttribute.exteriorRing : FigureAttribute.interiorRing);
      const name = ring === 0 ? "exterior ring" : `interior ring number ${ring}`;
      if (count < 4) {
        throw this.#invalid(
          ring === 0 ? "24118" : "24120",
          `The Polygon input is not valid because the ${name} does not have enough points. Each ring of a polygon must contain at least four points.`,
        );
      }
      const [first, last] = [this.points[start]!, this.points.at(-1)!];
      if (first[0] !== last[0] || first[1] !== last[1]) {
        throw this.#invalid(
          ring === 0 ? "24119" : "24121",
          `The Polygon input is not valid because the start and end points of the ${name} are not the same. Each ring of a polygon must have the same start and end points.`,
        );
      }
      ring++;
    });
  }

  /** `(x y, x y ...)`. @returns how many points */
  #figure(attribute: number): number {
    const point = this.points.length;
    this.figures.push({ attribute, point });
    this.#list(() => this.#point());
    return this.points.length - point;
  }

  #point(): void {
    const [x, y] = [this.#number(), this.#number()];
    this.points.push(this.#type === "geography" ? this.#latitudeFirst(x, y) : [x, y]);
    const more = (): number => (/^[,)]?$/.test(this.#next()) ? Number.NaN : this.#numberOrNull());
    this.z.push(more());
    this.m.push(more());
  }

  #latitudeFirst(longitude: number, latitude: number): readonly [number, number] {
    checkGeographyPoint(latitude, longitude);
    return [latitude, longitude];
  }

  #list(item: () => void): void {
    this.#expect("(");
    do item();
    while (this.#accept(","));
    this.#expect(")");
  }

  #number(): number {
    this.#next();
    const match = NUMBER.exec(this.#text.slice(this.#at))?.[0];
    if (match === undefined) {
      const { found, position } = this.#found();
      throw this.#invalid(
        "24141",
        `A number is expected at position ${position} of the input. The input has ${found}.`,
      );
    }
    this.#at += match.length;
    // The server keeps no negative zero.
    return Number(match) + 0;
  }

  #numberOrNull(): number {
    if (!/^null\b/i.test(this.#text.slice(this.#at))) return this.#number();
    this.#at += 4;
    return Number.NaN;
  }

  /** The next character that is no blank; "" at the end. */
  #next(): string {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #word(): string {
    this.#next();
    const word = /^[a-z]*/i.exec(this.#text.slice(this.#at))![0];
    this.#at += word.length;
    return word;
  }

  #accept(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#expected(character);
  }

  #expected(character: string): Error {
    const { found, position } = this.#found();
    return this.#invalid("24142", `Expected "${character}" at position ${position}. The input has "${found}".`);
  }

  /** What stands here: a word with the place of its end, or a character with its own. @throws SqlError 6522 at the end */
  #found(): { found: string; position: number } {
    if (this.#next() === "") throw this.#invalid("24209", "Unexpected end of input.");
    const word = /^[a-z]+/i.exec(this.#text.slice(this.#at))?.[0];
    return word === undefined
      ? { found: this.#text.charAt(this.#at), position: this.#at }
      : { found: word, position: this.#at + word.length };
  }

  #invalid(code: string, text: string): Error {
    return spatialError(this.#type, `${code}: ${text}`);
  }
}

/** @throws SqlError 6522; Unsupported beyond a half turn, which the server brings back into it in its own way */
export function checkGeographyPoint(latitude: number, longitude: number): void {
  if (!(Math.abs(latitude) <= 90)) {
    throw spatialError("geography", "24201: Latitude values must be between -90 and 90 degrees.");
  }
  if (!(Math.abs(longitude) <= 15069)) {
    throw spatialError("geography", "24202: Longitude values must be between -15069 and 15069 degrees.");
  }
  if (Math.abs(longitude) > 180) throw new Unsupported(`a longitude of ${longitude}`);
}

/** Some of sys.spatial_reference_systems. */
const KNOWN_REFERENCES = new Set([4258, 4267, 4269, 4277, 4283, 4289, 4314, 4322, 4326, 104001]);

/** @throws SqlError 6522 for one that no geography has; Unsupported for one that the emulator cannot tell */
export function checkSrid(srid: number, type: SpatialTypeName): void {
  if (type === "geometry") {
    if (srid >= 0 && srid <= 999_999) return;
    throw spatialError(
      "geometry",
      "24100: The spatial reference identifier (SRID) is not valid. SRIDs must be between 0 and 999999.",
    );
  }
  if (KNOWN_REFERENCES.has(srid)) return;
  if (srid >= 4120 && srid <= 4999) throw new Unsupported(`a geography with the SRID ${srid}`);
  throw spatialError(
    "geography",
    "24204: The spatial reference identifier (SRID) is not valid. The specified SRID must match one of the supported SRIDs " +
      "displayed in the sys.spatial_reference_systems catalog view.",
  );
}

/**
 * STGeomFromText, and with the default SRID (0, geography 4326) Parse and the conversion from text.
 * @throws SqlError 6522 for text that is none; Unsupported for curves and for shapes whose validity the emulator cannot tell
 */
export function parseWkt(text: string, type: SpatialTypeName, srid = type === "geography" ? 4326 : 0): Buffer {
  checkSrid(srid, type);
  const parser = new WktParser(text, type);
  parser.whole();
  const { points, figures, z, m } = parser;
  const shapes: readonly Shape[] = parser.shapes;
  const value: SpatialValue = {
    ...{ srid, version: 1, valid: true, largerThanHemisphere: false, points, figures, shapes, segments: [] },
    ...(z.some((each) => !Number.isNaN(each)) ? { z } : {}),
    ...(m.some((each) => !Number.isNaN(each)) ? { m } : {}),
  };
  return writeSpatial({ ...value, valid: spatialValidity(value, type) });
}
