import { sqlError } from "../../values/error-table.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import { convertTo } from "./arithmetic.ts";
import { comparerOf, hashKeyOf, type HashKey } from "./compare.ts";
import { NO_SLOTS, unionSlots, type Compiled, type CompiledPredicate, type Test } from "./compiled.ts";
import type { RowCursor, RowPlan } from "./expression-env.ts";
import { comparisonType, HOLDS, otherPredicate, type Operator } from "./comparison.ts";

/** EXISTS, IN (SELECT ...), and comparisons with ANY and ALL. */

export function compileExists(plan: RowPlan): CompiledPredicate {
  const cursor = cachedCursor(plan);
  const test: Test = (runtime) => {
    const rows = cursor(runtime);
    rows.reset();
    return rows.next() !== undefined;
  };
  return otherPredicate(onceWhenFixed(plan, test), plan.outerSlots);
}

/** One cursor of a subquery for the whole statement; each evaluation resets it. */
export function cachedCursor(plan: RowPlan): (runtime: Runtime) => RowCursor {
  return (runtime) => {
    let cursor = runtime.cache.get(plan) as RowCursor | undefined;
    if (cursor === undefined) {
      cursor = plan.open(runtime);
      runtime.cache.set(plan, cursor);
    }
    return cursor;
  };
}

function onceWhenFixed(plan: RowPlan, test: Test): Test {
  if (plan.outerSlots.size > 0 || plan.volatile) return test;
  return (runtime) => {
    const known = runtime.cache.get(test) as boolean | null | undefined;
    if (known !== undefined) return known;
    const result = test(runtime);
    runtime.cache.set(test, result);
    return result;
  };
}

function onlyColumn(plan: RowPlan): Compiled {
  if (plan.columns.length !== 1) throw sqlError(116);
  const column = plan.columns[0]!;
  return {
    type: column.type,
    nullable: column.nullable,
    evaluate: () => null,
    slots: NO_SLOTS,
    collation: column.source?.collation ?? "implicit",
  };
}

export function compileInQuery(operand: Compiled, plan: RowPlan): CompiledPredicate {
  const column = onlyColumn(plan);
  const type = comparisonType(operand, column, "=");
  const own = convertTo(operand, type).evaluate;
  const item = rowConverter(plan, type);
  const slots = unionSlots(operand.slots, plan.outerSlots);
  const cursor = cachedCursor(plan);
  if (plan.outerSlots.size === 0 && !plan.volatile) {
    const key = hashKeyOf(type);
    const marker = {};
    const build = (runtime: Runtime): { set: Set<HashKey>; hasNull: boolean } => {
      const known = runtime.cache.get(marker) as { set: Set<HashKey>; hasNull: boolean } | undefined;
      if (known) return known;
      const set = new Set<HashKey>();
      let hasNull = false;
      const rows = cursor(runtime);
      rows.reset();
      for (let row = rows.next(); row !== undefined; row = rows.next()) {
        const value = item(row[0]!);
        if (value === null) hasNull = true;
        else set.add(key(value));
      }
      const built = { set, hasNull };
      runtime.cache.set(marker, built);
      return built;
    };
    return otherPredicate((runtime) => {
      const { set, hasNull } = build(runtime);
      const value = own(runtime);
      if (value === null) return set.size === 0 && !hasNull ? false : null;
      return set.has(key(value)) ? true : hasNull ? null : false;
    }, slots);
  }
  const compare = comparerOf(type);
  return otherPredicate((runtime) => {
    const rows = cursor(runtime);
    rows.reset();
    const value = own(runtime);
    let result: boolean | null = false;
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      const candidate = item(row[0]!);
      if (value === null || candidate === null) result = null;
      else if (compare(value, candidate) === 0) return true;
    }
    return result;
  }, slots);
}

function rowConverter(plan: RowPlan, type: SqlType): (value: SqlValue) => SqlValue {
  let current: SqlValue = null;
  const source: Compiled = { ...onlyColumn(plan), evaluate: () => current };
  const converted = convertTo(source, type).evaluate;
  return (value) => {
    current = value;
    return converted(undefined as never);
  };
}

export function compileQuantified(
  operator: Operator,
  quantifier: "any" | "all",
  left: Compiled,
  plan: RowPlan,
): CompiledPredicate {
  const type = comparisonType(left, onlyColumn(plan), operator);
  const own = convertTo(left, type).evaluate;
  const item = rowConverter(plan, type);
  const compare = comparerOf(type);
  const holds = HOLDS[operator];
  const cursor = cachedCursor(plan);
  const decisive = quantifier === "any";
  return otherPredicate(
    (runtime) => {
      const rows = cursor(runtime);
      rows.reset();
      const value = own(runtime);
      let result: boolean | null = !decisive;
      for (let row = rows.next(); row !== undefined; row = rows.next()) {
        const candidate = item(row[0]!);
        if (value === null || candidate === null) result = null;
        else if (holds(compare(value, candidate)) === decisive) return decisive;
      }
      return result;
    },
    unionSlots(left.slots, plan.outerSlots),
  );
}
