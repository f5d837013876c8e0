import { otherTables } from "./telemetry-names.ts";

/**
 * Which tables have series of their own: the first ones that are seen, up to a number; all others share one. Every series is
 * stored and paid for by the minute.
 */
export class TableSlots {
  readonly #most: number;
  readonly #named = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The value of the attribute `table`. */
  of(table: string): string {
    if (this.#named.has(table)) return table;
    if (this.#named.size >= this.#most) return otherTables;
    this.#named.add(table);
    return table;
  }
}
