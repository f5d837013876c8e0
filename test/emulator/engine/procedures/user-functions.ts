import type { FunctionObject, Parameter } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { unionSlots, type Compiled } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { Runtime } from "../runtime.ts";
import type { Output } from "../session/execution.ts";
import { runStatements } from "../session/interpreter.ts";
import { Scope } from "../session/scope.ts";
import { runNow } from "../session/step.ts";
import { noColumns } from "../statements/variable-statements.ts";
import type { StatementContext } from "../statement-context.ts";
import { dropLocalTables } from "../tables/create-local-table.ts";
import { moduleBody, moduleStatement } from "./module-body.ts";
import { inDatabase } from "./module-context.ts";

/** Scalar functions of users: executed statement by statement, within the expression that calls them. */

/** A function's output goes nowhere: it may not return rows. */
export const NO_OUTPUT: Output = {
  columns: () => {
    throw sqlError(444);
  },
  row: () => undefined,
  done: () => undefined,
  info: () => undefined,
  error: (error) => {
    throw error;
  },
};

/** Arguments in the types of the parameters; DEFAULT takes the declared default. @throws SqlError 313, 8144 */
export function bindArguments(
  object: FunctionObject,
  database: Database,
  args: readonly (Compiled | undefined)[],
  context: StatementContext,
): Compiled[] {
  const parameters = object.parameters.filter((parameter) => parameter.name !== "");
  const shown = `${database.schemaName(object.schemaId)}.${object.name}`;
  if (args.length < parameters.length) throw sqlError(313, shown);
  if (args.length > parameters.length) throw sqlError(8144, shown);
  const statement = moduleStatement(object, context.session);
  return parameters.map((parameter, at) => {
    const given = args[at] ?? defaultOf(statement, at, context);
    if (!given) throw sqlError(313, shown);
    return convertTo(given, parameter.type);
  });
}

function defaultOf(
  statement: ReturnType<typeof moduleStatement>,
  at: number,
  context: StatementContext,
): Compiled | undefined {
  if (statement.kind !== "create-function") return undefined;
  const expression = statement.parameters[at]?.default;
  return expression && compileExpression(expression, noColumns(context));
}

export function callUserFunction(
  object: FunctionObject,
  database: Database,
  args: readonly (Compiled | undefined)[],
  context: StatementContext,
): Compiled {
  const bound = bindArguments(object, database, args, context);
  const evaluators = bound.map((value) => value.evaluate);
  const result = object.parameters.find((parameter) => parameter.name === "")!;
  const { nullOnNullInput } = object.module;
  return {
    type: result.type,
    nullable: true,
    slots: unionSlots(...bound.map((value) => value.slots)),
    collation: "coercible",
    evaluate: (runtime) => {
      const values = evaluators.map((evaluate) => evaluate(runtime));
      if (nullOnNullInput && values.includes(null)) return null;
      return runScalar(object, database, values, result, runtime, context);
    },
  };
}

function runScalar(
  object: FunctionObject,
  database: Database,
  values: readonly SqlValue[],
  result: Parameter,
  runtime: Runtime,
  context: StatementContext,
): SqlValue {
  const { session } = runtime;
  if (runtime.scope.nesting >= 31) throw sqlError(217, 32);
  const scope = new Scope("function", runtime.scope, { name: object.name, id: object.objectId });
  scope.declare({ name: "@@return", type: result.type, value: null });
  object.parameters
    .filter((parameter) => parameter.name !== "")
    .forEach((parameter, at) => scope.declare({ name: parameter.name, type: parameter.type, value: values[at]! }));
  const saved = { rowCount: session.rowCount, lastError: session.lastError, depth: session.tryDepth };
  // An error in a function ends the statement that called it.
  session.tryDepth++;
  session.functionDepth++;
  try {
    inDatabase(
      database,
      context,
      () =>
        runNow(runStatements(moduleBody(object, session), { session, scope, output: NO_OUTPUT, inProcedure: true })),
      object,
    );
    return scope.variable("@@return").value;
  } finally {
    session.functionDepth--;
    session.tryDepth = saved.depth;
    session.rowCount = saved.rowCount;
    session.lastError = saved.lastError;
    dropLocalTables(scope, session);
  }
}
