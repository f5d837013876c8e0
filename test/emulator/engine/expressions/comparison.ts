import { commonType, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { typeWord } from "../../values/coerce-number.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { convertTo } from "./arithmetic.ts";
import { mergeCollation } from "./collate.ts";
import { comparerOf } from "./compare.ts";
import { isNullLiteral, unionSlots, type Compiled, type CompiledPredicate, type Test } from "./compiled.ts";

/** Comparisons of two values. */

export type Operator = "=" | "<>" | "<" | ">" | "<=" | ">=";

/** Whether an order (negative, 0, positive) is what the operator asks for. */
export const HOLDS: Record<Operator, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
};

/** The operators in error 403. */
const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  "=": "equal to",
  "<>": "not equal to",
  "<": "less than",
  ">": "greater than",
  "<=": "less than or equal to",
  ">=": "greater than or equal to",
};

/** The type in which two expressions are compared, collation included. @throws SqlError 206, 402, 403, 468 */
export function comparisonType(left: Compiled, right: Compiled, operator: string): SqlType {
  const loose = [left.type, right.type].find((t) => t.name === "geography" || t.name === "geometry");
  if (loose !== undefined) throw sqlError(403, OPERATOR_WORDS[operator] ?? operator, loose.name);
  if (isNullLiteral(left)) return right.type;
  if (isNullLiteral(right)) return left.type;
  const type = mergeCollation(left, right, commonType(left.type, right.type)).type;
  const lob = (t: SqlType): boolean =>
    t.name === "text" || t.name === "ntext" || t.name === "image" || t.name === "xml";
  if (lob(left.type) || lob(right.type)) {
    throw sqlError(
      402,
      typeWord(left.type),
      typeWord(right.type),
      operator === "=" ? "equal to" : operator === "<>" ? "not equal to" : operator,
    );
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
  const primitive =
    family !== "string" &&
    family !== "binary" &&
    family !== "uniqueidentifier" &&
    family !== "variant" &&
    family !== "clr";
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

/** A predicate that no index can use. */
export function otherPredicate(test: Test, slots: CompiledPredicate["slots"]): CompiledPredicate {
  return { test, slots, shape: { kind: "other" } };
}
