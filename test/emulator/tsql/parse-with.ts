import { Unsupported } from "../values/sql-error.ts";
import type { Expression } from "./ast-expressions.ts";
import type { CommonTableExpression } from "./ast-queries.ts";
import type { SelectStatement } from "./ast-dml.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseQueryHints } from "./parse-hints.ts";
import { parseIdentifier, parseOptionalColumnNames } from "./parse-names.ts";
import { parseQuery } from "./parse-query.ts";
import type { IntoTarget } from "./parse-query.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What WITH puts before SELECT, INSERT, UPDATE, DELETE and MERGE. */
export interface WithPrefix {
  readonly with: readonly CommonTableExpression[];
  readonly changeTrackingContext: Expression | undefined;
}

export const noWith: WithPrefix = { with: [], changeTrackingContext: undefined };

/** WITH CHANGE_TRACKING_CONTEXT (...), common table expressions; the cursor stands at WITH. */
export function parseWith(p: TokenCursor): WithPrefix {
  p.expect("WITH");
  if (p.is("XMLNAMESPACES")) throw new Unsupported("WITH XMLNAMESPACES");
  let changeTrackingContext: Expression | undefined;
  const ctes: CommonTableExpression[] = [];
  do {
    if (p.areNext("CHANGE_TRACKING_CONTEXT", "(") && changeTrackingContext === undefined) {
      p.advance();
      p.expect("(");
      changeTrackingContext = parseExpression(p);
      p.expect(")");
    } else {
      ctes.push(parseCommonTableExpression(p));
    }
  } while (p.accept(","));
  return { with: ctes, changeTrackingContext };
}

function parseCommonTableExpression(p: TokenCursor): CommonTableExpression {
  const { pos } = p.token;
  const name = parseIdentifier(p);
  const columns = parseOptionalColumnNames(p);
  p.expect("AS", "(");
  const query = p.nested(() => parseQuery(p));
  p.expect(")");
  return { kind: "cte", pos, name, columns, query };
}

/** SELECT with what WITH put before it; the cursor stands at SELECT or a parenthesis. */
export function parseSelectStatement(p: TokenCursor, prefix: WithPrefix = noWith): SelectStatement {
  const { pos, line } = p.token;
  const target: IntoTarget = { into: undefined };
  const query = parseQuery(p, target);
  return { kind: "select", pos, line, ...prefix, query, into: target.into, options: parseQueryHints(p) };
}

/** A SELECT that may begin with WITH: a view's, an inline function's. */
export function parseWithSelect(p: TokenCursor): SelectStatement {
  const prefix = p.is("WITH") ? parseWith(p) : noWith;
  if (!p.is("SELECT") && !p.is("(")) throw p.unexpected();
  return parseSelectStatement(p, prefix);
}
