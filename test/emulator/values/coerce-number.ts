import { DATETIME_UNITS_PER_DAY } from "./calendar.ts";
import { bytesToValue, embeddedScale } from "./coerce-binary.ts";
import { isScaled, typeFamily } from "./coerce-type.ts";
import { sqlError } from "./error-table.ts";
import { rescale } from "./format-number.ts";
import { plainText } from "./plain-text.ts";
import type { SqlType, SqlTypeName, SqlValue } from "./sql-type.ts";

/** Conversions to the numeric types. A converter gets a value that is not NULL. */
export type Converter = (value: Exclude<SqlValue, null>) => SqlValue;

const RANGES: Partial<Record<SqlTypeName, readonly [number, number]>> = {
  tinyint: [0, 255],
  smallint: [-32768, 32767],
  int: [-2147483648, 2147483647],
};
const BIGINT_MAX = 9223372036854775807n;
const BIGINT_MIN = -9223372036854775808n;
const SMALLMONEY_MAX = 2147483647n;

/** The word for a type in messages: decimal is called numeric. */
export function typeWord(type: SqlType): string {
  return type.name === "decimal" ? "numeric" : type.name === "rowversion" ? "timestamp" : type.name;
}

function shown(value: SqlValue): string {
  return plainText(value).slice(0, 128);
}

/** Values of integer, decimal, money, float to an integer type. */
function integerRange(to: SqlType, overflow: (value: number | bigint) => Error): (value: number | bigint) => SqlValue {
  if (to.name === "bit") return (value) => (value == 0 ? 0 : 1);
  if (to.name === "bigint") {
    return (value) => {
      const whole = typeof value === "bigint" ? value : BigInt(value);
      if (whole > BIGINT_MAX || whole < BIGINT_MIN) throw overflow(value);
      return whole;
    };
  }
  const [low, high] = RANGES[to.name]!;
  return (value) => {
    if (value < low || value > high) throw overflow(value);
    return Number(value);
  };
}

