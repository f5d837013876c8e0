import { DATETIME_UNITS_PER_DAY } from "../../values/calendar.ts";
import { coercion } from "../../values/coerce.ts";
import { typeWord } from "../../values/coerce-number.ts";
import {
  commonType,
  concatType,
  decimal,
  decimalResult,
  decimalShape,
  INT,
  typeFamily,
  typeRank,
} from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { rescale } from "../../values/format-number.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { BinaryOperator } from "../../tsql/ast-expressions.ts";
import { without } from "../without.ts";
import { mergeCollation } from "./collate.ts";
import { constant, isNullLiteral, unionSlots, type Compiled, type Evaluate } from "./compiled.ts";

const OPERATOR_WORDS: Record<BinaryOperator, string> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "modulo",
  "&": "boolean AND",
  "|": "boolean OR",
  "^": "boolean XOR",
};

const RANGES: Record<string, readonly [number, number]> = {
  tinyint: [0, 255],
  smallint: [-32768, 32767],
  int: [-2147483648, 2147483647],
};

type Combine = (a: Exclude<SqlValue, null>, b: Exclude<SqlValue, null>) => SqlValue;

/** `value` converted to `type`; nothing is added where no work is needed. */
export function convertTo(value: Compiled, type: SqlType, explicit = false): Compiled {
  if (isNullLiteral(value)) return constant(type, null);
  const work = coercion(value.type, type, { explicit });
  if (!work) return { ...value, type };
  const inner = value.evaluate;
  const rest = without(value, "literal", "column", "text");
  if (value.literal !== undefined && !value.volatile) {
    // A literal is converted once, when it can be: an error must come when the row is reached, not before.
    try {
      return { ...constant(type, work(value.literal)), collation: value.collation };
    } catch {
      return { ...rest, type, evaluate: (runtime) => work(inner(runtime)) };
    }
  }
  return { ...rest, type, evaluate: (runtime) => work(inner(runtime)) };
}

function strict(left: Evaluate, right: Evaluate, combine: Combine): Evaluate {
  return (runtime) => {
    const a = left(runtime);
    if (a === null) return null;
    const b = right(runtime);
    return b === null ? null : combine(a, b);
  };
}

function integerCombine(operator: BinaryOperator, type: SqlType): Combine {
  if (type.name === "bigint") {
    const check = (value: bigint): bigint => {
      if (value > 9223372036854775807n || value < -9223372036854775808n) throw sqlError(8115, "expression", "bigint");
      return value;
    };
    return bigintCombine(operator, check);
  }
  const [low, high] = RANGES[type.name]!;
  const check = (value: number): number => {
    if (value < low || value > high) throw sqlError(8115, "expression", type.name);
    return value;
  };
  switch (operator) {
    case "+":
      return (a, b) => check((a as number) + (b as number));
    case "-":
      return (a, b) => check((a as number) - (b as number));
    case "*":
      return (a, b) => check((a as number) * (b as number));
    case "/":
      return (a, b) => {
        if (b === 0) throw sqlError(8134);
        return check(Math.trunc((a as number) / (b as number)) + 0);
      };
    case "%":
      return (a, b) => {
        if (b === 0) throw sqlError(8134);
        return ((a as number) % (b as number)) + 0;
      };
    case "&":
      return (a, b) => (a as number) & (b as number);
    case "|":
      return (a, b) => (a as number) | (b as number);
    case "^":
      return (a, b) => (a as number) ^ (b as number);
  }
}

function bigintCombine(operator: BinaryOperator, check: (value: bigint) => bigint): Combine {
  switch (operator) {
    case "+":
      return (a, b) => check((a as bigint) + (b as bigint));
    case "-":
      return (a, b) => check((a as bigint) - (b as bigint));
    case "*":
      return (a, b) => check((a as bigint) * (b as bigint));
    case "/":
      return (a, b) => {
        if (b === 0n) throw sqlError(8134);
        return check((a as bigint) / (b as bigint));
      };
    case "%":
      return (a, b) => {
        if (b === 0n) throw sqlError(8134);
        return (a as bigint) % (b as bigint);
      };
    case "&":
      return (a, b) => (a as bigint) & (b as bigint);
    case "|":
      return (a, b) => (a as bigint) | (b as bigint);
    case "^":
      return (a, b) => (a as bigint) ^ (b as bigint);
  }
}

function floatCombine(operator: BinaryOperator, type: SqlType): Combine {
  const fit = (value: number): number => {
    const fitted = type.name === "real" ? Math.fround(value) : value;
    if (!Number.isFinite(fitted)) throw sqlError(8115, "expression", type.name);
    return fitted;
  };
  switch (operator) {
    case "+":
      return (a, b) => fit((a as number) + (b as number));
    case "-":
      return (a, b) => fit((a as number) - (b as number));
    case "*":
      return (a, b) => fit((a as number) * (b as number));
    case "/":
      return (a, b) => {
        if (b === 0) throw sqlError(8134);
        return fit((a as number) / (b as number));
      };
    default:
      throw sqlError(402, type.name, type.name, OPERATOR_WORDS[operator]);
  }
}

