import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Compiled } from "../expressions/compiled.ts";
import { comparerOf } from "../expressions/compare.ts";
import type { Runtime } from "../runtime.ts";

/** What the slots of a query hold at one moment, kept for later. */
export type KeptFrame = SqlRow[];

export class FrameKeeper {
  readonly #slots: readonly number[];

  constructor(slots: Iterable<number>) {
    this.#slots = [...slots];
  }

  keep(runtime: Runtime): KeptFrame {
    const { frame } = runtime;
    return this.#slots.map((slot) => frame[slot]!);
  }

  restore(runtime: Runtime, kept: KeptFrame): void {
    const { frame } = runtime;
    for (let at = 0; at < this.#slots.length; at++) frame[this.#slots[at]!] = kept[at]!;
  }
}

export interface SortKey {
  readonly value: Compiled;
  readonly descending: boolean;
}

/** NULL comes first, or last when descending. */
export function sortComparer(
  keys: readonly { readonly type: SqlType; readonly descending: boolean }[],
): (a: readonly SqlValue[], b: readonly SqlValue[]) => number {
  const compares = keys.map(({ type, descending }) => {
    const compare = comparerOf(type);
    const sign = descending ? -1 : 1;
    return (a: SqlValue, b: SqlValue): number => {
      if (a === null) return b === null ? 0 : -sign;
      if (b === null) return sign;
      return compare(a, b) * sign;
    };
  });
  return (a, b) => {
    for (let at = 0; at < compares.length; at++) {
      const order = compares[at]!(a[at]!, b[at]!);
      if (order !== 0) return order;
    }
    return 0;
  };
}
