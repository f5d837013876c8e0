import { NO_SLOTS, overlaps, unionSlots, type CompiledPredicate, type SlotSet } from "../expressions/compiled.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import type { NodeCursor, OpenRequest, OrderColumn, PlanNode } from "./plan-node.ts";

/** LEFT JOIN and OUTER APPLY; RIGHT JOIN with its sides swapped. */
export class OuterJoinNode implements PlanNode {
  readonly slots: SlotSet;
  readonly needs: SlotSet;
  readonly reads: SlotSet;
  readonly left: PlanNode;
  readonly right: PlanNode;
  readonly on: readonly CompiledPredicate[];

  constructor(left: PlanNode, right: PlanNode, on: readonly CompiledPredicate[]) {
    this.left = left;
    this.right = right;
    this.on = on;
    this.slots = unionSlots(left.slots, right.slots);
    this.reads = unionSlots(...on.map((predicate) => predicate.slots), left.reads ?? NO_SLOTS, right.reads ?? NO_SLOTS);
    this.needs = new Set([...left.needs, ...[...right.needs].filter((slot) => !left.slots.has(slot))]);
  }

  ownsOrder(order: readonly OrderColumn[]): boolean {
    return this.left.ownsOrder(order);
  }

  setNull(runtime: Runtime): void {
    this.left.setNull(runtime);
    this.right.setNull(runtime);
  }

  estimate(runtime: Runtime, bound: SlotSet, candidates: readonly CompiledPredicate[]): number {
    return this.left.estimate(runtime, bound, this.#forLeft(candidates));
  }

  /** A condition on the right side is no condition on the rows that the left one has. */
  #forLeft(candidates: readonly CompiledPredicate[]): CompiledPredicate[] {
    return candidates.filter((candidate) => !overlaps(candidate.slots, this.right.slots));
  }

  open(runtime: Runtime, request: OpenRequest): NodeCursor {
    const left = this.left.open(runtime, { ...request, candidates: this.#forLeft(request.candidates) });
    const right = this.right.open(runtime, {
      bound: unionSlots(request.bound, this.left.slots),
      candidates: this.on,
      order: [],
      rowGoal: undefined,
      repeated: true,
    });
    const tests = this.on.map((predicate) => predicate.test);
    const holds = (): boolean => {
      for (const test of tests) if (test(runtime) !== true) return false;
      return true;
    };
    // A lock conflict throws out of here and `next` is called again: each step is written down before it is tried.
    let inRow = false;
    let matched = false;
    let needsReset = false;
    let standing = false;
    return {
      ordered: left.ordered,
      reset: () => {
        inRow = false;
        standing = false;
        left.reset();
      },
      next: () => {
        for (;;) {
          if (!inRow) {
            if (!left.next()) return false;
            inRow = true;
            needsReset = true;
            matched = false;
          }
          if (needsReset) {
            right.reset();
            needsReset = false;
          }
          while (standing || right.next()) {
            standing = true;
            const fits = holds();
            standing = false;
            if (!fits) continue;
            matched = true;
            return true;
          }
          inRow = false;
          if (!matched) {
            this.right.setNull(runtime);
            return true;
          }
        }
      },
    };
  }
}

/** FULL JOIN: the right side is kept in memory; the rows of it that met nothing come at the end. */
export class FullJoinNode implements PlanNode {
  readonly slots: SlotSet;
  readonly needs: SlotSet;
  readonly reads: SlotSet;
  readonly left: PlanNode;
  readonly right: PlanNode;
  readonly on: readonly CompiledPredicate[];

  constructor(left: PlanNode, right: PlanNode, on: readonly CompiledPredicate[]) {
    this.left = left;
    this.right = right;
    this.on = on;
    this.slots = unionSlots(left.slots, right.slots);
    this.reads = unionSlots(...on.map((predicate) => predicate.slots), left.reads ?? NO_SLOTS, right.reads ?? NO_SLOTS);
    this.needs = unionSlots(left.needs, right.needs);
  }

  ownsOrder(): boolean {
    return false;
  }

  setNull(runtime: Runtime): void {
    this.left.setNull(runtime);
    this.right.setNull(runtime);
  }

  estimate(runtime: Runtime, bound: SlotSet): number {
    return this.left.estimate(runtime, bound, []) + this.right.estimate(runtime, bound, []);
  }

  open(runtime: Runtime, request: OpenRequest): NodeCursor {
    const plain = { bound: request.bound, candidates: [], order: [], rowGoal: undefined, repeated: request.repeated };
    const left = this.left.open(runtime, plain);
    const lookup = this.right.open(runtime, {
      ...plain,
      bound: unionSlots(request.bound, this.left.slots),
      candidates: this.on,
      repeated: true,
    });
    const all = this.right.open(runtime, { ...plain, repeated: true });
    const tests = this.on.map((predicate) => predicate.test);
    const rightSlots = [...this.right.slots].sort((a, b) => a - b);
    const { frame } = runtime;
    // Rows are immutable objects, so identity tells which of them met a row of the left side.
    const seen = new MatchedRows(rightSlots.length);
    const current = (): SqlRow[] => rightSlots.map((slot) => frame[slot]!);
    let phase: "left" | "right" = "left";
    let inRow = false;
    let matched = false;
    let needsReset = false;
    return {
      ordered: request.order.length === 0,
      reset: () => {
        left.reset();
        seen.clear();
        phase = "left";
        inRow = false;
      },
      next: () => {
        while (phase === "left") {
          if (!inRow) {
            if (!left.next()) {
              phase = "right";
              all.reset();
              break;
            }
            inRow = true;
            needsReset = true;
            matched = false;
          }
          if (needsReset) {
            lookup.reset();
            needsReset = false;
          }
          candidates: while (lookup.next()) {
            for (const test of tests) if (test(runtime) !== true) continue candidates;
            matched = true;
            seen.add(current());
            return true;
          }
          inRow = false;
          if (!matched) {
            this.right.setNull(runtime);
            return true;
          }
        }
        while (all.next()) {
          if (seen.has(current())) continue;
          this.left.setNull(runtime);
          return true;
        }
        return false;
      },
    };
  }
}

/** A set of tuples of row objects. */
class MatchedRows {
  readonly #width: number;
  #root = new Map<SqlRow, unknown>();

  constructor(width: number) {
    this.#width = width;
  }

  clear(): void {
    this.#root = new Map();
  }

  add(rows: readonly SqlRow[]): void {
    let level = this.#root;
    for (let at = 0; at < this.#width - 1; at++) {
      let next = level.get(rows[at]!) as Map<SqlRow, unknown> | undefined;
      if (!next) level.set(rows[at]!, (next = new Map()));
      level = next;
    }
    level.set(rows[this.#width - 1]!, true);
  }

  has(rows: readonly SqlRow[]): boolean {
    let level: Map<SqlRow, unknown> | undefined = this.#root;
    for (let at = 0; at < this.#width - 1; at++) level = level?.get(rows[at]!) as Map<SqlRow, unknown> | undefined;
    return level?.has(rows[this.#width - 1]!) ?? false;
  }
}
