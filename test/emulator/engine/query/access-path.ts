import type { CompiledPredicate, SlotSet } from "../expressions/compiled.ts";
import { isSubset } from "../expressions/compiled.ts";
import type { OrderColumn } from "./plan-node.ts";
import type { IndexShape, RowSource } from "./row-source.ts";
import { isSeekable, keysetOf, sargsOf, type KeysetSarg, type Sarg } from "./sarg.ts";

/** How a source will be read. */
export interface AccessPath {
  /** Undefined: a scan in no order. */
  readonly index: IndexShape | undefined;
  readonly equal: readonly Sarg[];
  /** Ends of a range on the column after the equal ones. */
  readonly lower: Sarg | undefined;
  readonly upper: Sarg | undefined;
  /** Composite ends; they win over `lower` and `upper`. */
  readonly keysets: readonly { readonly keyset: KeysetSarg; readonly end: "lower" | "upper" }[];
  readonly reverse: boolean;
  readonly ordered: boolean;
  /** Rows that will be read, as a guess. */
  readonly rows: number;
}

/** Sargs of a predicate for one slot, worked out once. */
export class SargCache {
  readonly #slot: number;
  readonly #sargs = new WeakMap<CompiledPredicate, { sargs: readonly Sarg[]; keyset: KeysetSarg | undefined }>();

  constructor(slot: number) {
    this.#slot = slot;
  }

