import type { Cursor } from "../model/cursor.ts";
import {
  type AskedBy,
  type DifferenceKind,
  type RowDifference,
  standingDifferences,
  type Verification,
  type VerificationCounts,
  type VerificationResult,
  type VerificationRun,
  differingRows,
} from "../model/verification.ts";

/** How a verification goes on; pure. */

/** Keys that are shown; beyond them differing rows are counted only. */
const keysKept = 100;
/** A range that differs after so many repairs is left as it is. */
const mostRepairs = 3;
/** Failures in a row, other than those that pass on their own, after which a verification ends. */
export const mostAttempts = 5;

/** An order; what the last verification found stays until this one has ended. */
export function ordered(
  before: Verification,
  order: { readonly repair: boolean; readonly askedBy: AskedBy; readonly at: string },
): Verification {
  const { repair, askedBy, at } = order;
  return {
    ...before,
    run: { repair, askedBy, askedAt: at, updatedAt: at, ...nothingFound, attempts: 0 },
  };
}

const nothingFound = {
  rows: 0,
  total: 0,
  differences: { missing: 0, extra: 0, different: 0 },
  repaired: 0,
  keys: [],
} as const;

/** The run from its beginning, with what is known at its first step. */
export function started(
  run: VerificationRun,
  facts: { readonly loadId: string; readonly total: number; readonly at: string },
): VerificationRun {
  const { repair, askedBy, askedAt } = run;
  const { at, ...known } = facts;
  return { repair, askedBy, askedAt, ...nothingFound, ...known, startedAt: at, updatedAt: at, attempts: 0 };
}

/** What one look at the range behind the cursor's found. */
export interface Look {
  /** The range's last key; undefined: it has no end. */
  readonly end: Cursor | undefined;
  /** Of the primary. */
  readonly rows: number;
  readonly differences: readonly RowDifference[];
}

/**
 * What comes after a look:
 * - go-on: the range is done
 * - look-again: it differs, which a change on its way may explain: once more after the next delta
 * - repair: it differs twice, and is to be loaded again, then looked at again
 * - end: it was the last range
 */
export type NextStep = "go-on" | "look-again" | "repair" | "end";

export interface AfterLook {
  readonly run: VerificationRun;
  readonly next: NextStep;
}

/** Only what differs twice counts. */
export function afterLook(run: VerificationRun, look: Look): AfterLook {
  const { range } = run;
  const { differences } = look;
  const end = look.end ?? null;
  const looks = (range?.looks ?? 0) + 1;
  if (differences.length === 0) return pastRange(run, look, 0);
  if (looks === 1) {
    const suspect = { end, looks, repairs: 0, found: 0, firstKey: run.keys.length };
    return { run: { ...run, range: suspect }, next: "look-again" };
  }
  const confirmed = range === undefined || range.repairs === 0 ? withDifferences(run, differences) : run;
  const repairs = (range?.repairs ?? 0) + 1;
  if (!run.repair || repairs > mostRepairs) return pastRange(confirmed, look, differences.length);
  const found = range === undefined || range.repairs === 0 ? differences.length : range.found;
  const repairing = { end, looks, repairs, found, firstKey: range?.firstKey ?? run.keys.length };
  return { run: { ...confirmed, range: repairing }, next: "repair" };
}

function withDifferences(run: VerificationRun, found: readonly RowDifference[]): VerificationRun {
  const differences: Record<DifferenceKind, number> = { ...run.differences };
  for (const { kind } of found) differences[kind] += 1;
  const shown = found.slice(0, Math.max(0, keysKept - run.keys.length));
  return { ...run, differences, keys: [...run.keys, ...shown.map((each) => ({ ...each, repaired: false }))] };
}

/** @param standing how many of its rows differ still */
function pastRange(run: VerificationRun, look: Look, standing: number): AfterLook {
  const { range, ...rest } = run;
  const wasRepaired = range !== undefined && range.repairs > 0;
  const left = new Set(look.differences.map(({ key }) => JSON.stringify(key)));
  const keys = wasRepaired
    ? run.keys.map((key, at) => ({
        ...key,
        repaired: key.repaired || (at >= range.firstKey && !left.has(JSON.stringify(key.key))),
      }))
    : run.keys;
  const repaired = wasRepaired ? Math.max(0, range.found - standing) : 0;
  const past = { ...rest, cursor: look.end, rows: run.rows + look.rows, keys, repaired: run.repaired + repaired };
  return { run: past, next: look.end === undefined ? "end" : "go-on" };
}

/** The run after a step that worked. */
export function afterSuccess(run: VerificationRun, at: string): VerificationRun {
  return { ...run, attempts: 0, updatedAt: at, error: undefined, fix: undefined, retryAt: undefined };
}

export function afterFailure(
  run: VerificationRun,
  failure: { readonly error: string; readonly fix: string | undefined; readonly at: string; readonly retryAt: string },
): VerificationRun {
  const { at, ...what } = failure;
  return { ...run, ...what, attempts: run.attempts + 1, updatedAt: at };
}

/** What stands when a run is over. */
export function resultOf(run: VerificationRun, at: string, failed = false): VerificationResult {
  const { repair, askedBy, askedAt, startedAt, loadId, rows, total, differences, repaired, keys, error, fix } = run;
  const counts = { repair, askedBy, askedAt, startedAt, loadId, rows, total, differences, repaired, keys };
  return { ...counts, error, fix, result: failed ? "failed" : outcome(run), finishedAt: at };
}

function outcome(counts: VerificationCounts): VerificationResult["result"] {
  if (differingRows(counts) === 0) return "equal";
  return standingDifferences(counts) === 0 ? "repaired" : "different";
}
