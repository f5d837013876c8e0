import { sqlError } from "../../values/error-table.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Compiled, CompiledPredicate, Evaluate, SlotSet } from "../expressions/compiled.ts";
import { rowKeyOf } from "../expressions/compare.ts";
import type { OutputColumn, RowCursor, RowPlan } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";
import { FrameKeeper, sortComparer } from "./frame-rows.ts";
import type { Grouping } from "./grouping.ts";
import type { NodeCursor, OrderColumn, PlanNode } from "./plan-node.ts";
import type { NamedSource } from "./query-scope.ts";
import type { Windows } from "./window-functions.ts";

export interface SelectSort {
  readonly value: Compiled;
  /** The column of the result that it is. */
  readonly output: number | undefined;
  readonly descending: boolean;
}

export interface SelectTop {
  readonly count: Evaluate;
  readonly percent: boolean;
  readonly withTies: boolean;
}

/** One SELECT, compiled. */
export interface SelectShape {
  readonly rows: PlanNode;
  readonly grouping: Grouping | undefined;
  readonly having: readonly CompiledPredicate[];
  readonly windows: Windows | undefined;
  readonly columns: readonly OutputColumn[];
  readonly values: readonly Compiled[];
  readonly assigns: readonly ({ readonly variable: string; readonly operator: string } | undefined)[];
  readonly distinct: boolean;
  readonly sorts: readonly SelectSort[];
  readonly top: SelectTop | undefined;
  readonly offset: Evaluate | undefined;
  readonly fetch: Evaluate | undefined;
  readonly ownSlots: SlotSet;
  readonly outerSlots: SlotSet;
  readonly volatile: boolean;
  readonly sources: readonly NamedSource[];
}

/** The order as an index could give it; undefined where it is no order of plain columns. */
function orderColumns(shape: SelectShape): OrderColumn[] | undefined {
  if (shape.grouping || shape.windows || shape.distinct) return undefined;
  const out: OrderColumn[] = [];
  for (const sort of shape.sorts) {
    const { column } = sort.value;
    if (!column) return undefined;
    out.push({ slot: column.slot, index: column.index, descending: sort.descending });
  }
  return out;
}

function limits(shape: SelectShape, runtime: Runtime): { skip: number; take: number } {
  const skip = shape.offset ? Number(shape.offset(runtime) ?? 0n) : 0;
  if (skip < 0) throw sqlError(10742);
  let take = Infinity;
  if (shape.fetch) {
    take = Number(shape.fetch(runtime) ?? 0n);
    if (take < 1) throw sqlError(10744);
  }
  if (shape.top && !shape.top.percent) {
    const count = shape.top.count(runtime);
    if (count === null) throw sqlError(1014);
    take = Number(count);
    if (take < 0) throw sqlError(1014);
  }
  return { skip, take };
}

function projector(values: readonly Compiled[]): (runtime: Runtime) => SqlRow {
  const evaluators = values.map((value) => value.evaluate);
  const width = evaluators.length;
  const slots = new Set(values.map((value) => value.column?.slot ?? -1));
  if (slots.size === 1 && !slots.has(-1)) {
    const slot = values[0]!.column!.slot;
    const indexes = values.map((value) => value.column!.index);
    return (runtime) => {
      const source = runtime.frame[slot]!;
      const row = new Array<SqlValue>(width);
      for (let at = 0; at < width; at++) row[at] = source[indexes[at]!]!;
      return row;
    };
  }
  return (runtime) => {
    const row = new Array<SqlValue>(width);
    for (let at = 0; at < width; at++) row[at] = evaluators[at]!(runtime);
    return row;
  };
}

/** Runs a compiled SELECT. Rows stream wherever nothing needs all of them at once. */
export function selectPlan(shape: SelectShape): RowPlan {
  const order = orderColumns(shape);
  const project = projector(shape.values);
  return {
    columns: shape.columns,
    outerSlots: shape.outerSlots,
    volatile: shape.volatile,
    estimate: (runtime) => {
      if (shape.grouping && shape.grouping.keys.length === 0) return 1;
      const rows = shape.rows.estimate(runtime, shape.outerSlots, []);
      return shape.top && !shape.top.percent ? Math.min(rows, 1000) : rows;
    },
    open: (runtime, outerGoal) => {
      const { take: staticTake } = shape.top?.percent ? { take: Infinity } : safeLimits(shape, runtime);
      const streams =
        !shape.grouping && !shape.windows && !shape.distinct && !shape.top?.percent && !shape.top?.withTies;
      const goal = streams ? minimum(staticTake === Infinity ? undefined : staticTake, outerGoal) : undefined;
      const cursor = shape.rows.open(runtime, {
        bound: shape.outerSlots,
        candidates: [],
        order: order ?? [],
        rowGoal: goal,
        repeated: shape.outerSlots.size > 0,
      });
      const sorted = shape.sorts.length === 0 || (order !== undefined && cursor.ordered);
      if (streams && sorted) return streaming(shape, runtime, cursor, project);
      return collected(shape, runtime, cursor, project, sorted && shape.sorts.length > 0);
    },
  };
}

