/**
 * Work that may have to wait: it yields what must be awaited before it goes on. A generator, not an async function,
 * because most statements never wait, and because scalar functions must run to their end within an expression.
 */
export type Step<T> = Generator<Promise<unknown>, T, undefined>;

/** Runs work to its end, awaiting what it yields. */
export async function drive<T>(step: Step<T>): Promise<T> {
  let next = step.next();
  while (next.done !== true) {
    try {
      await next.value;
    } catch (error) {
      next = step.throw(error);
      continue;
    }
    next = step.next();
  }
  return next.value;
}

/** Runs work that has nothing to wait for. @throws Error where it does */
export function runNow<T>(step: Step<T>): T {
  const next = step.next();
  if (next.done !== true) throw new Error("something in a function pauses");
  return next.value;
}
