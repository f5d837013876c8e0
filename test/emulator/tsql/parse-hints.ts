import { Unsupported } from "../values/sql-error.ts";
import type { QueryHint, TableHint } from "./ast-queries.ts";
import type { Token } from "./lexer.ts";
import { isLiteral, isNegativeNumber, parseLiteral, parseNegativeNumber } from "./parse-literal.ts";
import { parseIdentifier, parseString, parseVariableName } from "./parse-names.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** "Table hints (Transact-SQL)". */
const tableHintWords: ReadonlySet<string> = new Set([
  ...["NOEXPAND", "INDEX", "FASTFIRSTROW", "FORCESEEK", "FORCESCAN", "HOLDLOCK", "NOLOCK", "NOWAIT", "PAGLOCK"],
  ...["READCOMMITTED", "READCOMMITTEDLOCK", "READPAST", "READUNCOMMITTED", "REPEATABLEREAD", "ROWLOCK", "SERIALIZABLE"],
  ...["SNAPSHOT", "SPATIAL_WINDOW_MAX_CELLS", "TABLOCK", "TABLOCKX", "UPDLOCK", "XLOCK"],
  ...["KEEPIDENTITY", "KEEPDEFAULTS", "IGNORE_CONSTRAINTS", "IGNORE_TRIGGERS"],
]);

export function isTableHintWord(token: Token): boolean {
  return tableHintWords.has(token.key);
}

/** `( hint [[,] hint] ... )`; commas are optional. */
export function parseTableHints(p: TokenCursor): TableHint[] {
  const hints: TableHint[] = [];
  p.expect("(");
  do {
    const token = p.token;
    if (!isTableHintWord(token)) {
      if (token.kind === "word" && !token.reserved) throw syntaxError.unknownHint(token.value, token.line);
      throw p.unexpected();
    }
    p.advance();
    hints.push({
      kind: "table-hint",
      pos: token.pos,
      name: token.value.toLowerCase(),
      arguments: parseHintArguments(p, token),
    });
  } while (p.accept(",") || !p.is(")"));
  p.expect(")");
  return hints;
}

/** INDEX (name, 1), INDEX = name, FORCESEEK (name (columns)). */
function parseHintArguments(p: TokenCursor, hint: Token): string[] {
  if (hint.key === "INDEX" && p.accept("=")) {
    if (p.is("(")) return p.parenthesized(() => parseNameOrNumber(p));
    return [parseNameOrNumber(p)];
  }
  if (hint.key === "SPATIAL_WINDOW_MAX_CELLS") {
    p.expect("=");
    return [parseNameOrNumber(p)];
  }
  if ((hint.key === "INDEX" || hint.key === "FORCESEEK") && p.is("(")) {
    return p
      .parenthesized(() => [parseNameOrNumber(p), ...(p.is("(") ? p.parenthesized(() => parseIdentifier(p)) : [])])
      .flat();
  }
  return [];
}

function parseNameOrNumber(p: TokenCursor): string {
  return p.token.kind === "integer" ? p.advance().value : parseIdentifier(p);
}

/** Words of a query hint, by the first of them; `#` stands for an argument. "Query hints (Transact-SQL)". */
const queryHints: readonly (readonly string[])[] = [
  ...["HASH GROUP", "ORDER GROUP", "CONCAT UNION", "HASH UNION", "MERGE UNION", "LOOP JOIN", "MERGE JOIN", "HASH JOIN"],
  ...["DISABLE_OPTIMIZED_PLAN_FORCING", "EXPAND VIEWS", "FAST #", "FORCE ORDER", "FORCE EXTERNALPUSHDOWN"],
  ...["DISABLE EXTERNALPUSHDOWN", "FORCE SCALEOUTEXECUTION", "DISABLE SCALEOUTEXECUTION"],
  ...["IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX", "KEEP PLAN", "KEEPFIXED PLAN", "MAX_GRANT_PERCENT = #"],
  ...["MIN_GRANT_PERCENT = #", "MAXDOP #", "MAXRECURSION #", "NO_PERFORMANCE_SPOOL", "OPTIMIZE FOR UNKNOWN"],
  ...["PARAMETERIZATION SIMPLE", "PARAMETERIZATION FORCED", "QUERYTRACEON #", "RECOMPILE", "ROBUST PLAN", "LABEL = #"],
].map((hint) => hint.split(" "));

/** OPTION (hint, ...), when it is there. */
export function parseQueryHints(p: TokenCursor): QueryHint[] {
  if (!p.accept("OPTION")) return [];
  return p.parenthesized(() => parseQueryHint(p));
}

function parseQueryHint(p: TokenCursor): QueryHint {
  const { pos } = p.token;
  for (const words of queryHints) {
    if (!words.every((word, ahead) => word === "#" || p.is(word, ahead))) continue;
    let argument: string | undefined;
    for (const word of words) {
      const token = p.advance();
      if (word !== "#") continue;
      if (
        token.kind !== "integer" &&
        token.kind !== "decimal" &&
        token.kind !== "string" &&
        token.kind !== "unicode-string"
      ) {
        throw p.unexpected(token);
      }
      argument = token.value;
    }
    const name = words
      .filter((word) => word !== "#" && word !== "=")
      .join(" ")
      .toLowerCase();
    return { kind: "query-hint", pos, name, argument };
  }
  return parseHintWithText(p, pos);
}

/** OPTIMIZE FOR (@v = x, @w UNKNOWN), USE HINT ('name', ...): the argument is the text in the parentheses. */
function parseHintWithText(p: TokenCursor, pos: number): QueryHint {
  const words = p.areNext("OPTIMIZE", "FOR", "(")
    ? "optimize for"
    : p.areNext("USE", "HINT", "(")
      ? "use hint"
      : undefined;
  if (words === undefined) {
    if (p.areNext("USE", "PLAN") || p.areNext("TABLE", "HINT"))
      throw new Unsupported(`query hint ${p.token.key} ${p.at(1).key}`);
    throw p.unexpected();
  }
  p.advance();
  p.advance();
  const start = p.token.end;
  p.parenthesized(() => {
    if (words === "use hint") return void parseString(p);
    parseVariableName(p);
    if (!p.accept("UNKNOWN")) {
      p.expect("=");
      if (isNegativeNumber(p)) parseNegativeNumber(p);
      else if (isLiteral(p)) parseLiteral(p);
      else throw p.unexpected();
    }
  });
  const argument = p.text.slice(start, p.previous!.pos).trim();
  return { kind: "query-hint", pos, name: words, argument };
}
