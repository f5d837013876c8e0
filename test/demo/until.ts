/**
 * Asks every `everyMs` until the answer is neither undefined nor false.
 * @throws after `seconds`, naming what was waited for and the last failure of the question itself
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { seconds = 60, everyMs = 100 }: { readonly seconds?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`, { cause });
    await new Promise((done) => setTimeout(done, everyMs));
  }
}
