import { SqlError, Unsupported } from "../values/sql-error.ts";
import type { Join, NamedTable, SystemTime, TableHint, TableSource } from "./ast-queries.ts";
import { parseChangeTable, parseOpenJson } from "./parse-rowset-function.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import { isIdentifier, objectName, parseIdentifier, parseNameParts, parseOptionalColumnNames } from "./parse-names.ts";
import { isMethodName, parseArguments } from "./parse-primary.ts";
import { isQueryAhead, parseParenthesizedQuery } from "./parse-query.ts";
import { syntaxError } from "./syntax-error.ts";
import { isTableHintWord, parseTableHints } from "./parse-hints.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** The list after FROM. */
export function parseFrom(p: TokenCursor): TableSource[] {
  return p.list(() => parseTableSource(p));
}

/** One source with its joins. */
export function parseTableSource(p: TokenCursor): TableSource {
  let left = p.nested(() => parseSimpleSource(p));
  for (;;) {
    const join = acceptJoin(p);
    if (join === undefined) return left;
    left = finishJoin(p, left, join);
  }
}

type JoinStart = Pick<Join, "pos" | "type" | "hint">;

function finishJoin(p: TokenCursor, left: TableSource, join: JoinStart): Join {
  const crossed = join.type === "cross" || join.type === "cross apply" || join.type === "outer apply";
  if (crossed) return { kind: "join", ...join, left, right: p.nested(() => parseSimpleSource(p)), on: undefined };
  // Between JOIN and its ON other joins may stand: a JOIN b JOIN c ON ... ON ...
  let right = p.nested(() => parseSimpleSource(p));
  while (!p.is("ON")) {
    const inner = acceptJoin(p);
    if (inner === undefined) throw p.unexpected();
    right = p.nested(() => finishJoin(p, right, inner));
  }
  p.expect("ON");
  return { kind: "join", ...join, left, right, on: parsePredicate(p) };
}

function acceptJoin(p: TokenCursor): JoinStart | undefined {
  const { pos } = p.token;
  if (p.accept("CROSS", "JOIN")) return { pos, type: "cross", hint: undefined };
  if (p.accept("CROSS", "APPLY")) return { pos, type: "cross apply", hint: undefined };
  if (p.accept("OUTER", "APPLY")) return { pos, type: "outer apply", hint: undefined };
  if (p.accept("JOIN")) return { pos, type: "inner", hint: undefined };
  const word = p.acceptOneOf("INNER", "LEFT", "RIGHT", "FULL");
  if (word === undefined) return undefined;
  if (word !== "INNER") p.accept("OUTER");
  const hints = { LOOP: "loop", HASH: "hash", MERGE: "merge", REMOTE: "remote" } as const;
  const hint = p.acceptOneOf("LOOP", "HASH", "MERGE", "REMOTE");
  p.expect("JOIN");
  const types = { INNER: "inner", LEFT: "left", RIGHT: "right", FULL: "full" } as const;
  return { pos, type: types[word], hint: hint && hints[hint] };
}

function parseSimpleSource(p: TokenCursor): TableSource {
  const source = parseSourceItself(p);
  if (p.is("PIVOT") || p.is("UNPIVOT") || p.is("TABLESAMPLE")) throw new Unsupported(p.token.key);
  return source;
}

const unsupportedRowsets: ReadonlySet<string> = new Set([
  ...["OPENROWSET", "OPENQUERY", "OPENDATASOURCE", "OPENXML", "CONTAINSTABLE", "FREETEXTTABLE"],
  ...["SEMANTICKEYPHRASETABLE", "SEMANTICSIMILARITYTABLE", "SEMANTICSIMILARITYDETAILSTABLE", "PREDICT"],
]);

function parseSourceItself(p: TokenCursor): TableSource {
  const { pos, key, kind } = p.token;
  if (p.is("(")) return parseParenthesizedSource(p);
  if (kind === "variable") return parseVariableSource(p);
  if (p.is("(", 1)) {
    if (unsupportedRowsets.has(key)) throw new Unsupported(key);
    if (key === "CHANGETABLE") return parseChangeTable(p);
    if (key === "OPENJSON") return parseOpenJson(p);
  }
  if (p.accept("::")) {
    const name = objectName(p, pos, ["sys", parseIdentifier(p)]);
    return { kind: "function-table", pos, name, arguments: parseArguments(p), ...parseTableAlias(p) };
  }
  return parseNamedSource(p);
}

function parseNamedSource(p: TokenCursor): TableSource {
  const { pos } = p.token;
  const parts = parseNameParts(p);
  const method = parts.at(-1);
  if (p.is("(") && parts.length > 1 && method !== undefined && isMethodName(method)) {
    const qualifier = parts.slice(0, -1);
    const table = qualifier.length > 1 ? objectName(p, pos, qualifier.slice(0, -1)) : undefined;
    const column = qualifier.at(-1);
    if (column === undefined) throw p.unexpected();
    const target = { kind: "column", pos, table, name: column } as const;
    return { kind: "method-table", pos, target, method, arguments: parseArguments(p), ...parseRequiredAlias(p) };
  }
  const name = objectName(p, pos, parts);
  // FROM t (NOLOCK): the old form of a hint.
  const oldHint = p.is("(") && isTableHintWord(p.at(1)) && (p.is(")", 2) || p.is(",", 2));
  if (p.is("(") && !oldHint) {
    return { kind: "function-table", pos, name, arguments: parseFunctionArguments(p), ...parseTableAlias(p) };
  }
  return parseNamedTableRest(p, { kind: "named-table", pos, name });
}

