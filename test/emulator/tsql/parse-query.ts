import { Unsupported } from "../values/sql-error.ts";
import type { Expression } from "./ast-expressions.ts";
import type { ObjectName } from "./ast-names.ts";
import type { ForClause, OrderItem, Query, QueryBody, SelectQuery, SetOperation, TopClause } from "./ast-queries.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import { parseLiteral } from "./parse-literal.ts";
import { isIdentifier, parseObjectName, parseString } from "./parse-names.ts";
import { parseSelectItems } from "./parse-select-items.ts";
import { parseFrom } from "./parse-table-source.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Where SELECT INTO is possible: takes the name from the leftmost SELECT. */
export interface IntoTarget {
  into: ObjectName | undefined;
}

/** The current token is a parenthesis that, after any others, opens a SELECT. */
export function isQueryAhead(p: TokenCursor): boolean {
  let ahead = 0;
  while (p.is("(", ahead)) ahead++;
  return ahead > 0 && p.is("SELECT", ahead);
}

/** `( query )` */
export function parseParenthesizedQuery(p: TokenCursor): Query {
  p.expect("(");
  const query = p.nested(() => parseQuery(p));
  p.expect(")");
  return query;
}

/** A query expression: SELECTs, set operators, ORDER BY, OFFSET, FOR. */
export function parseQuery(p: TokenCursor, intoTarget?: IntoTarget): Query {
  const { pos } = p.token;
  const body = parseUnion(p, intoTarget);
  const orderBy = p.acceptPair("ORDER", "BY") ? parseOrderItems(p) : [];
  let offset: Expression | undefined;
  let fetch: Expression | undefined;
  if (orderBy.length > 0 && p.accept("OFFSET")) {
    offset = parseExpression(p);
    p.expectOneOf("ROW", "ROWS");
    if (p.accept("FETCH")) {
      p.expectOneOf("FIRST", "NEXT");
      fetch = parseExpression(p);
      p.expectOneOf("ROW", "ROWS");
      p.expect("ONLY");
    }
  }
  return { kind: "query", pos, body, orderBy, offset, fetch, for: parseFor(p) };
}

export function parseOrderItems(p: TokenCursor): OrderItem[] {
  return p.list(() => {
    const expression = parseExpression(p);
    const descending = p.acceptOneOf("ASC", "DESC") === "DESC";
    return { kind: "order-item", expression, descending };
  });
}

/** UNION and EXCEPT, left to right; INTERSECT binds tighter. */
function parseUnion(p: TokenCursor, intoTarget: IntoTarget | undefined): QueryBody {
  let left = parseIntersect(p, intoTarget);
  for (;;) {
    const { pos } = p.token;
    const word = p.acceptOneOf("UNION", "EXCEPT");
    if (word === undefined) return left;
    const operator: SetOperation["operator"] = word === "EXCEPT" ? "except" : p.accept("ALL") ? "union all" : "union";
    left = { kind: "set-operation", pos, operator, left, right: parseIntersect(p, undefined) };
  }
}

function parseIntersect(p: TokenCursor, intoTarget: IntoTarget | undefined): QueryBody {
  let left = parseQueryTerm(p, intoTarget);
  for (;;) {
    const { pos } = p.token;
    if (!p.accept("INTERSECT")) return left;
    left = { kind: "set-operation", pos, operator: "intersect", left, right: parseQueryTerm(p, undefined) };
  }
}

function parseQueryTerm(p: TokenCursor, intoTarget: IntoTarget | undefined): QueryBody {
  if (!p.is("(")) return parseSelectQuery(p, intoTarget);
  p.advance();
  const body = p.nested(() => parseUnion(p, intoTarget));
  p.expect(")");
  return body;
}

function parseSelectQuery(p: TokenCursor, intoTarget: IntoTarget | undefined): SelectQuery {
  const { pos } = p.expect("SELECT");
  const distinct = p.acceptOneOf("ALL", "DISTINCT") === "DISTINCT";
  const top = parseTop(p);
  const items = parseSelectItems(p, { assignments: true });
  if (p.is("INTO")) {
    if (intoTarget === undefined) throw p.unexpected();
    p.advance();
    intoTarget.into = parseObjectName(p);
    if (p.is("ON")) throw new Unsupported("SELECT INTO ... ON filegroup");
  }
  const from = p.accept("FROM") ? parseFrom(p) : [];
  const where = p.accept("WHERE") ? parsePredicate(p) : undefined;
  const groupBy = p.acceptPair("GROUP", "BY") ? parseGroupBy(p) : [];
  const having = p.accept("HAVING") ? parsePredicate(p) : undefined;
  if (isIdentifier(p) && p.is("WINDOW") && p.is("AS", 2)) throw new Unsupported("WINDOW clause");
  return { kind: "select-query", pos, distinct, top, items, from, where, groupBy, having };
}

