import type { App } from "../app.ts";
import { describeError } from "../describe-error.ts";
import { fixForError } from "../db/fix-for-error.ts";
import { hasSqlErrorNumber, isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import type { Log } from "../log.ts";
import type { TableError } from "../model/table-flags.ts";
import { FenceLost } from "../replica/ledger.ts";
import { RedisUnavailable } from "../state/connect-redis.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import { errorSide } from "../telemetry/error-origin.ts";
import { nextRetry } from "../state/back-off.ts";
import { standingOf } from "../state/force-order.ts";
import { LeaseLost } from "../state/lease.ts";
import type { PlannedTable } from "./plan-tick.ts";
import { tableStanding } from "./table-standing.ts";
import { attemptOf, passingAttempts, PlanAgain, type StepResult } from "./step.ts";

/**
 * Runs one table's step and settles what came of it: an error is recorded with the time of the next look, a success
 * clears it, an obeyed order is removed; one log line for a table that did something. Never rejects.
 */
export async function settleTable(
  app: App,
  planned: PlannedTable,
  step: () => Promise<StepResult>,
  tick: { readonly log: Log; readonly primary: PrimaryView },
): Promise<StepResult> {
  const startedAt = app.clock.now();
  const { table, flags } = planned.view;
  try {
    let result = await step().catch((error: unknown) => surprise(app, planned, error));
    if (result.kind === "blocked") {
      result = { ...result, recorded: tableError(app, planned, "blocked", result.reason ?? "blocked", result.fix) };
      await app.state.recordError(table, result.recorded!);
    } else if (flags.error !== undefined && result.row === undefined && result.kind === "nothing") {
      await app.state.clearError(table);
    }
    const row = result.row ?? planned.view.row;
    if (row !== undefined && standingOf(flags.force, row.state, row.loadId) === "obeyed") {
      await app.state.clearForceOrder(table, row.loadId);
    } else if (result.row?.state === "live" && planned.view.row?.state === "loading") {
      await app.state.clearForceOrder(table, result.row.loadId);
    }
    if (didSomething(result)) report(app, planned, result, startedAt, tick);
    return result;
  } catch (error) {
    if (app.stopping.aborted) return { kind: "stopped", reason: describeError(app.stopping.reason) };
    return recordFailure(app, planned, error, startedAt, tick);
  }
}

/** Whether a step is worth a line of the log and a span. */
export function didSomething({ kind, changes, chunkRows, row }: StepResult): boolean {
  return !(kind === "nothing" || (kind === "moved" && !changes && !chunkRows && row?.state === "live"));
}

/** What is no failure of the table: the process ends, somebody else has it, or it moved on while it was read. */
function surprise({ stopping, telemetry }: App, { key }: PlannedTable, error: unknown): StepResult {
  if (stopping.aborted) return { kind: "stopped", reason: describeError(stopping.reason) };
  if (error instanceof PlanAgain) return { kind: "planned-again", reason: error.message };
  if (error instanceof FenceLost) return { kind: "held-elsewhere", reason: error.message };
  // Whatever was under way when the lease was lost fails by it.
  const lost = causeOf(error, LeaseLost);
  if (lost !== undefined) {
    telemetry.leaseLost(key);
    return { kind: "held-elsewhere", reason: lost.message };
  }
  // 3961: metadata changed since the snapshot began; 3960: the row did. Both are read afresh.
  if (hasSqlErrorNumber(error, 3960, 3961)) return { kind: "planned-again", reason: "the primary changed meanwhile" };
  throw error;
}

function causeOf<E extends Error>(error: unknown, type: new (...args: never[]) => E): E | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof type) return at;
  }
  return undefined;
}

async function recordFailure(
  app: App,
  planned: PlannedTable,
  error: unknown,
  startedAt: number,
  { log, primary }: { readonly log: Log; readonly primary: PrimaryView },
): Promise<StepResult> {
  app.telemetry.errorMet(error);
  const what = describeError(error);
  const attempts = attemptOf(planned);
  const passes = isTransient(error) || error instanceof RedisUnavailable;
  const kind = passes || attempts < passingAttempts ? "failed" : "blocked";
  const sqlError = sqlErrorNumber(error);
  const fix = fixForError(sqlError, { primary: app.primary.name, replica: app.replica.name });
  const recorded = { ...tableError(app, planned, kind, what, fix), sqlError };
  const failed: StepResult = { kind: "blocked", reason: what, error, recorded };
  log.error("table-failed", {
    table: planned.key,
    plan: planned.plan.kind,
    attempts,
    what,
    fix,
    sqlError,
    side: errorSide(error),
    ...lagFields(planned, failed, primary),
    watermark: planned.view.row?.watermark,
    ms: app.clock.now() - startedAt,
  });
  try {
    await app.state.recordError(planned.view.table, recorded);
  } catch (unrecorded) {
    log.error("error-not-recorded", { table: planned.key, what: describeError(unrecorded) });
  }
  return failed;
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

/** One line, in the words of the design: what was moved, from which version to which, how, and what is left behind. */
function report(
  app: App,
  planned: PlannedTable,
  result: StepResult,
  startedAt: number,
  { log, primary }: { readonly log: Log; readonly primary: PrimaryView },
): void {
  const { row, kind, reason, fix, changes, chunkRows, bytes } = result;
  const fields = {
    table: planned.key,
    plan: planned.plan.kind,
    result: kind,
    reason,
    fix,
    rows: changes === undefined ? undefined : changes + (chunkRows ?? 0),
    changes,
    chunkRows,
    bytes,
    transport: kind === "moved" ? row?.transport : undefined,
    from: row === undefined ? undefined : planned.view.row?.watermark,
    to: row?.watermark,
    ...lagFields(planned, result, primary),
    state: row?.state,
    watermark: row?.watermark,
    loadId: row?.loadId,
    cursor: row?.load?.cursor,
    ms: app.clock.now() - startedAt,
  };
  if (kind === "blocked") log.warn("table", fields);
  else log.info("table", fields);
}

/** How far the table is behind now. */
function lagFields(
  planned: PlannedTable,
  result: StepResult,
  primary: PrimaryView,
): Record<string, number | undefined> {
  const { lagSeconds, lagVersions } = tableStanding(planned, result, primary);
  return { lagSeconds: lagSeconds ?? undefined, lagVersions: lagVersions ?? undefined };
}
