import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { Literal } from "./ast-expressions.ts";
import type { Token } from "./lexer.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** The current token is a constant (NULL included). */
export function isLiteral(p: TokenCursor): boolean {
  return (
    isNumber(p.token) ||
    p.token.kind === "string" ||
    p.token.kind === "unicode-string" ||
    p.token.kind === "binary" ||
    p.is("NULL")
  );
}

/** Takes the constant that `isLiteral` saw. Types: "Constants (Transact-SQL)". */
export function parseLiteral(p: TokenCursor): Literal {
  const token = p.advance();
  const [type, value] = constantOf(token, false);
  return { kind: "literal", pos: token.pos, type, value, text: p.textFrom(token.pos) };
}

/** The current token is a minus sign directly before a number: both are one constant (-2147483648 is an int). */
export function isNegativeNumber(p: TokenCursor): boolean {
  return p.is("-") && isNumber(p.at(1));
}

export function parseNegativeNumber(p: TokenCursor): Literal {
  const minus = p.advance();
  const token = p.advance();
  const [type, value] = constantOf(token, true);
  return { kind: "literal", pos: minus.pos, type, value, text: p.textFrom(minus.pos) };
}

/** The value of a bare word where the server takes it as a string: EXEC arguments, SET DATEFORMAT ymd. */
export function wordLiteral(token: Token): Literal {
  return {
    kind: "literal",
    pos: token.pos,
    type: { name: "nvarchar", length: Math.max(1, token.value.length) },
    value: token.value,
    text: token.value,
  };
}

function isNumber(token: Token): boolean {
  return token.kind === "integer" || token.kind === "decimal" || token.kind === "float" || token.kind === "money";
}

function constantOf(token: Token, negative: boolean): [SqlType, SqlValue] {
  switch (token.kind) {
    case "integer":
    case "decimal":
      return exactNumber(token, negative);
    case "float": {
      const value = Number(/e[+-]?$/i.test(token.value) ? `${token.value}0` : token.value);
      if (!Number.isFinite(value)) throw syntaxError.floatOutOfRange(token.value, token.line);
      return [{ name: "float" }, negative ? -value : value];
    }
    case "money":
      return [{ name: "money" }, money(token, negative)];
    case "string":
      return [{ name: "varchar", length: lengthOf(token.value, 8000) }, token.value];
    case "unicode-string":
      return [{ name: "nvarchar", length: lengthOf(token.value, 4000) }, token.value];
    case "binary": {
      const digits = token.value.slice(2);
      const value = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, "hex");
      return [{ name: "varbinary", length: value.length > 8000 ? -1 : Math.max(1, value.length) }, value];
    }
    default:
      return [{ name: "int" }, null];
  }
}

function lengthOf(value: string, most: number): number {
  return value.length > most ? -1 : Math.max(1, value.length);
}

function exactNumber(token: Token, negative: boolean): [SqlType, SqlValue] {
  const [whole, fraction = ""] = token.value.split(".") as [string, string?];
  const significant = whole.replace(/^0+/, "");
  const scale = fraction.length;
  const precision = Math.max(1, significant.length + scale);
  if (precision > 38) throw syntaxError.numberOutOfRange(token.value, token.line);
  const unscaled = BigInt(significant + fraction || "0") * (negative ? -1n : 1n);
  const fitsInt = token.kind === "integer" && unscaled >= -2147483648n && unscaled <= 2147483647n;
  if (fitsInt) return [{ name: "int" }, Number(unscaled)];
  return [{ name: "numeric", precision, scale }, unscaled];
}

function money(token: Token, negative: boolean): bigint {
  const text = token.value.slice(1);
  const below = text.startsWith("-") !== negative;
  const [whole = "", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  const digits = fraction.padEnd(5, "0");
  const rounded = BigInt(whole + digits.slice(0, 4)) + (digits.charAt(4) >= "5" ? 1n : 0n);
  const value = below ? -rounded : rounded;
  if (value < -(2n ** 63n) || value >= 2n ** 63n) {
    throw syntaxError.invalidMoney(token.line);
  }
  return value;
}
