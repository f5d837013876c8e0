import { AppStopping } from "./app-stopping.ts";

/** The invocations that are under way in this process: its end waits for them. */
export class RunningWork {
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopping: AbortSignal;

  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
  }

  /**
   * Runs the work of an invocation.
   * @throws AppStopping where the process is about to end: the host may start an overdue timer even then
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#stopping.aborted) throw new AppStopping();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when all that runs now has ended, or after `ms`. @returns whether it has ended */
  async ended(ms: number): Promise<boolean> {
    if (this.#running.size === 0) return true;
    return within(ms, Promise.allSettled([...this.#running]));
  }
}

/** Waits for `work`, for `ms` at most; never keeps the process alive by that. @returns whether it came to its end */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
