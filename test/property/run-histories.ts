import type { History } from "./history.ts";
import { historyText } from "./history-text.ts";
import type { HistoryServers } from "./history-world.ts";
import { playHistory, type Problem } from "./play-history.ts";
import { shrinkHistory } from "./shrink-history.ts";

/** A history that went wrong, cut down to what is needed for it. */
export interface Failure {
  readonly seed: number;
  readonly problem: Problem;
  readonly history: History;
  /** How often histories were played to cut it down. */
  readonly attempts: number;
}

export interface ShrinkOptions {
  readonly servers: HistoryServers;
  /** No longer than that, ms. */
  readonly mostMs: number;
  readonly isStopped?: () => boolean;
}

/** Cuts a history that went wrong down while it goes wrong in the same way. */
export async function shrinkFailure(history: History, problem: Problem, options: ShrinkOptions): Promise<Failure> {
  const { servers, mostMs, isStopped = () => false } = options;
  const endsAt = Date.now() + mostMs;
  let [last, attempts] = [problem, 0];
  const fails = async (fewer: History): Promise<boolean> => {
    attempts++;
    const found = await playHistory(servers, fewer);
    if (found?.kind !== problem.kind) return false;
    last = found;
    return true;
  };
  const smallest = await shrinkHistory(history, { fails, isOver: () => Date.now() > endsAt || isStopped() });
  return { seed: history.seed, problem: last, history: smallest, attempts };
}

/** For a person: what went wrong, the history cut down, and how it is played again. */
export function failureText({ seed, problem, history, attempts }: Failure, steps?: number): string {
  const count = `${history.steps.length} step${history.steps.length === 1 ? "" : "s"}`;
  const again = `npm run soak -- --seed ${seed} --histories 1${steps === undefined ? "" : ` --steps ${steps}`}`;
  return `history ${seed}: ${problem.kind}: ${problem.what}

cut down to ${count} by playing ${attempts} shorter ones:
${historyText(history)}
then all faults end, all tables are tracked and enabled, and time passes

the whole of it again: ${again}`;
}
