import { Unsupported } from "../values/sql-error.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** The token can be a name: quoted, or a word that is neither reserved nor a label. */
export function isIdentifier(p: TokenCursor, ahead = 0): boolean {
  const token = p.at(ahead);
  return token.kind === "quoted" || (token.kind === "word" && !token.reserved && !hasColon(p.text, token.end));
}

/** `label:`, the colon directly behind the word. */
export function isLabel(p: TokenCursor): boolean {
  const { kind, reserved, end } = p.token;
  return kind === "word" && !reserved && hasColon(p.text, end);
}

/** One colon; two are the operator of static methods and securables. */
function hasColon(text: string, at: number): boolean {
  return text.charCodeAt(at) === 58 && text.charCodeAt(at + 1) !== 58;
}

export function parseIdentifier(p: TokenCursor): string {
  if (!isIdentifier(p)) throw p.unexpected();
  return p.advance().value;
}

/** An identifier or a string, as where an alias or an option's value stands. */
export function parseIdentifierOrString(p: TokenCursor): string {
  if (p.token.kind === "string" || p.token.kind === "unicode-string") return p.advance().value;
  return parseIdentifier(p);
}

export function parseString(p: TokenCursor): string {
  if (p.token.kind !== "string" && p.token.kind !== "unicode-string") throw p.unexpected();
  return p.advance().value;
}

export function parseVariableName(p: TokenCursor): string {
  const token = p.token;
  if (token.kind !== "variable" || token.value.startsWith("@@") || token.value === "@") throw p.unexpected();
  return p.advance().value;
}

/** A list of plain column names in parentheses. */
export function parseColumnNames(p: TokenCursor): string[] {
  return p.parenthesized(() => parseIdentifier(p));
}

export function parseOptionalColumnNames(p: TokenCursor): string[] | undefined {
  return p.is("(") ? parseColumnNames(p) : undefined;
}

/** A whole number, as written. */
export function parseInteger(p: TokenCursor): number {
  if (p.token.kind !== "integer") throw p.unexpected();
  return Number(p.advance().value);
}

/** A whole number with an optional sign, as text: sequences and identities go beyond double precision. */
export function parseSignedInteger(p: TokenCursor): string {
  const sign = p.acceptOneOf("-", "+") === "-" ? "-" : "";
  if (p.token.kind !== "integer" && p.token.kind !== "decimal") throw p.unexpected();
  return sign + p.advance().value;
}

/** ON or OFF. */
export function parseOnOff(p: TokenCursor): boolean {
  return p.expectOneOf("ON", "OFF") === "ON";
}

/** `a`, `a.b`, `a..b`, `a.b.c.d`. */
export function parseObjectName(p: TokenCursor): ObjectName {
  const pos = p.token.pos;
  return objectName(p, pos, parseNameParts(p));
}

/** Parts of a dotted name; an empty part is undefined, the last one never. A leading dot (`.t`) means empty parts before it. */
export function parseNameParts(p: TokenCursor): (string | undefined)[] {
  const parts: (string | undefined)[] = [p.is(".") ? undefined : parseIdentifier(p)];
  while (p.accept(".")) {
    if (p.is(".")) parts.push(undefined);
    else parts.push(parseIdentifier(p));
  }
  return parts;
}

/** @throws SqlError 102 for more than four parts */
export function objectName(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): ObjectName {
  const name = parts.at(-1);
  if (name === undefined || parts.length > 4) throw p.unexpected(p.previous);
  return { kind: "name", pos, server: parts.at(-4), database: parts.at(-3), schema: parts.at(-2), name };
}

const varyingBases: ReadonlySet<string> = new Set(["CHAR", "CHARACTER", "BINARY"]);

/** A type's name with its arguments. */
export function parseDataType(p: TokenCursor): DataTypeNode {
  const pos = p.token.pos;
  let schema: string | undefined;
  let name: string;
  if (p.is("DOUBLE")) {
    p.expect("DOUBLE", "PRECISION");
    name = "double precision";
  } else if (p.accept("NATIONAL")) {
    name = `national ${p.expectOneOf("CHAR", "CHARACTER", "TEXT").toLowerCase()}`;
    if (p.accept("VARYING")) name += " varying";
  } else if (varyingBases.has(p.token.key) && p.is("VARYING", 1)) {
    name = `${p.advance().value.toLowerCase()} varying`;
    p.advance();
  } else {
    if (p.is("CURSOR")) throw new Unsupported("cursor variables");
    name = parseIdentifier(p);
    if (p.accept(".")) {
      schema = name;
      name = parseIdentifier(p);
    }
  }
  let xmlSchema: ObjectName | undefined;
  let args: (number | "max")[] = [];
  if (p.is("(")) {
    if (name.toLowerCase() === "xml") {
      p.advance();
      p.acceptOneOf("CONTENT", "DOCUMENT");
      xmlSchema = parseObjectName(p);
      p.expect(")");
    } else {
      args = p.parenthesized(() => (p.accept("MAX") ? "max" : parseInteger(p)));
    }
  }
  return { kind: "data-type", pos, schema, name, arguments: args, xmlSchema };
}
