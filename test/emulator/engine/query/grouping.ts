import type { FunctionCall } from "../../tsql/ast-expressions.ts";
import { INT, varchar, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { hashKeyOf, isComparable, rowKeyOf, type HashKey } from "../expressions/compare.ts";
import {
  isNullLiteral,
  NO_SLOTS,
  slotColumn,
  unionSlots,
  type Compiled,
  type Evaluate,
  type SlotSet,
} from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";
import { AGGREGATES, aggregateKind, type AggregateKind, type Aggregator } from "./aggregate-functions.ts";
import { sortComparer } from "./frame-rows.ts";
import type { NodeCursor } from "./plan-node.ts";

export interface RegisteredAggregate {
  readonly text: string;
  readonly kind: AggregateKind;
  /** Undefined: COUNT(*). */
  readonly argument: Evaluate | undefined;
  /** Slots that its arguments read. */
  readonly reads: SlotSet;
  readonly distinct: ((value: SqlValue) => HashKey) | undefined;
  /** WITHIN GROUP: the values are put in this order before they are added. */
  readonly order:
    | {
        readonly keys: readonly Evaluate[];
        readonly compare: (a: readonly SqlValue[], b: readonly SqlValue[]) => number;
      }
    | undefined;
}

export function isAggregate(call: FunctionCall): boolean {
  return call.name.schema === undefined && AGGREGATES.has(call.name.name.toUpperCase());
}

/** Compiles the arguments of an aggregate in the scope of the rows that it adds up. */
export function compileAggregate(call: FunctionCall, env: ExpressionEnv): RegisteredAggregate {
  const name = call.name.name.toUpperCase();
  if (call.nullTreatment) throw new Unsupported(call.nullTreatment);
  if (call.star) {
    if (name !== "COUNT" && name !== "COUNT_BIG") throw sqlError(102, "*");
    return {
      text: `${name}(*)`,
      kind: aggregateKind(name, INT, ""),
      argument: undefined,
      reads: NO_SLOTS,
      distinct: undefined,
      order: undefined,
    };
  }
  const expected = name === "STRING_AGG" ? 2 : 1;
  if (call.arguments.length !== expected) throw sqlError(174, name.toLowerCase(), expected);
  let argument = compileExpression(call.arguments[0]!, env);
  if (isNullLiteral(argument)) throw sqlError(8117, "NULL", name.toLowerCase());
  let separator = "";
  if (name === "STRING_AGG") {
    const second = compileExpression(call.arguments[1]!, env);
    if (typeof second.literal !== "string") throw new Unsupported("STRING_AGG with a separator that is no literal");
    separator = second.literal;
    if (typeFamily(argument.type) !== "string") argument = convertTo(argument, varchar(8000));
  }
  const order = call.withinGroup?.map((item) => ({
    value: compileExpression(item.expression, env),
    descending: item.descending,
  }));
  if (call.distinct && !isComparable(argument.type)) throw sqlError(8117, argument.type.name, name.toLowerCase());
  const distinct = call.distinct ? hashKeyOf(argument.type) : undefined;
  return {
    text: `${name}(${call.distinct ? "distinct " : ""}${argument.text ?? "?"})`,
    kind: aggregateKind(name, argument.type, separator),
    argument: argument.evaluate,
    reads: unionSlots(argument.slots, ...(order ?? []).map((item) => item.value.slots)),
    distinct,
    order: order && {
      keys: order.map((item) => item.value.evaluate),
      compare: sortComparer(order.map((item) => ({ type: item.value.type, descending: item.descending }))),
    },
  };
}

/** One group's running state of one aggregate. */
export class AggregateState {
  readonly #aggregate: RegisteredAggregate;
  readonly #inner: Aggregator;
  readonly #seen: Set<HashKey> | undefined;
  readonly #waiting: { keys: SqlValue[]; value: Exclude<SqlValue, null> }[] = [];

  constructor(aggregate: RegisteredAggregate) {
    this.#aggregate = aggregate;
    this.#inner = aggregate.kind.make();
    this.#seen = aggregate.distinct ? new Set() : undefined;
  }

  add(runtime: Runtime): void {
    const { argument, distinct, order } = this.#aggregate;
    if (!argument) {
      this.#inner.add(1);
      return;
    }
    const value = argument(runtime);
    if (value === null) return;
    if (distinct) {
      const key = distinct(value);
      if (this.#seen!.has(key)) return;
      this.#seen!.add(key);
    }
    if (order) this.#waiting.push({ keys: order.keys.map((key) => key(runtime)), value });
    else this.#inner.add(value);
  }

  result(): SqlValue {
    const { order } = this.#aggregate;
    if (order) {
      this.#waiting.sort((a, b) => order.compare(a.keys, b.keys));
      for (const { value } of this.#waiting) this.#inner.add(value);
      this.#waiting.length = 0;
    }
    return this.#inner.result();
  }
}

/** GROUP BY: rows become groups in a slot of their own, keys first, then the aggregates in the order they were met. */
export class Grouping {
  readonly slot: number;
  readonly keys: readonly Compiled[];
  readonly keyTexts: readonly (string | undefined)[];
  readonly #aggregates: RegisteredAggregate[] = [];

  constructor(slot: number, keys: readonly Compiled[], keyTexts: readonly (string | undefined)[]) {
    this.slot = slot;
    this.keys = keys;
    this.keyTexts = keyTexts;
  }

  /** Slots that the arguments of the aggregates read. */
  reads(): SlotSet {
    return unionSlots(...this.#aggregates.map((aggregate) => aggregate.reads));
  }

  keyColumn(at: number): Compiled {
    const key = this.keys[at]!;
    const column = slotColumn(this.slot, at, key.type, key.nullable, key.column?.name ?? "");
    return { ...column, collation: key.collation, text: `g${this.slot}.${at}` };
  }

  /** The column of an aggregate; the same one for the same words. */
  aggregate(call: FunctionCall, rows: ExpressionEnv): Compiled {
    const compiled = compileAggregate(call, rows);
    let at =
      compiled.text.includes("?") || compiled.order
        ? -1
        : this.#aggregates.findIndex((known) => known.text === compiled.text);
    if (at < 0) at = this.#aggregates.push(compiled) - 1;
    const index = this.keys.length + at;
    return {
      ...slotColumn(this.slot, index, compiled.kind.type, compiled.kind.nullable, ""),
      text: `g${this.slot}.${index}`,
    };
  }

  /** Reads all rows and gives the groups. Without GROUP BY there is one group, of no rows too. */
  run(runtime: Runtime, rows: NodeCursor): SqlRow[] {
    const groups = new Map<HashKey | null, { keys: SqlRow; states: AggregateState[] }>();
    const rowKey = rowKeyOf(this.keys.map((key) => key.type));
    const make = (keys: SqlRow): { keys: SqlRow; states: AggregateState[] } => ({
      keys,
      states: this.#aggregates.map((aggregate) => new AggregateState(aggregate)),
    });
    if (this.keys.length === 0) {
      const only = make([]);
      while (rows.next()) for (const state of only.states) state.add(runtime);
      return [only.states.map((state) => state.result())];
    }
    const evaluators = this.keys.map((key) => key.evaluate);
    while (rows.next()) {
      const keys = evaluators.map((evaluate) => evaluate(runtime));
      const key = rowKey(keys);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = make(keys)));
      for (const state of group.states) state.add(runtime);
    }
    return [...groups.values()].map((group) => [...group.keys, ...group.states.map((state) => state.result())]);
  }
}
