import type { TableObject, TriggerObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { DmlTarget } from "../../tsql/ast-dml.ts";
import type { Expression } from "../../tsql/ast-expressions.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { varbinary } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import type { Evaluate } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { Runtime } from "../runtime.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import { noColumns } from "../statements/variable-statements.ts";
import type { StatementContext } from "../statement-context.ts";
import { hintedView, localTableOf, requireExpandable } from "../tables/table-source.ts";

/** The table that INSERT, UPDATE, DELETE or MERGE writes. */
export interface ResolvedTarget {
  readonly table: TableObject;
  readonly database: Database;
  /** As it is named in the statement. */
  readonly name: string;
  readonly schema: string | undefined;
}

/** @throws SqlError 208, 1087, 259 (system views); Unsupported for views */
export function resolveTarget(target: DmlTarget, context: StatementContext): ResolvedTarget {
  if (target.kind === "table-variable") {
    if (target.hints.length > 0) throw new Unsupported("hints on a table variable that is written");
    const variable = context.tableVariableOf(target.name);
    if (variable.readOnly === true) throw sqlError(10700, target.name);
    return {
      table: localTableOf(variable.table!),
      database: variable.table!.database,
      name: target.name,
      schema: undefined,
    };
  }
  if (target.systemTime) throw sqlError(102, "FOR");
  const found = findTarget(target.name, context.session, context.scope);
  if (!found) {
    const schema = target.name.schema?.toLowerCase();
    if (schema === "sys" || schema === "information_schema") throw sqlError(259);
    throw sqlError(208, writtenName(target.name));
  }
  if (found.localName !== undefined) context.usesLocalTables = true;
  const { object, database } = found;
  if (object.kind === "view") throw new Unsupported("writing through a view");
  if (object.kind !== "table") throw sqlError(208, writtenName(target.name));
  requireExpandable(target.hints, object, writtenName(target.name), 1);
  hintedView(target.hints, database);
  return { table: object, database, name: object.name, schema: database.schemaName(object.schemaId) };
}

/** Only the server writes a history table. @throws SqlError `number` */
export function requireNoHistory(table: TableObject, database: Database, number: number): void {
  if (table.historyOfTableId !== undefined || table.ledger === "history")
    throw sqlError(number, shownTable(table, database));
}

/** WITH CHANGE_TRACKING_CONTEXT (x). */
export function trackingContext(
  expression: Expression | undefined,
  context: StatementContext,
): (runtime: Runtime) => Buffer | null {
  if (!expression) return () => null;
  const value = compileExpression(expression, noColumns(context));
  if (value.type.name !== "varbinary" && value.type.name !== "binary" && value.literal !== null) throw sqlError(22109);
  const evaluate: Evaluate = convertTo(value, varbinary(128)).evaluate;
  return (runtime) => evaluate(runtime) as Buffer | null;
}

export function triggersOf(target: ResolvedTarget, event: "insert" | "update" | "delete"): TriggerObject[] {
  return target.database
    .children(target.table.objectId)
    .filter(
      (child): child is TriggerObject => child.kind === "trigger" && !child.disabled && child.events.includes(event),
    );
}

/** @throws SqlError 207, 264 */
export function columnOrdinals(names: readonly string[], target: ResolvedTarget, context: StatementContext): number[] {
  const seen = new Set<number>();
  return names.map((name) => {
    const ordinal = target.table.columns.findIndex((column) => context.sameName(column.name, name));
    if (ordinal < 0) throw sqlError(207, name);
    if (seen.has(ordinal)) throw sqlError(264, target.table.columns[ordinal]!.name);
    seen.add(ordinal);
    return ordinal;
  });
}
