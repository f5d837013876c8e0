import type { ResponseSink } from "../../tds/session-handler.ts";
import { LockConflict, type LockResource } from "../../storage/locks.ts";
import { Runtime } from "../runtime.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import type { Step } from "./step.ts";

/** Where results go. A scalar function and INSERT ... EXEC have their own. */
export type Output = Pick<ResponseSink, "columns" | "row" | "done" | "info" | "error">;

/** One level of execution. */
export interface Execution {
  readonly session: Session;
  readonly scope: Scope;
  readonly output: Output;
  /** DONEINPROC instead of DONE. */
  readonly inProcedure: boolean;
}

/**
 * Runs one statement's work as a unit: all of it or nothing. Opens a transaction where the user has none, waits for locks
 * and starts again, takes everything back when it fails.
 * @param uses what was compiled before: held with Sch-S while it waits, so that it is still there when it starts again
 */
export function* atomic<T>(
  execution: Execution,
  work: (runtime: Runtime) => T,
  uses: Iterable<LockResource> = [],
): Step<T> {
  const { session, scope } = execution;
  const { transactions } = session;
  const own = transactions.beginStatement();
  for (;;) {
    const savepoint = transactions.current!.savepoint();
    const runtime = new Runtime(session, scope);
    try {
      const result = work(runtime);
      runtime.end();
      transactions.endVariables(true);
      if (own) yield* transactions.commitStatement();
      return result;
    } catch (error) {
      runtime.end();
      transactions.endVariables(false);
      if (error instanceof LockConflict) {
        const waiting = transactions.current!;
        waiting.rollbackTo(savepoint);
        const { locks } = session.engine.server;
        // Nothing came between the work and this point, so nobody has them with Sch-M.
        const held = [...uses].filter((resource) => locks.blockers(waiting, resource, "Sch-S").length === 0);
        for (const resource of held) locks.acquire(waiting, resource, "Sch-S");
        try {
          yield* transactions.waitFor(error);
        } catch (failure) {
          if (own) transactions.rollbackAll();
          throw failure;
        } finally {
          for (const resource of held) locks.release(waiting, resource, "Sch-S");
        }
        continue;
      }
      if (own) transactions.rollbackAll();
      else if (transactions.current?.state === "active") transactions.current.rollbackTo(savepoint);
      throw error;
    }
  }
}

/** Ends a statement that has a result or a count. */
export function done(execution: Execution, command: number, rowCount: bigint | undefined): void {
  const counted = execution.session.options.nocount ? undefined : rowCount;
  execution.output.done({
    command,
    inProcedure: execution.inProcedure,
    ...(counted === undefined ? {} : { rowCount: counted }),
  });
}
