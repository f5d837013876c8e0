import type { Cursor } from "./cursor.ts";

/** How a row of the replica differs: it is not there, it is there and should not be, or its bytes are others. */
export type DifferenceKind = "missing" | "extra" | "different";

export interface RowDifference {
  readonly key: Cursor;
  readonly kind: DifferenceKind;
}

/** A row that was found to differ twice. */
export interface DifferingKey extends RowDifference {
  readonly repaired: boolean;
}

/** Who asked: an operator, or the schedule of the sweep. */
export type AskedBy = "http" | "schedule";

/** What a comparison of all rows of a table has found so far, or found. */
export interface VerificationCounts {
  /** Differing ranges are loaded again. */
  readonly repair: boolean;
  readonly askedBy: AskedBy;
  /** ISO 8601, the app's clock, as all times here. */
  readonly askedAt: string;
  readonly startedAt?: string | undefined;
  /** The ledger's number of the load whose rows are compared, decimal: another load makes what was found void. */
  readonly loadId?: string | undefined;
  /** Rows of the primary in the ranges that are done. */
  readonly rows: number;
  /** Rows on the primary at the start, as far as its metadata knows. */
  readonly total: number;
  readonly differences: Readonly<Record<DifferenceKind, number>>;
  /** How many of them are equal by now. */
  readonly repaired: number;
  /** The first of them. */
  readonly keys: readonly DifferingKey[];
}

/** A range behind the cursor's that differed and is looked at again after the next delta. */
export interface SuspectRange {
  /** Its last key; null: it has no end. */
  readonly end: Cursor | null;
  /** How often it has differed. */
  readonly looks: number;
  readonly repairs: number;
  /** Differing rows of it that are among the differences. */
  readonly found: number;
  /** Where its keys begin among `keys`. */
  readonly firstKey: number;
}

/** A comparison that is under way: a walk over the table in the order of its key. */
export interface VerificationRun extends VerificationCounts {
  readonly updatedAt: string;
  /** All rows up to this key are done; undefined: none are. */
  readonly cursor?: Cursor | undefined;
  readonly range?: SuspectRange | undefined;
  /** Failures in a row. */
  readonly attempts: number;
  readonly error?: string | undefined;
  readonly fix?: string | undefined;
  /** Not gone on with before. */
  readonly retryAt?: string | undefined;
}

export interface VerificationResult extends VerificationCounts {
  /** "different": differences stand; "failed": not all rows could be compared. */
  readonly result: "equal" | "repaired" | "different" | "failed";
  readonly finishedAt: string;
  readonly error?: string | undefined;
  readonly fix?: string | undefined;
}

/** What is kept of one table: the comparison that is under way, and the last one that ended. */
export interface Verification {
  readonly run?: VerificationRun | undefined;
  readonly last?: VerificationResult | undefined;
}

export function differingRows({ differences }: Pick<VerificationCounts, "differences">): number {
  return differences.missing + differences.extra + differences.different;
}

/** Differing rows that nobody has repaired, as far as they were looked at. */
export function standingDifferences(counts: Pick<VerificationCounts, "differences" | "repaired">): number {
  return differingRows(counts) - counts.repaired;
}
