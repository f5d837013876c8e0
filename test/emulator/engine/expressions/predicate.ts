import type { Predicate } from "../../tsql/ast-expressions.ts";
import { isCaseSensitive } from "../../values/collation.ts";
import { commonType, isUnicode, nvarchar, typeFamily, varchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { typeWord } from "../../values/coerce-number.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import { likePattern } from "../like-pattern.ts";
import { convertTo } from "./arithmetic.ts";
import { mergeCollation } from "./collate.ts";
import { comparerOf, hashKeyOf, type HashKey } from "./compare.ts";
import { isNullLiteral, NO_SLOTS, unionSlots, type Compiled, type CompiledPredicate, type Test } from "./compiled.ts";
import type { ExpressionEnv, RowCursor, RowPlan } from "./expression-env.ts";
import { compileExpression } from "./expression.ts";

type Operator = "=" | "<>" | "<" | ">" | "<=" | ">=";

const HOLDS: Record<Operator, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
};

/** The type in which two expressions are compared, collation included. @throws SqlError 206, 402, 468 */
export function comparisonType(left: Compiled, right: Compiled, operator: string): SqlType {
  if (isNullLiteral(left)) return right.type;
  if (isNullLiteral(right)) return left.type;
  const type = mergeCollation(left, right, commonType(left.type, right.type)).type;
  const lob = (t: SqlType): boolean => t.name === "text" || t.name === "ntext" || t.name === "image" || t.name === "xml";
  if (lob(left.type) || lob(right.type)) {
    throw sqlError(402, typeWord(left.type), typeWord(right.type), operator === "=" ? "equal to" : operator === "<>" ? "not equal to" : operator);
  }
  return type;
}

/** A comparison of two compiled expressions. */
export function compileComparison(operator: Operator, left: Compiled, right: Compiled): CompiledPredicate {
  const type = comparisonType(left, right, operator);
  const [a, b] = [convertTo(left, type), convertTo(right, type)];
  return {
    test: comparisonTest(operator, a, b, type),
    slots: unionSlots(left.slots, right.slots),
    shape: { kind: "comparison", operator, left, right, type },
  };
}

function comparisonTest(operator: Operator, a: Compiled, b: Compiled, type: SqlType): Test {
  const [x, y] = [a.evaluate, b.evaluate];
  const family = typeFamily(type);
  const primitive = family !== "string" && family !== "binary" && family !== "uniqueidentifier" && family !== "variant";
  if (primitive && type.name !== "datetimeoffset") return primitiveTest(operator, x, y);
  const compare = comparerOf(type);
  const holds = HOLDS[operator];
  return (runtime) => {
    const left = x(runtime);
    if (left === null) return null;
    const right = y(runtime);
    return right === null ? null : holds(compare(left, right));
  };
}

/** Numbers and bigints compare by JavaScript's own operators. */
function primitiveTest(operator: Operator, x: Compiled["evaluate"], y: Compiled["evaluate"]): Test {
  const both = (holds: (a: number, b: number) => boolean): Test => {
    return (runtime) => {
      const a = x(runtime);
      if (a === null) return null;
      const b = y(runtime);
      return b === null ? null : holds(a as number, b as number);
    };
  };
  switch (operator) {
    case "=":
      return both((a, b) => a === b);
    case "<>":
      return both((a, b) => a !== b);
    case "<":
      return both((a, b) => a < b);
    case ">":
      return both((a, b) => a > b);
    case "<=":
      return both((a, b) => a <= b);
    case ">=":
      return both((a, b) => a >= b);
  }
}

export function andPredicates(operands: readonly CompiledPredicate[]): CompiledPredicate {
  const tests = operands.map((operand) => operand.test);
  return {
    test: (runtime) => {
      let result: boolean | null = true;
      for (const test of tests) {
        const value = test(runtime);
        if (value === false) return false;
        if (value === null) result = null;
      }
      return result;
    },
    slots: unionSlots(...operands.map((operand) => operand.slots)),
    shape: { kind: "and", operands },
  };
}