/** Operands at their own scales; the division cuts, the product rounds where its scale was reduced. */
function decimalCombine(operator: BinaryOperator, left: SqlType, right: SqlType, result: SqlType): Combine {
  const [s1, s2, scale] = [decimalShape(left).scale, decimalShape(right).scale, result.scale ?? 0];
  const limit = 10n ** BigInt(result.precision ?? 38);
  const check = (value: bigint): bigint => {
    if (value >= limit || value <= -limit) throw sqlError(8115, "expression", "numeric");
    return value;
  };
  const common = Math.max(s1, s2);
  const [f1, f2] = [10n ** BigInt(common - s1), 10n ** BigInt(common - s2)];
  switch (operator) {
    case "+":
      return (a, b) => check(rescale((a as bigint) * f1 + (b as bigint) * f2, common, scale));
    case "-":
      return (a, b) => check(rescale((a as bigint) * f1 - (b as bigint) * f2, common, scale));
    case "*":
      return (a, b) => check(rescale((a as bigint) * (b as bigint), s1 + s2, scale));
    case "/": {
      const factor = 10n ** BigInt(Math.max(0, scale + s2 - s1));
      const divisor = 10n ** BigInt(Math.max(0, s1 - scale - s2));
      return (a, b) => {
        if (b === 0n) throw sqlError(8134);
        return check(((a as bigint) * factor) / ((b as bigint) * divisor));
      };
    }
    case "%":
      return (a, b) => {
        if (b === 0n) throw sqlError(8134);
        return check(rescale(((a as bigint) * f1) % ((b as bigint) * f2), common, scale));
      };
    default:
      throw sqlError(8117, "numeric", OPERATOR_WORDS[operator]);
  }
}

function moneyCombine(operator: BinaryOperator): Combine {
  const check = (value: bigint): bigint => {
    if (value > 9223372036854775807n || value < -9223372036854775808n) throw sqlError(8115, "expression", "money");
    return value;
  };
  switch (operator) {
    case "*":
      return (a, b) => check(rescale((a as bigint) * (b as bigint), 8, 4));
    case "/":
      return (a, b) => {
        if (b === 0n) throw sqlError(8134);
        return check(((a as bigint) * 10_000n) / (b as bigint));
      };
    case "+":
    case "-":
    case "%":
      return bigintCombine(operator, check);
    default:
      throw sqlError(8117, "money", OPERATOR_WORDS[operator]);
  }
}

/** Days and fractions of days added to a datetime. */
function datetimeCombine(operator: BinaryOperator): Combine {
  const sign = operator === "+" ? 1 : -1;
  return (a, b) => {
    const value = (a as number) + sign * (b as number);
    const day = Math.floor(value / DATETIME_UNITS_PER_DAY);
    if (day < -53690 || day > 2958463) throw sqlError(8115, "expression", "datetime");
    return value;
  };
}

function finish(left: Compiled, right: Compiled, type: SqlType, evaluate: Evaluate): Compiled {
  return {
    type,
    nullable: left.nullable || right.nullable,
    evaluate,
    slots: unionSlots(left.slots, right.slots),
    collation: "coercible",
    ...(left.volatile === true || right.volatile === true ? { volatile: true } : {}),
  };
}

/** A literal integer counts with its own digits: 1/3.0 is numeric(1,0) / numeric(2,1). */
function decimalOperandType(operand: Compiled): SqlType {
  if (typeFamily(operand.type) === "integer" && typeof operand.literal === "number") {
    return decimal(Math.max(1, String(Math.abs(operand.literal)).length), 0);
  }
  const shape = decimalShape(operand.type);
  return decimal(shape.precision, shape.scale);
}

