import type { Clock } from "../clock.ts";
import { isShortLived, sqlErrorNumber } from "../db/sql-error.ts";

export interface RetryOptions {
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** ms since the epoch: no new attempt starts after it. */
  readonly endsAt: number;
  /** Which errors are worth another attempt; by default those of `isShortLived`. */
  readonly passes?: (error: unknown) => boolean;
  readonly onRetry: (
    again: {
      readonly attempt: number;
      readonly sqlError: number | undefined;
      readonly ms: number;
    },
    error: unknown,
  ) => void;
}

/** Waits before the second, third and fourth attempt, ms; half of each at least, the rest is chance. */
const waits = [200, 1_000, 4_000];

/**
 * Runs a step again where its error is of those that pass within seconds: a deadlock, throttling, a failover that is under way. A step that
 * failed wrote nothing, or the ledger says what it wrote: each attempt reads where it stands.
 * @throws the last attempt's error
 */
export async function retryStep<T>(step: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, endsAt, passes = isShortLived, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      const longest = waits[attempt - 1];
      if (longest === undefined || !passes(error) || signal.aborted) throw error;
      const ms = Math.round(longest * (1 - random() / 2));
      if (clock.now() + ms >= endsAt) throw error;
      onRetry({ attempt, sqlError: sqlErrorNumber(error), ms }, error);
      await clock.sleep(ms, signal);
      if (signal.aborted) throw error;
    }
  }
}
