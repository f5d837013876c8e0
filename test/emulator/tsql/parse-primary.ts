import type { Expression, Predicate } from "./ast-expressions.ts";
import type { ObjectName } from "./ast-names.ts";
import { parseCase } from "./parse-case.ts";
import { isPredicate, parseEither, parseExpression } from "./parse-expression.ts";
import { isFunctionKeyword, parseFunctionKeyword, parseNamedFunction } from "./parse-function.ts";
import { isLiteral, parseLiteral } from "./parse-literal.ts";
import { isIdentifier, objectName, parseIdentifier } from "./parse-names.ts";
import { isQueryAhead, parseParenthesizedQuery } from "./parse-query.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Methods of xml, hierarchyid and spatial types; their names are case-sensitive on the server. They tell `column.method()` from `schema.function()`. */
const methodNames: ReadonlySet<string> = new Set([
  ...["value", "query", "exist", "nodes", "modify"],
  ...[
    "ToString",
    "GetAncestor",
    "GetDescendant",
    "GetLevel",
    "IsDescendantOf",
    "GetReparentedValue",
    "Write",
    "AsTextZM",
  ],
]);

export function isMethodName(name: string): boolean {
  return methodNames.has(name) || /^ST[A-Z]/.test(name);
}

/** An operand with what follows it: COLLATE, AT TIME ZONE, method calls. Parentheses may hold a condition. */
export function parsePrimary(p: TokenCursor): Expression | Predicate {
  return p.nested(() => {
    const operand = parseOperand(p);
    return isPredicate(operand) ? operand : parseSuffixes(p, operand);
  });
}

function parseSuffixes(p: TokenCursor, first: Expression): Expression {
  let operand = first;
  for (;;) {
    const { pos } = p.token;
    if (p.accept("COLLATE")) {
      operand = { kind: "collate", pos, operand, collation: parseIdentifier(p) };
    } else if (p.accept("AT", "TIME", "ZONE")) {
      const zone = parsePrimary(p);
      if (isPredicate(zone)) throw p.unexpected();
      operand = { kind: "at-time-zone", pos, operand, zone };
    } else if (p.is(".") && isIdentifier(p, 1) && operand.kind !== "literal") {
      p.advance();
      const method = parseIdentifier(p);
      const call = p.is("(");
      operand = { kind: "method-call", pos, target: operand, method, call, arguments: call ? parseArguments(p) : [] };
    } else {
      return operand;
    }
  }
}

/** `( [expression, ...] )` */
export function parseArguments(p: TokenCursor): Expression[] {
  p.expect("(");
  if (p.accept(")")) return [];
  const values = p.list(() => parseExpression(p));
  p.expect(")");
  return values;
}

function parseOperand(p: TokenCursor): Expression | Predicate {
  const token = p.token;
  if (isLiteral(p)) return parseLiteral(p);
  if (token.kind === "variable") {
    p.advance();
    if (token.value.startsWith("@@"))
      return { kind: "global-variable", pos: token.pos, name: token.value.toLowerCase() };
    return { kind: "variable", pos: token.pos, name: token.value };
  }
  if (p.is("(")) return parseParentheses(p);
  if (p.is("CASE")) return parseCase(p);
  if (p.accept("::")) return parseNamedFunction(p, token.pos, [parseIdentifier(p)]);
  if (isFunctionKeyword(p)) return parseFunctionKeyword(p);
  if (isIdentifier(p) || p.is(".")) return parseNamed(p);
  if (token.kind === "pseudo") return parsePseudoColumn(p, token.pos, undefined);
  throw p.unexpected();
}

function parseParentheses(p: TokenCursor): Expression | Predicate {
  const { pos } = p.token;
  if (p.is("SELECT", 1)) return { kind: "scalar-subquery", pos, query: parseParenthesizedQuery(p) };
  const start = p.mark();
  const queryAhead = isQueryAhead(p);
  p.advance();
  const inner = parseEither(p);
  // `((SELECT 1) UNION (SELECT 2))`: only after the inner parentheses is it clear that they were a query's own.
  if (queryAhead && inner.kind === "scalar-subquery" && p.isOneOf("UNION", "EXCEPT", "INTERSECT", "ORDER", "FOR")) {
    p.reset(start);
    return { kind: "scalar-subquery", pos, query: parseParenthesizedQuery(p) };
  }
  p.expect(")");
  return inner;
}

/** A column, a pseudo-column, a function, or a static method, by what follows the dotted name. */
function parseNamed(p: TokenCursor): Expression | Predicate {
  const { pos } = p.token;
  const parts: (string | undefined)[] = [p.is(".") ? undefined : parseIdentifier(p)];
  if (p.is("::")) return parseStaticMethod(p, pos, parts[0]!);
  if (p.is("(")) return parseNamedFunction(p, pos, parts);
  while (p.accept(".")) {
    if (p.is(".")) {
      parts.push(undefined);
      continue;
    }
    if (p.token.kind === "pseudo") return parsePseudoColumn(p, pos, objectName(p, pos, parts));
    const name = parseIdentifier(p);
    if (p.is("(") && isMethodName(name)) {
      const target: Expression = columnReference(p, pos, parts);
      return { kind: "method-call", pos, target, method: name, call: true, arguments: parseArguments(p) };
    }
    parts.push(name);
    if (p.is("(")) return parseNamedFunction(p, pos, parts);
  }
  return columnReference(p, pos, parts);
}

function columnReference(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): Expression {
  const name = parts.at(-1);
  if (name === undefined) throw p.unexpected();
  const table = parts.length > 1 ? objectName(p, pos, parts.slice(0, -1)) : undefined;
  return { kind: "column", pos, table, name };
}

function parsePseudoColumn(p: TokenCursor, pos: number, table: ObjectName | undefined): Expression {
  const name = p.token.value.toLowerCase();
  if (name !== "$action" && name !== "$identity" && name !== "$rowguid") throw p.unexpected();
  p.advance();
  return { kind: "pseudo-column", pos, table, name };
}

function parseStaticMethod(p: TokenCursor, pos: number, name: string): Expression {
  p.expect("::");
  const method = parseIdentifier(p);
  const call = p.is("(");
  const type = { kind: "data-type", pos, schema: undefined, name, arguments: [], xmlSchema: undefined } as const;
  return { kind: "static-method-call", pos, type, method, call, arguments: call ? parseArguments(p) : [] };
}
