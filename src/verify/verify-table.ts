import { fixForError } from "../db/fix-for-error.ts";
import type { Session } from "../db/session.ts";
import { isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import { describeError } from "../describe-error.ts";
import { tableKey } from "../model/table-name.ts";
import {
  differingRows,
  type Verification,
  type VerificationResult,
  type VerificationRun,
} from "../model/verification.ts";
import { readEndKey, readRowCount } from "../primary/read-window.ts";
import { UnreadableTable } from "../primary/preflight.ts";
import { FenceLost } from "../replica/ledger.ts";
import { nextRetry } from "../state/back-off.ts";
import { readVerification, type StoredVerification, writeVerification } from "../state/verifications.ts";
import { lookAtRange } from "./look-at-range.ts";
import { repairRange } from "./repair-range.ts";
import {
  afterFailure,
  afterLook,
  afterSuccess,
  mostAttempts,
  type NextStep,
  resultOf,
  started,
} from "./verification-steps.ts";
import { TableMoved, type VerifiedTable, type VerifyContext } from "./verify-context.ts";

/** Rows of a range: both sides' hashes of it are held in memory. */
const mostRangeRows = 10_000;
/** Where FULL_LOAD_CHUNK_ROWS is `auto` ranges are compared for so long, ms. */
const autoStepMs = 2_500;

/**
 * One step of a table's verification, right behind its delta: compares range after range, in the order of the key, until
 * FULL_LOAD_CHUNK_ROWS rows are done or a range differs; that one is looked at again in the next step, behind the next delta. What it
 * found and where it stands is kept in Redis, at its end: a step that is killed is done again.
 *
 * Never rejects because of what it found or could not do: a verification must not keep a table from being synced.
 * @throws RedisUnavailable
 */
export async function verifyTable(context: VerifyContext, table: VerifiedTable): Promise<void> {
  const { state } = context;
  const found = await readVerification(state, table.row.table);
  const { run } = found.value;
  if (run === undefined) return;
  let reached = run;
  try {
    const end = await advance(context, table, run, (after) => (reached = after));
    const after = afterSuccess(reached, now(context));
    await (end ? finish(context, table, found, resultOf(after, now(context))) : keep(context, table, found, after));
  } catch (error) {
    if (error instanceof FenceLost || table.signal.aborted) return;
    await recordFailure(context, table, found, reached, error);
  }
}

/** @returns whether the walk has come to its end */
async function advance(
  context: VerifyContext,
  table: VerifiedTable,
  begun: VerificationRun,
  reach: (run: VerificationRun) => void,
): Promise<boolean> {
  const { primary, snapshotAllowed, clock, config } = context;
  const { fullLoadChunkRows } = config;
  const endsAt = fullLoadChunkRows === "auto" ? clock.now() + autoStepMs : Infinity;
  const most = fullLoadChunkRows === "auto" ? Infinity : fullLoadChunkRows;
  return primary.withTransaction(snapshotAllowed ? "snapshot" : "read committed", async (read) => {
    let run = await runOf(context, table, begun);
    let next: NextStep = "go-on";
    for (let rows = 0; next === "go-on" && rows < most && clock.now() < endsAt;) {
      table.signal.throwIfAborted();
      const size = Math.min(mostRangeRows, most - rows);
      const range = { after: run.cursor, end: await endOfRange(read, table, run, size) };
      const look = await lookAtRange(context, table, read, range, size);
      ({ run, next } = afterLook(run, look));
      if (next === "repair") await repairRange(context, table, read, { after: range.after, end: look.end });
      reach(run);
      rows += Math.max(look.rows, 1);
    }
    return next === "end";
  });
}

/** From the beginning where nothing is done yet, or where the rows were loaded anew since. */
async function runOf(
  context: VerifyContext,
  { shape, row }: VerifiedTable,
  run: VerificationRun,
): Promise<VerificationRun> {
  const loadId = row.loadId.toString();
  if (run.startedAt !== undefined && run.loadId === loadId) return run;
  const total = await context.primary.withSession((session) => readRowCount(session, shape));
  return started(run, { loadId, total: Number(total), at: now(context) });
}

async function endOfRange(
  read: Session,
  { shape }: VerifiedTable,
  { range, cursor }: VerificationRun,
  rows: number,
): Promise<readonly string[] | undefined> {
  return range === undefined ? readEndKey(read, shape, cursor, rows) : (range.end ?? undefined);
}

async function recordFailure(
  context: VerifyContext,
  table: VerifiedTable,
  found: StoredVerification,
  reached: VerificationRun,
  error: unknown,
): Promise<void> {
  const { clock, random, log, primary, replica } = context;
  const what = context.redact(describeError(error));
  const at = now(context);
  const failure = {
    error: what,
    fix:
      error instanceof UnreadableTable
        ? error.fix
        : fixForError(sqlErrorNumber(error), { primary: primary.name, replica: replica.name }),
    at,
    retryAt: new Date(nextRetry(reached.attempts + 1, clock.now(), random())).toISOString(),
  };
  const run = afterFailure(reached, failure);
  log.warn("verification-failed", { table: tableKey(table.row.table), attempts: run.attempts, what });
  const passes = error instanceof TableMoved || isTransient(error);
  if (!passes && run.attempts >= mostAttempts) await finish(context, table, found, resultOf(run, at, true));
  else await keep(context, table, found, run);
}

/** An order that was withdrawn or given anew since wins: nothing is written then. */
async function keep(
  context: VerifyContext,
  table: VerifiedTable,
  found: StoredVerification,
  run: VerificationRun,
): Promise<void> {
  await writeVerification(context.state, table.row.table, found, { ...found.value, run });
}

async function finish(
  context: VerifyContext,
  table: VerifiedTable,
  found: StoredVerification,
  last: VerificationResult,
): Promise<void> {
  const ended: Verification = { last };
  if (!(await writeVerification(context.state, table.row.table, found, ended))) return;
  const { result, repair, rows, differences, repaired, error } = last;
  const ms = Date.parse(last.finishedAt) - Date.parse(last.startedAt ?? last.askedAt);
  const fields = { table: tableKey(table.row.table), result, repair, rows, ...differences, repaired, what: error, ms };
  if (differingRows(last) === 0 && result !== "failed") context.log.info("verified", fields);
  else context.log.warn("verified", fields);
}

function now({ clock }: VerifyContext): string {
  return new Date(clock.now()).toISOString();
}
