import type { App } from "../app.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { isBrokenConnection, isShortLived } from "../db/sql-error.ts";
import { describeError } from "../describe-error.ts";
import type { Log } from "../log.ts";
import { tableKey } from "../model/table-name.ts";
import { nextVerification } from "../verify/next-verification.ts";
import type { StepResult } from "./step.ts";
import { type PlannedTable, planTick } from "./plan-tick.ts";
import { readTickFacts } from "./read-tick-facts.ts";
import { readViews } from "./read-views.ts";
import { didSomething, settleTable } from "./settle-table.ts";
import { errorSide } from "../telemetry/error-origin.ts";
import type { TableRecord, TableStanding, TickRecord, TraceParent } from "../telemetry/telemetry.ts";
import { tableStanding } from "./table-standing.ts";
import { moveIdleTables } from "./move-idle-tables.ts";
import { chunkRows, timerPeriodMs } from "./chunk-rows.ts";
import { retryStep } from "./retry-step.ts";
import { syncTable } from "./sync-table.ts";

export interface TickReport {
  readonly currentVersion: bigint;
  /** Tables by plan. */
  readonly plans: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly table: string; readonly result: StepResult }[];
  /** Tables whose turn did not come within the tick's budget. */
  readonly postponed: number;
  readonly ms: number;
}

export interface TickOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The host's span of this invocation. */
  readonly parent?: TraceParent | undefined;
}

/**
 * One invocation of the timer: inspect -> plan -> sync each planned table -> report. One bad table never stops the
 * others: its error is recorded, and it is looked at again with growing delay.
 * @throws Error when a server or Redis cannot be reached, or the settings contradict what Redis was filled for
 */
export async function runTick(app: App, options: TickOptions): Promise<TickReport> {
  const startedAt = app.clock.now();
  const steps: TableRecord[] = [];
  const ended = (tick: Pick<TickRecord, "outcome" | "error" | "standings"> & Partial<TickRecord>): void =>
    app.telemetry.tickEnded({
      parent: options.parent,
      startedAt,
      endedAt: app.clock.now(),
      steps,
      postponed: 0,
      ...tick,
    });
  try {
    const { report, standings } = await tickOnce(app, options, startedAt, steps);
    const outcome = options.signal.aborted ? "stopped" : "ok";
    ended({ outcome, error: undefined, version: report.currentVersion, postponed: report.postponed, standings });
    return report;
  } catch (error) {
    // What a process that ends breaks off is no failure.
    if (options.signal.aborted) ended({ outcome: "stopped", error: undefined, standings: undefined });
    else {
      app.telemetry.errorMet(error);
      options.log.error("tick-failed", {
        ...(error instanceof DatabaseFailed ? error.explain() : { what: describeError(error) }),
        side: errorSide(error),
        ms: app.clock.now() - startedAt,
      });
      ended({ outcome: "failed", error, standings: undefined });
    }
    throw error;
  }
}

