import { Unsupported } from "../values/sql-error.ts";
import type { CastExpression, Expression, FunctionCall, OverClause, Predicate } from "./ast-expressions.ts";
import { parseIif } from "./parse-case.ts";
import { parseExpression } from "./parse-expression.ts";
import { isIdentifier, objectName, parseDataType, parseIdentifier, parseObjectName } from "./parse-names.ts";
import { parseOver } from "./parse-over.ts";
import { parseOrderItems } from "./parse-query.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Keywords that stand for a function without parentheses. */
const niladic: ReadonlySet<string> = new Set([
  "CURRENT_TIMESTAMP",
  "CURRENT_USER",
  "SESSION_USER",
  "SYSTEM_USER",
  "USER",
]);

/** Reserved words that name a function when a parenthesis follows. */
const reservedFunctions: ReadonlySet<string> = new Set(["COALESCE", "NULLIF", "LEFT", "RIGHT"]);

const unsupportedFunctions: ReadonlySet<string> = new Set(["CONTAINS", "FREETEXT", "TSEQUAL"]);

/** The current token is a reserved word that begins a function call. */
export function isFunctionKeyword(p: TokenCursor): boolean {
  const { key } = p.token;
  if (niladic.has(key)) return true;
  if (p.is("NEXT") && p.areNext("NEXT", "VALUE", "FOR")) return true;
  if (!p.is("(", 1)) return false;
  return (
    reservedFunctions.has(key) ||
    unsupportedFunctions.has(key) ||
    key === "CONVERT" ||
    key === "TRY_CONVERT" ||
    key === "UPDATE" ||
    key === "IDENTITY"
  );
}

export function parseFunctionKeyword(p: TokenCursor): Expression | Predicate {
  const { pos, key, value } = p.advance();
  if (niladic.has(key)) return call(p, pos, [value], []);
  if (unsupportedFunctions.has(key)) throw new Unsupported(`${key} (full-text search)`);
  switch (key) {
    case "NEXT": {
      p.expect("VALUE", "FOR");
      const sequence = parseObjectName(p);
      return { kind: "next-value", pos, sequence, over: p.is("OVER") ? parseOver(p) : undefined };
    }
    case "CONVERT":
      return parseConvert(p, pos, "convert");
    case "TRY_CONVERT":
      return parseConvert(p, pos, "try_convert");
    case "UPDATE": {
      p.expect("(");
      const column = parseIdentifier(p);
      p.expect(")");
      return { kind: "update-function", pos, column };
    }
    case "IDENTITY":
      return parseIdentityFunction(p, pos);
    default:
      return parseNamedFunction(p, pos, [value]);
  }
}

const dateFunctions: ReadonlySet<string> = new Set([
  ...["DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATENAME", "DATEPART", "DATETRUNC", "DATE_BUCKET"],
]);

/** A function by its dotted name; the cursor stands at the parenthesis. */
export function parseNamedFunction(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): Expression {
  if (parts.length === 1) {
    const key = parts[0]!.toUpperCase();
    switch (key) {
      case "CAST":
      case "TRY_CAST":
        return parseCast(p, pos, key === "CAST" ? "cast" : "try_cast");
      case "PARSE":
      case "TRY_PARSE":
        return parseCast(p, pos, key === "PARSE" ? "parse" : "try_parse");
      case "IIF":
        return parseIif(p, pos);
      case "TRIM":
        return parseTrim(p, pos, parts[0]!);
      case "JSON_OBJECT":
      case "JSON_ARRAY":
      case "JSON_OBJECTAGG":
      case "JSON_ARRAYAGG":
        throw new Unsupported(key);
      default:
        if (dateFunctions.has(key)) return parseDateFunction(p, pos, parts[0]!);
    }
  }
  return parseCall(p, pos, parts);
}

function call(
  p: TokenCursor,
  pos: number,
  parts: readonly (string | undefined)[],
  args: readonly Expression[],
): FunctionCall {
  return {
    kind: "function-call",
    pos,
    name: objectName(p, pos, parts),
    arguments: args,
    star: false,
    distinct: false,
    over: undefined,
    withinGroup: undefined,
    nullTreatment: undefined,
  };
}

