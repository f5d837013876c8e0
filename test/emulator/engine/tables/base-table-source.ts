import type { TableObject } from "../../storage/database-model.ts";
import type { ReadView } from "../../storage/read-view.ts";
import type { RowCursor } from "../../storage/row-cursor.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import type { IndexShape, RowHandle, RowIterator, RowSource, SeekRange } from "../query/row-source.ts";
import type { Runtime } from "../runtime.ts";

interface StoredIndexShape extends IndexShape {
  readonly indexId: number;
}

/** How a statement reads a table: its own view, or what a hint says. */
export type ViewOf = (runtime: Runtime) => ReadView;

/** A table of a database, #temp tables and table variables included. */
export class BaseTableSource implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes: readonly StoredIndexShape[];
  readonly table: TableObject;
  readonly #view: ViewOf;

  constructor(table: TableObject, view: ViewOf) {
    this.table = table;
    this.#view = view;
    this.types = table.columns.map((column) => column.type);
    // A filtered index does not hold all rows, so it answers no question about all of them.
    this.indexes = table.store.indexes
      .filter((spec) => spec.holds === undefined)
      .map((spec) => ({
        indexId: spec.indexId,
        unique: spec.unique,
        columns: spec.keys.map((key) => ({ index: key.ordinal, descending: key.descending })),
      }));
  }

  rowCount(): number {
    return this.table.store.rowCount;
  }

  scan(runtime: Runtime): RowIterator {
    return new StoredRows(this.table.store.scan(this.#view(runtime)));
  }

  seek(runtime: Runtime, index: IndexShape, range: SeekRange): RowIterator {
    const { equal, lower, upper, reverse } = range;
    const from = lower
      ? { values: [...equal, ...lower.values], inclusive: lower.inclusive }
      : equal.length > 0
        ? { values: equal, inclusive: true }
        : undefined;
    const to = upper
      ? { values: [...equal, ...upper.values], inclusive: upper.inclusive }
      : equal.length > 0
        ? { values: equal, inclusive: true }
        : undefined;
    return new StoredRows(
      this.table.store.scan(this.#view(runtime), {
        indexId: (index as StoredIndexShape).indexId,
        reverse,
        ...(from ? { from } : {}),
        ...(to ? { to } : {}),
      }),
    );
  }
}

/** A class, not an object of closures: a join opens one for each row. */
class StoredRows implements RowIterator {
  readonly #cursor: RowCursor;

  constructor(cursor: RowCursor) {
    this.#cursor = cursor;
  }

  next(): SqlRow | undefined {
    return this.#cursor.next();
  }

  handle(): RowHandle {
    return this.#cursor.entry;
  }
}
