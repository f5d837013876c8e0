import { Unsupported } from "../values/sql-error.ts";
import type { ColumnReference, Expression, Predicate } from "./ast-expressions.ts";
import type {
  Assignment,
  DefaultValue,
  DeleteStatement,
  DmlTarget,
  InsertSource,
  InsertStatement,
  OutputClause,
  OutputIntoClause,
  TruncateTableStatement,
  UpdateStatement,
} from "./ast-dml.ts";
import type { SelectItem } from "./ast-queries.ts";
import { parseExecute } from "./parse-execute.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import { parseQueryHints } from "./parse-hints.ts";
import {
  objectName,
  parseNameParts,
  parseObjectName,
  parseOptionalColumnNames,
  parseVariableName,
} from "./parse-names.ts";
import { isQueryAhead, parseQuery, parseTop } from "./parse-query.ts";
import { acceptAssignmentOperator, parseSelectItems } from "./parse-select-items.ts";
import { acceptTableHints, parseFrom } from "./parse-table-source.ts";
import { noWith } from "./parse-with.ts";
import type { WithPrefix } from "./parse-with.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** A table, view, alias or table variable that is written to, with its hints. */
export function parseDmlTarget(p: TokenCursor): DmlTarget {
  const { pos } = p.token;
  if (p.token.kind === "variable") {
    const name = parseVariableName(p);
    return { kind: "table-variable", pos, name, alias: undefined, hints: acceptTableHints(p) };
  }
  if (p.isOneOf("OPENROWSET", "OPENQUERY", "OPENDATASOURCE")) throw new Unsupported(p.token.key);
  const name = parseObjectName(p);
  return { kind: "named-table", pos, name, alias: undefined, hints: acceptTableHints(p), systemTime: undefined };
}

export function parseInsert(p: TokenCursor, prefix: WithPrefix = noWith): InsertStatement {
  const { pos, line } = p.expect("INSERT");
  const top = parseTop(p);
  p.accept("INTO");
  const target = parseDmlTarget(p);
  const columns = p.is("(") && !isQueryAhead(p) ? parseOptionalColumnNames(p) : undefined;
  const outputs = parseOutput(p);
  const source = parseInsertSource(p, columns);
  return {
    kind: "insert",
    pos,
    line,
    ...prefix,
    top,
    target,
    columns,
    ...outputs,
    source,
    options: parseQueryHints(p),
  };
}

function parseInsertSource(p: TokenCursor, columns: readonly string[] | undefined): InsertSource {
  if (p.accept("DEFAULT", "VALUES")) return { kind: "insert-default-values" };
  if (p.is("VALUES")) return parseInsertValues(p, columns);
  if (p.isOneOf("EXEC", "EXECUTE")) return { kind: "insert-execute", execute: parseExecute(p) };
  if (p.is("SELECT") || isQueryAhead(p)) return { kind: "insert-query", query: parseQuery(p) };
  throw p.unexpected();
}

function parseInsertValues(p: TokenCursor, columns: readonly string[] | undefined): InsertSource {
  const { line } = p.expect("VALUES");
  const rows = p.list(() => p.parenthesized(() => parseValueOrDefault(p)));
  if (rows.length > 1000) throw syntaxError.tooManyRows(line);
  const width = columns?.length ?? rows[0]!.length;
  if (rows.some((row) => row.length !== rows[0]!.length)) throw syntaxError.rowsOfOneLength(line);
  if (rows[0]!.length !== width) throw syntaxError.columnsThanValues(width > rows[0]!.length, line);
  return { kind: "insert-values", rows };
}

export function parseValueOrDefault(p: TokenCursor): Expression | DefaultValue {
  const { pos } = p.token;
  return p.accept("DEFAULT") ? { kind: "default-value", pos } : parseExpression(p);
}

export interface Outputs {
  readonly output: OutputClause | undefined;
  readonly outputInto: OutputIntoClause | undefined;
}

/** OUTPUT ... [INTO ...] [OUTPUT ...] */
export function parseOutput(p: TokenCursor): Outputs {
  let output: OutputClause | undefined;
  let outputInto: OutputIntoClause | undefined;
  while (output === undefined && p.accept("OUTPUT")) {
    const items: SelectItem[] = parseSelectItems(p, { assignments: false });
    if (outputInto === undefined && p.accept("INTO")) {
      const target = parseDmlTarget(p);
      const columns = p.is("(") && !isQueryAhead(p) ? parseOptionalColumnNames(p) : undefined;
      outputInto = { kind: "output-into", items, target, columns };
    } else {
      output = { kind: "output", items };
    }
  }
  return { output, outputInto };
}

