import type { ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { NamedTable } from "../../tsql/ast-queries.ts";
import { withCoverage } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { RowPlan } from "../expressions/expression-env.ts";
import { declareCtes, type ResolvedTable } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import { planNode } from "../query/plan-source.ts";
import { wrongIndexOptions } from "../session/require-index-options.ts";
import type { StatementContext } from "../statement-context.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { hintedView } from "../tables/table-source.ts";
import { inDatabase } from "./module-context.ts";
import { moduleStatement } from "./module-body.ts";

/** A view as a source. Its columns are those that were bound when it was created or refreshed. @throws SqlError 4413 */
export function viewTable(
  view: ViewObject,
  database: Database,
  alias: string,
  source: NamedTable,
  context: StatementContext,
): ResolvedTable {
  if (hintedView(source.hints, database)) throw new Unsupported("locking hints on a view");
  const plan = keeping(viewPlan(view, database, context), view, database);
  if (plan.columns.length < view.columns.length) throw sqlError(4502, view.name);
  const stored = source.hints.some((hint) => hint.name === "noexpand");
  const columns = view.columns.map((column, at) => {
    const masked = plan.columns[at]?.masked;
    const { name, type, nullable } = column;
    return { name, type, nullable, ...(masked === undefined ? {} : { masked }) };
  });
  return {
    alias,
    schema: source.alias === undefined ? database.schemaName(view.schemaId) : undefined,
    columns,
    node: (slot, siblings) => planNode(slot, stored ? fromIndex(plan) : plan, siblings),
  };
}

/** NOEXPAND reads the view's index, which asks for the settings that it was made under; the error would name the statement. */
function fromIndex(plan: RowPlan): RowPlan {
  return {
    ...plan,
    open: (runtime, rowGoal) => {
      if (wrongIndexOptions(runtime.session.options).length > 0)
        throw new Unsupported("NOEXPAND under SET options that no indexed view takes");
      return plan.open(runtime, rowGoal);
    },
  };
}

/** REPEATABLE READ and SERIALIZABLE keep what they read: a view stays what it is until the transaction ends, as its tables do. */
function keeping(plan: RowPlan, view: ViewObject, database: Database): RowPlan {
  return {
    ...plan,
    open: (runtime, goal) => {
      const { engine, options, transactions } = runtime.session;
      if (options.isolation === "repeatable read" || options.isolation === "serializable")
        engine.server.locks.acquire(transactions.current!, database.schemaLock(view), "IS");
      return plan.open(runtime, goal);
    },
  };
}

export function viewPlan(view: ViewObject, database: Database, context: StatementContext): RowPlan {
  const statement = moduleStatement(view, context.session);
  if (statement.kind !== "create-view") throw new Error(`${view.name} is no view`);
  return inDatabase(
    database,
    context,
    () => {
      const covered = withCoverage(statement.select);
      try {
        const written = `${database.schemaName(view.schemaId)}.${view.name}`;
        const plan = context.withinModule(view.objectId, written, () =>
          context.withCtes([], () => {
            declareCtes(covered.node.with, noColumns(context));
            return compileQuery(covered.node.query, context, undefined);
          }),
        );
        const unread = covered.unreadClauses();
        if (unread.length > 0) throw new Unsupported(unread.join(", "));
        return plan;
      } catch (error) {
        if (error instanceof SqlError && error.number === 207) throw sqlError(4413, view.name);
        throw error;
      }
    },
    view,
  );
}
