import type { ProcedureObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { coerce } from "../../values/coerce.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import { compileExpression } from "../expressions/expression.ts";
import { Runtime } from "../runtime.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { moduleFrame, requirePermission } from "../session/require-permission.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import type { Step } from "../session/step.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { StatementContext } from "../statement-context.ts";
import { bindTableArgument } from "../tables/create-local-table.ts";
import { moduleOptions } from "./module-context.ts";
import { moduleStatement } from "./module-body.ts";
import { runNested } from "./nested-scope.ts";
import type { CallArgument } from "./procedure-call.ts";
import { systemProcedure } from "./system-procedures.ts";

/** Calls a procedure by name, the server's own ones first. @returns the status. @throws SqlError 2812 */
export function* callProcedure(name: ObjectName, args: readonly CallArgument[], execution: Execution): Step<number> {
  const { session } = execution;
  const system = systemProcedure(name);
  if (system) return yield* system(args, execution);
  const found = yield* atomic(execution, () => findTarget(name, session, execution.scope));
  if (found?.object.kind !== "procedure") {
    if (/^(sp_|xp_)/i.test(name.name)) throw new Unsupported(`procedure ${name.name}`);
    throw sqlError(2812, writtenName(name));
  }
  return yield* runProcedure(found.object, found.database, args, execution);
}

function* runProcedure(
  procedure: ProcedureObject,
  database: Database,
  args: readonly CallArgument[],
  execution: Execution,
): Step<number> {
  const { session } = execution;
  const statement = moduleStatement(procedure, session);
  if (statement.kind !== "create-procedure") throw new Error(`${procedure.name} is no procedure`);
  const scope = new Scope("procedure", execution.scope, { name: procedure.name, id: procedure.objectId });
  if (scope.nesting > 32) throw sqlError(217, 32);
  requirePermission(session, "EXECUTE", procedure, database);
  requireOwnContext(procedure, database, session);
  const before = session.currentDatabase;
  const frame = session.moduleFrame;
  session.currentDatabase = database;
  session.moduleFrame = moduleFrame(procedure, database);
  const options = session.options;
  session.options = moduleOptions(options, procedure.module);
  try {
    const outputs = yield* atomic(execution, () =>
      bindParameters(procedure, database, statement.parameters, args, scope, execution),
    );
    const status = yield* runNested(statement.body, scope, execution, true);
    for (const { name, argument } of outputs) {
      const variable = scope.variables.get(name.toLowerCase());
      if (variable) argument.output!(variable.value, variable.type);
    }
    return status;
  } finally {
    session.currentDatabase = before;
    session.moduleFrame = frame;
    session.options = options;
  }
}

/** WITH EXECUTE AS another principal than the caller would change what the session may do and who it is. */
function requireOwnContext(procedure: ProcedureObject, database: Database, session: Session): void {
  const { executeAsPrincipalId: id } = procedure.module;
  if (id === undefined) return;
  const principalId = id === -2 ? database.ownerOf(procedure) : id;
  if (session.rights.user(database).principalId !== principalId) throw new Unsupported("EXECUTE AS another principal");
}

/** @throws SqlError 201, 8144, 8145, 8143, 119, 8162, 8114 */
function bindParameters(
  procedure: ProcedureObject,
  database: Database,
  declared: Extract<ReturnType<typeof moduleStatement>, { kind: "create-procedure" }>["parameters"],
  args: readonly CallArgument[],
  scope: Scope,
  execution: Execution,
): { name: string; argument: CallArgument }[] {
  // Bound again after a wait.
  scope.variables.clear();
  const given = new Map<number, CallArgument>();
  let named = false;
  args.forEach((argument, position) => {
    if (argument.name === "") {
      if (named) throw sqlError(119, position + 1);
      if (position >= procedure.parameters.length) throw sqlError(8144, procedure.name);
      given.set(position, argument);
      return;
    }
    named = true;
    const at = procedure.parameters.findIndex(
      (parameter) => parameter.name.toLowerCase() === argument.name.toLowerCase(),
    );
    if (at < 0) throw sqlError(8145, argument.name, procedure.name);
    if (given.has(at)) throw sqlError(8143, argument.name);
    given.set(at, argument);
  });
  const outputs: { name: string; argument: CallArgument }[] = [];
  const { session } = execution;
  procedure.parameters.forEach((parameter, at) => {
    const argument = given.get(at);
    if (argument?.output && !parameter.output) throw sqlError(8162, parameter.name);
    if (parameter.readOnly) {
      bindTableArgument(parameter, argument, database, { ...execution, scope });
      return;
    }
    if (argument && !argument.isDefault) {
      let value;
      try {
        value = coerce(argument.value, argument.value === null ? parameter.type : argument.type, parameter.type);
      } catch (error) {
        if (error instanceof SqlError && (error.number === 245 || error.number === 241))
          throw sqlError(8114, argument.type.name, parameter.type.name);
        throw error;
      }
      scope.declare({ name: parameter.name, type: parameter.type, value });
    } else {
      const fallback = declared[at]?.default;
      if (!fallback) throw sqlError(201, procedure.name, parameter.name);
      const context = new StatementContext(session, new Scope("function", undefined));
      const compiled = compileExpression(fallback, noColumns(context));
      const value = compiled.evaluate(new Runtime(session, scope));
      scope.declare({
        name: parameter.name,
        type: parameter.type,
        value: value === null ? null : coerce(value, compiled.type, parameter.type),
      });
    }
    if (argument?.output) outputs.push({ name: parameter.name, argument });
  });
  return outputs;
}
