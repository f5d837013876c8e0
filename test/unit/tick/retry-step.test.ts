import { describe, expect, it } from "vitest";
import { retryStep, type RetryOptions } from "../../../src/tick/retry-step.ts";

const deadlock = Object.assign(new Error("deadlock"), { number: 1205 });

/** Fails with each error in turn, then succeeds; the clock moves by what is slept. */
function run(errors: readonly Error[], options: Partial<RetryOptions> = {}) {
  let now = 0;
  let attempts = 0;
  const retries: unknown[] = [];
  const result = retryStep(
    () => {
      const error = errors[attempts++];
      return error === undefined ? Promise.resolve("done") : Promise.reject(error);
    },
    {
      clock: { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) },
      random: () => 0.5,
      signal: new AbortController().signal,
      endsAt: 60_000,
      onRetry: (again) => retries.push(again),
      ...options,
    },
  );
  return { result, retries, attempts: () => attempts };
}

describe("retryStep", () => {
  it("tries again after a deadlock, with growing waits that chance shortens", async () => {
    const { result, retries } = run([deadlock, deadlock, deadlock]);
    await expect(result).resolves.toBe("done");
    expect(retries).toEqual([
      { attempt: 1, sqlError: 1205, ms: 150 },
      { attempt: 2, sqlError: 1205, ms: 750 },
      { attempt: 3, sqlError: 1205, ms: 3000 },
    ]);
  });

  it("gives up after the fourth attempt, with its error", async () => {
    const last = new Error("relay", { cause: deadlock });
    const { result, attempts } = run([deadlock, deadlock, deadlock, last]);
    await expect(result).rejects.toBe(last);
    expect(attempts()).toBe(4);
  });

  it("sees the number below other errors", async () => {
    await expect(run([new Error("apply", { cause: { number: 40501 } })]).result).resolves.toBe("done");
  });

  it.each([
    ["a constraint", Object.assign(new Error("x"), { number: 547 }), {}],
    ["a lost connection: the next tick connects anew", Object.assign(new Error("x"), { code: "ESOCKET" }), {}],
    ["a budget that would be over", deadlock, { endsAt: 150 }],
    ["a stop", deadlock, { signal: AbortSignal.abort() }],
  ])("does not try again after %s", async (_, error, options) => {
    const { result, attempts } = run([error], options);
    await expect(result).rejects.toBe(error);
    expect(attempts()).toBe(1);
  });
});
