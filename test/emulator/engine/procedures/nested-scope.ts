import type { Statement } from "../../tsql/ast.ts";
import { sqlError } from "../../values/error-table.ts";
import { BatchAborted } from "../session/batch-end.ts";
import type { Execution } from "../session/execution.ts";
import { runStatements } from "../session/interpreter.ts";
import type { Scope } from "../session/scope.ts";
import type { Step } from "../session/step.ts";
import { dropLocalTables } from "../tables/create-local-table.ts";

/**
 * Runs the statements of a procedure, of sp_executesql or of EXEC ('...'): SET options and #temp tables made in them end with them, a
 * transaction count that changed is reported (266).
 * @returns what RETURN said
 */
export function* runNested(
  statements: readonly Statement[],
  scope: Scope,
  execution: Execution,
  checksCount: boolean,
): Step<number> {
  const { session } = execution;
  if (scope.nesting > 32) throw sqlError(217, 32);
  const options = session.options;
  const before = session.transactions.count;
  const database = session.currentDatabase;
  const frame = session.moduleFrame;
  session.options = { ...options };
  // A text that is executed has no owner and no schema: permissions are asked for again.
  if (scope.kind === "dynamic") session.moduleFrame = undefined;
  const inner: Execution = { session, scope, output: execution.output, inProcedure: true };
  let status = 0;
  try {
    const flow = yield* runStatements(statements, inner);
    if (flow.kind === "return") status = flow.value ?? 0;
  } finally {
    session.options = options;
    session.moduleFrame = frame;
    dropLocalTables(scope, session);
    // USE in a dynamic text ends with it.
    if (session.currentDatabase !== database) session.use(database.name);
  }
  const after = session.transactions.count;
  if (checksCount && after !== before) {
    const error = sqlError(266, before, after);
    error.procedure = scope.procedure;
    if (session.tryDepth > 0) throw error;
    session.lastError = 266;
    execution.output.error(error);
    if (session.options.xactAbort) {
      session.transactions.rollbackAll();
      throw new BatchAborted();
    }
  }
  return status;
}