  of(predicate: CompiledPredicate): { sargs: readonly Sarg[]; keyset: KeysetSarg | undefined } {
    let known = this.#sargs.get(predicate);
    if (!known) {
      known = { sargs: sargsOf(predicate, this.#slot), keyset: keysetOf(predicate, this.#slot) };
      this.#sargs.set(predicate, known);
    }
    return known;
  }
}

export interface UsableSargs {
  readonly sargs: readonly Sarg[];
  readonly keysets: readonly KeysetSarg[];
}

/** The candidates that can narrow the source while only `bound` slots are filled. */
export function usableSargs(cache: SargCache, candidates: readonly CompiledPredicate[], bound: SlotSet): UsableSargs {
  const sargs: Sarg[] = [];
  const keysets: KeysetSarg[] = [];
  for (const candidate of candidates) {
    const known = cache.of(candidate);
    for (const sarg of known.sargs) if (sarg.values.every((value) => isSubset(value.slots, bound))) sargs.push(sarg);
    if (known.keyset?.values.every((value) => isSubset(value.slots, bound))) keysets.push(known.keyset);
  }
  return { sargs, keysets };
}

function keysetEnd(keyset: KeysetSarg, index: IndexShape, prefix: number): "lower" | "upper" | undefined {
  let end: "lower" | "upper" | undefined;
  for (const [at, column] of keyset.columns.entries()) {
    const key = index.columns[prefix + at];
    if (key?.index !== column) return undefined;
    const greater = keyset.operators[at]!.startsWith(">");
    const side = greater !== key.descending ? "lower" : "upper";
    if (end !== undefined && end !== side) return undefined;
    end = side;
  }
  return end;
}

/** Whether rows read from the index come in the wanted order; the columns that are equal to one value do not count. */
function orderOf(
  index: IndexShape,
  equalColumns: ReadonlySet<number>,
  order: readonly OrderColumn[],
  slot: number,
): "forward" | "backward" | undefined {
  let at = 0;
  let direction: "forward" | "backward" | undefined;
  for (const wanted of order) {
    if (wanted.slot === slot && equalColumns.has(wanted.index)) continue;
    while (at < index.columns.length && equalColumns.has(index.columns[at]!.index)) at++;
    // A unique key that is used up leaves nothing for the columns after it to order.
    if (at >= index.columns.length) return index.unique ? (direction ?? "forward") : undefined;
    const key = index.columns[at]!;
    if (wanted.slot !== slot || key.index !== wanted.index) return undefined;
    const way = key.descending === wanted.descending ? "forward" : "backward";
    if (direction !== undefined && direction !== way) return undefined;
    direction = way;
    at++;
  }
  return direction ?? "forward";
}

const EQUAL_SHARE = 0.01;
const RANGE_SHARE = 0.3;

/** The cheapest way to read the source; an order that saves a sort counts as much. */
export function choosePath(
  source: RowSource,
  slot: number,
  rowCount: number,
  usable: UsableSargs,
  order: readonly OrderColumn[],
  rowGoal: number | undefined,
): AccessPath {
  let best: AccessPath = {
    index: undefined,
    equal: [],
    lower: undefined,
    upper: undefined,
    keysets: [],
    reverse: false,
    ordered: order.length === 0,
    rows: rowCount,
  };
  let bestCost = cost(best, order.length > 0, rowGoal);
  for (const index of source.indexes) {
    const path = pathOf(index, source, slot, rowCount, usable, order);
    const pathCost = cost(path, order.length > 0, rowGoal);
    if (pathCost < bestCost) {
      best = path;
      bestCost = pathCost;
    }
  }
  return best;
}

function cost(path: AccessPath, wantsOrder: boolean, rowGoal: number | undefined): number {
  if (path.ordered && wantsOrder) return rowGoal === undefined ? path.rows : Math.min(path.rows, rowGoal * 2);
  const sort = wantsOrder ? path.rows * 3 : 0;
  // A scan of the heap is a little cheaper than the same rows through an index.
  return path.rows + sort + (path.index === undefined ? 0 : 0.5);
}

function pathOf(
  index: IndexShape,
  source: RowSource,
  slot: number,
  rowCount: number,
  usable: UsableSargs,
  order: readonly OrderColumn[],
): AccessPath {
  const equal: Sarg[] = [];
  for (const key of index.columns) {
    const type = source.types[key.index]!;
    const match = usable.sargs.find(
      (sarg) =>
        sarg.column === key.index && (sarg.operator === "=" || sarg.operator === "in") && isSeekable(type, sarg.type),
    );
    if (!match) break;
    equal.push(match);
  }
  const next = index.columns[equal.length];
  let lower: Sarg | undefined;
  let upper: Sarg | undefined;
  const keysets: { keyset: KeysetSarg; end: "lower" | "upper" }[] = [];
  if (next) {
    const type = source.types[next.index]!;
    for (const sarg of usable.sargs) {
      if (sarg.column !== next.index || sarg.operator === "=" || sarg.operator === "in" || !isSeekable(type, sarg.type))
        continue;
      const low = sarg.operator.startsWith(">") !== next.descending;
      if (low) lower ??= sarg;
      else upper ??= sarg;
    }
    for (const keyset of usable.keysets) {
      const end = keysetEnd(keyset, index, equal.length);
      const fits = keyset.columns.every((column, at) => isSeekable(source.types[column]!, keyset.types[at]!));
      if (end !== undefined && fits && !keysets.some((known) => known.end === end)) keysets.push({ keyset, end });
    }
  }
  const isList = equal.some((sarg) => sarg.operator === "in");
  const single = new Set(equal.filter((sarg) => sarg.operator === "=" && !sarg.nullsMatch).map((sarg) => sarg.column));
  const direction = order.length === 0 || isList ? undefined : orderOf(index, single, order, slot);
  const ordered = order.length === 0 || direction !== undefined;
  let rows = rowCount;
  if (equal.length > 0) {
    const full = equal.length === index.columns.length && index.unique;
    const values = equal.reduce((product, sarg) => product * sarg.values.length, 1);
    rows = full
      ? values
      : Math.min(rowCount, Math.max(1, rowCount * EQUAL_SHARE ** Math.min(equal.length, 2)) * values);
    if (full && !isList) rows = 1;
  }
  const hasLower = lower !== undefined || keysets.some(({ end }) => end === "lower");
  const hasUpper = upper !== undefined || keysets.some(({ end }) => end === "upper");
  if (hasLower) rows *= RANGE_SHARE;
  if (hasUpper) rows *= RANGE_SHARE;
  return { index, equal, lower, upper, keysets, reverse: direction === "backward", ordered, rows };
}
