import type { Expression } from "./ast-expressions.ts";
import type { OpenJsonColumn, TableSource } from "./ast-queries.ts";
import { parseExpression } from "./parse-expression.ts";
import {
  isIdentifier,
  parseColumnNames,
  parseDataType,
  parseIdentifier,
  parseObjectName,
  parseString,
  parseVariableName,
} from "./parse-names.ts";
import { isLiteral, parseLiteral } from "./parse-literal.ts";
import { parseRequiredAlias, parseTableAlias } from "./parse-table-source.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CHANGETABLE ("CHANGETABLE (Transact-SQL)"): an alias is required. */
export function parseChangeTable(p: TokenCursor): TableSource {
  const { pos } = p.advance();
  p.expect("(");
  const form = p.expectOneOf("CHANGES", "VERSION");
  const table = parseObjectName(p);
  p.expect(",");
  if (form === "CHANGES") {
    const since = parseSinceVersion(p);
    const forceSeek = p.accept(",", "FORCESEEK");
    p.expect(")");
    return { kind: "changetable-changes", pos, table, since, forceSeek, ...parseChangeTableAlias(p) };
  }
  const keyColumns = parseColumnNames(p);
  p.expect(",");
  const keyValues = p.parenthesized(() => parseExpression(p));
  const forceSeek = p.accept(",", "FORCESEEK");
  p.expect(")");
  return { kind: "changetable-version", pos, table, keyColumns, keyValues, forceSeek, ...parseChangeTableAlias(p) };
}

/** @throws SqlError 22104 without an alias */
function parseChangeTableAlias(p: TokenCursor): ReturnType<typeof parseRequiredAlias> {
  if (!p.is("AS") && !isIdentifier(p)) throw syntaxError.changeTableAlias(p.line);
  return parseRequiredAlias(p);
}

/** A constant or a variable: the documentation says that an expression is a syntax error. */
function parseSinceVersion(p: TokenCursor): Expression {
  if (isLiteral(p)) return parseLiteral(p);
  const { pos } = p.token;
  return { kind: "variable", pos, name: parseVariableName(p) };
}

/** OPENJSON (json [, path]) [WITH (columns)] */
export function parseOpenJson(p: TokenCursor): TableSource {
  const { pos } = p.advance();
  p.expect("(");
  const json = parseExpression(p);
  const path = p.accept(",") ? parseExpression(p) : undefined;
  p.expect(")");
  const schema = p.accept("WITH") ? p.parenthesized(() => parseOpenJsonColumn(p)) : undefined;
  return { kind: "open-json", pos, json, path, schema, ...parseTableAlias(p) };
}

function parseOpenJsonColumn(p: TokenCursor): OpenJsonColumn {
  const name = parseIdentifier(p);
  const type = parseDataType(p);
  const collation = p.accept("COLLATE") ? parseIdentifier(p) : undefined;
  const path = p.token.kind === "string" || p.token.kind === "unicode-string" ? parseString(p) : undefined;
  const asJson = p.accept("AS", "JSON");
  return { kind: "open-json-column", name, type, collation, path, asJson };
}
