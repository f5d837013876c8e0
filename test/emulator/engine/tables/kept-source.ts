import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import type { IndexShape, RowIterator, RowSource } from "../query/row-source.ts";
import type { Runtime } from "../runtime.ts";

/** Rows that are worked out once a statement: system views, functions. */
export class KeptSource implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes: readonly IndexShape[] = [];
  readonly #make: (runtime: Runtime) => Iterable<SqlRow>;
  readonly #guess: number;

  constructor(types: readonly SqlType[], make: (runtime: Runtime) => Iterable<SqlRow>, guess = 100) {
    this.types = types;
    this.#make = make;
    this.#guess = guess;
  }

  #rows(runtime: Runtime): readonly SqlRow[] {
    let rows = runtime.cache.get(this) as readonly SqlRow[] | undefined;
    if (!rows) {
      rows = [...this.#make(runtime)];
      runtime.cache.set(this, rows);
    }
    return rows;
  }

  rowCount(runtime: Runtime): number {
    return (runtime.cache.get(this) as readonly SqlRow[] | undefined)?.length ?? this.#guess;
  }

  scan(runtime: Runtime): RowIterator {
    const rows = this.#rows(runtime);
    let at = 0;
    return { next: () => rows[at++] };
  }

  seek(): RowIterator {
    throw new TypeError("no index");
  }
}
