import { Unsupported } from "../values/sql-error.ts";
import type { Statement } from "./ast.ts";
import type { SetIsolationLevelStatement } from "./ast-control.ts";
import type { Expression } from "./ast-expressions.ts";
import { parseExpression } from "./parse-expression.ts";
import { isLiteral, isNegativeNumber, parseLiteral, parseNegativeNumber, wordLiteral } from "./parse-literal.ts";
import { isIdentifier, parseObjectName, parseOnOff, parseVariableName } from "./parse-names.ts";
import { acceptAssignmentOperator } from "./parse-select-items.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Options that are ON or OFF; several may stand in one SET. "SET statements (Transact-SQL)". */
const switches: ReadonlySet<string> = new Set([
  ...["ANSI_DEFAULTS", "ANSI_NULL_DFLT_OFF", "ANSI_NULL_DFLT_ON", "ANSI_NULLS", "ANSI_PADDING", "ANSI_WARNINGS"],
  ...[
    "ARITHABORT",
    "ARITHIGNORE",
    "CONCAT_NULL_YIELDS_NULL",
    "CURSOR_CLOSE_ON_COMMIT",
    "DISABLE_DEF_CNST_CHK",
    "FMTONLY",
  ],
  ...[
    "FORCEPLAN",
    "IMPLICIT_TRANSACTIONS",
    "NOCOUNT",
    "NOEXEC",
    "NUMERIC_ROUNDABORT",
    "PARSEONLY",
    "QUOTED_IDENTIFIER",
  ],
  ...["REMOTE_PROC_TRANSACTIONS", "RESULT_SET_CACHING", "SHOWPLAN_ALL", "SHOWPLAN_TEXT", "SHOWPLAN_XML", "XACT_ABORT"],
]);

/** Options with a value. */
const values: ReadonlySet<string> = new Set([
  ...[
    "CONTEXT_INFO",
    "DATEFIRST",
    "DATEFORMAT",
    "DEADLOCK_PRIORITY",
    "LANGUAGE",
    "LOCK_TIMEOUT",
    "QUERY_GOVERNOR_COST_LIMIT",
  ],
  ...["ROWCOUNT", "TEXTSIZE"],
]);

/** Those whose value can be a bare word. */
const wordValues: ReadonlySet<string> = new Set(["DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE"]);

/** SET in all its forms. */
export function parseSet(p: TokenCursor): Statement {
  const { pos, line } = p.expect("SET");
  const { key, kind } = p.token;
  if (kind === "variable") return parseSetVariable(p, pos, line);
  if (key === "IDENTITY_INSERT") {
    p.advance();
    const table = parseObjectName(p);
    return { kind: "set-identity-insert", pos, line, table, on: parseOnOff(p) };
  }
  if (p.accept("TRANSACTION")) {
    p.expect("ISOLATION", "LEVEL");
    return { kind: "set-isolation-level", pos, line, level: parseIsolationLevel(p) };
  }
  if (values.has(key)) {
    p.advance();
    return { kind: "set-value", pos, line, option: key.toLowerCase(), value: parseOptionValue(p, wordValues.has(key)) };
  }
  if (key === "STATISTICS") {
    p.advance();
    const what = p.list(() => `statistics ${p.expectOneOf("IO", "TIME", "PROFILE", "XML").toLowerCase()}`);
    return { kind: "set-option", pos, line, options: what, on: parseOnOff(p) };
  }
  return parseSwitches(p, pos, line);
}

function parseSetVariable(p: TokenCursor, pos: number, line: number): Statement {
  const variable = parseVariableName(p);
  if (p.is(".")) throw new Unsupported("SET @variable.method()");
  const operator = acceptAssignmentOperator(p);
  if (operator === undefined) throw p.unexpected();
  if (p.is("CURSOR")) throw new Unsupported("cursors");
  return { kind: "set-variable", pos, line, variable, operator, value: parseExpression(p) };
}

function parseSwitches(p: TokenCursor, pos: number, line: number): Statement {
  const options = p.list(() => {
    const token = p.token;
    if (token.kind !== "word" || token.reserved) throw p.unexpected();
    if (!switches.has(token.key)) throw syntaxError.unknownOption(token.value, "SET", token.line);
    p.advance();
    return token.value.toLowerCase();
  });
  const on = parseOnOff(p);
  if (options.includes("quoted_identifier")) p.setQuotedIdentifier(on);
  return { kind: "set-option", pos, line, options, on };
}

function parseIsolationLevel(p: TokenCursor): SetIsolationLevelStatement["level"] {
  if (p.accept("SNAPSHOT")) return "snapshot";
  if (p.accept("SERIALIZABLE")) return "serializable";
  if (p.accept("REPEATABLE", "READ")) return "repeatable read";
  p.expect("READ");
  return p.expectOneOf("COMMITTED", "UNCOMMITTED") === "COMMITTED" ? "read committed" : "read uncommitted";
}

/** A constant, a variable, or, for some options, a word. */
function parseOptionValue(p: TokenCursor, words: boolean): Expression {
  if (isNegativeNumber(p)) return parseNegativeNumber(p);
  if (isLiteral(p)) return parseLiteral(p);
  const token = p.token;
  if (token.kind === "variable") {
    return { kind: "variable", pos: token.pos, name: parseVariableName(p) };
  }
  if (!words || !isIdentifier(p)) throw p.unexpected();
  return wordLiteral(p.advance());
}