/** TOP n, TOP (expression), [PERCENT] [WITH TIES]. */
export function parseTop(p: TokenCursor): TopClause | undefined {
  if (!p.accept("TOP")) return undefined;
  let count: Expression;
  if (p.is("(") && p.is("SELECT", 1)) {
    const { pos } = p.token;
    count = { kind: "scalar-subquery", pos, query: parseParenthesizedQuery(p) };
  } else if (p.accept("(")) {
    count = parseExpression(p);
    p.expect(")");
  } else {
    // Without parentheses a constant only: `TOP 5 -a` selects `-a`, not five minus a.
    if (!["integer", "decimal", "float"].includes(p.token.kind)) throw p.unexpected();
    count = parseLiteral(p);
  }
  const percent = p.accept("PERCENT");
  const withTies = p.accept("WITH", "TIES");
  return { kind: "top", count, percent, withTies };
}

function parseGroupBy(p: TokenCursor): Expression[] {
  const { key } = p.token;
  const grouping = (key === "ROLLUP" || key === "CUBE") && p.is("(", 1);
  if (grouping || p.areNext("GROUPING", "SETS")) throw new Unsupported(`GROUP BY ${key}`);
  if (key === "ALL") throw new Unsupported("GROUP BY ALL");
  if (p.areNext("(", ")")) throw new Unsupported("GROUP BY ()");
  const items = p.list(() => parseExpression(p));
  if (p.is("WITH") && (p.is("ROLLUP", 1) || p.is("CUBE", 1))) throw new Unsupported(`GROUP BY ... WITH ${p.at(1).key}`);
  return items;
}

function parseFor(p: TokenCursor): ForClause | undefined {
  if (!p.is("FOR") || !(p.is("JSON", 1) || p.is("XML", 1) || p.is("BROWSE", 1))) return undefined;
  const { pos } = p.advance();
  const format = p.expectOneOf("JSON", "XML", "BROWSE");
  if (format === "BROWSE") {
    return { kind: "for", pos, format: "browse", mode: "", modeArgument: undefined, directives: [] };
  }
  const json = format === "JSON";
  const mode = (json ? p.expectOneOf("PATH", "AUTO") : p.expectOneOf("PATH", "AUTO", "RAW", "EXPLICIT")).toLowerCase();
  const modeArgument = json ? undefined : parseDirectiveArgument(p);
  const directives: { name: string; argument: string | undefined }[] = [];
  while (p.accept(",")) directives.push(parseDirective(p, json));
  return { kind: "for", pos, format: json ? "json" : "xml", mode, modeArgument, directives };
}

function parseDirective(p: TokenCursor, json: boolean): ForClause["directives"][number] {
  if (json) {
    const word = p.expectOneOf("ROOT", "INCLUDE_NULL_VALUES", "WITHOUT_ARRAY_WRAPPER");
    return { name: word.toLowerCase(), argument: word === "ROOT" ? parseDirectiveArgument(p) : undefined };
  }
  const word = p.expectOneOf("TYPE", "ROOT", "ELEMENTS", "BINARY", "XMLDATA", "XMLSCHEMA");
  let name = word.toLowerCase();
  if (word === "BINARY") {
    p.expect("BASE64");
    name = "binary base64";
  } else if (word === "ELEMENTS") {
    const nulls = p.acceptOneOf("XSINIL", "ABSENT");
    if (nulls !== undefined) name += ` ${nulls.toLowerCase()}`;
  }
  return { name, argument: word === "ROOT" || word === "XMLSCHEMA" ? parseDirectiveArgument(p) : undefined };
}

function parseDirectiveArgument(p: TokenCursor): string | undefined {
  if (!p.accept("(")) return undefined;
  const argument = parseString(p);
  p.expect(")");
  return argument;
}
