import { describe, expect, it } from "vitest";
import { LockConflict, LockManager, type LockMode, type LockOwner } from "../../../emulator/storage/locks.ts";

const owner = (spid: number, deadlockPriority = 0, undoSize = 0): LockOwner => ({ spid, deadlockPriority, undoSize });

function conflictOf(locks: LockManager, who: LockOwner, resource: string, mode: LockMode): LockConflict {
  try {
    locks.acquire(who, resource, mode);
  } catch (error) {
    if (error instanceof LockConflict) return error;
    throw error;
  }
  throw new Error(`session ${who.spid} got ${mode} on ${resource}`);
}

/** "Lock compatibility": what can be had beside what is held. */
const COMPATIBLE: Readonly<Record<LockMode, string>> = {
  "Sch-S": "Sch-S IS IX S U SIX X",
  "Sch-M": "",
  IS: "Sch-S IS IX S U SIX",
  IX: "Sch-S IS IX",
  S: "Sch-S IS S U",
  U: "Sch-S IS S",
  SIX: "Sch-S IS",
  X: "Sch-S",
};

describe("LockManager", () => {
  it.each(Object.keys(COMPATIBLE) as LockMode[])("%s goes with the modes of the table", (held) => {
    for (const asked of Object.keys(COMPATIBLE) as LockMode[]) {
      const locks = new LockManager();
      locks.acquire(owner(1), "r", held);
      const free = locks.blockers(owner(2), "r", asked).length === 0;
      expect([held, asked, free]).toEqual([held, asked, COMPATIBLE[held].split(" ").includes(asked)]);
    }
  });

  it("never stands in the way of its own session", () => {
    const locks = new LockManager();
    locks.acquire(owner(1), "r", "X");
    expect(() => locks.acquire(owner(1), "r", "X")).not.toThrow();
  });

  it("counts how often a lock was taken", () => {
    const locks = new LockManager();
    const one = owner(1);
    locks.acquire(one, "r", "X");
    locks.acquire(one, "r", "X");
    expect(locks.release(one, "r", "X")).toBe(true);
    expect(locks.blockers(owner(2), "r", "S")).toEqual([one]);
    expect(locks.release(one, "r", "X")).toBe(true);
    expect(locks.release(one, "r", "X")).toBe(false);
    expect(locks.any).toBe(false);
  });

  it("wakes who waits when the holder ends", async () => {
    const locks = new LockManager();
    const [one, two] = [owner(1), owner(2)];
    locks.acquire(one, "r", "X");
    const waiting = locks.wait(two, conflictOf(locks, two, "r", "S"), { timeout: -1 });
    expect(locks.waiting()).toEqual([{ spid: 2, blockedBy: [1] }]);
    locks.releaseAll(one);
    await waiting;
    expect(() => locks.acquire(two, "r", "S")).not.toThrow();
  });

  it("1222 at once with LOCK_TIMEOUT 0, and after the time-out", async () => {
    const locks = new LockManager();
    const [one, two] = [owner(1), owner(2)];
    locks.acquire(one, "r", "X");
    const conflict = conflictOf(locks, two, "r", "S");
    await expect(locks.wait(two, conflict, { timeout: 0 })).rejects.toMatchObject({ number: 1222 });
    await expect(locks.wait(two, conflict, { timeout: 5 })).rejects.toMatchObject({ number: 1222 });
    expect(locks.waiting()).toEqual([]);
  });

  it("ends a wait when its signal aborts", async () => {
    const locks = new LockManager();
    const [one, two] = [owner(1), owner(2)];
    locks.acquire(one, "r", "X");
    const controller = new AbortController();
    const waiting = locks.wait(two, conflictOf(locks, two, "r", "S"), { timeout: -1, signal: controller.signal });
    controller.abort(new Error("attention"));
    await expect(waiting).rejects.toThrow("attention");
  });

  function circle(first: LockOwner, second: LockOwner) {
    const locks = new LockManager();
    locks.acquire(first, "a", "X");
    locks.acquire(second, "b", "X");
    const one = locks.wait(first, conflictOf(locks, first, "b", "X"), { timeout: -1 });
    const two = locks.wait(second, conflictOf(locks, second, "a", "X"), { timeout: -1 });
    return { locks, one, two };
  }

  it("1205 for the session that closes the circle, if nothing else decides", async () => {
    const { locks, one, two } = circle(owner(1), owner(2));
    await expect(two).rejects.toMatchObject({ number: 1205, severity: 13 });
    expect(locks.waiting().map(({ spid }) => spid)).toEqual([1]);
    await Promise.race([one, Promise.resolve()]);
  });

  it("1205 for the lower DEADLOCK_PRIORITY, then for less to undo", async () => {
    const byPriority = circle(owner(1, -5), owner(2));
    await expect(byPriority.one).rejects.toMatchObject({ number: 1205 });
    const byWork = circle(owner(1, 0, 3), owner(2, 0, 100));
    await expect(byWork.one).rejects.toThrow("Process ID 1");
  });

  it("finds circles of three", async () => {
    const locks = new LockManager();
    const owners = [owner(1, 0, 9), owner(2, 0, 9), owner(3, 0, 9)];
    owners.forEach((each, at) => locks.acquire(each, `r${at}`, "X"));
    const waits = owners.map((each, at) =>
      locks.wait(each, conflictOf(locks, each, `r${(at + 1) % 3}`, "S"), { timeout: -1 }),
    );
    await expect(waits[2]).rejects.toMatchObject({ number: 1205 });
    expect(locks.waiting()).toHaveLength(2);
  });
});
