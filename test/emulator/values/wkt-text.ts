// "STAsText", "ToString", "AsTextZM" of geometry and geography.
import { ShapeKind, type Shape, type SpatialTypeName, type SpatialValue } from "./spatial-value.ts";
import { Unsupported } from "./sql-error.ts";

const LABELS: ReadonlyMap<number, string> = new Map([
  [ShapeKind.point, "POINT"],
  [ShapeKind.lineString, "LINESTRING"],
  [ShapeKind.polygon, "POLYGON"],
  [ShapeKind.multiPoint, "MULTIPOINT"],
  [ShapeKind.multiLineString, "MULTILINESTRING"],
  [ShapeKind.multiPolygon, "MULTIPOLYGON"],
  [ShapeKind.collection, "GEOMETRYCOLLECTION"],
]);

/** A double as .NET's "R" writes it: 15 digits where they say it all, else 17; an exponent beyond 15 digits and from 1E-05 down. */
function numberText(value: number): string {
  if (value === 0) return "0";
  const digits = Number(value.toPrecision(15)) === value ? 15 : 17;
  const [mantissa = "", power = ""] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent > -5 && exponent < 15) return withoutZeros(value.toFixed(digits - 1 - exponent));
  // Whether 17 digits before the point take an exponent differs between the versions of .NET.
  if (exponent < digits && exponent >= 0) throw new Unsupported(`${value} in well-known text`);
  return `${withoutZeros(mantissa)}E${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

class WktPrinter {
  readonly #value: SpatialValue;
  readonly #type: SpatialTypeName;
  readonly #withZM: boolean;

  constructor(value: SpatialValue, type: SpatialTypeName, withZM: boolean) {
    this.#value = value;
    this.#type = type;
    this.#withZM = withZM;
  }

  tagged(at: number): string {
    const label = LABELS.get(this.#shape(at).kind);
    if (label === undefined) throw new Unsupported("the text of a curve or of the full globe");
    return `${label} ${this.#body(at)}`;
  }

  #shape(at: number): Shape {
    return this.#value.shapes[at]!;
  }

  #body(at: number): string {
    const { kind, figure } = this.#shape(at);
    if (figure < 0) return "EMPTY";
    const { shapes } = this.#value;
    const children = [...shapes.keys()].filter((child) => shapes[child]!.parent === at);
    switch (kind) {
      case ShapeKind.collection:
        return `(${children.map((child) => this.tagged(child)).join(", ")})`;
      case ShapeKind.multiPoint:
      case ShapeKind.multiLineString:
      case ShapeKind.multiPolygon:
        return `(${children.map((child) => this.#body(child)).join(", ")})`;
      case ShapeKind.polygon: {
        const next = shapes.slice(at + 1).find((shape) => shape.figure >= 0)?.figure ?? this.#value.figures.length;
        const rings = Array.from({ length: next - figure }, (_, ring) => this.#figure(figure + ring));
        return `(${rings.join(", ")})`;
      }
      default:
        return this.#figure(figure);
    }
  }

  #figure(at: number): string {
    const { figures, points } = this.#value;
    const start = figures[at]!.point;
    const end = figures[at + 1]?.point ?? points.length;
    return `(${Array.from({ length: end - start }, (_, index) => this.#point(start + index)).join(", ")})`;
  }

  #point(at: number): string {
    const { points, z, m } = this.#value;
    const pair = points[at]!;
    const plane = this.#type === "geography" ? [pair[1], pair[0]] : [...pair];
    const parts = plane.map(numberText);
    if (!this.#withZM) return parts.join(" ");
    const [height, measure] = [z?.[at] ?? Number.NaN, m?.[at] ?? Number.NaN];
    if (!Number.isNaN(measure)) parts.push(Number.isNaN(height) ? "NULL" : numberText(height), numberText(measure));
    else if (!Number.isNaN(height)) parts.push(numberText(height));
    return parts.join(" ");
  }
}

/** @param withZM ToString and AsTextZM show heights and measures, STAsText does not. @throws Unsupported for curves */
export function wktText(value: SpatialValue, type: SpatialTypeName, withZM: boolean): string {
  if (value.version !== 1) throw new Unsupported("the text of a spatial value of version 2");
  return new WktPrinter(value, type, withZM).tagged(0);
}
