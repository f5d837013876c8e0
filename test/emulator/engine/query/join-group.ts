import {
  isSubset,
  NO_SLOTS,
  unionSlots,
  type CompiledPredicate,
  type SlotSet,
  type Test,
} from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";
import type { NodeCursor, OpenRequest, OrderColumn, PlanNode } from "./plan-node.ts";

interface Level {
  readonly cursor: NodeCursor;
  readonly tests: readonly Test[];
}

/**
 * Inner joins of any number of nodes with the predicates over them. The order is chosen when it is opened, by the sizes
 * that the tables have then: the smallest first, then whatever can be looked up by what stands already.
 */
export class JoinGroup implements PlanNode {
  readonly slots: SlotSet;
  readonly needs: SlotSet;
  readonly reads: SlotSet;
  readonly members: readonly PlanNode[];
  readonly predicates: readonly CompiledPredicate[];

  constructor(members: readonly PlanNode[], predicates: readonly CompiledPredicate[]) {
    this.members = members;
    this.predicates = predicates;
    this.slots = unionSlots(...members.map((member) => member.slots));
    this.reads = unionSlots(
      ...predicates.map((predicate) => predicate.slots),
      ...members.map((member) => member.reads ?? NO_SLOTS),
    );
    const outside = new Set<number>();
    for (const member of members) for (const slot of member.needs) if (!this.slots.has(slot)) outside.add(slot);
    this.needs = outside.size === 0 ? NO_SLOTS : outside;
  }

  ownsOrder(order: readonly OrderColumn[]): boolean {
    return this.members.some((member) => member.ownsOrder(order));
  }

  setNull(runtime: Runtime): void {
    for (const member of this.members) member.setNull(runtime);
  }

  estimate(runtime: Runtime, bound: SlotSet, candidates: readonly CompiledPredicate[]): number {
    const all = [...this.predicates, ...candidates];
    let rows = 1;
    let filled = bound;
    for (const member of this.#arrange(runtime, bound, all, [], undefined)) {
      rows *= Math.max(0.5, member.estimate(runtime, filled, all));
      filled = unionSlots(filled, member.slots);
    }
    return rows;
  }

  open(runtime: Runtime, request: OpenRequest): NodeCursor {
    const all = request.candidates.length === 0 ? this.predicates : [...this.predicates, ...request.candidates];
    const arranged = this.#arrange(runtime, request.bound, all, request.order, request.rowGoal);
    const pending = new Set(all);
    const levels: Level[] = [];
    let filled = request.bound;
    const take = (): Test[] => {
      const tests: Test[] = [];
      for (const predicate of pending) {
        if (!isSubset(predicate.slots, filled)) continue;
        pending.delete(predicate);
        tests.push(predicate.test);
      }
      return tests;
    };
    // What depends on nothing inside decides before anything is read.
    const before = this.members.length === 0 ? [] : take();
    for (const [at, member] of arranged.entries()) {
      const cursor = member.open(runtime, {
        bound: filled,
        candidates: all,
        order: at === 0 ? request.order : [],
        rowGoal: request.rowGoal,
        repeated: request.repeated || at > 0,
      });
      filled = unionSlots(filled, member.slots);
      levels.push({ cursor, tests: take() });
    }
    const ordered = request.order.length === 0 || (levels[0]?.cursor.ordered ?? false);
    if (levels.length === 0)
      return singleRow(
        runtime,
        all.map((predicate) => predicate.test),
      );
    if (levels.length === 1) return filtered(runtime, levels[0]!, before, ordered);
    return nestedLoops(runtime, levels, before, ordered);
  }

  #arrange(
    runtime: Runtime,
    bound: SlotSet,
    predicates: readonly CompiledPredicate[],
    order: readonly OrderColumn[],
    rowGoal: number | undefined,
  ): readonly PlanNode[] {
    if (this.members.length < 2) return this.members;
    const left = new Set(this.members);
    const out: PlanNode[] = [];
    let filled = bound;
    const first =
      rowGoal === undefined
        ? undefined
        : this.members.find((member) => member.needs.size === 0 && member.ownsOrder(order));
    if (first) {
      out.push(first);
      left.delete(first);
      filled = unionSlots(filled, first.slots);
    }
    while (left.size > 0) {
      let best: PlanNode | undefined;
      let bestRows = Infinity;
      for (const member of left) {
        if (!isSubset(member.needs, filled)) continue;
        const rows = member.estimate(runtime, filled, predicates);
        if (rows < bestRows) {
          best = member;
          bestRows = rows;
        }
      }
      // Every need is met by a member or from outside; a ring cannot be written in T-SQL.
      best ??= left.values().next().value!;
      out.push(best);
      left.delete(best);
      filled = unionSlots(filled, best.slots);
    }
    return out;
  }
}

function passes(tests: readonly Test[], runtime: Runtime): boolean {
  for (const test of tests) if (test(runtime) !== true) return false;
  return true;
}

/** No FROM: one row, if the WHERE holds. */
function singleRow(runtime: Runtime, tests: readonly Test[]): NodeCursor {
  let left = false;
  return {
    ordered: true,
    reset: () => {
      left = true;
    },
    next: () => {
      if (!left) return false;
      left = false;
      return passes(tests, runtime);
    },
  };
}

/**
 * A lock conflict leaves these cursors by an exception, and the caller calls `next` again after the wait. So what was
 * reached is written down before anything is tried that can throw.
 */
function filtered(runtime: Runtime, level: Level, before: readonly Test[], ordered: boolean): NodeCursor {
  const { cursor, tests } = level;
  let open = false;
  let needsReset = false;
  let standing = false;
  return {
    ordered,
    reset: () => {
      standing = false;
      open = before.length === 0 || passes(before, runtime);
      needsReset = open;
    },
    next: () => {
      if (!open) return false;
      if (needsReset) {
        cursor.reset();
        needsReset = false;
      }
      for (;;) {
        if (!standing && !cursor.next()) return false;
        standing = true;
        const holds = tests.length === 0 || passes(tests, runtime);
        standing = false;
        if (holds) return true;
      }
    },
  };
}

function nestedLoops(
  runtime: Runtime,
  levels: readonly Level[],
  before: readonly Test[],
  ordered: boolean,
): NodeCursor {
  const last = levels.length - 1;
  let at = -1;
  let needsReset = false;
  let standing = false;
  return {
    ordered,
    reset: () => {
      standing = false;
      at = passes(before, runtime) ? 0 : -1;
      needsReset = true;
    },
    next: () => {
      while (at >= 0) {
        const level = levels[at]!;
        if (needsReset) {
          level.cursor.reset();
          needsReset = false;
        }
        if (!standing && !level.cursor.next()) {
          at--;
          continue;
        }
        standing = true;
        const holds = passes(level.tests, runtime);
        standing = false;
        if (!holds) continue;
        if (at === last) return true;
        at++;
        needsReset = true;
      }
      return false;
    },
  };
}
