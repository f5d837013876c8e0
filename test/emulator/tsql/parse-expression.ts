import type { BinaryOperator, ComparisonOperator, Expression, Predicate } from "./ast-expressions.ts";
import { isNegativeNumber, parseNegativeNumber } from "./parse-literal.ts";
import { isQueryAhead, parseParenthesizedQuery } from "./parse-query.ts";
import { parsePrimary } from "./parse-primary.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/**
 * Operator precedence: ~ | * / % | + - & ^ | (one level) | comparisons | NOT | AND | OR ("Operator precedence (Transact-SQL)").
 * Parentheses may hold a value or a condition, which is known only at their end; so one descent reads both, and who needs one of them checks.
 */
type Node = Expression | Predicate;

const predicateKinds: ReadonlySet<string> = new Set<Predicate["kind"]>([
  "comparison",
  "and",
  "or",
  "not",
  "is-null",
  "is-distinct",
  "between",
  "in-list",
  "in-query",
  "like",
  "exists",
  "quantified",
  "update-function",
]);

export function isPredicate(node: Node): node is Predicate {
  return predicateKinds.has(node.kind);
}

/** A value. @throws SqlError 102 at a condition */
export function parseExpression(p: TokenCursor): Expression {
  return parseScalar(p, parseAdditive);
}

/** A condition. @throws SqlError 4145 at a value */
export function parsePredicate(p: TokenCursor): Predicate {
  return requirePredicate(p, parseOr(p));
}

/** What stands in parentheses: a value or a condition. */
export function parseEither(p: TokenCursor): Node {
  return parseOr(p);
}

function parseScalar(p: TokenCursor, parse: (p: TokenCursor) => Node): Expression {
  const before = p.token;
  const node = parse(p);
  if (isPredicate(node)) throw p.unexpected(before);
  return node;
}

function requirePredicate(p: TokenCursor, node: Node): Predicate {
  if (isPredicate(node)) return node;
  throw syntaxError.notBoolean((p.atEnd ? p.previous : p.token)?.value ?? "", p.line);
}

function parseOr(p: TokenCursor): Node {
  return parseChain(p, "OR", "or", parseAnd);
}

function parseAnd(p: TokenCursor): Node {
  return parseChain(p, "AND", "and", parseNot);
}

function parseChain(
  p: TokenCursor,
  word: "AND" | "OR",
  kind: "and" | "or",
  parseOperand: (p: TokenCursor) => Node,
): Node {
  const pos = p.token.pos;
  const first = parseOperand(p);
  if (!p.is(word)) return first;
  const operands = [requirePredicate(p, first)];
  while (p.accept(word)) operands.push(requirePredicate(p, parseOperand(p)));
  return { kind, pos, operands };
}

function parseNot(p: TokenCursor): Node {
  const pos = p.token.pos;
  let negated = false;
  let written = false;
  while (p.accept("NOT")) {
    negated = !negated;
    written = true;
  }
  const node = parseComparison(p);
  if (!written) return node;
  const operand = requirePredicate(p, node);
  return negated ? { kind: "not", pos, operand } : operand;
}

function parseComparison(p: TokenCursor): Node {
  if (p.is("EXISTS")) {
    const pos = p.advance().pos;
    return { kind: "exists", pos, query: parseParenthesizedQuery(p) };
  }
  const left = parseAdditive(p);
  if (isPredicate(left)) return left;
  const pos = p.token.pos;
  const operator = acceptComparisonOperator(p);
  if (operator !== undefined) return parseComparisonRight(p, left, operator, pos);
  if (p.accept("IS")) return parseIs(p, left, pos);
  const negated = p.is("NOT") && (p.is("IN", 1) || p.is("LIKE", 1) || p.is("BETWEEN", 1)) && p.accept("NOT");
  switch (p.token.key) {
    case "IN":
      return parseIn(p, left, negated, pos);
    case "LIKE": {
      p.advance();
      const pattern = parseExpression(p);
      const escape = p.accept("ESCAPE") ? parseExpression(p) : undefined;
      return { kind: "like", pos, operand: left, pattern, escape, negated };
    }
    case "BETWEEN": {
      p.advance();
      const low = parseExpression(p);
      p.expect("AND");
      const high = parseExpression(p);
      return { kind: "between", pos, operand: left, low, high, negated };
    }
    default:
      return left;
  }
}

/** The server takes blanks between the two characters of an operator. */
function acceptComparisonOperator(p: TokenCursor): ComparisonOperator | undefined {
  if (p.accept("=")) return "=";
  if (p.accept("<", "=")) return "<=";
  if (p.accept("<", ">")) return "<>";
  if (p.accept("<")) return "<";
  if (p.accept(">", "=")) return ">=";
  if (p.accept(">")) return ">";
  if (p.accept("!", "=")) return "<>";
  if (p.accept("!", "<")) return ">=";
  if (p.accept("!", ">")) return "<=";
  return undefined;
}

function parseComparisonRight(p: TokenCursor, left: Expression, operator: ComparisonOperator, pos: number): Predicate {
  const quantifier = p.acceptOneOf("ANY", "SOME", "ALL");
  if (quantifier !== undefined) {
    const query = parseParenthesizedQuery(p);
    return { kind: "quantified", pos, operator, quantifier: quantifier === "ALL" ? "all" : "any", left, query };
  }
  return { kind: "comparison", pos, operator, left, right: parseExpression(p) };
}

function parseIs(p: TokenCursor, left: Expression, pos: number): Predicate {
  const negated = p.accept("NOT");
  if (p.accept("DISTINCT")) {
    p.expect("FROM");
    return { kind: "is-distinct", pos, left, right: parseExpression(p), negated };
  }
  p.expect("NULL");
  return { kind: "is-null", pos, operand: left, negated };
}

function parseIn(p: TokenCursor, operand: Expression, negated: boolean, pos: number): Predicate {
  p.expect("IN");
  if (isQueryAhead(p)) return { kind: "in-query", pos, operand, query: parseParenthesizedQuery(p), negated };
  return { kind: "in-list", pos, operand, values: p.parenthesized(() => parseExpression(p)), negated };
}

const additive: ReadonlySet<string> = new Set(["+", "-", "&", "|", "^"]);
const multiplicative: ReadonlySet<string> = new Set(["*", "/", "%"]);

function parseAdditive(p: TokenCursor): Node {
  return parseBinary(p, additive, parseMultiplicative);
}

function parseMultiplicative(p: TokenCursor): Node {
  return parseBinary(p, multiplicative, parseUnary);
}

function parseBinary(p: TokenCursor, operators: ReadonlySet<string>, parseOperand: (p: TokenCursor) => Node): Node {
  let left = parseOperand(p);
  while (operators.has(p.token.key)) {
    if (isPredicate(left)) throw p.unexpected();
    const { pos, key } = p.advance();
    left = { kind: "binary", pos, operator: key as BinaryOperator, left, right: parseScalar(p, parseOperand) };
  }
  return left;
}

function parseUnary(p: TokenCursor): Node {
  if (isNegativeNumber(p)) return parseNegativeNumber(p);
  const { pos } = p.token;
  const operator = p.acceptOneOf("-", "+", "~");
  if (operator === undefined) return parsePrimary(p);
  return { kind: "unary", pos, operator, operand: p.nested(() => parseScalar(p, parseUnary)) };
}
