import { hashKeyOf, type HashKey } from "../expressions/compare.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { isSubset, NO_SLOTS, slotColumn, type CompiledPredicate, type SlotSet } from "../expressions/compiled.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import { choosePath, SargCache, usableSargs, type AccessPath } from "./access-path.ts";
import type { NodeCursor, OpenRequest, OrderColumn, PlanNode } from "./plan-node.ts";
import type { RangeEnd, RowHandle, RowIterator, RowSource } from "./row-source.ts";
import { keyValueOf, type KeyValue, type Sarg } from "./sarg.ts";

const NO_ROWS: RowIterator = { next: () => undefined };

/** Rows below which a repeated scan is not worth a hash table. */
const SMALL = 8;

/** A source in the FROM clause. A repeated lookup without an index is answered by a hash table that is built once a statement. */
export class TableNode implements PlanNode {
  readonly slots: SlotSet;
  readonly needs: SlotSet;
  readonly source: RowSource;
  readonly #slot: number;
  readonly #sargs: SargCache;
  readonly #nullRow: SqlRow;
  /** Whether the engine asks for row handles (the target of UPDATE and DELETE). */
  wantsHandles = false;

  constructor(slot: number, source: RowSource, needs: SlotSet = NO_SLOTS) {
    this.slots = new Set([slot]);
    this.needs = needs;
    this.source = source;
    this.#slot = slot;
    this.#sargs = new SargCache(slot);
    this.#nullRow = source.types.map(() => null);
  }

  ownsOrder(order: readonly OrderColumn[]): boolean {
    return order.length > 0 && order[0]!.slot === this.#slot;
  }

