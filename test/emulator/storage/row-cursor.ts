import type { SqlRow } from "../values/sql-type.ts";
import type { IndexCursor } from "./index-store.ts";
import { LockConflict, type LockManager } from "./locks.ts";
import type { ReadView } from "./read-view.ts";
import { versionAt, type RowEntry } from "./row-entry.ts";

/** Rows of one range as a view sees them. */
export class RowCursor {
  readonly #cursor: IndexCursor;
  readonly #view: ReadView;
  readonly #locks: LockManager;
  #entry: RowEntry | undefined;

  constructor(cursor: IndexCursor, view: ReadView, locks: LockManager) {
    this.#cursor = cursor;
    this.#view = view;
    this.#locks = locks;
  }

  /** The entry of the row that `next` returned last: what update and delete take. */
  get entry(): RowEntry {
    if (this.#entry === undefined) throw new Error("the cursor stands on no row");
    return this.#entry;
  }

  /**
   * The next row, or undefined at the end. Do not write into it.
   * @throws LockConflict and stays before the row: call again after the wait
   */
  next(): SqlRow | undefined {
    for (let entry = this.#cursor.peek(); entry !== undefined; entry = this.#cursor.peek()) {
      const row = this.#visible(entry);
      this.#cursor.advance();
      if (row !== undefined) {
        this.#entry = entry;
        return row;
      }
    }
    this.#entry = undefined;
    return undefined;
  }

  #visible(entry: RowEntry): SqlRow | undefined {
    const view = this.#view;
    const { writer } = entry;
    if (writer === view.transaction) return entry.deleted ? undefined : entry.row;
    if (view.uncommitted === "older") return versionAt(entry, view.snapshot);
    if (writer !== null) {
      if (view.uncommitted === "dirty") return entry.deleted ? undefined : entry.row;
      if (view.uncommitted === "skip") return undefined;
      throw new LockConflict([writer]);
    }
    if (entry.deleted) return undefined;
    if (view.uncommitted === "dirty" || !this.#locks.any) return this.#kept(entry);
    const blockers = this.#locks.blockers(view.transaction, entry, view.keep ?? "S");
    if (blockers.length === 0) return this.#kept(entry);
    if (view.uncommitted === "skip") return undefined;
    throw new LockConflict(blockers);
  }

  #kept(entry: RowEntry): SqlRow {
    const { keep, keepTable, transaction } = this.#view;
    if (keep !== undefined && keepTable !== true && !this.#locks.heldModes(transaction, entry).includes(keep)) {
      this.#locks.acquire(transaction, entry, keep);
    }
    return entry.row;
  }
}
