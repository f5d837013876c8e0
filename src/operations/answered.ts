/** No answer came in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * The result of `work` if it comes within `ms`. What is late is not ended by it: nobody waits for it any more.
 * @throws NoAnswer when it does not; what `work` throws
 */
export async function answered<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${Math.round(ms / 100) / 10} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
