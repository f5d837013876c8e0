import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";

export type Evaluate = (runtime: Runtime) => SqlValue;
/** Three-valued: null is UNKNOWN. */
export type Test = (runtime: Runtime) => boolean | null;

/** Where a source's rows stand while a statement runs, as numbers of frame slots. */
export type SlotSet = ReadonlySet<number>;

export const NO_SLOTS: SlotSet = new Set();

export function unionSlots(...sets: readonly SlotSet[]): SlotSet {
  const filled = sets.filter((set) => set.size > 0);
  if (filled.length === 0) return NO_SLOTS;
  if (filled.length === 1) return filled[0]!;
  const out = new Set<number>();
  for (const set of filled) for (const slot of set) out.add(slot);
  return out;
}

export function isSubset(inner: SlotSet, outer: SlotSet): boolean {
  for (const slot of inner) if (!outer.has(slot)) return false;
  return true;
}

export function overlaps(a: SlotSet, b: SlotSet): boolean {
  for (const slot of a) if (b.has(slot)) return true;
  return false;
}

/** How firmly an expression holds its collation ("Collation precedence"). */
export type CollationStrength = "coercible" | "implicit" | "explicit";

/** An expression ready to run. */
export interface Compiled {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly evaluate: Evaluate;
  /** The sources it reads, of outer queries too. */
  readonly slots: SlotSet;
  /** Set for a constant. */
  readonly literal?: SqlValue;
  /** The word NULL: it takes whatever type is wanted. */
  readonly untyped?: boolean;
  /** Set for a plain column. */
  readonly column?: {
    readonly slot: number;
    readonly index: number;
    readonly name: string;
    readonly identity?: boolean;
    readonly computed?: boolean;
    readonly masked?: string;
  };
  readonly collation: CollationStrength;
  /** Gives another value each time, or has an effect: never moved or evaluated twice. */
  readonly volatile?: boolean;
  /** Equal for two expressions compiled from the same words in the same scope. */
  readonly text?: string;
}

export function isNullLiteral(compiled: Compiled): boolean {
  return compiled.untyped === true;
}

export type PredicateShape =
  | {
      readonly kind: "comparison";
      readonly operator: "=" | "<>" | "<" | ">" | "<=" | ">=";
      readonly left: Compiled;
      readonly right: Compiled;
      /** What both sides are converted to. */
      readonly type: SqlType;
      /** True for the joins that match NULL with NULL (IS NOT DISTINCT FROM, INTERSECT). */
      readonly nullsMatch?: boolean;
    }
  | { readonly kind: "and" | "or"; readonly operands: readonly CompiledPredicate[] }
  | { readonly kind: "in"; readonly operand: Compiled; readonly values: readonly Compiled[]; readonly type: SqlType }
  | { readonly kind: "is-null"; readonly operand: Compiled }
  | { readonly kind: "other" };

export interface CompiledPredicate {
  readonly test: Test;
  readonly slots: SlotSet;
  readonly shape: PredicateShape;
}

/** The conjuncts of a predicate: `a AND (b AND c)` is three. */
export function conjunctsOf(predicate: CompiledPredicate | undefined): CompiledPredicate[] {
  if (!predicate) return [];
  if (predicate.shape.kind !== "and") return [predicate];
  return predicate.shape.operands.flatMap((operand) => conjunctsOf(operand));
}

export function constant(type: SqlType, value: SqlValue): Compiled {
  return {
    type,
    nullable: value === null,
    evaluate: () => value,
    slots: NO_SLOTS,
    literal: value,
    collation: "coercible",
  };
}

/** The word NULL, which has the type int until something else is wanted. */
export const UNTYPED_NULL: Compiled = {
  type: { name: "int" },
  nullable: true,
  evaluate: () => null,
  slots: NO_SLOTS,
  literal: null,
  untyped: true,
  collation: "coercible",
};

export function slotColumn(slot: number, index: number, type: SqlType, nullable: boolean, name: string): Compiled {
  return {
    type,
    nullable,
    evaluate: (runtime) => runtime.frame[slot]![index]!,
    slots: new Set([slot]),
    column: { slot, index, name },
    collation: "implicit",
  };
}
