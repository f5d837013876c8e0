import type { Predicate } from "../../tsql/ast-expressions.ts";
import { isCaseSensitive } from "../../values/collation.ts";
import { commonType, isUnicode, nvarchar, typeFamily, varchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { likePattern } from "../like-pattern.ts";
import { convertTo } from "./arithmetic.ts";
import { mergeCollation } from "./collate.ts";
import { compileComparison, comparisonType, otherPredicate } from "./comparison.ts";
import { comparerOf, hashKeyOf, type HashKey } from "./compare.ts";
import { NO_SLOTS, unionSlots, type Compiled, type CompiledPredicate, type Test } from "./compiled.ts";
import type { ExpressionEnv } from "./expression-env.ts";
import { compileExpression } from "./expression.ts";
import { compileExists, compileInQuery, compileQuantified } from "./subquery-predicate.ts";

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

/** @throws SqlError as the server's compile of it: 207, 402, 468, 116 ...; Unsupported */
export function compilePredicate(predicate: Predicate, env: ExpressionEnv): CompiledPredicate {
  switch (predicate.kind) {
    case "comparison": {
      const left = compileExpression(predicate.left, env);
      const right = compileExpression(predicate.right, env);
      refuseLooseNulls(left, right, env);
      return compileComparison(predicate.operator, left, right);
    }
    case "and":
      return andPredicates(predicate.operands.map((operand) => compilePredicate(operand, env)));
    case "or":
      return orPredicates(predicate.operands.map((operand) => compilePredicate(operand, env)));
    case "not":
      return negate(compilePredicate(predicate.operand, env));
    case "is-null": {
      const operand = compileExpression(predicate.operand, env);
      const { evaluate, slots } = operand;
      if (predicate.negated) return otherPredicate((runtime) => evaluate(runtime) !== null, slots);
      return { test: (runtime) => evaluate(runtime) === null, slots, shape: { kind: "is-null", operand } };
    }
    case "is-distinct":
      return isDistinct(
        compileExpression(predicate.left, env),
        compileExpression(predicate.right, env),
        predicate.negated,
      );
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
      const inList = compileInList(
        operand,
        predicate.values.map((value) => compileExpression(value, env)),
      );
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
    case "exists":
      return compileExists(env.query(predicate.query));
    case "quantified":
      return compileQuantified(
        predicate.operator,
        predicate.quantifier,
        compileExpression(predicate.left, env),
        env.query(predicate.query),
      );
    case "update-function": {
      const updated = env.context.updatedColumn(predicate.column);
      return otherPredicate(() => updated, NO_SLOTS);
    }
  }
}

/** With ANSI_NULLS OFF a comparison with NULL, or with a variable that is NULL, is true or false. */
function refuseLooseNulls(left: Compiled, right: Compiled, env: ExpressionEnv): void {
  if (env.context.session.options.ansiNulls) return;
  const mayBeNull = (operand: Compiled): boolean => operand.literal === null || operand.text?.startsWith("@") === true;
  if (mayBeNull(left) || mayBeNull(right)) throw new Unsupported("a comparison with NULL under ANSI_NULLS OFF");
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
  if (!negated) return otherPredicate((runtime) => !same(runtime), slots);
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

function compileLike(
  operand: Compiled,
  pattern: Compiled,
  escape: Compiled | undefined,
  negated: boolean,
): CompiledPredicate {
  const text = (value: Compiled): Compiled =>
    typeFamily(value.type) === "string"
      ? value
      : convertTo(value, isUnicode(value.type) ? nvarchar(4000) : varchar(8000));
  const [a, b] = [text(operand), text(pattern)];
  const { type } = mergeCollation(a, b, commonType(a.type, b.type));
  const blanks = !isUnicode(a.type) && !isUnicode(b.type);
  const sensitive = isCaseSensitive(type.collation);
  let lastPattern: string | undefined;
  let lastEscape: string | undefined;
  let compiled = /(?!)/;
  const [own, like, escapeOf] = [a.evaluate, b.evaluate, escape?.evaluate];
  return otherPredicate(
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