function orPredicates(operands: readonly CompiledPredicate[]): CompiledPredicate {
  const tests = operands.map((operand) => operand.test);
  return {
    test: (runtime) => {
      let result: boolean | null = false;
      for (const test of tests) {
        const value = test(runtime);
        if (value === true) return true;
        if (value === null) result = null;
      }
      return result;
    },
    slots: unionSlots(...operands.map((operand) => operand.slots)),
    shape: { kind: "or", operands },
  };
}

function negate(predicate: CompiledPredicate): CompiledPredicate {
  const { test } = predicate;
  return {
    test: (runtime) => {
      const value = test(runtime);
      return value === null ? null : !value;
    },
    slots: predicate.slots,
    shape: { kind: "other" },
  };
}

function other(test: Test, slots: CompiledPredicate["slots"]): CompiledPredicate {
  return { test, slots, shape: { kind: "other" } };
}

/** @throws SqlError as the server's compile of it: 207, 402, 468, 116 ...; Unsupported */
export function compilePredicate(predicate: Predicate, env: ExpressionEnv): CompiledPredicate {
  switch (predicate.kind) {
    case "comparison":
      return compileComparison(
        predicate.operator,
        compileExpression(predicate.left, env),
        compileExpression(predicate.right, env),
      );
    case "and":
      return andPredicates(predicate.operands.map((operand) => compilePredicate(operand, env)));
    case "or":
      return orPredicates(predicate.operands.map((operand) => compilePredicate(operand, env)));
    case "not":
      return negate(compilePredicate(predicate.operand, env));
    case "is-null": {
      const operand = compileExpression(predicate.operand, env);
      const { evaluate, slots } = operand;
      if (predicate.negated) return other((runtime) => evaluate(runtime) !== null, slots);
      return { test: (runtime) => evaluate(runtime) === null, slots, shape: { kind: "is-null", operand } };
    }
    case "is-distinct":
      return isDistinct(compileExpression(predicate.left, env), compileExpression(predicate.right, env), predicate.negated);
    case "between": {
      const operand = compileExpression(predicate.operand, env);
      const both = andPredicates([
        compileComparison(">=", operand, compileExpression(predicate.low, env)),
        compileComparison("<=", operand, compileExpression(predicate.high, env)),
      ]);
      return predicate.negated ? negate(both) : both;
    }
    case "in-list": {
      const operand = compileExpression(predicate.operand, env);
      const inList = compileInList(operand, predicate.values.map((value) => compileExpression(value, env)));
      return predicate.negated ? negate(inList) : inList;
    }
    case "in-query": {
      const inQuery = compileInQuery(compileExpression(predicate.operand, env), env.query(predicate.query));
      return predicate.negated ? negate(inQuery) : inQuery;
    }
    case "like":
      return compileLike(
        compileExpression(predicate.operand, env),
        compileExpression(predicate.pattern, env),
        predicate.escape === undefined ? undefined : compileExpression(predicate.escape, env),
        predicate.negated,
      );
    case "exists": {
      const plan = env.query(predicate.query);
      const cursor = cachedCursor(plan);
      const test: Test = (runtime) => {
        const rows = cursor(runtime);
        rows.reset();
        return rows.next() !== undefined;
      };
      return other(onceWhenFixed(plan, test), plan.outerSlots);
    }
    case "quantified":
      return compileQuantified(
        predicate.operator,
        predicate.quantifier,
        compileExpression(predicate.left, env),
        env.query(predicate.query),
      );
    case "update-function": {
      const updated = env.context.updatedColumn(predicate.column);
      return other(() => updated, NO_SLOTS);
    }
  }
}

function isDistinct(left: Compiled, right: Compiled, negated: boolean): CompiledPredicate {
  const type = comparisonType(left, right, "=");
  const [x, y] = [convertTo(left, type).evaluate, convertTo(right, type).evaluate];
  const compare = comparerOf(type);
  const same: Test = (runtime) => {
    const [a, b] = [x(runtime), y(runtime)];
    if (a === null || b === null) return a === b;
    return compare(a, b) === 0;
  };
  const slots = unionSlots(left.slots, right.slots);
  if (!negated) return other((runtime) => !same(runtime), slots);
  return { test: same, slots, shape: { kind: "comparison", operator: "=", left, right, type, nullsMatch: true } };
}

