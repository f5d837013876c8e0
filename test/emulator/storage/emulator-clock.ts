/** The emulator's wall clock: real time plus an offset that tests move. Shared by all databases of one server. */
export class EmulatorClock {
  #offset = 0;
  readonly #realNow: () => number;

  /** `realNow` in ms since 1970 (UTC), may have fractions. */
  constructor(realNow: () => number = () => performance.timeOrigin + performance.now()) {
    this.#realNow = realNow;
  }

  /** Milliseconds since 1970-01-01 UTC, with fractions. */
  now(): number {
    return this.#realNow() + this.#offset;
  }

  /** Moves the clock forward (or back, with a negative number); change tracking cleanup that falls due runs at the next access. */
  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }
}