function parseCall(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): FunctionCall {
  const name = objectName(p, pos, parts);
  p.expect("(");
  const star = p.is("*") && p.is(")", 1) && p.accept("*");
  const distinct = p.accept("DISTINCT");
  const quantified = distinct || p.accept("ALL");
  const args: Expression[] = [];
  if (!star && (quantified || !p.is(")"))) {
    do args.push(parseFunctionArgument(p));
    while (p.accept(","));
  }
  p.expect(")");
  const withinGroup = parseWithinGroup(p);
  const nullTreatment = parseNullTreatment(p);
  const over: OverClause | undefined = p.is("OVER") ? parseOver(p) : undefined;
  return { kind: "function-call", pos, name, arguments: args, star, distinct, over, withinGroup, nullTreatment };
}

/** DEFAULT is an argument of user-defined functions only. */
function parseFunctionArgument(p: TokenCursor): Expression {
  if (p.is("DEFAULT")) throw new Unsupported("DEFAULT as argument of a function");
  return parseExpression(p);
}

function parseWithinGroup(p: TokenCursor): FunctionCall["withinGroup"] {
  if (!p.accept("WITHIN")) return undefined;
  p.expect("GROUP", "(");
  p.expect("ORDER", "BY");
  const items = parseOrderItems(p);
  p.expect(")");
  return items;
}

function parseNullTreatment(p: TokenCursor): FunctionCall["nullTreatment"] {
  if (p.accept("IGNORE", "NULLS")) return "ignore nulls";
  return p.accept("RESPECT", "NULLS") ? "respect nulls" : undefined;
}

function parseCast(p: TokenCursor, pos: number, name: "cast" | "try_cast" | "parse" | "try_parse"): CastExpression {
  p.expect("(");
  const operand = parseExpression(p);
  p.expect("AS");
  const type = parseDataType(p);
  const parses = name === "parse" || name === "try_parse";
  const culture = parses && p.accept("USING") ? parseExpression(p) : undefined;
  p.expect(")");
  return { kind: "cast", pos, function: name, operand, type, style: undefined, culture };
}

function parseConvert(p: TokenCursor, pos: number, name: "convert" | "try_convert"): CastExpression {
  p.expect("(");
  const type = parseDataType(p);
  p.expect(",");
  const operand = parseExpression(p);
  const style = p.accept(",") ? parseExpression(p) : undefined;
  p.expect(")");
  return { kind: "cast", pos, function: name, operand, type, style, culture: undefined };
}

function parseTrim(p: TokenCursor, pos: number, name: string): Expression {
  p.expect("(");
  const side = isTrimSide(p) ? p.acceptOneOf("LEADING", "TRAILING", "BOTH") : undefined;
  const first = parseExpression(p);
  if (p.accept("FROM")) {
    const operand = parseExpression(p);
    p.expect(")");
    const sides = { LEADING: "leading", TRAILING: "trailing", BOTH: "both" } as const;
    return { kind: "trim", pos, side: side && sides[side], characters: first, operand };
  }
  if (side !== undefined || !p.is(")")) throw p.unexpected();
  p.advance();
  return call(p, pos, [name], [first]);
}

/** LEADING and the like are also possible column names. */
function isTrimSide(p: TokenCursor): boolean {
  return p.isOneOf("LEADING", "TRAILING", "BOTH") && !p.is(")", 1) && !p.is(".", 1) && !p.is(",", 1);
}

function parseDateFunction(p: TokenCursor, pos: number, name: string): Expression {
  p.expect("(");
  if (!isIdentifier(p)) throw p.unexpected();
  const part = p.advance();
  const args: Expression[] = [{ kind: "date-part", pos: part.pos, name: part.value.toLowerCase() }];
  while (p.accept(",")) args.push(parseExpression(p));
  p.expect(")");
  return call(p, pos, [name], args);
}

function parseIdentityFunction(p: TokenCursor, pos: number): Expression {
  p.expect("(");
  const type = parseDataType(p);
  const seed = p.accept(",") ? parseExpression(p) : undefined;
  const increment = p.accept(",") ? parseExpression(p) : undefined;
  p.expect(")");
  return { kind: "identity-function", pos, type, seed, increment };
}
