import type { AssignmentOperator, SelectItem } from "./ast-queries.ts";
import { parseExpression } from "./parse-expression.ts";
import {
  isIdentifier,
  objectName,
  parseIdentifier,
  parseIdentifierOrString,
  parseVariableName,
} from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

const assignmentOperators: readonly AssignmentOperator[] = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|="];

/** `=`, `+=`, ... */
export function acceptAssignmentOperator(p: TokenCursor): AssignmentOperator | undefined {
  return p.acceptOneOf(...assignmentOperators);
}

export function isAssignmentOperator(p: TokenCursor, ahead: number): boolean {
  return assignmentOperators.some((operator) => p.is(operator, ahead));
}

/** A select list, or the list of an OUTPUT clause (which has no `@v = ...`). */
export function parseSelectItems(p: TokenCursor, options: { readonly assignments: boolean }): SelectItem[] {
  return p.list(() => parseSelectItem(p, options.assignments));
}

function parseSelectItem(p: TokenCursor, assignments: boolean): SelectItem {
  const { pos, kind } = p.token;
  if (p.accept("*")) return { kind: "select-star", pos, table: undefined };
  const star = parseQualifiedStar(p);
  if (star !== undefined) return star;
  if (assignments && kind === "variable" && isAssignmentOperator(p, 1)) {
    const variable = parseVariableName(p);
    const operator = acceptAssignmentOperator(p)!;
    return { kind: "select-assign", pos, variable, operator, expression: parseExpression(p) };
  }
  if ((isIdentifier(p) || kind === "string" || kind === "unicode-string") && p.is("=", 1)) {
    const alias = p.advance().value;
    p.advance();
    return { kind: "select-expression", pos, expression: parseExpression(p), alias };
  }
  const expression = parseExpression(p);
  return { kind: "select-expression", pos, expression, alias: parseAlias(p) };
}

/** `t.*`, `s.t.*` */
function parseQualifiedStar(p: TokenCursor): SelectItem | undefined {
  if (!isIdentifier(p)) return undefined;
  let ahead = 0;
  while (isIdentifier(p, ahead) && p.is(".", ahead + 1)) ahead += 2;
  if (ahead === 0 || !p.is("*", ahead)) return undefined;
  const { pos } = p.token;
  const parts: string[] = [];
  while (!p.is("*")) {
    parts.push(parseIdentifier(p));
    p.expect(".");
  }
  p.advance();
  return { kind: "select-star", pos, table: objectName(p, pos, parts) };
}

/** `[AS] name`; a string may be a column's alias too. */
export function parseAlias(p: TokenCursor): string | undefined {
  if (p.accept("AS")) return parseIdentifierOrString(p);
  if (isIdentifier(p)) return p.advance().value;
  return p.token.kind === "string" || p.token.kind === "unicode-string" ? p.advance().value : undefined;
}
