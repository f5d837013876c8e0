import { Unsupported } from "../values/sql-error.ts";
import type { Statement } from "./ast.ts";
import type { DeclaredVariable, ThrowStatement } from "./ast-control.ts";
import type { Expression } from "./ast-expressions.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import { isLiteral, isNegativeNumber, parseLiteral, parseNegativeNumber } from "./parse-literal.ts";
import { isIdentifier, parseDataType, parseIdentifier, parseVariableName } from "./parse-names.ts";
import { parseStatement, parseStatementsUntil } from "./parse-statement.ts";
import { parseTableDefinition } from "./parse-table-definition.ts";
import { parseBeginTransaction } from "./parse-transaction.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** BEGIN: a block, TRY ... CATCH, a transaction. */
export function parseBegin(p: TokenCursor): Statement {
  const { pos, line } = p.expect("BEGIN");
  if (p.isOneOf("TRAN", "TRANSACTION", "DISTRIBUTED")) return parseBeginTransaction(p, pos, line);
  if (p.is("CONVERSATION") || p.is("DIALOG")) throw new Unsupported("Service Broker");
  if (p.is("ATOMIC")) throw new Unsupported("natively compiled modules");
  if (p.accept("TRY")) return parseTry(p, pos, line);
  const statements = parseStatementsUntil(p, "END");
  p.expect("END");
  if (statements.length === 0) throw p.unexpected(p.previous);
  return { kind: "block", pos, line, statements };
}

/** An empty TRY is an error, an empty CATCH is not. */
function parseTry(p: TokenCursor, pos: number, line: number): Statement {
  const body = parseStatementsUntil(p, "END");
  if (body.length === 0) throw p.unexpected();
  p.expect("END", "TRY");
  p.accept(";");
  p.expect("BEGIN", "CATCH");
  const handler = parseStatementsUntil(p, "END");
  p.expect("END", "CATCH");
  return { kind: "try", pos, line, body, handler };
}

export function parseIf(p: TokenCursor): Statement {
  const { pos, line } = p.expect("IF");
  const condition = parsePredicate(p);
  const then = parseInnerStatement(p);
  // A semicolon before ELSE ends only the inner statement.
  const start = p.mark();
  while (p.accept(";")) continue;
  if (!p.accept("ELSE")) {
    p.reset(start);
    return { kind: "if", pos, line, condition, then, otherwise: undefined };
  }
  return { kind: "if", pos, line, condition, then, otherwise: parseInnerStatement(p) };
}

export function parseWhile(p: TokenCursor): Statement {
  const { pos, line } = p.expect("WHILE");
  const condition = parsePredicate(p);
  p.loopDepth++;
  const body = parseInnerStatement(p);
  p.loopDepth--;
  return { kind: "while", pos, line, condition, body };
}

function parseInnerStatement(p: TokenCursor): Statement {
  if (p.atEnd || p.is("END") || p.is("ELSE") || p.is(";")) throw p.unexpected();
  return p.nested(() => parseStatement(p));
}

export function parseJump(p: TokenCursor): Statement {
  const { pos, line, key } = p.advance();
  if (key === "BREAK") {
    if (p.loopDepth === 0) throw syntaxError.breakOutsideLoop(line);
    return { kind: "break", pos, line };
  }
  if (key === "CONTINUE") {
    if (p.loopDepth === 0) throw syntaxError.continueOutsideLoop(line);
    return { kind: "continue", pos, line };
  }
  return { kind: "goto", pos, line, label: parseIdentifier(p) };
}

export function parseReturn(p: TokenCursor): Statement {
  const { pos, line } = p.expect("RETURN");
  const value = isExpressionStart(p) ? parseExpression(p) : undefined;
  if (value !== undefined && (p.scope === "batch" || p.scope === "trigger")) throw syntaxError.returnWithValue(line);
  return { kind: "return", pos, line, value };
}

function isExpressionStart(p: TokenCursor): boolean {
  const { kind, key, reserved } = p.token;
  if (kind === "symbol") return ["(", "-", "+", "~", "$"].includes(key);
  if (kind === "end") return false;
  if (kind !== "word") return true;
  if (!reserved) return isIdentifier(p) && key !== "THROW";
  return [
    "NULL",
    "CASE",
    "CONVERT",
    "TRY_CONVERT",
    "COALESCE",
    "NULLIF",
    "LEFT",
    "RIGHT",
    "USER",
    "CURRENT_TIMESTAMP",
  ].includes(key);
}

