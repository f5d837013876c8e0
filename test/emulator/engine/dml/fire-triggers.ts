import type { TriggerObject } from "../../storage/database-model.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { runStatements } from "../session/interpreter.ts";
import { BatchAborted } from "../session/batch-end.ts";
import type { Execution } from "../session/execution.ts";
import { Scope } from "../session/scope.ts";
import type { Step } from "../session/step.ts";
import { moduleOptions } from "../procedures/module-context.ts";
import { moduleFrame } from "../session/require-permission.ts";
import { moduleBody } from "../procedures/module-body.ts";
import { dropLocalTables, temporaryCopy } from "../tables/create-local-table.ts";
import type { DmlProgram, FiredRows } from "./dml-run.ts";

/**
 * AFTER triggers ("CREATE TRIGGER"): once a statement, in the statement's own transaction, with XACT_ABORT ON. A roll back in one
 * ends the batch (3609).
 */
export function* fireTriggers(
  triggers: readonly TriggerObject[],
  program: DmlProgram,
  result: FiredRows,
  rowsWritten: number,
  execution: Execution,
): Step<void> {
  const { session, scope } = execution;
  if (triggers.some((trigger) => trigger.insteadOf)) throw new Unsupported("INSTEAD OF triggers");
  if (scope.nesting >= 31) throw sqlError(217, 32);
  const { table, database } = program.target;
  for (const trigger of triggers) {
    const inserted = temporaryCopy(table, result.inserted, session);
    const deleted = temporaryCopy(table, result.deleted, session);
    const inner = new Scope("trigger", scope, {
      name: trigger.name,
      id: trigger.objectId,
      trigger: { tableId: table.objectId, inserted, deleted, updated: program.updated() },
    });
    const options = session.options;
    const count = session.transactions.count;
    const rowCount = session.rowCount;
    const frame = session.moduleFrame;
    session.moduleFrame = moduleFrame(trigger, database);
    session.options = { ...moduleOptions(options, trigger.module), xactAbort: true };
    // A trigger runs in a transaction always: @@TRANCOUNT is 1 at least.
    if (count === 0) session.transactions.count = 1;
    const transaction = session.transactions.current;
    try {
      session.rowCount = BigInt(rowsWritten);
      const body = moduleBody(trigger, session);
      yield* runStatements(body, { session, scope: inner, output: execution.output, inProcedure: true });
    } finally {
      session.options = options;
      session.moduleFrame = frame;
      session.rowCount = rowCount;
      dropLocalTables(inner, session);
      if (count === 0 && session.transactions.current === transaction) session.transactions.count = 0;
    }
    if (session.transactions.current !== transaction) {
      const error = sqlError(3609);
      if (session.tryDepth > 0) throw error;
      execution.output.error(error);
      throw new BatchAborted();
    }
  }
}
