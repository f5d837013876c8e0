import type { FunctionObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { readCommitted } from "../../storage/read-view.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { withCoverage } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { unionSlots, type Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv, RowPlan } from "../expressions/expression-env.ts";
import { declareCtes } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import type { Runtime } from "../runtime.ts";
import { runStatements } from "../session/interpreter.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import { runNow } from "../session/step.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { StatementContext } from "../statement-context.ts";
import { createTableVariable, dropLocalTables } from "../tables/create-local-table.ts";
import { localTableOf } from "../tables/table-source.ts";
import { moduleStatement } from "./module-body.ts";
import { inDatabase } from "./module-context.ts";
import { bindArguments, NO_OUTPUT } from "./user-functions.ts";

/** Table-valued functions of users: inline ones are a query with parameters, others fill a table variable. */
export function userTableFunction(
  name: ObjectName,
  args: readonly (Compiled | undefined)[],
  env: ExpressionEnv,
): RowPlan {
  const { context } = env;
  const found = findTarget(name, context.session, context.scope);
  if (!found) throw sqlError(208, writtenName(name));
  const { object, database } = found;
  if (object.kind !== "inline-function" && object.kind !== "table-function") throw sqlError(208, writtenName(name));
  context.use("SELECT", object, database);
  const bound = bindArguments(object, database, args, context);
  return object.kind === "inline-function"
    ? inlinePlan(object, database, bound, context)
    : filledPlan(object, database, bound, context);
}

function parameterScope(object: FunctionObject, values: readonly SqlValue[] | undefined): Scope {
  const scope = new Scope("function", undefined, { name: object.name, id: object.objectId });
  object.parameters
    .filter((parameter) => parameter.name !== "")
    .forEach((parameter, at) =>
      scope.declare({ name: parameter.name, type: parameter.type, value: values?.[at] ?? null }),
    );
  return scope;
}

/** Compiled once as a query of its own; each opening gets the values of the arguments then. */
function inlinePlan(
  object: FunctionObject,
  database: Database,
  args: readonly Compiled[],
  context: StatementContext,
): RowPlan {
  const statement = moduleStatement(object, context.session);
  if (statement.kind !== "create-function" || statement.returns.kind !== "inline-function")
    throw new Error(`${object.name} is no inline function`);
  const { select } = statement.returns;
  const inner = new StatementContext(context.session, parameterScope(object, undefined), context);
  const plan = inDatabase(
    database,
    context,
    () => {
      const covered = withCoverage(select);
      const written = `${database.schemaName(object.schemaId)}.${object.name}`;
      const compiled = inner.withinModule(object.objectId, written, () => {
        declareCtes(covered.node.with, noColumns(inner));
        return compileQuery(covered.node.query, inner, undefined);
      });
      const unread = covered.unreadClauses();
      if (unread.length > 0) throw new Unsupported(unread.join(", "));
      return compiled;
    },
    object,
  );
  const columns = object.columns.map((column, at) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    ...(plan.columns[at]?.source ? { source: plan.columns[at].source } : {}),
    ...(plan.columns[at]?.masked === undefined ? {} : { masked: plan.columns[at].masked }),
  }));
  return {
    columns,
    outerSlots: unionSlots(...args.map((arg) => arg.slots)),
    volatile: plan.volatile || args.some((arg) => arg.volatile === true),
    estimate: () => 50,
    open: (runtime) => {
      let rows: { next(): SqlRow | undefined } | undefined;
      return {
        reset: () => {
          rows = undefined;
        },
        next: () => {
          if (!rows) {
            const own = runtime.nested(
              parameterScope(
                object,
                args.map((arg) => arg.evaluate(runtime)),
              ),
            );
            const cursor = plan.open(own);
            cursor.reset();
            rows = cursor;
          }
          return rows.next();
        },
      };
    },
  };
}

function filledPlan(
  object: FunctionObject,
  database: Database,
  args: readonly Compiled[],
  context: StatementContext,
): RowPlan {
  return {
    columns: object.columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
    outerSlots: unionSlots(...args.map((arg) => arg.slots)),
    volatile: args.some((arg) => arg.volatile === true),
    estimate: () => 100,
    open: (runtime) => {
      let rows: SqlRow[] | undefined;
      let at = 0;
      return {
        reset: () => {
          rows = undefined;
          at = 0;
        },
        next: () => {
          rows ??= fill(
            object,
            database,
            args.map((arg) => arg.evaluate(runtime)),
            runtime,
            context,
          );
          return rows[at++];
        },
      };
    },
  };
}

function fill(
  object: FunctionObject,
  database: Database,
  values: readonly SqlValue[],
  runtime: Runtime,
  context: StatementContext,
): SqlRow[] {
  const { session } = runtime;
  if (runtime.scope.nesting >= 31) throw sqlError(217, 32);
  const statement = moduleStatement(object, session);
  if (statement.kind !== "create-function" || statement.returns.kind !== "table-function")
    throw new Error(`${object.name} is no table function`);
  const { returns } = statement;
  const scope = new Scope("function", runtime.scope, { name: object.name, id: object.objectId });
  object.parameters
    .filter((parameter) => parameter.name !== "")
    .forEach((parameter, at) => scope.declare({ name: parameter.name, type: parameter.type, value: values[at]! }));
  // RETURN without a value; the slot keeps the interpreter's rule for functions simple.
  scope.declare({ name: "@@return", type: { name: "int" }, value: null });
  const execution = { session, scope, output: NO_OUTPUT, inProcedure: true };
  const saved = { rowCount: session.rowCount, lastError: session.lastError, depth: session.tryDepth };
  session.tryDepth++;
  session.functionDepth++;
  try {
    return inDatabase(
      database,
      context,
      () => {
        createTableVariable(returns.variable, returns.table, execution);
        runNow(runStatements(returns.body, execution));
        const table = localTableOf(scope.variable(returns.variable).table!);
        const cursor = table.store.scan(readCommitted(session.transactions.variableReader));
        const rows: SqlRow[] = [];
        for (let row = cursor.next(); row !== undefined; row = cursor.next()) rows.push(row);
        return rows;
      },
      object,
    );
  } finally {
    session.functionDepth--;
    session.tryDepth = saved.depth;
    session.rowCount = saved.rowCount;
    session.lastError = saved.lastError;
    dropLocalTables(scope, session);
  }
}
