import { sqlError } from "../values/error-table.ts";

/**
 * Locks by resource (a table's store, a row's entry, the text of an application lock), as "Transaction locking and row
 * versioning guide" has them. Statements run without a pause: a lock that cannot be had at once throws `LockConflict`;
 * the engine undoes the statement, awaits `LockManager.wait`, and runs it again.
 *
 * The exclusive lock of a row that was written is not kept here: it is `RowEntry.writer`.
 */
export type LockMode = "Sch-S" | "Sch-M" | "IS" | "IX" | "S" | "U" | "SIX" | "X";

const COMPATIBLE: Readonly<Record<LockMode, readonly LockMode[]>> = {
  "Sch-S": ["Sch-S", "IS", "IX", "S", "U", "SIX", "X"],
  "Sch-M": [],
  IS: ["Sch-S", "IS", "IX", "S", "U", "SIX"],
  IX: ["Sch-S", "IS", "IX"],
  S: ["Sch-S", "IS", "S", "U"],
  U: ["Sch-S", "IS", "S"],
  SIX: ["Sch-S", "IS"],
  X: ["Sch-S"],
};

/** Who holds locks: a transaction, or a session (sp_getapplock with the owner Session). */
export interface LockOwner {
  /** Owners with one session id never stand in each other's way. */
  readonly spid: number;
  /** SET DEADLOCK_PRIORITY: -10..10. */
  readonly deadlockPriority: number;
  /** How much would be undone; the cheaper one is the victim. */
  readonly undoSize: number;
}

export type LockResource = object | string;

/** A lock is held by others. Never reaches a client: the engine waits and runs the statement again. */
export class LockConflict extends Error {
  override readonly name = "LockConflict";
  readonly holders: readonly LockOwner[];

  constructor(holders: readonly LockOwner[]) {
    super(`waits for session ${holders.map((holder) => holder.spid).join(", ")}`);
    this.holders = holders;
  }
}

export interface WaitOptions {
  /** SET LOCK_TIMEOUT in ms; -1: no limit; 0: no wait at all. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly owner: LockOwner;
  readonly holders: ReadonlySet<LockOwner>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class LockManager {
  readonly #held = new Map<LockResource, Map<LockOwner, Map<LockMode, number>>>();
  readonly #byOwner = new Map<LockOwner, Set<LockResource>>();
  readonly #waiters = new Map<number, Waiter>();
  /** How many locks other than Sch-S are held. */
  #strict = 0;

  /** False: no lock is held that could stand in the way of reading, so that hot paths need not ask. */
  get any(): boolean {
    return this.#strict > 0;
  }

