import type { FunctionCall, OverClause, WindowFrame } from "../../tsql/ast-expressions.ts";
import { BIGINT, INT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { rowKeyOf } from "../expressions/compare.ts";
import { slotColumn, unionSlots, type Compiled, type Evaluate, type SlotSet } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";
import { sortComparer, type FrameKeeper, type KeptFrame } from "./frame-rows.ts";
import { AggregateState, compileAggregate, isAggregate } from "./grouping.ts";

/** "Ranking", "Analytic" and aggregate window functions. Each is a column in the slot of the query's windows. */

interface Row {
  readonly kept: KeptFrame;
  readonly order: readonly SqlValue[];
  readonly out: SqlRow;
}

/** Fills one column of a partition that is in order. */
type Fill = (
  runtime: Runtime,
  rows: readonly Row[],
  column: number,
  restore: (row: Row) => void,
  peers: (a: Row, b: Row) => boolean,
) => void;

interface RegisteredWindow {
  readonly type: SqlType;
  readonly partition: readonly Compiled[];
  readonly order: readonly { readonly value: Compiled; readonly descending: boolean }[];
  readonly fill: Fill;
}

const RANKING = new Set(["ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE"]);
const OFFSETS = new Set(["LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE"]);

function ranking(name: string, call: FunctionCall, env: ExpressionEnv): { type: SqlType; fill: Fill } {
  switch (name) {
    case "ROW_NUMBER":
      return { type: BIGINT, fill: (_, rows, column) => rows.forEach((row, at) => (row.out[column] = BigInt(at + 1))) };
    case "RANK":
    case "DENSE_RANK":
      return {
        type: BIGINT,
        fill: (_, rows, column, _restore, peers) => {
          let rank = 0;
          rows.forEach((row, at) => {
            if (at === 0 || !peers(rows[at - 1]!, row)) rank = name === "RANK" ? at + 1 : rank + 1;
            row.out[column] = BigInt(rank);
          });
        },
      };
    default: {
      const buckets = convertTo(compileExpression(call.arguments[0]!, env), INT).evaluate;
      return {
        type: BIGINT,
        fill: (runtime, rows, column) => {
          const count = Number(buckets(runtime));
          const [size, larger] = [Math.floor(rows.length / count), rows.length % count];
          rows.forEach((row, at) => {
            const inLarger = at < larger * (size + 1);
            row.out[column] = BigInt(
              (inLarger ? Math.floor(at / (size + 1)) : larger + Math.floor((at - larger * (size + 1)) / size)) + 1,
            );
          });
        },
      };
    }
  }
}

function offsetFunction(
  name: string,
  call: FunctionCall,
  over: OverClause,
  env: ExpressionEnv,
): { type: SqlType; fill: Fill } {
  const value = compileExpression(call.arguments[0]!, env);
  if (name === "FIRST_VALUE" || name === "LAST_VALUE") {
    const bounds = frameOf(over.frame, over.orderBy.length > 0, env);
    return {
      type: value.type,
      fill: (runtime, rows, column, restore, peers) => {
        rows.forEach((row, at) => {
          const [start, end] = bounds(runtime, rows, at, peers);
          const source = start > end ? undefined : rows[name === "FIRST_VALUE" ? start : end];
          if (source) restore(source);
          row.out[column] = source ? value.evaluate(runtime) : null;
        });
      },
    };
  }
  const offset: Evaluate = call.arguments[1]
    ? convertTo(compileExpression(call.arguments[1], env), INT).evaluate
    : () => 1;
  const otherwise = call.arguments[2]
    ? convertTo(compileExpression(call.arguments[2], env), value.type).evaluate
    : (): SqlValue => null;
  const sign = name === "LAG" ? -1 : 1;
  return {
    type: value.type,
    fill: (runtime, rows, column, restore) => {
      rows.forEach((row, at) => {
        restore(row);
        const target = rows[at + sign * Number(offset(runtime))];
        if (target) restore(target);
        row.out[column] = target ? value.evaluate(runtime) : otherwise(runtime);
      });
    },
  };
}

type Bounds = (
  runtime: Runtime,
  rows: readonly Row[],
  at: number,
  peers: (a: Row, b: Row) => boolean,
) => [number, number];

function frameOf(frame: WindowFrame | undefined, hasOrder: boolean, env: ExpressionEnv): Bounds {
  if (!frame) {
    if (!hasOrder) return (_, rows) => [0, rows.length - 1];
    return (_, rows, at, peers) => [0, lastPeer(rows, at, peers)];
  }
  const end = frame.end ?? { bound: "current row" as const, offset: undefined };
  const offsets = [frame.start.offset, end.offset].map(
    (offset) => offset && convertTo(compileExpression(offset, env), INT).evaluate,
  );
  const rowsUnit = frame.unit === "rows";
  if (!rowsUnit && (offsets[0] || offsets[1])) throw sqlError(4194);
  const edge = (bound: string, offset: Evaluate | undefined, isEnd: boolean): Bounds => {
    return (runtime, rows, at, peers) => {
      const by = offset ? Number(offset(runtime)) : 0;
      switch (bound) {
        case "unbounded preceding":
          return [0, 0];
        case "unbounded following":
          return [rows.length - 1, rows.length - 1];
        case "preceding":
          return [at - by, at - by];
        case "following":
          return [at + by, at + by];
        default: {
          if (rowsUnit) return [at, at];
          const to = isEnd ? lastPeer(rows, at, peers) : firstPeer(rows, at, peers);
          return [to, to];
        }
      }
    };
  };
  const from = edge(frame.start.bound, offsets[0], false);
  const to = edge(end.bound, offsets[1], true);
  return (runtime, rows, at, peers) => [
    Math.max(0, from(runtime, rows, at, peers)[0]),
    Math.min(rows.length - 1, to(runtime, rows, at, peers)[1]),
  ];
}

function lastPeer(rows: readonly Row[], at: number, peers: (a: Row, b: Row) => boolean): number {
  let end = at;
  while (end + 1 < rows.length && peers(rows[at]!, rows[end + 1]!)) end++;
  return end;
}

function firstPeer(rows: readonly Row[], at: number, peers: (a: Row, b: Row) => boolean): number {
  let start = at;
  while (start > 0 && peers(rows[at]!, rows[start - 1]!)) start--;
  return start;
}

/** An aggregate over a frame. Frames that only grow are added up once. */
function aggregateWindow(call: FunctionCall, over: OverClause, env: ExpressionEnv): { type: SqlType; fill: Fill } {
  const aggregate = compileAggregate(call, env);
  if (aggregate.distinct) throw sqlError(10759);
  const bounds = frameOf(over.frame, over.orderBy.length > 0, env);
  return {
    type: aggregate.kind.type,
    fill: (runtime, rows, column, restore, peers) => {
      let state = new AggregateState(aggregate);
      let [from, to] = [0, -1];
      let result: SqlValue = state.result();
      rows.forEach((row, at) => {
        const [start, end] = bounds(runtime, rows, at, peers);
        if (start !== from || end < to) {
          state = new AggregateState(aggregate);
          from = start;
          to = start - 1;
          result = state.result();
        }
        if (to < end) {
          for (to++; ; to++) {
            restore(rows[to]!);
            state.add(runtime);
            if (to >= end) break;
          }
          result = state.result();
        }
        row.out[column] = result;
      });
    },
  };
}

/** The window functions of one query level. */
export class Windows {
  readonly slot: number;
  readonly #windows: RegisteredWindow[] = [];

  constructor(slot: number) {
    this.slot = slot;
  }

  get count(): number {
    return this.#windows.length;
  }

  register(call: FunctionCall, over: OverClause, env: ExpressionEnv): Compiled {
    const name = call.name.name.toUpperCase();
    if (call.nullTreatment) throw new Unsupported(call.nullTreatment);
    const partition = over.partitionBy.map((expression) => compileExpression(expression, env));
    const order = over.orderBy.map((item) => ({
      value: compileExpression(item.expression, env),
      descending: item.descending,
    }));
    let made: { type: SqlType; fill: Fill };
    if (RANKING.has(name)) {
      if (order.length === 0) throw sqlError(4112, name);
      if (over.frame) throw sqlError(10752, name);
      made = ranking(name, call, env);
    } else if (OFFSETS.has(name)) {
      if (order.length === 0) throw sqlError(4112, name);
      made = offsetFunction(name, call, over, env);
    } else if (isAggregate(call)) made = aggregateWindow(call, over, env);
    else throw new Unsupported(`${name} OVER`);
    const at = this.#windows.push({ ...made, partition, order }) - 1;
    return slotColumn(this.slot, at, made.type, true, "");
  }

  /** Slots that partitions and orders read. */
  reads(): SlotSet {
    return unionSlots(
      ...this.#windows.flatMap((window) =>
        [...window.partition, ...window.order.map((item) => item.value)].map((value) => value.slots),
      ),
    );
  }

  /** Fills the window slot for each kept row: @returns the rows of the slot, in the order of `kept`. */
  run(runtime: Runtime, kept: readonly KeptFrame[], keeper: FrameKeeper): SqlRow[] {
    const outs = kept.map((): SqlRow => new Array<SqlValue>(this.#windows.length).fill(null));
    for (const [column, window] of this.#windows.entries()) {
      const rowKey = rowKeyOf(window.partition.map((value) => value.type));
      const partitions = new Map<unknown, Row[]>();
      kept.forEach((frame, at) => {
        keeper.restore(runtime, frame);
        const key =
          window.partition.length === 0 ? null : rowKey(window.partition.map((value) => value.evaluate(runtime)));
        const row: Row = {
          kept: frame,
          order: window.order.map((item) => item.value.evaluate(runtime)),
          out: outs[at]!,
        };
        const known = partitions.get(key);
        if (known) known.push(row);
        else partitions.set(key, [row]);
      });
      const literalOrder = window.order.map((item) => ({ type: item.value.type, descending: item.descending }));
      const compare = sortComparer(literalOrder);
      const restore = (row: Row): void => keeper.restore(runtime, row.kept);
      for (const rows of partitions.values()) {
        rows.sort((a, b) => compare(a.order, b.order));
        window.fill(runtime, rows, column, restore, (a, b) => compare(a.order, b.order) === 0);
      }
    }
    return outs;
  }
}