export function parseUpdate(p: TokenCursor, prefix: WithPrefix = noWith): UpdateStatement {
  const { pos, line } = p.expect("UPDATE");
  if (p.is("STATISTICS")) throw new Unsupported("UPDATE STATISTICS");
  const top = parseTop(p);
  const target = parseDmlTarget(p);
  p.expect("SET");
  const assignments = parseAssignments(p);
  const outputs = parseOutput(p);
  const from = p.accept("FROM") ? parseFrom(p) : [];
  const where = parseWhere(p);
  const options = parseQueryHints(p);
  return { kind: "update", pos, line, ...prefix, top, target, assignments, ...outputs, from, where, options };
}

/** The list after SET in UPDATE and MERGE. */
export function parseAssignments(p: TokenCursor): Assignment[] {
  return p.list(() => parseAssignment(p));
}

function parseAssignment(p: TokenCursor): Assignment {
  const { pos } = p.token;
  if (p.token.kind === "variable") return parseVariableAssignment(p, pos);
  const parts = parseNameParts(p);
  if (p.is("(")) return parseColumnMethod(p, pos, parts);
  const column = columnOf(p, pos, parts);
  const operator = acceptAssignmentOperator(p);
  if (operator === undefined) throw p.unexpected();
  return { kind: "set-column", pos, column, operator, value: parseValueOrDefault(p) };
}

function parseVariableAssignment(p: TokenCursor, pos: number): Assignment {
  const variable = parseVariableName(p);
  const first = acceptAssignmentOperator(p);
  if (first === undefined) throw p.unexpected();
  // `@v = column = value`: the column is assigned, the variable takes the same value.
  const start = p.mark();
  if (
    first === "=" &&
    p.token.kind !== "variable" &&
    (p.token.kind === "quoted" || p.token.kind === "word") &&
    !p.token.reserved
  ) {
    const at = p.token.pos;
    const parts = parseNameParts(p);
    const operator = acceptAssignmentOperator(p);
    if (operator !== undefined) {
      const column = columnOf(p, at, parts);
      return { kind: "set-variable-in-update", pos, variable, column, operator, value: parseExpression(p) };
    }
    p.reset(start);
  }
  return {
    kind: "set-variable-in-update",
    pos,
    variable,
    column: undefined,
    operator: first,
    value: parseExpression(p),
  };
}

/** `column.WRITE (value, offset, length)` */
function parseColumnMethod(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): Assignment {
  const method = parts.at(-1)!;
  if (parts.length < 2) throw p.unexpected();
  if (method.toLowerCase() !== "write") throw new Unsupported(`SET column.${method}()`);
  const column = columnOf(p, pos, parts.slice(0, -1));
  const args = p.parenthesized(() => parseExpression(p));
  const [value, offset, length] = args;
  if (value === undefined || offset === undefined || length === undefined || args.length > 3) throw p.unexpected();
  return { kind: "write-column", pos, column, value, offset, length };
}

function columnOf(p: TokenCursor, pos: number, parts: readonly (string | undefined)[]): ColumnReference {
  const name = parts.at(-1);
  if (name === undefined) throw p.unexpected();
  const table = parts.length > 1 ? objectName(p, pos, parts.slice(0, -1)) : undefined;
  return { kind: "column", pos, table, name };
}

function parseWhere(p: TokenCursor): Predicate | undefined {
  if (!p.accept("WHERE")) return undefined;
  if (p.areNext("CURRENT", "OF")) throw new Unsupported("WHERE CURRENT OF");
  return parsePredicate(p);
}

export function parseDelete(p: TokenCursor, prefix: WithPrefix = noWith): DeleteStatement {
  const { pos, line } = p.expect("DELETE");
  const top = parseTop(p);
  p.accept("FROM");
  const target = parseDmlTarget(p);
  const outputs = parseOutput(p);
  const from = p.accept("FROM") ? parseFrom(p) : [];
  const where = parseWhere(p);
  return { kind: "delete", pos, line, ...prefix, top, target, ...outputs, from, where, options: parseQueryHints(p) };
}

export function parseTruncate(p: TokenCursor): TruncateTableStatement {
  const { pos, line } = p.expect("TRUNCATE", "TABLE");
  const table = parseObjectName(p);
  if (p.is("WITH") && p.is("(", 1)) throw new Unsupported("TRUNCATE TABLE ... WITH (PARTITIONS)");
  return { kind: "truncate-table", pos, line, table };
}
