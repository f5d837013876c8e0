import type { HistoryServers } from "./history-world.ts";
import { makeHistory } from "./make-history.ts";
import { playHistory } from "./play-history.ts";
import { type Failure, shrinkFailure } from "./run-histories.ts";
import type { SoakArguments } from "./soak-arguments.ts";

export interface SoakResult {
  /** Histories that were played to their end, the one that went wrong included. */
  readonly played: number;
  readonly seconds: number;
  /** Ended by a signal. */
  readonly stopped: boolean;
  readonly failure: Failure | undefined;
}

/** How long the history that went wrong is cut down, ms. */
const shrinkMs = 120_000;

/**
 * Plays one history after the other until one goes wrong, all are played, or `signal` aborts: the one that is under way is then played to
 * its end.
 * @param onProgress a line for a person, after each
 */
export async function soak(
  servers: HistoryServers,
  { histories, seed, steps }: Pick<SoakArguments, "histories" | "seed" | "steps">,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<SoakResult> {
  const startedAt = Date.now();
  const result = (played: number, failure?: Failure): SoakResult => ({
    played,
    seconds: (Date.now() - startedAt) / 1000,
    stopped: signal.aborted,
    failure,
  });
  for (let played = 0; played < histories; played++) {
    if (signal.aborted) return result(played);
    const history = makeHistory(seed + played, steps === undefined ? {} : { steps });
    const problem = await playHistory(servers, history);
    if (problem !== undefined) {
      onProgress(`history ${history.seed} went wrong (${problem.kind}); cutting it down, up to ${shrinkMs / 1000} s`);
      const options = { servers, mostMs: shrinkMs, isStopped: () => signal.aborted };
      return result(played + 1, await shrinkFailure(history, problem, options));
    }
    onProgress(progressText(played + 1, histories, Date.now() - startedAt));
  }
  return result(histories);
}

function progressText(played: number, all: number, ms: number): string {
  const rate = (played * 1000) / ms;
  return `${played} of ${all} histories, ${rate.toFixed(2)}/s, ${durationText((all - played) / rate)} left`;
}

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  return whole < 7200 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