/** `left operator right` for values. @throws SqlError 206, 257, 402, 403, 468, 8117; the result throws 8115, 8134 and more */
export function compileArithmetic(operator: BinaryOperator, leftIn: Compiled, rightIn: Compiled): Compiled {
  let [left, right] = [leftIn, rightIn];
  if (isNullLiteral(left)) left = constant(isNullLiteral(right) ? INT : right.type, null);
  if (isNullLiteral(right)) right = constant(left.type, null);
  const [f1, f2] = [typeFamily(left.type), typeFamily(right.type)];
  if (operator === "+" && ((f1 === "string" && f2 === "string") || (f1 === "binary" && f2 === "binary"))) {
    return compileConcat(left, right);
  }
  const high = typeRank(left.type) >= typeRank(right.type) ? left.type : right.type;
  const family = typeFamily(high);
  const bitwise = operator === "&" || operator === "|" || operator === "^";
  switch (family) {
    case "integer": {
      const type = high.name === "bit" && !bitwise ? INT : commonType(left.type, right.type);
      if (f1 === "binary" || f2 === "binary" || f1 === "string" || f2 === "string" || f1 === f2) {
        const [a, b] = [convertTo(left, type), convertTo(right, type)];
        const combine = type.name === "bit" ? integerCombine(operator, INT) : integerCombine(operator, type);
        return finish(left, right, type, strict(a.evaluate, b.evaluate, combine));
      }
      break;
    }
    case "float": {
      if (bitwise) throw sqlError(402, typeWord(left.type), typeWord(right.type), OPERATOR_WORDS[operator]);
      const [a, b] = [convertTo(left, high), convertTo(right, high)];
      return finish(left, right, high, strict(a.evaluate, b.evaluate, floatCombine(operator, high)));
    }
    case "decimal": {
      if (bitwise) throw sqlError(402, typeWord(left.type), typeWord(right.type), OPERATOR_WORDS[operator]);
      const own = (operand: Compiled): SqlType =>
        typeFamily(operand.type) === "string" || typeFamily(operand.type) === "binary"
          ? high
          : decimalOperandType(operand);
      const [t1, t2] = [own(left), own(right)];
      const type: SqlType = { ...decimalResult(operator, t1, t2), name: high.name };
      const [a, b] = [convertTo(left, t1), convertTo(right, t2)];
      return finish(left, right, type, strict(a.evaluate, b.evaluate, decimalCombine(operator, t1, t2, type)));
    }
    case "money": {
      const type: SqlType = high;
      const [a, b] = [convertTo(left, type), convertTo(right, type)];
      return finish(left, right, type, strict(a.evaluate, b.evaluate, moneyCombine(operator)));
    }
    case "datetime": {
      if ((high.name !== "datetime" && high.name !== "smalldatetime") || (operator !== "+" && operator !== "-")) {
        const clash = f1 !== f2;
        if (clash) throw sqlError(206, typeWord(f1 === "datetime" ? right.type : left.type), typeWord(high));
        throw sqlError(8117, high.name, OPERATOR_WORDS[operator]);
      }
      const datetime: SqlType = { name: "datetime" };
      const [a, b] = [convertTo(left, datetime), convertTo(right, datetime)];
      const work = strict(a.evaluate, b.evaluate, datetimeCombine(operator));
      const back = coercion(datetime, high);
      return finish(left, right, high, back ? (runtime) => back(work(runtime)) : work);
    }
    case "clr":
      throw sqlError(403, OPERATOR_WORDS[operator], high.name);
    default:
      break;
  }
  if (f1 !== f2) throw sqlError(402, typeWord(left.type), typeWord(right.type), OPERATOR_WORDS[operator]);
  throw sqlError(8117, typeWord(high), OPERATOR_WORDS[operator]);
}

function compileConcat(left: Compiled, right: Compiled): Compiled {
  const { type: base, strength } = mergeCollation(left, right, concatType(left.type, right.type));
  const type: SqlType =
    base.name === "char" ? { ...base, name: "varchar" } : base.name === "nchar" ? { ...base, name: "nvarchar" } : base;
  const limit = type.length === undefined || type.length === -1 ? Infinity : type.length;
  const binary = typeFamily(type) === "binary";
  const asType = (operand: Compiled): Compiled =>
    typeFamily(operand.type) === "string" ? convertTo(operand, { ...type, length: -1 }) : operand;
  const [a, b] = [asType(left), asType(right)];
  const combine: Combine = binary
    ? (x, y) => Buffer.concat([x as Buffer, y as Buffer]).subarray(0, limit)
    : (x, y) => {
        const text = (x as string) + (y as string);
        return text.length > limit ? text.slice(0, limit) : text;
      };
  return { ...finish(left, right, type, strict(a.evaluate, b.evaluate, combine)), collation: strength };
}

/** Unary minus, plus and bitwise NOT. */
export function compileUnary(operator: "-" | "+" | "~", operand: Compiled): Compiled {
  const family = typeFamily(operand.type);
  if (operator === "+") return operand;
  if (operator === "~") {
    if (family !== "integer") throw sqlError(8117, typeWord(operand.type), "'~'");
    const { type } = operand;
    const inner = operand.evaluate;
    const flip = (value: number): number =>
      type.name === "bit" ? 1 - value : type.name === "tinyint" ? 255 - value : ~value;
    return finish(operand, operand, type, (runtime) => {
      const value = inner(runtime);
      return value === null ? null : typeof value === "bigint" ? ~value : flip(value as number);
    });
  }
  if (family === "integer" || family === "decimal" || family === "money" || family === "float") {
    const zeroType = operand.type.name === "tinyint" || operand.type.name === "bit" ? INT : operand.type;
    const zero = constant(zeroType, zeroOf(zeroType));
    const { type } = operand;
    if (family === "decimal") {
      const inner = operand.evaluate;
      return finish(operand, operand, type, (runtime) => {
        const value = inner(runtime);
        return value === null ? null : -(value as bigint);
      });
    }
    return compileArithmetic("-", zero, operand);
  }
  throw sqlError(8117, typeWord(operand.type), "minus");
}

function zeroOf(type: SqlType): SqlValue {
  const family = typeFamily(type);
  return type.name === "bigint" || family === "decimal" || family === "money" ? 0n : 0;
}
