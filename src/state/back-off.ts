const shortestMs = 5_000;
const longestMs = 300_000;

/**
 * When a failed table is looked at again: 5 s after the first failure, twice that after each further one up to 5
 * minutes, less a random part of up to a quarter, so that tables that failed together do not come back together.
 * @param attempts failures in a row, 1 after the first
 * @param now ms since the epoch
 * @param random 0 (included) to 1 (excluded)
 * @returns ms since the epoch
 */
export function nextRetry(attempts: number, now: number, random: number): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 16));
  return now + Math.max(shortestMs, Math.round(full * (1 - random / 4)));
}