  /** The sessions that wait now, each with those it waits for (sys.dm_exec_requests.blocking_session_id). */
  waiting(): readonly { readonly spid: number; readonly blockedBy: readonly number[] }[] {
    return [...this.#waiters.values()].map((waiter) => ({
      spid: waiter.owner.spid,
      blockedBy: [...waiter.holders].map((holder) => holder.spid),
    }));
  }

  /** Who stands in the way of that mode; an empty list: nobody. */
  blockers(owner: LockOwner, resource: LockResource, mode: LockMode): LockOwner[] {
    const holders = this.#held.get(resource);
    if (holders === undefined) return [];
    const compatible = COMPATIBLE[mode];
    const blockers: LockOwner[] = [];
    for (const [holder, modes] of holders) {
      if (holder === owner || holder.spid === owner.spid) continue;
      for (const held of modes.keys()) {
        if (!compatible.includes(held)) {
          blockers.push(holder);
          break;
        }
      }
    }
    return blockers;
  }

  /** @throws LockConflict when others hold the resource in a way that does not go with `mode` */
  check(owner: LockOwner, resource: LockResource, mode: LockMode): void {
    if (!this.#held.has(resource)) return;
    const blockers = this.blockers(owner, resource, mode);
    if (blockers.length > 0) throw new LockConflict(blockers);
  }

  /** Takes the lock until `release` or `releaseAll`; counts how often it was taken. @throws LockConflict */
  acquire(owner: LockOwner, resource: LockResource, mode: LockMode): void {
    this.check(owner, resource, mode);
    let holders = this.#held.get(resource);
    if (holders === undefined) this.#held.set(resource, (holders = new Map<LockOwner, Map<LockMode, number>>()));
    let modes = holders.get(owner);
    if (modes === undefined) {
      holders.set(owner, (modes = new Map<LockMode, number>()));
      const resources = this.#byOwner.get(owner);
      if (resources === undefined) this.#byOwner.set(owner, new Set([resource]));
      else resources.add(resource);
    }
    const count = modes.get(mode) ?? 0;
    if (count === 0 && mode !== "Sch-S") this.#strict++;
    modes.set(mode, count + 1);
  }

  /** The modes in which an owner holds a resource. */
  heldModes(owner: LockOwner, resource: LockResource): readonly LockMode[] {
    return [...(this.#held.get(resource)?.get(owner)?.keys() ?? [])];
  }

  /** Everything that is held now, for sys.dm_tran_locks and APPLOCK_MODE. */
  *all(): Iterable<{ readonly owner: LockOwner; readonly resource: LockResource; readonly mode: LockMode }> {
    for (const [resource, holders] of this.#held) {
      for (const [owner, modes] of holders) for (const mode of modes.keys()) yield { owner, resource, mode };
    }
  }

  /** Gives back one taking of the lock. @returns false when it was not held */
  release(owner: LockOwner, resource: LockResource, mode: LockMode): boolean {
    const modes = this.#held.get(resource)?.get(owner);
    const count = modes?.get(mode);
    if (modes === undefined || count === undefined) return false;
    if (count > 1) modes.set(mode, count - 1);
    else {
      modes.delete(mode);
      if (mode !== "Sch-S") this.#strict--;
      if (modes.size === 0) this.#forget(owner, resource);
      this.#wake(owner);
    }
    return true;
  }

  /** The end of a transaction or session: its locks go, those who waited for it run again. */
  releaseAll(owner: LockOwner): void {
    for (const resource of this.#byOwner.get(owner) ?? []) this.#forget(owner, resource);
    this.#wake(owner);
  }

  /**
   * Waits until one of the holders gave something back.
   * @throws SqlError 1222 after the time-out; 1205 when the wait closes a circle and this session is chosen (lowest
   * deadlock priority, then least to undo); the reason of the signal when it aborts
   */
  wait(owner: LockOwner, conflict: LockConflict, options: WaitOptions): Promise<void> {
    if (options.timeout === 0) return Promise.reject(sqlError(1222));
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason as Error);
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (settled: () => void): void => {
        if (this.#waiters.get(owner.spid) !== waiter) return;
        this.#waiters.delete(owner.spid);
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", aborted);
        settled();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const aborted = (): void => fail(options.signal?.reason as Error);
      const waiter: Waiter = {
        owner,
        holders: new Set(conflict.holders),
        resolve: () => settle(resolve),
        reject: fail,
      };
      this.#waiters.set(owner.spid, waiter);
      if (options.timeout > 0) timer = setTimeout(() => fail(sqlError(1222)), options.timeout);
      options.signal?.addEventListener("abort", aborted);
      this.#breakDeadlock(waiter);
    });
  }

  #breakDeadlock(start: Waiter): void {
    const circle = this.#circle(start);
    if (circle === undefined) return;
    let victim = start;
    for (const waiter of circle) {
      const byPriority = waiter.owner.deadlockPriority - victim.owner.deadlockPriority;
      if (byPriority < 0 || (byPriority === 0 && waiter.owner.undoSize < victim.owner.undoSize)) victim = waiter;
    }
    victim.reject(sqlError(1205, victim.owner.spid, "lock"));
    // Another circle may go through this session as well.
    if (victim !== start) this.#breakDeadlock(start);
  }

  /** The waiters on a circle of waits through `start`, which comes first. */
  #circle(start: Waiter): Waiter[] | undefined {
    const seen = new Set<Waiter>();
    const path: Waiter[] = [];
    const leadsBack = (waiter: Waiter): boolean => {
      seen.add(waiter);
      path.push(waiter);
      for (const holder of waiter.holders) {
        if (holder.spid === start.owner.spid) return true;
        const next = this.#waiters.get(holder.spid);
        if (next !== undefined && !seen.has(next) && leadsBack(next)) return true;
      }
      path.pop();
      return false;
    };
    return leadsBack(start) ? path : undefined;
  }

  #forget(owner: LockOwner, resource: LockResource): void {
    const holders = this.#held.get(resource);
    for (const mode of holders?.get(owner)?.keys() ?? []) if (mode !== "Sch-S") this.#strict--;
    holders?.delete(owner);
    if (holders?.size === 0) this.#held.delete(resource);
    const resources = this.#byOwner.get(owner);
    resources?.delete(resource);
    if (resources?.size === 0) this.#byOwner.delete(owner);
  }

  #wake(owner: LockOwner): void {
    for (const waiter of [...this.#waiters.values()]) if (waiter.holders.has(owner)) waiter.resolve();
  }
}
