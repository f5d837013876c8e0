import { Unsupported } from "../values/sql-error.ts";
import type {
  CreateFunctionStatement,
  CreateProcedureStatement,
  CreateTriggerStatement,
  CreateViewStatement,
  FunctionReturns,
  ModuleAction,
  ModuleParameter,
} from "./ast-modules.ts";
import type { ObjectName } from "./ast-names.ts";
import type { Statement } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseModuleAttributes } from "./parse-module-attributes.ts";
import {
  parseDataType,
  parseIdentifier,
  parseObjectName,
  parseOptionalColumnNames,
  parseVariableName,
} from "./parse-names.ts";
import { parseStatementsUntil } from "./parse-statement.ts";
import { parseTableDefinition } from "./parse-table-definition.ts";
import { parseWithSelect } from "./parse-with.ts";
import { syntaxError } from "./syntax-error.ts";
import type { ParseScope, TokenCursor } from "./token-cursor.ts";

type ModuleStatement =
  CreateViewStatement | CreateProcedureStatement | CreateFunctionStatement | CreateTriggerStatement;

/** What all modules have, known before their own syntax begins. */
interface ModuleStart {
  readonly pos: number;
  readonly line: number;
  readonly action: ModuleAction;
  readonly definition: string;
}

/**
 * A view, procedure, function or trigger: first in its batch (error 111), and its text is the whole batch.
 * The cursor stands after CREATE or ALTER.
 */
export function parseModule(p: TokenCursor, verb: "create" | "alter", pos: number, line: number): ModuleStatement {
  const first = p.mark() === 1;
  let action: ModuleAction = verb;
  let definition = p.text;
  if (verb === "alter") {
    definition = withoutWords(p.text, [[pos, pos + 5, "CREATE"]]);
  } else if (p.is("OR")) {
    const or = p.expect("OR");
    const alter = p.expect("ALTER");
    action = "create or alter";
    definition = withoutWords(p.text, [
      [alter.pos, alter.end, ""],
      [or.pos, or.end, ""],
    ]);
  }
  const { key } = p.advance();
  const start: ModuleStart = { pos, line, action, definition };
  const parse = parsers.get(key);
  if (parse === undefined) throw p.unexpected(p.previous);
  if (!first) throw syntaxError.mustBeFirst(statementName(key, action), line);
  const module = parse(p, start);
  if (module.name.database !== undefined) throw syntaxError.databasePrefix(statementName(key, action), line);
  while (p.accept(";")) continue;
  if (!p.atEnd) throw p.unexpected();
  return module;
}

/** The replacements come from back to front. */
function withoutWords(text: string, replacements: readonly (readonly [number, number, string])[]): string {
  return replacements.reduce((changed, [from, to, by]) => changed.slice(0, from) + by + changed.slice(to), text);
}

function statementName(key: string, action: ModuleAction): string {
  if (key === "PROC" || key === "PROCEDURE") return "CREATE/ALTER PROCEDURE";
  return `${action === "alter" ? "ALTER" : "CREATE"} ${key}`;
}

const parsers: ReadonlyMap<string, (p: TokenCursor, start: ModuleStart) => ModuleStatement> = new Map<
  string,
  (p: TokenCursor, start: ModuleStart) => ModuleStatement
>([
  ["VIEW", parseView],
  ["PROC", parseProcedure],
  ["PROCEDURE", parseProcedure],
  ["FUNCTION", parseFunction],
  ["TRIGGER", parseTrigger],
]);

function parseView(p: TokenCursor, start: ModuleStart): CreateViewStatement {
  const name = parseObjectName(p);
  const columns = parseOptionalColumnNames(p);
  const attributes = parseModuleAttributes(p, "view");
  p.expect("AS");
  const select = parseWithSelect(p);
  if (select.into !== undefined) throw syntaxError.nearKeyword("INTO", select.line);
  const checkOption = p.accept("WITH", "CHECK", "OPTION");
  return { kind: "create-view", ...start, name, columns, ...attributes, select, checkOption };
}

function parseProcedure(p: TokenCursor, start: ModuleStart): CreateProcedureStatement {
  const name = parseObjectName(p);
  if (p.is(";") && p.at(1).kind === "integer") throw new Unsupported("numbered procedures");
  let parameters: ModuleParameter[] = [];
  if (p.is("(")) parameters = p.parenthesized(() => parseParameter(p));
  else if (p.token.kind === "variable") parameters = p.list(() => parseParameter(p));
  const attributes = parseModuleAttributes(p, "procedure");
  const forReplication = p.accept("FOR", "REPLICATION");
  p.expect("AS");
  if (p.is("EXTERNAL")) throw new Unsupported("CLR procedures");
  const body = parseBody(p, "procedure");
  return { kind: "create-procedure", ...start, name, parameters, ...attributes, forReplication, body };
}

