import { SqlError } from "../../values/sql-error.ts";
import { BatchAborted } from "../session/batch-end.ts";
import { effectOf } from "../session/error-effects.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";

/** A call that came as a request: its own errors (no such procedure, a wrong argument) go to the client. @returns undefined after one */
export function* guardedCall(execution: Execution, call: () => Step<number>): Step<number | undefined> {
  const { session } = execution;
  try {
    return yield* call();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    session.lastError = error.number;
    execution.output.error(error);
    const effect = effectOf(error, session.options.xactAbort && !session.raised.has(error), session.thrown.has(error));
    if (effect === "batch") {
      session.transactions.rollbackAll();
      throw new BatchAborted();
    }
    return undefined;
  }
}