/** @param records gets a record of each step that did something */
async function tickOnce(
  app: App,
  { signal, log }: TickOptions,
  startedAt: number,
  records: TableRecord[],
): Promise<{ report: TickReport; standings: () => TableStanding[] }> {
  const endsAt = startedAt + app.config.tickBudgetSeconds * 1_000;
  const retries = { clock: app.clock, random: app.random, signal, endsAt };
  const facts = await retryStep(() => readTickFacts(app, log), {
    ...retries,
    passes: (error) => isShortLived(error) || isBrokenConnection(error),
    onRetry: (again, error) => {
      app.telemetry.errorMet(error);
      log.warn("tick-retried", again);
    },
  });
  const views = await readViews(app.primary, facts, app.memory, startedAt);
  const planned = planTick(views, startedAt, app.memory.lastChunk);

  const verified = await nextVerification(app.state, planned, startedAt);
  const timing = app.memory.chunkTimings.get(planned.find(({ chunk }) => chunk)?.key ?? "");
  const tick = {
    config: app.config,
    primary: app.primary,
    replica: app.replica,
    state: app.state,
    clock: app.clock,
    random: app.random,
    telemetry: app.telemetry,
    ledgerId: facts.ledger.id,
    snapshotAllowed: facts.primary.snapshotAllowed,
    chunkRows: chunkRows(app.config.fullLoadChunkRows, timing, timerPeriodMs(app.config.syncSchedule)),
    verifying: verified === undefined ? undefined : { key: verified, log, redact: app.redact },
  };
  const isVerified = (table: PlannedTable): boolean => table.key === verified;
  const work = [
    ...planned.filter((table) => needsStep(table) && !isVerified(table)),
    // Last, so that comparing keeps no delta waiting.
    ...planned.filter(isVerified),
  ];
  const steps: { table: string; result: StepResult }[] = [];
  const threads = Array.from({ length: Math.min(app.config.syncThreads, work.length) }, async () => {
    while (app.clock.now() < endsAt && !signal.aborted) {
      const next = work.shift();
      if (next === undefined) return;
      const began = app.clock.now();
      let attempts = 1;
      const step = () =>
        retryStep(() => syncTable(tick, next, signal), {
          ...retries,
          onRetry: (again, error) => {
            attempts++;
            app.telemetry.errorMet(error);
            log.warn("table-retried", { table: next.key, ...again });
          },
        });
      const result = await settleTable(app, next, step, { log, primary: facts.primary });
      if (didSomething(result)) records.push(tableRecord(next, result, attempts, began, app.clock.now()));
      if (next.chunk) {
        app.memory.lastChunk = next.key;
        const rows = result.chunkRows ?? 0;
        if (rows > 0) app.memory.chunkTimings.set(next.key, { rows, ms: app.clock.now() - began });
      }
      const altered = facts.primary.tables.find(({ table }) => tableKey(table) === next.key)?.modifiedAt;
      if (result.kind === "moved" && altered !== undefined) app.memory.comparedShapes.set(next.key, altered);
      steps.push({ table: next.key, result });
    }
  });
  await Promise.all(threads);
  if (!signal.aborted) await moveIdleTables(app, facts, planned);
  const report = {
    currentVersion: facts.currentVersion,
    plans: countPlans(planned),
    steps,
    postponed: work.length,
    ms: app.clock.now() - startedAt,
  };
  const standings = (): TableStanding[] => {
    const results = new Map(steps.map(({ table, result }) => [table, result]));
    return planned.map((table) => tableStanding(table, results.get(table.key), facts.primary));
  };
  return { report, standings };
}

function tableRecord(
  { key, plan, view }: PlannedTable,
  { kind, row, reason, changes = 0, chunkRows = 0, bytes = 0, error }: StepResult,
  attempts: number,
  startedAt: number,
  endedAt: number,
): TableRecord {
  return {
    table: key,
    plan: plan.kind,
    result: kind,
    rows: changes + chunkRows,
    bytes,
    from: view.row?.watermark,
    to: row?.watermark,
    transport: row?.transport,
    attempts,
    reason,
    error,
    blocked: kind === "blocked",
    startedAt,
    endedAt,
  };
}

/** Tables that are paused, idle or waiting after an error cost nothing; nor do loads whose turn it is not, unless changed. */
function needsStep({ plan, view, chunk }: PlannedTable): boolean {
  switch (plan.kind) {
    case "paused":
      return false;
    case "idle":
      return view.flags.error !== undefined || view.flags.force !== undefined;
    case "blocked":
      return !plan.known;
    case "prepare":
    case "full-load-start":
    case "lost-history":
    case "delta":
      return true;
    case "full-load-chunk":
      return chunk || view.changed !== false;
  }
}

function countPlans(planned: readonly PlannedTable[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { plan } of planned) counts[plan.kind] = (counts[plan.kind] ?? 0) + 1;
  return counts;
}