export function parseDeclare(p: TokenCursor): Statement {
  const { pos, line } = p.expect("DECLARE");
  if (isIdentifier(p) && (p.is("CURSOR", 1) || p.is("CURSOR", 2))) throw new Unsupported("cursors");
  return { kind: "declare", pos, line, variables: parseDeclaredVariables(p) };
}

/** A table variable has a DECLARE of its own. */
function parseDeclaredVariables(p: TokenCursor): DeclaredVariable[] {
  const tableAhead = p.is("TABLE", 1) || (p.is("AS", 1) && p.is("TABLE", 2));
  if (!tableAhead) return p.list(() => parseScalarVariable(p));
  const { pos } = p.token;
  const name = parseVariableName(p);
  p.accept("AS");
  p.expect("TABLE");
  return [{ kind: "table-variable-declaration", pos, name, table: parseTableDefinition(p, false) }];
}

function parseScalarVariable(p: TokenCursor): DeclaredVariable {
  const { pos } = p.token;
  const name = parseVariableName(p);
  p.accept("AS");
  const type = parseDataType(p);
  const initial = p.accept("=") ? parseExpression(p) : undefined;
  return { kind: "scalar-variable", pos, name, type, initial };
}

export function parsePrint(p: TokenCursor): Statement {
  const { pos, line } = p.expect("PRINT");
  return { kind: "print", pos, line, message: parseExpression(p) };
}

export function parseThrow(p: TokenCursor): Statement {
  const { pos, line } = p.expect("THROW");
  let error: ThrowStatement["error"];
  if (isThrowArgument(p)) {
    const number = parseThrowArgument(p, "integer");
    p.expect(",");
    const message = parseThrowArgument(p, "string");
    p.expect(",");
    error = { number, message, state: parseThrowArgument(p, "integer") };
  }
  return { kind: "throw", pos, line, error };
}

function isThrowArgument(p: TokenCursor): boolean {
  return p.token.kind === "integer" || p.token.kind === "variable";
}

/** A constant or a variable, no expression. */
function parseThrowArgument(p: TokenCursor, kind: "integer" | "string"): Expression {
  const token = p.token;
  if (token.kind === "variable") return { kind: "variable", pos: token.pos, name: parseVariableName(p) };
  if (token.kind !== kind && !(kind === "string" && token.kind === "unicode-string")) throw p.unexpected();
  return parseLiteral(p);
}

/** RAISERROR (message, severity, state [, argument ...]) [WITH option, ...] */
export function parseRaiserror(p: TokenCursor): Statement {
  const { pos, line } = p.expect("RAISERROR");
  p.expect("(");
  const message = parseConstantOrVariable(p);
  p.expect(",");
  const severity = parseConstantOrVariable(p);
  p.expect(",");
  const state = parseConstantOrVariable(p);
  const args: Expression[] = [];
  while (p.accept(",")) args.push(parseConstantOrVariable(p));
  p.expect(")");
  const options = p.accept("WITH") ? p.list(() => p.expectOneOf("LOG", "NOWAIT", "SETERROR").toLowerCase()) : [];
  return { kind: "raiserror", pos, line, message, severity, state, arguments: args, options };
}

function parseConstantOrVariable(p: TokenCursor): Expression {
  if (isNegativeNumber(p)) return parseNegativeNumber(p);
  if (isLiteral(p)) return parseLiteral(p);
  const { pos } = p.token;
  return { kind: "variable", pos, name: parseVariableName(p) };
}

export function parseWaitFor(p: TokenCursor): Statement {
  const { pos, line } = p.expect("WAITFOR");
  if (p.is("(")) throw new Unsupported("WAITFOR (RECEIVE)");
  const mode = p.expectOneOf("DELAY", "TIME") === "DELAY" ? "delay" : "time";
  if (p.token.kind !== "string" && p.token.kind !== "unicode-string" && p.token.kind !== "variable")
    throw p.unexpected();
  return { kind: "waitfor", pos, line, mode, value: parseExpression(p) };
}
