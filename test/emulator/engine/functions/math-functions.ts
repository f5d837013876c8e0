import { decimalShape, decimal, FLOAT, INT, typeFamily } from "../../values/coerce-type.ts";
import { coerce } from "../../values/coerce.ts";
import { sqlError } from "../../values/error-table.ts";
import { rescale } from "../../values/format-number.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { FunctionOperand, ScalarFunction } from "./scalar-function.ts";

/** "Mathematical functions (Transact-SQL)": ABS, CEILING, FLOOR, ROUND, SIGN keep the argument's type, widened to int. */

function numericType([first]: readonly FunctionOperand[]): SqlType {
  const type = first!.type;
  switch (type.name) {
    case "bit":
      return FLOAT;
    case "tinyint":
    case "smallint":
      return INT;
    case "real":
      return FLOAT;
    case "smallmoney":
      return { name: "money" };
    default:
      return typeFamily(type) === "string" ? FLOAT : type;
  }
}

function wholeType(operands: readonly FunctionOperand[]): SqlType {
  const type = numericType(operands);
  return type.name === "decimal" || type.name === "numeric" ? decimal(decimalShape(type).precision, 0) : type;
}

/** Runs an operation in the argument's own type; `scaled` works on an unscaled bigint and its scale. */
function byFamily(
  args: readonly SqlValue[],
  from: SqlType,
  double: (value: number) => number,
  scaled: (value: bigint, scale: number) => bigint,
): SqlValue {
  const to = numericType([{ type: from, nullable: true }]);
  const value = coerce(args[0]!, from, to, { explicit: true });
  switch (typeFamily(to)) {
    case "float":
      return double(value as number);
    case "integer": {
      const result = scaled(BigInt(value as number | bigint), 0);
      const limit = to.name === "bigint" ? 1n << 63n : 1n << 31n;
      if (result >= limit || result < -limit) throw sqlError(8115, "expression", to.name);
      return to.name === "bigint" ? result : Number(result);
    }
    default: {
      const result = scaled(value as bigint, typeFamily(to) === "money" ? 4 : (to.scale ?? 0));
      if (typeFamily(to) === "decimal" && abs(result) >= 10n ** BigInt(to.precision ?? 18))
        throw sqlError(8115, "expression", "numeric");
      return result;
    }
  }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function floorScaled(value: bigint, scale: number): bigint {
  const unit = 10n ** BigInt(scale);
  const whole = value / unit;
  return value < 0n && whole * unit !== value ? whole - 1n : whole;
}

/** FLOOR and CEILING of a decimal have scale 0, of money scale 4. */
function wholeResult(from: SqlType, whole: (value: bigint, scale: number) => bigint) {
  return (value: bigint, scale: number): bigint =>
    typeFamily(from) === "money" ? whole(value, scale) * 10_000n : whole(value, scale);
}

/** An unscaled value rounded (or cut) to `places` digits after the point, kept at its scale. */
export function roundScaled(value: bigint, scale: number, places: number, truncate: boolean): bigint {
  if (places >= scale) return value;
  const drop = scale - places;
  const unit = 10n ** BigInt(drop);
  return truncate ? (value / unit) * unit : rescale(value, drop, 0) * unit;
}

function roundDouble(value: number, places: number, truncate: boolean): number {
  if (places > 15) return value;
  const factor = 10 ** places;
  const scaled = value * factor;
  const result = truncate
    ? Math.trunc(scaled)
    : Math.sign(scaled) * Math.round(Math.abs(Number(scaled.toPrecision(15))));
  return result / factor;
}

const double = (name: string, run: (value: number) => number): ScalarFunction => ({
  name,
  parameters: [FLOAT],
  result: FLOAT,
  evaluate: ([value]) => {
    const result = run(value as number);
    if (!Number.isFinite(result)) throw sqlError(3623);
    return result;
  },
});

export const mathFunctions: readonly ScalarFunction[] = [
  {
    name: "ABS",
    parameters: ["any"],
    result: numericType,
    evaluate: (args, _, [type]) => {
      const result = byFamily(args, type!, Math.abs, abs);
      return result;
    },
  },
  {
    name: "CEILING",
    parameters: ["any"],
    result: wholeType,
    evaluate: (args, _, [type]) =>
      byFamily(
        args,
        type!,
        Math.ceil,
        wholeResult(type!, (value, scale) => -floorScaled(-value, scale)),
      ),
  },
  {
    name: "FLOOR",
    parameters: ["any"],
    result: wholeType,
    evaluate: (args, _, [type]) => byFamily(args, type!, Math.floor, wholeResult(type!, floorScaled)),
  },
  {
    name: "ROUND",
    parameters: ["any", INT, INT],
    optional: 1,
    result: numericType,
    evaluate: (args, _, [type]) => {
      const places = args[1] as number;
      const truncate = ((args[2] as number | undefined) ?? 0) !== 0;
      return byFamily(
        args,
        type!,
        (value) => roundDouble(value, places, truncate),
        (value, scale) => roundScaled(value, scale, places, truncate),
      );
    },
  },
  {
    name: "SIGN",
    parameters: ["any"],
    result: numericType,
    evaluate: (args, _, [type]) =>
      byFamily(
        args,
        type!,
        Math.sign,
        (value, scale) => (value > 0n ? 1n : value < 0n ? -1n : 0n) * 10n ** BigInt(scale),
      ),
  },
  {
    name: "POWER",
    parameters: ["any", FLOAT],
    result: numericType,
    evaluate: (args, _, [type]) => {
      const to = numericType([{ type: type!, nullable: true }]);
      const base = coerce(args[0]!, type!, FLOAT, { explicit: true }) as number;
      const result = base ** (args[1] as number);
      if (Number.isNaN(result)) throw sqlError(3623);
      if (to.name === "float") return result;
      return coerce(result, FLOAT, to, { explicit: true });
    },
  },
  { name: "PI", parameters: [], result: FLOAT, evaluate: () => Math.PI },
  double("SQUARE", (value) => value * value),
  double("SQRT", Math.sqrt),
  double("EXP", Math.exp),
  double("SIN", Math.sin),
  double("COS", Math.cos),
  double("TAN", Math.tan),
  double("COT", (value) => 1 / Math.tan(value)),
  double("ASIN", Math.asin),
  double("ACOS", Math.acos),
  double("ATAN", Math.atan),
  double("LOG10", Math.log10),
  double("DEGREES", (value) => (value * 180) / Math.PI),
  double("RADIANS", (value) => (value * Math.PI) / 180),
  {
    name: "ATN2",
    parameters: [FLOAT, FLOAT],
    result: FLOAT,
    evaluate: ([y, x]) => Math.atan2(y as number, x as number),
  },
  {
    name: "LOG",
    parameters: ["any", FLOAT],
    optional: 1,
    result: FLOAT,
    evaluate: ([value, base], _, [type]) => {
      const number = coerce(value!, type!, FLOAT, { explicit: true }) as number;
      if (number <= 0) throw sqlError(3623);
      return base === undefined ? Math.log(number) : Math.log(number) / Math.log(base as number);
    },
  },
  {
    name: "RAND",
    parameters: [INT],
    optional: 1,
    result: FLOAT,
    evaluate: ([seed], runtime) => runtime.random(seed as number | undefined),
  },
];