function minimum(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** The limits as a goal only: a wrong count is reported when rows are read. */
function safeLimits(shape: SelectShape, runtime: Runtime): { take: number } {
  if (shape.outerSlots.size > 0) return { take: Infinity };
  const { skip, take } = limits(shape, runtime);
  return { take: skip + take };
}

function streaming(
  shape: SelectShape,
  runtime: Runtime,
  cursor: NodeCursor,
  project: (runtime: Runtime) => SqlRow,
): RowCursor {
  let left = 0;
  let skip = 0;
  // A lock conflict in the select list throws while the cursor stands on the row already.
  let standing = false;
  return {
    reset: () => {
      const limit = limits(shape, runtime);
      left = limit.take;
      skip = limit.skip;
      standing = false;
      cursor.reset();
    },
    next: () => {
      if (left <= 0) return undefined;
      for (; skip > 0; skip--) if (!cursor.next()) return undefined;
      if (!standing && !cursor.next()) return undefined;
      standing = true;
      const row = project(runtime);
      standing = false;
      left--;
      return row;
    },
  };
}

interface Output {
  readonly row: SqlRow;
  readonly keys: readonly SqlValue[];
}

function collected(
  shape: SelectShape,
  runtime: Runtime,
  cursor: NodeCursor,
  project: (runtime: Runtime) => SqlRow,
  sorted: boolean,
): RowCursor {
  let rows: readonly SqlRow[] | undefined;
  let at = 0;
  return {
    reset: () => {
      rows = undefined;
      at = 0;
    },
    next: () => {
      if (!rows) {
        // Collecting begins anew after a lock conflict.
        cursor.reset();
        rows = finish(shape, runtime, outputs(shape, runtime, cursor, project), sorted);
      }
      return rows[at++];
    },
  };
}

/** All rows of the result with what they are sorted by, before DISTINCT, ORDER BY and TOP. */
function outputs(
  shape: SelectShape,
  runtime: Runtime,
  cursor: NodeCursor,
  project: (runtime: Runtime) => SqlRow,
): Output[] {
  const { grouping, windows } = shape;
  const out: Output[] = [];
  const outside = shape.sorts.map((sort) => (sort.output === undefined ? sort.value.evaluate : undefined));
  const emit = (): void => {
    const row = project(runtime);
    const keys = shape.sorts.map((sort, at) => (sort.output === undefined ? outside[at]!(runtime) : row[sort.output]!));
    out.push({ row, keys });
  };
  const keeps = (): boolean => shape.having.every((predicate) => predicate.test(runtime) === true);
  if (!windows) {
    if (grouping) {
      for (const group of grouping.run(runtime, cursor)) {
        runtime.frame[grouping.slot] = group;
        if (keeps()) emit();
      }
    } else while (cursor.next()) emit();
    return out;
  }
  const keeper = new FrameKeeper(grouping ? [grouping.slot] : shape.rows.slots);
  const kept = [];
  if (grouping) {
    for (const group of grouping.run(runtime, cursor)) {
      runtime.frame[grouping.slot] = group;
      if (keeps()) kept.push(keeper.keep(runtime));
    }
  } else while (cursor.next()) kept.push(keeper.keep(runtime));
  const windowRows = windows.run(runtime, kept, keeper);
  for (const [at, frame] of kept.entries()) {
    keeper.restore(runtime, frame);
    runtime.frame[windows.slot] = windowRows[at]!;
    emit();
  }
  return out;
}

function finish(shape: SelectShape, runtime: Runtime, all: Output[], sorted: boolean): SqlRow[] {
  let rows = all;
  if (shape.distinct)
    rows = distinctRows(
      rows,
      shape.columns.map((column) => column.type),
    );
  const compare = sortComparer(shape.sorts.map((sort) => ({ type: sort.value.type, descending: sort.descending })));
  if (!sorted && shape.sorts.length > 0) rows.sort((a, b) => compare(a.keys, b.keys));
  const { skip, take } = limits(shape, runtime);
  let end = skip + take;
  if (shape.top?.percent) {
    const percent = shape.top.count(runtime);
    if (percent === null || (percent as number) < 0 || (percent as number) > 100) throw sqlError(1031);
    end = Math.ceil((rows.length * (percent as number)) / 100);
  }
  if (shape.top?.withTies === true) {
    while (end > 0 && end < rows.length && compare(rows[end - 1]!.keys, rows[end]!.keys) === 0) end++;
  }
  return (skip === 0 && end >= rows.length ? rows : rows.slice(skip, end)).map((output) => output.row);
}

function distinctRows(rows: readonly Output[], types: readonly SqlType[]): Output[] {
  const key = rowKeyOf(types);
  const seen = new Set<unknown>();
  return rows.filter(({ row }) => {
    const own = key(row);
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}
