import { type Clock, systemClock } from "../clock.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { deleteIfEqual, extendIfEqual, takeLease } from "./redis-scripts.ts";
import type { SyncState } from "./sync-state.ts";

export interface LeaseOptions {
  /** The system's sleep where it has none. */
  readonly clock: Pick<Clock, "now"> & Partial<Pick<Clock, "sleep">>;
  /** 0 (included) to 1 (excluded); makes the token that names this holder. */
  readonly random: () => number;
  /** Hands on an abort from outside; without effect on the lease itself. */
  readonly signal?: AbortSignal;
  /** ms that the key lives without renewal; 10 s. */
  readonly ttlMs?: number;
  /** ms between renewals; 3 s. */
  readonly renewEveryMs?: number;
}

/** A table, by name or by its `tableKey`; or work of the app that is no table's. */
export type LeaseOf = TableName | string | { readonly app: string };

export type LeaseResult<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "held-elsewhere" };

/** The reason of the signal when somebody else has the lease by now, or Redis could not be asked for too long. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/**
 * Runs `work` while holding a lease. A lease keeps two workers from doing the same work at once; it never decides what
 * is right: that is the fence's part. At the end it is given back, if it is still ours.
 * @param work its signal aborts when the lease is lost, with LeaseLost as its reason, or with `options.signal`
 * @throws RedisUnavailable when the lease cannot be asked for; what `work` throws
 */
export async function withLease<T>(
  state: SyncState,
  of: LeaseOf,
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<LeaseResult<T>> {
  const { clock, random, ttlMs = 10_000, renewEveryMs = 3_000 } = options;
  const { sleep } = { ...systemClock, ...clock };
  const name = typeof of === "string" ? of : "app" in of ? of.app : tableKey(of);
  const key = typeof of !== "string" && "app" in of ? state.keys.appLease(of.app) : state.keys.lease(name);
  const what = `the lease of ${name}`;
  const token = Array.from({ length: 4 }, () => Math.floor(random() * 0xffff_ffff).toString(36)).join("-");

  const askedAt = clock.now();
  const taken = await state.redis.run(`take ${what}`, (client) =>
    client.eval(takeLease, { keys: [key], arguments: [token, ttlMs.toString()] }),
  );
  if (taken !== 1) return { kind: "held-elsewhere" };

  const lost = new AbortController();
  const over = new AbortController();
  const renewing = renew();
  try {
    return {
      kind: "done",
      value: await work(options.signal === undefined ? lost.signal : AbortSignal.any([lost.signal, options.signal])),
    };
  } finally {
    over.abort();
    await renewing;
    const release = () =>
      state.redis.run(`release ${what}`, (client) => client.eval(deleteIfEqual, { keys: [key], arguments: [token] }));
    // Once more where the connection was lost: another one may stand. At worst the lease ends by itself within its time.
    await release().catch(() => release().catch(() => undefined));
  }

  async function renew(): Promise<void> {
    // Reckoned from before the request was sent, so that our belief never outlives the key.
    let heldUntil = askedAt + ttlMs;
    for (;;) {
      await sleep(Math.max(0, Math.min(renewEveryMs, heldUntil - clock.now())), over.signal);
      if (over.signal.aborted) return;
      const sentAt = clock.now();
      const answer = await before(heldUntil, extend());
      if (over.signal.aborted) return;
      if (answer === "renewed") heldUntil = sentAt + ttlMs;
      else if (answer === "taken") return lost.abort(new LeaseLost(`somebody else holds ${what}`));
      else if (answer === undefined || clock.now() >= heldUntil) {
        return lost.abort(new LeaseLost(`${what} could not be renewed in time`, { cause: answer }));
      }
    }
  }

  /** An error is an answer here: Redis may be back before the lease runs out. */
  async function extend(): Promise<"renewed" | "taken" | Error> {
    try {
      const reply = await state.redis.run(`renew ${what}`, (client) =>
        client.eval(extendIfEqual, { keys: [key], arguments: [token, ttlMs.toString()] }),
      );
      return reply === 1 ? "renewed" : "taken";
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** undefined when the time comes first. */
  async function before<R>(time: number, answer: Promise<R>): Promise<R | undefined> {
    const answered = new AbortController();
    const signal = AbortSignal.any([over.signal, answered.signal]);
    try {
      return await Promise.race([answer, sleep(time - clock.now(), signal).then(() => undefined)]);
    } finally {
      answered.abort();
    }
  }
}
