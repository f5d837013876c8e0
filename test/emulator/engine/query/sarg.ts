import { coercion, type NullableConverter } from "../../values/coerce.ts";
import { typeFamily } from "../../values/coerce-type.ts";
import { SqlError } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { comparerOf } from "../expressions/compare.ts";
import type { Compiled, CompiledPredicate } from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";

/** What a predicate says about one column of a source: `column operator value`, in a form that an index can use. */
export interface Sarg {
  readonly column: number;
  readonly operator: "=" | "<" | ">" | "<=" | ">=" | "in";
  readonly values: readonly Compiled[];
  /** The type in which the predicate compares. */
  readonly type: SqlType;
  /** `=` that matches NULL with NULL. */
  readonly nullsMatch: boolean;
  readonly predicate: CompiledPredicate;
}

/** The OR-expanded `(a, b) > (x, y)`: `a > x OR (a = x AND b > y)`. */
export interface KeysetSarg {
  readonly columns: readonly number[];
  readonly values: readonly Compiled[];
  readonly types: readonly SqlType[];
  readonly operators: readonly ("<" | ">" | "<=" | ">=")[];
  readonly predicate: CompiledPredicate;
}

const MIRROR = { "=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<=" } as const;

function ownColumn(compiled: Compiled, slot: number): number | undefined {
  return compiled.column?.slot === slot ? compiled.column.index : undefined;
}

function nullTestColumn(predicate: CompiledPredicate): Compiled | undefined {
  return predicate.shape.kind === "is-null" ? predicate.shape.operand : undefined;
}

/** `(a = b OR (a IS NULL AND b IS NULL))` is `a IS NOT DISTINCT FROM b`. */
function nullsMatchEquality(predicate: CompiledPredicate): CompiledPredicate | undefined {
  if (predicate.shape.kind !== "or" || predicate.shape.operands.length !== 2) return undefined;
  for (const [one, two] of [predicate.shape.operands, [...predicate.shape.operands].reverse()]) {
    if (one!.shape.kind !== "comparison" || one!.shape.operator !== "=" || two!.shape.kind !== "and") continue;
    const tests = two!.shape.operands.map(nullTestColumn);
    if (tests.length !== 2 || tests.some((test) => test === undefined)) continue;
    const { left, right } = one!.shape;
    const same = (x: Compiled | undefined, y: Compiled): boolean =>
      x?.column !== undefined && x.column.slot === y.column?.slot && x.column.index === y.column.index;
    const matches = (same(tests[0], left) && same(tests[1], right)) || (same(tests[0], right) && same(tests[1], left));
    if (matches) return { ...predicate, shape: { ...one!.shape, nullsMatch: true } };
  }
  return undefined;
}

/** What a conjunct says about the source in `slot`. */
export function sargsOf(predicate: CompiledPredicate, slot: number): Sarg[] {
  const shape = predicate.shape;
  if (shape.kind === "or") {
    const equality = nullsMatchEquality(predicate);
    return equality ? sargsOf(equality, slot) : [];
  }
  if (shape.kind === "in") {
    const column = ownColumn(shape.operand, slot);
    if (column === undefined || shape.values.some((value) => value.slots.has(slot) || value.volatile)) return [];
    return [{ column, operator: "in", values: shape.values, type: shape.type, nullsMatch: false, predicate }];
  }
  if (shape.kind !== "comparison" || shape.operator === "<>") return [];
  const out: Sarg[] = [];
  const add = (column: number | undefined, operator: Sarg["operator"], value: Compiled): void => {
    if (column === undefined || value.slots.has(slot) || value.volatile === true) return;
    out.push({ column, operator, values: [value], type: shape.type, nullsMatch: shape.nullsMatch === true, predicate });
  };
  add(ownColumn(shape.left, slot), shape.operator, shape.right);
  add(ownColumn(shape.right, slot), MIRROR[shape.operator], shape.left);
  return out;
}

/** Recognises the keyset predicate, whatever the order of its alternatives. */
export function keysetOf(predicate: CompiledPredicate, slot: number): KeysetSarg | undefined {
  if (predicate.shape.kind !== "or") return undefined;
  const alternatives = predicate.shape.operands.map((operand) => {
    const parts = operand.shape.kind === "and" ? operand.shape.operands : [operand];
    return parts.map((part) => sargsOf(part, slot)[0]);
  });
  if (alternatives.some((parts) => parts.some((part) => part === undefined || part.nullsMatch))) return undefined;
  const ordered = (alternatives as Sarg[][]).sort((a, b) => a.length - b.length);
  const columns: number[] = [];
  const values: Compiled[] = [];
  const types: SqlType[] = [];
  const operators: KeysetSarg["operators"][number][] = [];
  for (const [at, parts] of ordered.entries()) {
    if (parts.length !== at + 1) return undefined;
    for (const [index, column] of columns.entries()) {
      if (
        !parts.some(
          (part) => part.operator === "=" && part.column === column && sameValue(part.values[0]!, values[index]!),
        )
      ) {
        return undefined;
      }
    }
    const last = parts.find((part) => part.operator !== "=" && part.operator !== "in");
    if (!last || columns.includes(last.column)) return undefined;
    columns.push(last.column);
    values.push(last.values[0]!);
    types.push(last.type);
    operators.push(last.operator as "<");
  }
  return { columns, values, types, operators, predicate };
}

/** Two texts of one value: the same literal, or compiled from the same words. */
function sameValue(a: Compiled, b: Compiled): boolean {
  if (a.literal !== undefined || b.literal !== undefined) return a.literal === b.literal;
  return a.text !== undefined && a.text === b.text;
}

/** A value turned into a key of the column, or what can be said instead. */
export type KeyValue = { readonly kind: "exact" | "inexact"; readonly value: SqlValue } | { readonly kind: "unknown" };

const ORDERED_TOGETHER: ReadonlySet<string> = new Set(["integer", "decimal", "money", "float"]);

/** Whether the order of the column's own type is the order in the comparison's type. */
export function isSeekable(column: SqlType, comparison: SqlType): boolean {
  const [own, other] = [typeFamily(column), typeFamily(comparison)];
  if (own === "string") {
    return (
      other === "string" &&
      column.collation === comparison.collation &&
      column.name !== "text" &&
      column.name !== "ntext" &&
      comparison.name !== "text"
    );
  }
  if (own === "xml" || own === "variant" || column.name === "image") return false;
  if (ORDERED_TOGETHER.has(own)) return ORDERED_TOGETHER.has(other);
  return own === other;
}

/** Evaluates a value and converts it to the column's type; "inexact" lies between two keys. */
export function keyValueOf(value: Compiled, comparison: SqlType, column: SqlType): (runtime: Runtime) => KeyValue {
  const wide = convertTo(value, comparison).evaluate;
  let narrow: NullableConverter | undefined;
  let back: NullableConverter | undefined;
  try {
    narrow = coercion(comparison, column, { explicit: true });
    back = narrow && coercion(column, comparison, { explicit: true });
  } catch {
    return () => ({ kind: "unknown" });
  }
  if (!narrow) return (runtime) => ({ kind: "exact", value: wide(runtime) });
  const compare = comparerOf(comparison);
  const convert = narrow;
  const restore = back;
  return (runtime) => {
    const original = wide(runtime);
    if (original === null) return { kind: "exact", value: null };
    try {
      const key = convert(original);
      const again = restore ? restore(key) : key;
      return { kind: again !== null && compare(original, again) === 0 ? "exact" : "inexact", value: key };
    } catch (error) {
      if (error instanceof SqlError) return { kind: "unknown" };
      throw error;
    }
  };
}
