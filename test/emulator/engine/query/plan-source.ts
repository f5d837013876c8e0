import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import type { RowCursor, RowPlan } from "../expressions/expression-env.ts";
import { isSubset, type CompiledPredicate, type SlotSet } from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";
import type { NodeCursor, OpenRequest, OrderColumn, PlanNode } from "./plan-node.ts";
import type { IndexShape, RowIterator, RowSource } from "./row-source.ts";
import { TableNode } from "./table-node.ts";

/** The rows of a subquery that does not depend on other rows; kept where they are read more than once. */
class PlanSource implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes: readonly IndexShape[] = [];
  readonly #plan: RowPlan;
  readonly #kept = new WeakMap<Runtime, SqlRow[]>();

  constructor(plan: RowPlan) {
    this.#plan = plan;
    this.types = plan.columns.map((column) => column.type);
  }

  rowCount(runtime: Runtime): number {
    return this.#kept.get(runtime)?.length ?? this.#plan.estimate(runtime);
  }

  scan(runtime: Runtime, again: boolean): RowIterator {
    let rows = this.#kept.get(runtime);
    if (!rows) {
      const cursor = this.#plan.open(runtime);
      cursor.reset();
      if (!again) return cursor;
      rows = [];
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) rows.push(row);
      this.#kept.set(runtime, rows);
    }
    const kept = rows;
    let at = 0;
    return { next: () => kept[at++] };
  }

  seek(): RowIterator {
    throw new TypeError("a derived table has no index");
  }
}

/** A derived table, CTE, view or function. One that reads outer rows is opened anew for each of them. */
export function planNode(slot: number, plan: RowPlan, siblings: SlotSet): PlanNode {
  const needs = new Set([...plan.outerSlots].filter((outer) => siblings.has(outer)));
  if (plan.outerSlots.size === 0) return new TableNode(slot, new PlanSource(plan), needs);
  return new CorrelatedNode(slot, plan, needs);
}

class CorrelatedNode implements PlanNode {
  readonly slots: SlotSet;
  readonly needs: SlotSet;
  readonly reads: SlotSet;
  readonly #slot: number;
  readonly #plan: RowPlan;
  readonly #nullRow: SqlRow;

  constructor(slot: number, plan: RowPlan, needs: SlotSet) {
    this.slots = new Set([slot]);
    this.needs = needs;
    this.reads = plan.outerSlots;
    this.#slot = slot;
    this.#plan = plan;
    this.#nullRow = plan.columns.map(() => null);
  }

  ownsOrder(_order: readonly OrderColumn[]): boolean {
    return false;
  }

  setNull(runtime: Runtime): void {
    runtime.frame[this.#slot] = this.#nullRow;
  }

  estimate(runtime: Runtime, bound: SlotSet, candidates: readonly CompiledPredicate[]): number {
    const narrowed = candidates.some(
      (candidate) => candidate.slots.has(this.#slot) && isSubset(candidate.slots, bound),
    );
    return this.#plan.estimate(runtime) * (narrowed ? 0.1 : 1);
  }

  open(runtime: Runtime, request: OpenRequest): NodeCursor {
    const cursor: RowCursor = this.#plan.open(runtime);
    const slot = this.#slot;
    const { frame } = runtime;
    return {
      ordered: request.order.length === 0,
      reset: () => cursor.reset(),
      next: () => {
        const row = cursor.next();
        if (row === undefined) return false;
        frame[slot] = row;
        return true;
      },
    };
  }
}
