import type { Transaction } from "./transaction.ts";

/** How a statement sees rows. Made by `readCommitted`, `snapshotView` and so on, once a statement. */
export interface ReadView {
  readonly transaction: Transaction;
  /** Infinity: the newest committed state. */
  readonly snapshot: number;
  /**
   * A row that another open transaction has written:
   * "wait" throws LockConflict (READ COMMITTED and up), "older" takes the version of the snapshot, "dirty" takes it as
   * it stands (READ UNCOMMITTED, NOLOCK), "skip" leaves the row out (READPAST).
   */
  readonly uncommitted: "wait" | "older" | "dirty" | "skip";
  /** Locks kept on the rows read until the transaction ends: REPEATABLE READ is "S", UPDLOCK "U", XLOCK "X". */
  readonly keep?: "S" | "U" | "X";
  /** SERIALIZABLE, HOLDLOCK: the whole table is locked in the mode of `keep` (no phantoms; coarser than key ranges). */
  readonly keepTable?: boolean;
}

/** READ COMMITTED without READ_COMMITTED_SNAPSHOT. */
export function readCommitted(transaction: Transaction): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "wait" };
}

/** READ UNCOMMITTED and NOLOCK. */
export function readUncommitted(transaction: Transaction): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "dirty" };
}

export function readPast(transaction: Transaction): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "skip" };
}

export function repeatableRead(transaction: Transaction): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "wait", keep: "S" };
}

export function serializable(transaction: Transaction): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "wait", keep: "S", keepTable: true };
}

/** UPDLOCK, XLOCK; with HOLDLOCK when `table` is true. */
export function withLocks(transaction: Transaction, keep: "S" | "U" | "X", table = false): ReadView {
  return { transaction, snapshot: Infinity, uncommitted: "wait", keep, keepTable: table };
}

/**
 * A snapshot: of the transaction (SNAPSHOT isolation: `transaction.takeSnapshot()`) or of the statement
 * (READ_COMMITTED_SNAPSHOT: `server.commits.openSnapshot()`, closed at the statement's end). The own writes are seen.
 */
export function snapshotView(transaction: Transaction, snapshot: number): ReadView {
  return { transaction, snapshot, uncommitted: "older" };
}
