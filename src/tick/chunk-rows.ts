/** The rows of the first chunk where FULL_LOAD_CHUNK_ROWS is `auto`: nothing is known of the table's speed yet. */
const firstChunkRows = 5_000;
const mostChunkRows = 1_000_000;

/** What the last chunk took. */
export interface ChunkTiming {
  readonly rows: number;
  readonly ms: number;
}

/**
 * Rows of the next chunk. `auto` aims at one timer period from what the last chunk took, and at most quadruples, so
 * that one lucky measurement does not make an endless step.
 */
export function chunkRows(setting: number | "auto", last: ChunkTiming | undefined, periodMs: number): number {
  if (setting !== "auto") return setting;
  if (last === undefined || last.rows === 0) return firstChunkRows;
  const aim = Math.round((last.rows * periodMs) / Math.max(last.ms, 1));
  return Math.max(1_000, Math.min(aim, last.rows * 4, mostChunkRows));
}

/** The period of a schedule that fires every n seconds, in ms; 5 s for any other. */
export function timerPeriodMs(schedule: string): number {
  const seconds = /^\*(?:\/(\d+))?\s+\*\s+\*\s+\*\s+\*\s+\*$/.exec(schedule.trim());
  return seconds === null ? 5_000 : Number(seconds[1] ?? 1) * 1_000;
}