function toInteger(from: SqlType, to: SqlType): Converter {
  switch (typeFamily(from)) {
    case "integer": {
      const small = to.name === "tinyint" || to.name === "smallint";
      const check = integerRange(to, (value) =>
        small
          ? sqlError(220, to.name, from.name === "bigint" ? shown(value) : Number(value))
          : sqlError(8115, "expression", to.name),
      );
      return (value) => check(value as number | bigint);
    }
    case "decimal":
    case "money": {
      const scale = from.name === "money" || from.name === "smallmoney" ? 4 : (from.scale ?? 0);
      const rounds = scale === 4 && typeFamily(from) === "money";
      const check = integerRange(to, () => sqlError(8115, rounds ? "expression" : typeWord(from), to.name));
      const divisor = 10n ** BigInt(scale);
      if (to.name === "bit") return (value) => ((value as bigint) === 0n ? 0 : 1);
      return (value) => check(rounds ? rescale(value as bigint, scale, 0) : (value as bigint) / divisor);
    }
    case "float": {
      if (to.name === "bit") return (value) => (value === 0 ? 0 : 1);
      const small = to.name === "tinyint" || to.name === "smallint";
      const check = integerRange(to, (value) =>
        small ? sqlError(220, to.name, shown(value)) : sqlError(8115, "expression", to.name),
      );
      return (value) => check(Math.trunc(value as number) + 0);
    }
    case "string":
      return textToInteger(from, to);
    case "binary":
      return (value) => bytesToValue(value as Buffer, to)!;
    case "datetime": {
      const check = integerRange(to, () => sqlError(8115, "expression", to.name));
      // datetime and smalldatetime: days since 1900, rounded at noon.
      return from.name === "smalldatetime"
        ? (value) => check(Math.round((value as number) / 1440))
        : (value) => check(Math.round((value as number) / DATETIME_UNITS_PER_DAY));
    }
    default:
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}

/** The value of a text of 1 to 15 digits and nothing else, which a number holds exactly; -1 for any other. */
function shortDigits(text: string): number {
  const { length } = text;
  if (length === 0 || length > 15) return -1;
  let value = 0;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function textToInteger(from: SqlType, to: SqlType): Converter {
  if (to.name === "bit") {
    return (value) => {
      const text = (value as string).trim();
      if (/^true$/i.test(text)) return 1;
      if (/^false$/i.test(text)) return 0;
      if (text === "") return 0;
      if (!/^[+-]?\d+$/.test(text)) throw sqlError(245, typeWord(from), shown(value), to.name);
      return /[1-9]/.test(text) ? 1 : 0;
    };
  }
  const [low, high] = RANGES[to.name] ?? [0, 0];
  return (value) => {
    const short = shortDigits(value as string);
    if (short >= 0) {
      if (to.name === "bigint") return BigInt(short);
      if (short <= high) return short;
    }
    const text = (value as string).trim();
    if (text === "") return to.name === "bigint" ? 0n : 0;
    if (!/^[+-]?\s*\d+$/.test(text)) {
      if (to.name === "bigint") throw sqlError(8114, typeWord(from), "bigint");
      throw sqlError(245, typeWord(from), shown(value), to.name);
    }
    const bare = text.replace(/^([+-])\s*/, "$1");
    if (to.name === "bigint") {
      const whole = BigInt(bare.startsWith("+") ? bare.slice(1) : bare);
      if (whole > BIGINT_MAX || whole < BIGINT_MIN) throw sqlError(8115, "expression", "bigint");
      return whole;
    }
    const number = Number(bare);
    if (number < low || number > high) {
      if (to.name === "int") throw sqlError(248, typeWord(from), shown(value));
      throw sqlError(244, typeWord(from), shown(value), to.name === "tinyint" ? "INT1" : "INT2");
    }
    return number;
  };
}

/** A check that an unscaled value fits decimal(precision). */
function precisionCheck(from: SqlType, to: SqlType): (value: bigint) => bigint {
  const limit = 10n ** BigInt(to.precision ?? 18);
  const word = typeFamily(from) === "datetime" ? "datetime" : typeWord(from);
  return (value) => {
    if (value >= limit || value <= -limit) throw sqlError(8115, word, "numeric");
    return value;
  };
}

/** Reads "-12.50" into an unscaled bigint, rounding half away from zero. @returns undefined: not a number */
export function parseDecimal(source: string, scale: number): bigint | undefined {
  const text = source.trim();
  const m = /^([+-]?)\s*(\d*)(?:\.(\d*))?$/.exec(text);
  if (!m || ((m[2] ?? "") === "" && (m[3] ?? "") === "")) return undefined;
  const fraction = m[3] ?? "";
  const unscaled = rescale(BigInt(`${m[2]}${fraction}` || "0"), fraction.length, scale);
  return m[1] === "-" ? -unscaled : unscaled;
}

/** The exact value of a double, rounded to `scale` digits as the server does: through its 17 significant digits. */
function decimalFromFloat(value: number, scale: number): bigint {
  const [mantissa, power] = value.toExponential(16).split("e") as [string, string];
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace("-", "").replace(".", "");
  const exponent = Number(power) - 16 + scale;
  const magnitude =
    exponent >= 0 ? BigInt(digits) * 10n ** BigInt(exponent) : rescale(BigInt(digits), Math.min(-exponent, 60), 0);
  return negative ? -magnitude : magnitude;
}

function toDecimal(from: SqlType, to: SqlType): Converter {
  const scale = to.scale ?? 0;
  const check = precisionCheck(from, to);
  switch (typeFamily(from)) {
    case "integer": {
      const factor = 10n ** BigInt(scale);
      return (value) => check(BigInt(value as number | bigint) * factor);
    }
    case "decimal":
    case "money": {
      const fromScale = typeFamily(from) === "money" ? 4 : (from.scale ?? 0);
      return (value) => check(rescale(value as bigint, fromScale, scale));
    }
    case "float":
      return (value) => check(decimalFromFloat(value as number, scale));
    case "string":
      return (value) => {
        const parsed = parseDecimal(value as string, scale);
        if (parsed === undefined) throw sqlError(8114, typeWord(from), "numeric");
        return check(parsed);
      };
    case "datetime": {
      const perDay = BigInt(from.name === "smalldatetime" ? 1440 : DATETIME_UNITS_PER_DAY);
      return (value) => {
        const scaled = BigInt(value as number) * 10n ** BigInt(scale);
        const half = scaled >= 0n ? perDay / 2n : -perDay / 2n;
        return check((scaled + half) / perDay);
      };
    }
    case "binary":
      return (value) => {
        const parsed = bytesToValue(value as Buffer, to);
        if (parsed === undefined) throw sqlError(8114, typeWord(from), "numeric");
        return check(rescale(parsed as bigint, embeddedScale(value as Buffer), scale));
      };
    default:
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}

function toMoney(from: SqlType, to: SqlType): Converter {
  const [low, high] = to.name === "money" ? [BIGINT_MIN, BIGINT_MAX] : [-SMALLMONEY_MAX - 1n, SMALLMONEY_MAX];
  const check = (value: bigint): bigint => {
    if (value < low || value > high) throw sqlError(8115, typeWord(from), to.name);
    return value;
  };
  switch (typeFamily(from)) {
    case "integer":
      return (value) => check(BigInt(value as number | bigint) * 10_000n);
    case "decimal":
      return (value) => check(rescale(value as bigint, from.scale ?? 0, 4));
    case "money":
      return (value) => check(value as bigint);
    case "float":
      return (value) => check(decimalFromFloat(value as number, 4));
    case "string":
      return (value) => {
        const text = (value as string).trim().replace(/,/g, "");
        const m = /^([+-]?)\s*[$£€¥]?\s*([+-]?)(.*)$/.exec(text)!;
        const parsed = text === "" ? 0n : parseDecimal(m[3]!, 4);
        if (parsed === undefined) {
          throw sqlError(235);
        }
        return check(m[1] === "-" || m[2] === "-" ? -parsed : parsed);
      };
    case "binary":
      return (value) => bytesToValue(value as Buffer, to)!;
    case "datetime":
      return toDecimal(from, { name: "decimal", precision: 19, scale: 4 });
    default:
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}

function toFloat(from: SqlType, to: SqlType): Converter {
  const fit =
    to.name === "real"
      ? (value: number): number => {
          const single = Math.fround(value);
          if (!Number.isFinite(single)) throw sqlError(8115, "expression", "real");
          return single;
        }
      : (value: number): number => value;
  switch (typeFamily(from)) {
    case "integer":
      return (value) => fit(Number(value));
    case "decimal":
    case "money": {
      const divisor = 10 ** (typeFamily(from) === "money" ? 4 : (from.scale ?? 0));
      return (value) => {
        const v = value as bigint;
        // Beyond 2^53 the text keeps what the division would lose twice.
        return fit(
          v > -9007199254740992n && v < 9007199254740992n
            ? Number(v) / divisor
            : Number(`${v}e-${Math.log10(divisor)}`),
        );
      };
    }
    case "float":
      return (value) => fit(value as number);
    case "string":
      return (value) => {
        const text = (value as string).trim();
        if (text === "") return 0;
        if (!/^[+-]?(\d+\.?\d*|\.\d+)([edED][+-]?\d*)?$/.test(text)) throw sqlError(8114, typeWord(from), to.name);
        const number = Number(text.replace(/d/i, "e").replace(/e[+-]?$/i, ""));
        if (!Number.isFinite(number)) throw sqlError(232, to.name, text);
        return fit(number);
      };
    case "datetime": {
      const perDay = from.name === "smalldatetime" ? 1440 : DATETIME_UNITS_PER_DAY;
      return (value) => fit((value as number) / perDay);
    }
    default:
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}

/** @throws SqlError 206 where there is no such conversion; the converter throws 220, 232, 235, 244, 245, 248, 8114, 8115 */
export function toNumber(from: SqlType, to: SqlType): Converter {
  switch (typeFamily(to)) {
    case "integer":
      return toInteger(from, to);
    case "decimal":
      return toDecimal(from, to);
    case "money":
      return toMoney(from, to);
    default:
      return toFloat(from, to);
  }
}

export function scaleOf(type: SqlType): number {
  return isScaled(type) ? (typeFamily(type) === "money" ? 4 : (type.scale ?? 0)) : 0;
}