function compileInList(operand: Compiled, values: readonly Compiled[]): CompiledPredicate {
  let type = operand.type;
  for (const value of values) type = comparisonType({ ...operand, type }, value, "=");
  const slots = unionSlots(operand.slots, ...values.map((value) => value.slots));
  const converted = values.map((value) => convertTo(value, type));
  const own = convertTo(operand, type).evaluate;
  const shape = { kind: "in", operand, values: converted, type } as const;
  if (converted.length > 8 && converted.every((value) => value.literal !== undefined)) {
    const key = hashKeyOf(type);
    const literals = converted.map((value) => value.literal!);
    const set = new Set<HashKey>(literals.filter((value) => value !== null).map((value) => key(value)));
    const otherwise = literals.some((value) => value === null) ? null : false;
    return {
      slots,
      shape,
      test: (runtime) => {
        const value = own(runtime);
        return value === null ? null : set.has(key(value)) ? true : otherwise;
      },
    };
  }
  const compare = comparerOf(type);
  const candidates = converted.map((value) => value.evaluate);
  return {
    slots,
    shape,
    test: (runtime) => {
      const value = own(runtime);
      if (value === null) return null;
      let result: boolean | null = false;
      for (const candidate of candidates) {
        const item = candidate(runtime);
        if (item === null) result = null;
        else if (compare(value, item) === 0) return true;
      }
      return result;
    },
  };
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

function compileInQuery(operand: Compiled, plan: RowPlan): CompiledPredicate {
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
    return other((runtime) => {
      const { set, hasNull } = build(runtime);
      const value = own(runtime);
      if (value === null) return set.size === 0 && !hasNull ? false : null;
      return set.has(key(value)) ? true : hasNull ? null : false;
    }, slots);
  }
  const compare = comparerOf(type);
  return other((runtime) => {
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

function compileQuantified(operator: Operator, quantifier: "any" | "all", left: Compiled, plan: RowPlan): CompiledPredicate {
  const type = comparisonType(left, onlyColumn(plan), operator);
  const own = convertTo(left, type).evaluate;
  const item = rowConverter(plan, type);
  const compare = comparerOf(type);
  const holds = HOLDS[operator];
  const cursor = cachedCursor(plan);
  const decisive = quantifier === "any";
  return other((runtime) => {
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
  }, unionSlots(left.slots, plan.outerSlots));
}

function compileLike(operand: Compiled, pattern: Compiled, escape: Compiled | undefined, negated: boolean): CompiledPredicate {
  const text = (value: Compiled): Compiled =>
    typeFamily(value.type) === "string" ? value : convertTo(value, isUnicode(value.type) ? nvarchar(4000) : varchar(8000));
  const [a, b] = [text(operand), text(pattern)];
  const { type } = mergeCollation(a, b, commonType(a.type, b.type));
  const blanks = !isUnicode(a.type) && !isUnicode(b.type);
  const sensitive = isCaseSensitive(type.collation);
  let lastPattern: string | undefined;
  let lastEscape: string | undefined;
  let compiled = /(?!)/;
  const [own, like, escapeOf] = [a.evaluate, b.evaluate, escape?.evaluate];
  return other(
    (runtime) => {
      const value = own(runtime);
      const source = like(runtime);
      if (value === null || source === null) return null;
      const mark = escapeOf?.(runtime);
      if (mark === null) return null;
      if (mark !== undefined && (mark as string).length !== 1) throw sqlError(506, mark as string, "LIKE");
      if (source !== lastPattern || mark !== lastEscape) {
        lastPattern = source as string;
        lastEscape = mark as string | undefined;
        compiled = likePattern(lastPattern, lastEscape, sensitive, blanks);
      }
      return compiled.test(value as string) !== negated;
    },
    unionSlots(a.slots, b.slots, escape?.slots ?? NO_SLOTS),
  );
}
