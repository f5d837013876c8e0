import { setTimeout as delay } from "node:timers/promises";

/** Time as a parameter, so that tests decide what time it is and how long a wait takes. */
export interface Clock {
  /** ms since the epoch */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal aborts: the caller looks at the signal itself. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
