import type { App } from "../app.ts";
import { describeError } from "../describe-error.ts";
import { fixForError } from "../db/fix-for-error.ts";
import { hasSqlErrorNumber, isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import type { Log } from "../log.ts";
import type { TableError } from "../model/table-flags.ts";
import { FenceLost } from "../replica/ledger.ts";
import { nextRetry } from "../state/back-off.ts";
import { standingOf } from "../state/force-order.ts";
import { LeaseLost } from "../state/lease.ts";
import type { PlannedTable } from "./plan-tick.ts";
import { attemptOf, passingAttempts, PlanAgain, type StepResult } from "./step.ts";

/**
 * Runs one table's step and settles what came of it: an error is recorded with the time of the next look, a success
 * clears it, an obeyed order is removed; one log line for a table that did something. Never rejects.
 */
export async function settleTable(
  app: App,
  planned: PlannedTable,
  step: () => Promise<StepResult>,
  log: Log,
): Promise<StepResult> {
  const startedAt = app.clock.now();
  const { table, flags } = planned.view;
  try {
    const result = await step().catch((error: unknown) => surprise(error));
    if (result.kind === "blocked") {
      await app.state.recordError(table, tableError(app, planned, "blocked", result.reason ?? "blocked", result.fix));
    } else if (flags.error !== undefined && result.row === undefined && result.kind === "nothing") {
      await app.state.clearError(table);
    }
    const row = result.row ?? planned.view.row;
    if (row !== undefined && standingOf(flags.force, row.state, row.loadId) === "obeyed") {
      await app.state.clearForceOrder(table, row.loadId);
    } else if (result.row?.state === "live" && planned.view.row?.state === "loading") {
      await app.state.clearForceOrder(table, result.row.loadId);
    }
    report(app, planned, result, startedAt, log);
    return result;
  } catch (error) {
    return recordFailure(app, planned, error, log);
  }
}

/** What is no failure of the table: somebody else has it, or it moved on while it was read. */
function surprise(error: unknown): StepResult {
  if (error instanceof PlanAgain) return { kind: "planned-again", reason: error.message };
  if (error instanceof FenceLost || error instanceof LeaseLost)
    return { kind: "held-elsewhere", reason: error.message };
  // 3961: metadata changed since the snapshot began; 3960: the row did. Both are read afresh.
  if (hasSqlErrorNumber(error, 3960, 3961)) return { kind: "planned-again", reason: "the primary changed meanwhile" };
  throw error;
}

async function recordFailure(app: App, planned: PlannedTable, error: unknown, log: Log): Promise<StepResult> {
  const what = describeError(error);
  const attempts = attemptOf(planned);
  const kind = isTransient(error) || attempts < passingAttempts ? "failed" : "blocked";
  const sqlError = sqlErrorNumber(error);
  log.error("table-failed", { table: planned.key, plan: planned.plan.kind, attempts, sqlError, what });
  try {
    const fix = fixForError(sqlError, { primary: app.primary.name, replica: app.replica.name });
    await app.state.recordError(planned.view.table, { ...tableError(app, planned, kind, what, fix), sqlError });
  } catch (unrecorded) {
    log.error("error-not-recorded", { table: planned.key, what: describeError(unrecorded) });
  }
  return { kind: "blocked", reason: what };
}

function tableError(app: App, planned: PlannedTable, kind: TableError["kind"], what: string, fix?: string): TableError {
  const now = app.clock.now();
  const attempts = attemptOf(planned);
  const retryAt = kind === "failed" && attempts < passingAttempts ? now : nextRetry(attempts, now, app.random());
  return {
    kind,
    what,
    fix,
    attempts,
    at: new Date(now).toISOString(),
    retryAt: new Date(retryAt).toISOString(),
  };
}

function report(app: App, planned: PlannedTable, result: StepResult, startedAt: number, log: Log): void {
  const { row, kind, ...counts } = result;
  if (kind === "nothing" || (kind === "moved" && !counts.changes && !counts.chunkRows && row?.state === "live")) return;
  const fields = {
    table: planned.key,
    plan: planned.plan.kind,
    result: kind,
    ...counts,
    state: row?.state,
    watermark: row?.watermark,
    loadId: row?.loadId,
    cursor: row?.load?.cursor,
    ms: app.clock.now() - startedAt,
  };
  if (kind === "blocked") log.warn("table", fields);
  else log.info("table", fields);
}