  setNull(runtime: Runtime): void {
    runtime.frame[this.#slot] = this.#nullRow;
    if (this.wantsHandles) runtime.handles[this.#slot] = undefined;
  }

  estimate(runtime: Runtime, bound: SlotSet, candidates: readonly CompiledPredicate[]): number {
    const count = this.source.rowCount(runtime);
    const usable = usableSargs(this.#sargs, candidates, bound);
    const path = choosePath(this.source, this.#slot, count, usable, [], undefined);
    if (path.index !== undefined) return path.rows;
    const equalities = usable.sargs.filter((sarg) => sarg.operator === "=").length;
    return count * 0.1 ** Math.min(equalities, 2);
  }

  open(runtime: Runtime, request: OpenRequest): NodeCursor {
    const count = this.source.rowCount(runtime);
    const usable = usableSargs(this.#sargs, request.candidates, request.bound);
    const path = choosePath(this.source, this.#slot, count, usable, request.order, request.rowGoal);
    const repeatedEqualities = usable.sargs.filter((sarg) => sarg.operator === "=" && sarg.values[0]!.slots.size > 0);
    const pathIsPoor =
      path.index === undefined ||
      (path.equal.length === 0 && path.lower === undefined && path.upper === undefined && path.keysets.length === 0);
    if (request.repeated && pathIsPoor && repeatedEqualities.length > 0 && count > SMALL) {
      return this.#hashCursor(runtime, repeatedEqualities, request);
    }
    return this.#pathCursor(runtime, path, request.repeated);
  }

  #pathCursor(runtime: Runtime, path: AccessPath, again: boolean): NodeCursor {
    const { frame, handles } = runtime;
    const slot = this.#slot;
    const starter = this.#starter(runtime, path, again);
    let rows: RowIterator = NO_ROWS;
    const wants = this.wantsHandles;
    return {
      ordered: path.ordered,
      reset: () => {
        rows = starter();
      },
      next: () => {
        const row = rows.next();
        if (row === undefined) return false;
        frame[slot] = row;
        if (wants) handles[slot] = rows.handle!();
        return true;
      },
    };
  }

  /** Opens an iterator with the values that the keys have at that moment. */
  #starter(runtime: Runtime, path: AccessPath, again: boolean): () => RowIterator {
    const { index } = path;
    const source = this.source;
    if (index === undefined) return () => source.scan(runtime, again);
    const equal = path.equal.map((sarg) => ({
      nullsMatch: sarg.nullsMatch,
      hash: hashKeyOf(source.types[sarg.column]!),
      values: sarg.values.map((value) => keyValueOf(value, sarg.type, source.types[sarg.column]!)),
    }));
    const isList = path.equal.some((sarg) => sarg.operator === "in");
    const ends = this.#ends(path);
    const seek = (prefix: readonly SqlValue[]): RowIterator => {
      const lower = ends.lower(runtime);
      const upper = ends.upper(runtime);
      if (lower === "none" || upper === "none") return NO_ROWS;
      return source.seek(runtime, index, { equal: prefix, lower, upper, reverse: path.reverse });
    };
    if (!isList) {
      return () => {
        const prefix: SqlValue[] = [];
        for (const { values, nullsMatch } of equal) {
          const key = values[0]!(runtime);
          if (key.kind === "unknown") return source.scan(runtime, again);
          if (key.kind !== "exact" || (key.value === null && !nullsMatch)) return NO_ROWS;
          prefix.push(key.value);
        }
        return seek(prefix);
      };
    }
    return () => {
      let prefixes: SqlValue[][] = [[]];
      for (const { values, hash } of equal) {
        const keys = distinctKeys(
          values.map((value) => value(runtime)),
          hash,
        );
        if (keys === undefined) return source.scan(runtime, again);
        prefixes = prefixes.flatMap((prefix) => keys.map((key) => [...prefix, key]));
      }
      return chain(prefixes.map((prefix) => () => seek(prefix)));
    };
  }

  #ends(path: AccessPath): Record<"lower" | "upper", (runtime: Runtime) => RangeEnd | undefined | "none"> {
    const { types } = this.source;
    const single = (sarg: Sarg | undefined): ((runtime: Runtime) => RangeEnd | undefined | "none") => {
      if (!sarg) return () => undefined;
      const value = keyValueOf(sarg.values[0]!, sarg.type, types[sarg.column]!);
      const strict = sarg.operator === "<" || sarg.operator === ">";
      return (runtime) => {
        const key = value(runtime);
        if (key.kind === "unknown") return undefined;
        if (key.value === null) return "none";
        return { values: [key.value], inclusive: !(strict && key.kind === "exact") };
      };
    };
    const composite = (end: "lower" | "upper", otherwise: Sarg | undefined) => {
      const found = path.keysets.find((keyset) => keyset.end === end)?.keyset;
      if (!found) return single(otherwise);
      const parts = found.columns.map((column, at) => keyValueOf(found.values[at]!, found.types[at]!, types[column]!));
      const strict = !found.operators.at(-1)!.endsWith("=");
      return (runtime: Runtime): RangeEnd | undefined => {
        const keys: SqlValue[] = [];
        for (const part of parts) {
          const key = part(runtime);
          if (key.kind === "unknown" || key.value === null) {
            return keys.length === 0 ? undefined : { values: keys, inclusive: true };
          }
          keys.push(key.value);
          if (key.kind === "inexact") return { values: keys, inclusive: true };
        }
        return { values: keys, inclusive: !strict };
      };
    };
    return { lower: composite("lower", path.lower), upper: composite("upper", path.upper) };
  }

  #hashCursor(runtime: Runtime, equalities: readonly Sarg[], request: OpenRequest): NodeCursor {
    const slot = this.#slot;
    const { frame } = runtime;
    const keys = equalities.map((sarg) => {
      const own = convertTo(
        slotColumn(slot, sarg.column, this.source.types[sarg.column]!, true, ""),
        sarg.type,
      ).evaluate;
      const probe = convertTo(sarg.values[0]!, sarg.type).evaluate;
      return { own, probe, hash: hashKeyOf(sarg.type), nullsMatch: sarg.nullsMatch };
    });
    // Filters that need no other row are applied once, while the table is built.
    const local = request.candidates
      .filter((candidate) => isSubset(candidate.slots, this.slots))
      .map((candidate) => candidate.test);
    const keyOf = (side: "own" | "probe"): HashKey | undefined => {
      if (keys.length === 1) return oneKey(keys[0]!, side, runtime);
      let out = "";
      for (const key of keys) {
        const part = oneKey(key, side, runtime);
        if (part === undefined) return undefined;
        const text = String(part);
        out += `${text.length}:${text}`;
      }
      return out;
    };
    const wants = this.wantsHandles;
    let table: Map<HashKey, Bucket> | undefined;
    const build = (): Map<HashKey, Bucket> => {
      const built = new Map<HashKey, Bucket>();
      const rows = this.source.scan(runtime, true);
      for (let row = rows.next(); row !== undefined; row = rows.next()) {
        frame[slot] = row;
        if (local.some((test) => test(runtime) !== true)) continue;
        const key = keyOf("own");
        if (key === undefined) continue;
        let bucket = built.get(key);
        if (!bucket) built.set(key, (bucket = { rows: [], handles: [] }));
        bucket.rows.push(row);
        if (wants) bucket.handles.push(rows.handle!());
      }
      return built;
    };
    let bucket: Bucket = NO_BUCKET;
    let at = 0;
    return {
      ordered: false,
      reset: () => {
        table ??= build();
        const key = keyOf("probe");
        bucket = key === undefined ? NO_BUCKET : (table.get(key) ?? NO_BUCKET);
        at = 0;
      },
      next: () => {
        if (at >= bucket.rows.length) return false;
        frame[slot] = bucket.rows[at]!;
        if (wants) runtime.handles[slot] = bucket.handles[at]!;
        at++;
        return true;
      },
    };
  }
}

/** Rows of one key. */
interface Bucket {
  readonly rows: SqlRow[];
  readonly handles: RowHandle[];
}

const NO_BUCKET: Bucket = { rows: [], handles: [] };

interface HashPart {
  readonly own: (runtime: Runtime) => SqlValue;
  readonly probe: (runtime: Runtime) => SqlValue;
  readonly hash: (value: SqlValue) => HashKey;
  readonly nullsMatch: boolean;
}

function oneKey(part: HashPart, side: "own" | "probe", runtime: Runtime): HashKey | undefined {
  const value = part[side](runtime);
  if (value === null) return part.nullsMatch ? "\u0000null" : undefined;
  const key = part.hash(value);
  return part.nullsMatch && typeof key === "string" ? `=${key}` : key;
}

/** @returns undefined where a value cannot be turned into a key */
function distinctKeys(keys: readonly KeyValue[], hash: (value: SqlValue) => HashKey): SqlValue[] | undefined {
  const out: SqlValue[] = [];
  const seen = new Set<HashKey>();
  for (const key of keys) {
    if (key.kind === "unknown") return undefined;
    if (key.kind !== "exact" || key.value === null) continue;
    const mark = hash(key.value);
    if (seen.has(mark)) continue;
    seen.add(mark);
    out.push(key.value);
  }
  return out;
}

function chain(starts: readonly (() => RowIterator)[]): RowIterator {
  let at = 0;
  let rows = NO_ROWS;
  return {
    next: () => {
      for (;;) {
        const row = rows.next();
        if (row !== undefined) return row;
        if (at >= starts.length) return undefined;
        rows = starts[at++]!();
      }
    },
    handle: () => rows.handle!(),
  };
}
