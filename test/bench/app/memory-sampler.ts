import { residentMegabytes } from "../resident-memory.ts";

const everyMs = 200;

/** The resident memory of a process that may be replaced by another one meanwhile, looked at five times a second. */
export class MemorySampler {
  readonly #pid: () => number;
  readonly #timer: NodeJS.Timeout;
  /** MB, of the last look. */
  current = 0;
  /** MB, over all processes that were looked at. */
  peak = 0;

  constructor(pid: () => number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  stop(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  #look(): void {
    const megabytes = residentMegabytes(this.#pid());
    if (megabytes === undefined) return;
    this.current = megabytes;
    this.peak = Math.max(this.peak, megabytes);
  }
}
