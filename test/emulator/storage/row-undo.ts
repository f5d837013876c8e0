import type { SqlRow } from "../values/sql-type.ts";
import type { RowEntry } from "./row-entry.ts";
import type { Transaction, Undo } from "./transaction.ts";

/** What undo needs of a table. */
interface UndoneTable {
  rowCount: number;
  forget(entry: RowEntry): void;
}

/** How an entry stood before a write. */
export class WriteUndo implements Undo {
  readonly #table: UndoneTable;
  readonly #entry: RowEntry;
  readonly #row: SqlRow;
  readonly #deleted: boolean;
  readonly #stamp: number;
  readonly #writer: Transaction | null;
  readonly #older: RowEntry["older"];

  constructor(table: UndoneTable, entry: RowEntry) {
    this.#table = table;
    this.#entry = entry;
    this.#row = entry.row;
    this.#deleted = entry.deleted;
    this.#stamp = entry.stamp;
    this.#writer = entry.writer;
    this.#older = entry.older;
  }

  undo(): void {
    const entry = this.#entry;
    if (entry.deleted && !this.#deleted) this.#table.rowCount++;
    entry.row = this.#row;
    entry.deleted = this.#deleted;
    entry.stamp = this.#stamp;
    entry.writer = this.#writer;
    entry.older = this.#older;
  }
}

export class InsertUndo implements Undo {
  readonly #table: UndoneTable;
  readonly #entry: RowEntry;

  constructor(table: UndoneTable, entry: RowEntry) {
    this.#table = table;
    this.#entry = entry;
  }

  undo(): void {
    this.#table.rowCount--;
    this.#table.forget(this.#entry);
  }
}
