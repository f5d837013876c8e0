import type { Statement } from "../../tsql/ast.ts";
import { SqlError } from "../../values/sql-error.ts";
import { sqlError } from "../../values/error-table.ts";
import { runStatement } from "../statements/run-statement.ts";
import { BatchAborted, Cancelled } from "./batch-end.ts";
import { dooms, effectOf, isCompileError } from "./error-effects.ts";
import type { Execution } from "./execution.ts";
import type { Step } from "./step.ts";

/** How a list of statements ended. */
export type Flow =
  | { readonly kind: "next" }
  | { readonly kind: "break" }
  | { readonly kind: "continue" }
  | { readonly kind: "return"; readonly value: number | undefined }
  | { readonly kind: "goto"; readonly label: string };

export const NEXT: Flow = { kind: "next" };

/** Runs statements in order. GOTO within them is followed; another label is for the list around. */
export function* runStatements(statements: readonly Statement[], execution: Execution): Step<Flow> {
  for (let at = 0; at < statements.length; at++) {
    const flow = yield* guarded(statements[at]!, execution);
    if (flow.kind === "next") continue;
    if (flow.kind === "goto") {
      const target = statements.findIndex(
        (statement) => statement.kind === "label" && statement.label.toLowerCase() === flow.label.toLowerCase(),
      );
      if (target >= 0) {
        at = target - 1;
        continue;
      }
    }
    return flow;
  }
  return NEXT;
}

const STATEMENTS_PER_TURN = 500;

/** Runs one statement; an error of it goes to the client or to the TRY around. */
function* guarded(statement: Statement, execution: Execution): Step<Flow> {
  const { session } = execution;
  if (session.signal?.aborted === true) throw new Cancelled();
  if (++session.statementsRun % STATEMENTS_PER_TURN === 0 && session.functionDepth === 0)
    yield new Promise((resolve) => setImmediate(resolve));
  if (statement.kind === "try") return yield* runTry(statement, execution);
  try {
    const flow = yield* runStatement(statement, execution);
    return flow;
  } catch (error) {
    if (!(error instanceof SqlError) && isAborted(session)) throw new Cancelled();
    if (!(error instanceof SqlError)) throw error;
    place(error, statement, execution);
    return fail(error, execution);
  }
}

/** Asked again: the signal may have come while the statement ran. */
function isAborted(session: Execution["session"]): boolean {
  return session.signal?.aborted === true;
}

/** Line and module of an error, where it was raised first. */
function place(error: SqlError, statement: Statement, execution: Execution): void {
  if (execution.session.placed.has(error)) return;
  execution.session.placed.add(error);
  error.line = statement.line;
  error.procedure = execution.scope.procedure;
}

function fail(error: SqlError, execution: Execution): Flow {
  const { session } = execution;
  session.lastError = error.number;
  session.rowCount = 0n;
  if (session.tryDepth > 0 && error.severity < 20) throw error;
  execution.output.error(error);
  const effect = effectOf(error, session.options.xactAbort && !session.raised.has(error), session.thrown.has(error));
  switch (effect) {
    case "statement":
      return NEXT;
    case "scope":
      return { kind: "return", value: undefined };
    case "batch":
      session.transactions.rollbackAll();
      throw new BatchAborted();
    case "batch-keep":
      throw new BatchAborted();
  }
}

/** TRY ... CATCH ("TRY...CATCH (Transact-SQL)"): errors of severity 11 to 19 that do not end the connection. */
function* runTry(statement: Extract<Statement, { kind: "try" }>, execution: Execution): Step<Flow> {
  const { session, scope } = execution;
  const depth = session.tryDepth;
  session.tryDepth = depth + 1;
  try {
    return yield* runStatements(statement.body, execution);
  } catch (error) {
    if (!(error instanceof SqlError) || error.severity < 11) throw error;
    // A statement that did not compile in this very scope is not this TRY's to catch.
    if (isCompileError(error) && session.compileScope.get(error) === scope) {
      session.tryDepth = depth;
      return fail(error, execution);
    }
    session.tryDepth = depth;
    const { transactions } = session;
    if (
      transactions.explicit &&
      dooms(error, session.options.xactAbort && !session.raised.has(error), session.thrown.has(error))
    ) {
      transactions.current!.doomed = true;
    }
    if (error.number === 1205 && transactions.explicit) transactions.current!.doomed = true;
    scope.caught.push(error);
    try {
      return yield* runStatements(statement.handler, execution);
    } finally {
      scope.caught.pop();
    }
  } finally {
    session.tryDepth = depth;
  }
}

/** 3998: a batch may not leave a transaction behind that can only be rolled back. */
export function endOfBatch(execution: Execution): void {
  const { session } = execution;
  if (session.transactions.state !== -1) return;
  session.transactions.rollbackAll();
  execution.output.error(sqlError(3998));
}
