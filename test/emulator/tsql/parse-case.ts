import type { CaseExpression, Expression, Predicate } from "./ast-expressions.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CASE, simple and searched. */
export function parseCase(p: TokenCursor): CaseExpression {
  const pos = p.expect("CASE").pos;
  const input = p.is("WHEN") ? undefined : parseExpression(p);
  if (input === undefined) {
    const branches = parseBranches(p, parsePredicate);
    return { kind: "case", pos, input, branches, otherwise: parseElse(p) };
  }
  const branches = parseBranches(p, parseExpression);
  return { kind: "case", pos, input, branches, otherwise: parseElse(p) };
}

function parseBranches<W extends Expression | Predicate>(
  p: TokenCursor,
  parseWhen: (p: TokenCursor) => W,
): { when: W; then: Expression }[] {
  const branches: { when: W; then: Expression }[] = [];
  do {
    p.expect("WHEN");
    const when = parseWhen(p);
    p.expect("THEN");
    branches.push({ when, then: parseExpression(p) });
  } while (p.is("WHEN"));
  return branches;
}

function parseElse(p: TokenCursor): Expression | undefined {
  const otherwise = p.accept("ELSE") ? parseExpression(p) : undefined;
  p.expect("END");
  return otherwise;
}

/** IIF (condition, value, value): the server makes a CASE of it. The cursor stands at the parenthesis. */
export function parseIif(p: TokenCursor, pos: number): CaseExpression {
  p.expect("(");
  const when = parsePredicate(p);
  p.expect(",");
  const then = parseExpression(p);
  p.expect(",");
  const otherwise = parseExpression(p);
  p.expect(")");
  return { kind: "case", pos, input: undefined, branches: [{ when, then }], otherwise };
}