function parseBody(p: TokenCursor, scope: ParseScope): Statement[] {
  const outer = p.scope;
  p.scope = scope;
  const statements = parseStatementsUntil(p, "nothing");
  p.scope = outer;
  return statements;
}

/** BEGIN statements END of a function. */
function parseFunctionBody(p: TokenCursor): Statement[] {
  p.expect("BEGIN");
  const outer = p.scope;
  p.scope = "function";
  const statements = parseStatementsUntil(p, "END");
  p.scope = outer;
  p.expect("END");
  return statements;
}

function parseParameter(p: TokenCursor): ModuleParameter {
  const { pos } = p.token;
  const name = parseVariableName(p);
  p.accept("AS");
  const type = parseDataType(p);
  if (p.is("VARYING")) throw new Unsupported("cursor parameters");
  let nullable: boolean | undefined;
  if (p.accept("NOT", "NULL")) nullable = false;
  else if (p.accept("NULL")) nullable = true;
  const value = p.accept("=") ? parseExpression(p) : undefined;
  const output = p.acceptOneOf("OUT", "OUTPUT") !== undefined;
  const readOnly = p.accept("READONLY");
  return { kind: "parameter", pos, name, type, nullable, default: value, output, readOnly };
}

function parseFunction(p: TokenCursor, start: ModuleStart): CreateFunctionStatement {
  const name = parseObjectName(p);
  p.expect("(");
  const parameters = p.is(")") ? [] : p.list(() => parseParameter(p));
  p.expect(")", "RETURNS");
  if (p.token.kind === "variable") {
    const variable = parseVariableName(p);
    p.expect("TABLE");
    const table = parseTableDefinition(p, false);
    const attributes = parseModuleAttributes(p, "function");
    p.accept("AS");
    const returns: FunctionReturns = { kind: "table-function", variable, table, body: parseFunctionBody(p) };
    return { kind: "create-function", ...start, name, parameters, ...attributes, returns };
  }
  if (p.accept("TABLE")) {
    if (p.is("(")) throw new Unsupported("CLR functions");
    const attributes = parseModuleAttributes(p, "function");
    p.accept("AS");
    p.expect("RETURN");
    const returns: FunctionReturns = { kind: "inline-function", select: parseInlineSelect(p) };
    return { kind: "create-function", ...start, name, parameters, ...attributes, returns };
  }
  const type = parseDataType(p);
  const attributes = parseModuleAttributes(p, "function");
  p.accept("AS");
  if (p.is("EXTERNAL")) throw new Unsupported("CLR functions");
  const returns: FunctionReturns = { kind: "scalar-function", type, body: parseFunctionBody(p) };
  return { kind: "create-function", ...start, name, parameters, ...attributes, returns };
}

/** `RETURN select`, or with all of it, WITH included, in parentheses. */
function parseInlineSelect(p: TokenCursor): CreateViewStatement["select"] {
  if (!p.is("(") || !p.is("WITH", 1)) return parseWithSelect(p);
  p.advance();
  const select = parseWithSelect(p);
  p.expect(")");
  return select;
}

function parseTrigger(p: TokenCursor, start: ModuleStart): CreateTriggerStatement {
  const name = parseObjectName(p);
  p.expect("ON");
  const on = parseTriggerTarget(p);
  const attributes = parseModuleAttributes(p, "trigger");
  const word = p.expectOneOf("FOR", "AFTER", "INSTEAD");
  if (word === "INSTEAD") p.expect("OF");
  const dml = typeof on !== "string";
  const events = p.list(() => (dml ? p.expectOneOf("INSERT", "UPDATE", "DELETE") : parseIdentifier(p)).toLowerCase());
  p.accept("WITH", "APPEND");
  const notForReplication = p.accept("NOT", "FOR", "REPLICATION");
  p.expect("AS");
  if (p.is("EXTERNAL")) throw new Unsupported("CLR triggers");
  const timing = word === "INSTEAD" ? "instead of" : "after";
  const body = parseBody(p, "trigger");
  return { kind: "create-trigger", ...start, name, on, ...attributes, timing, events, notForReplication, body };
}

function parseTriggerTarget(p: TokenCursor): ObjectName | "database" | "all server" {
  if (p.accept("DATABASE")) return "database";
  return p.accept("ALL", "SERVER") ? "all server" : parseObjectName(p);
}
