import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Expression, Predicate } from "../../tsql/ast-expressions.ts";
import { coercion } from "../../values/coerce.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { columnCoercion } from "../../values/coerce-column.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Compiled, Evaluate, Test } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { QueryScope } from "../query/query-scope.ts";
import type { Session } from "../session/session.ts";
import { Scope } from "../session/scope.ts";
import { StatementContext } from "../statement-context.ts";
import { sourceColumns } from "../tables/table-source.ts";

/** Expressions that a table's definition holds: defaults, computed columns, checks, filters. They stand as text. */

/** The expression of `(text)`. */
export function parseExpressionText(text: string, session: Session): Expression {
  const batch = session.engine.parse(`SELECT ${text}`, true);
  const statement = batch.statements[0];
  if (statement?.kind !== "select" || statement.query.body.kind !== "select-query")
    throw sqlError(102, text.slice(0, 30));
  const item = statement.query.body.items[0];
  if (item?.kind !== "select-expression") throw sqlError(102, text.slice(0, 30));
  return item.expression;
}

export function parsePredicateText(text: string, session: Session): Predicate {
  const batch = session.engine.parse(`SELECT 1 WHERE ${text}`, true);
  const statement = batch.statements[0];
  if (statement?.kind !== "select" || statement.query.body.kind !== "select-query" || !statement.query.body.where) {
    throw sqlError(102, text.slice(0, 30));
  }
  return statement.query.body.where;
}

/** A context of its own: no variables, no CTEs, one slot (0) with the table's row. */
export function rowScope(columns: TableObject["columns"], alias: string, session: Session): QueryScope {
  const context = new StatementContext(session, new Scope("function", undefined));
  const scope = new QueryScope(context, undefined);
  scope.add({ slot: context.newSlot(), alias, columns: sourceColumns(columns) });
  return scope;
}

export function compileRowExpression(
  text: string,
  columns: TableObject["columns"],
  alias: string,
  session: Session,
): Compiled {
  return compileExpression(parseExpressionText(text, session), rowScope(columns, alias, session));
}

export function compileRowPredicate(
  text: string,
  columns: TableObject["columns"],
  alias: string,
  session: Session,
): Test {
  return compilePredicate(parsePredicateText(text, session), rowScope(columns, alias, session)).test;
}

/** How a value of some type becomes a column's. */
export function columnConverter(
  from: SqlType,
  column: { readonly name: string; readonly type: SqlType },
  table: TableObject,
  database: Database,
) {
  return columnCoercion(from, {
    type: column.type,
    name: column.name,
    table: `${database.name}.${database.schemaName(table.schemaId)}.${table.name}`,
  });
}

/** A value of an expression as a column takes it. With ANSI_WARNINGS OFF a long text is cut. */
export function asColumn(
  value: Compiled,
  column: TableObject["columns"][number],
  table: TableObject,
  database: Database,
): Evaluate {
  if (value.literal === null) return () => null;
  const convert = columnConverter(value.type, column, table, database);
  const inner = value.evaluate;
  if (!convert) return inner;
  const cut = coercion(value.type, column.type);
  return (runtime) => {
    const result = inner(runtime);
    if (runtime.session.options.ansiWarnings) return convert(result);
    return cut ? cut(result) : result;
  };
}