/** What follows a table's name in FROM: FOR SYSTEM_TIME, alias and hints, in either order. */
function parseNamedTableRest(p: TokenCursor, start: Pick<NamedTable, "kind" | "pos" | "name">): NamedTable {
  const systemTime = parseSystemTime(p);
  let hints: TableHint[] = acceptTableHints(p);
  const alias = acceptTableAlias(p);
  if (hints.length === 0) hints = acceptTableHints(p);
  return { ...start, alias, hints, systemTime };
}

/** WITH (hints), or the old form in parentheses alone. */
export function acceptTableHints(p: TokenCursor): TableHint[] {
  if (p.is("WITH") && p.is("(", 1)) {
    p.advance();
    return parseTableHints(p);
  }
  if (p.is("(") && isTableHintWord(p.at(1))) return parseTableHints(p);
  return [];
}

function parseVariableSource(p: TokenCursor): TableSource {
  const token = p.advance();
  if (token.value.startsWith("@@")) throw p.unexpected(token);
  if (p.is(".") && isIdentifier(p, 1)) {
    p.advance();
    const target = { kind: "variable", pos: token.pos, name: token.value } as const;
    const method = parseIdentifier(p);
    return {
      kind: "method-table",
      pos: token.pos,
      target,
      method,
      arguments: parseArguments(p),
      ...parseRequiredAlias(p),
    };
  }
  const before = acceptTableHints(p);
  const alias = acceptTableAlias(p);
  const hints = before.length > 0 ? before : acceptTableHints(p);
  return { kind: "table-variable", pos: token.pos, name: token.value, alias, hints };
}

function parseParenthesizedSource(p: TokenCursor): TableSource {
  const { pos } = p.token;
  if (p.is("VALUES", 1)) {
    p.advance();
    p.advance();
    const rows = p.list(() => p.parenthesized(() => parseExpression(p)));
    const width = rows[0]!.length;
    if (rows.some((row) => row.length !== width)) throw syntaxError.rowsOfOneLength(p.line);
    p.expect(")");
    return { kind: "values-table", pos, rows, ...parseRequiredAlias(p) };
  }
  if (isQueryAhead(p)) {
    const start = p.mark();
    // `((SELECT ...) AS a JOIN b ON ...)` begins like a query in parentheses.
    if (!p.is("(", 1))
      return { kind: "derived-table", pos, query: parseParenthesizedQuery(p), ...parseRequiredAlias(p) };
    try {
      return { kind: "derived-table", pos, query: parseParenthesizedQuery(p), ...parseRequiredAlias(p) };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      p.reset(start);
    }
  }
  if (
    p.isOneOf("INSERT", "UPDATE", "DELETE", "MERGE") ||
    ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(p.at(1).key)
  ) {
    throw new Unsupported("a data modification statement as table source");
  }
  p.advance();
  const source = parseTableSource(p);
  // Parentheses are for joins only.
  if (source.kind !== "join") throw p.unexpected();
  p.expect(")");
  return source;
}

/** DEFAULT as an argument of a table-valued function is taken as not modelled. */
function parseFunctionArguments(p: TokenCursor): ReturnType<typeof parseArguments> {
  if (p.is("DEFAULT", 1)) throw new Unsupported("DEFAULT as argument of a function");
  return parseArguments(p);
}

function parseSystemTime(p: TokenCursor): SystemTime | undefined {
  if (!p.accept("FOR", "SYSTEM_TIME")) return undefined;
  if (p.accept("ALL")) return { kind: "system-time", mode: "all", from: undefined, to: undefined };
  if (p.accept("AS", "OF")) return { kind: "system-time", mode: "as of", from: parseExpression(p), to: undefined };
  if (p.accept("CONTAINED", "IN")) {
    p.expect("(");
    const from = parseExpression(p);
    p.expect(",");
    const to = parseExpression(p);
    p.expect(")");
    return { kind: "system-time", mode: "contained in", from, to };
  }
  const word = p.expectOneOf("FROM", "BETWEEN");
  const from = parseExpression(p);
  p.expect(word === "FROM" ? "TO" : "AND");
  return { kind: "system-time", mode: word === "FROM" ? "from" : "between", from, to: parseExpression(p) };
}

/** `[AS] alias`; a table's alias is no string. */
export function acceptTableAlias(p: TokenCursor): string | undefined {
  if (p.accept("AS")) return parseIdentifier(p);
  return isIdentifier(p) ? p.advance().value : undefined;
}

/** `[[AS] alias [(columns)]]` */
export function parseTableAlias(p: TokenCursor): { alias: string | undefined; columns: string[] | undefined } {
  const alias = acceptTableAlias(p);
  return { alias, columns: alias === undefined ? undefined : parseOptionalColumnNames(p) };
}

/** `[AS] alias [(columns)]` */
export function parseRequiredAlias(p: TokenCursor): { alias: string; columns: string[] | undefined } {
  p.accept("AS");
  const alias = parseIdentifier(p);
  return { alias, columns: parseOptionalColumnNames(p) };
}
