import type {
  CaseExpression,
  CastExpression,
  ColumnReference,
  Expression,
  FunctionCall,
  TrimExpression,
} from "../../tsql/ast-expressions.ts";
import { collation, isKnownCollation } from "../../values/collation.ts";
import { coercion, type NullableConverter } from "../../values/coerce.ts";
import { typeFamily, commonType, INT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { compileBuiltIn } from "../functions/call-built-in.ts";
import { compileProperty, compileMethodCall, compileStaticMethodCall } from "../functions/clr-methods.ts";
import { globalVariable } from "../functions/global-variables.ts";
import { without } from "../without.ts";
import { compileArithmetic, compileUnary, convertTo } from "./arithmetic.ts";
import { mergeCollation } from "./collate.ts";
import { constant, isNullLiteral, UNTYPED_NULL, NO_SLOTS, unionSlots, type Compiled, type Test } from "./compiled.ts";
import type { ExpressionEnv } from "./expression-env.ts";
import { compileComparison } from "./comparison.ts";
import { compilePredicate } from "./predicate.ts";
import { cachedCursor } from "./subquery-predicate.ts";

/** @throws SqlError as the server's compile of it; Unsupported */
export function compileExpression(expression: Expression, env: ExpressionEnv): Compiled {
  const replaced = env.replace?.(expression);
  if (replaced) return replaced;
  switch (expression.kind) {
    case "literal":
      return expression.value === null ? UNTYPED_NULL : constant(expression.type, expression.value);
    case "column":
      return compileColumn(expression, env);
    case "pseudo-column":
      if (!env.pseudoColumn) throw sqlError(207, expression.name);
      return env.pseudoColumn(expression);
    case "variable":
      return env.context.variable(expression.name);
    case "global-variable":
      return globalVariable(expression.name);
    case "unary":
      return compileUnary(expression.operator, compileExpression(expression.operand, env));
    case "binary":
      return compileArithmetic(
        expression.operator,
        compileExpression(expression.left, env),
        compileExpression(expression.right, env),
      );
    case "case":
      return compileCase(expression, env);
    case "cast":
      return compileCast(expression, env);
    case "collate": {
      const operand = compileExpression(expression.operand, env);
      const name = /^database_default$/i.test(expression.collation)
        ? env.context.defaultCollation()
        : expression.collation;
      if (!isKnownCollation(name)) throw sqlError(448, name);
      if (typeFamily(operand.type) !== "string") throw sqlError(447, operand.type.name);
      const type = { ...operand.type, collation: collation(name).name };
      const converted = isNullLiteral(operand) ? constant(type, null) : convertTo(operand, type, true);
      return { ...without(converted, "column", "text"), type, collation: "explicit" };
    }
    case "function-call":
      return compileCall(expression, env);
    case "trim":
      return compileTrim(expression, env);
    case "scalar-subquery": {
      const plan = env.query(expression.query);
      if (plan.columns.length !== 1) throw sqlError(116);
      const column = plan.columns[0]!;
      const cursor = cachedCursor(plan);
      const fixed = plan.outerSlots.size === 0 && !plan.volatile;
      const marker = {};
      const evaluate = (runtime: Parameters<Compiled["evaluate"]>[0]): SqlValue => {
        if (fixed) {
          const known = runtime.cache.get(marker) as { value: SqlValue } | undefined;
          if (known) return known.value;
        }
        const rows = cursor(runtime);
        rows.reset();
        const row = rows.next();
        const value = row === undefined ? null : row[0]!;
        if (row !== undefined && rows.next() !== undefined) throw sqlError(512);
        if (fixed) runtime.cache.set(marker, { value });
        return value;
      };
      return {
        type: column.type,
        nullable: true,
        evaluate,
        slots: plan.outerSlots,
        collation: column.source?.collation ?? "implicit",
      };
    }
    case "next-value":
      if (expression.over) throw new Unsupported("NEXT VALUE FOR ... OVER");
      return env.context.nextValue(expression.sequence);
    case "at-time-zone":
      return compileAtTimeZone(compileExpression(expression.operand, env), compileExpression(expression.zone, env));
    case "date-part":
      throw sqlError(207, expression.name);
    case "identity-function":
      throw sqlError(177);
    case "method-call":
      return compileMethodCall(expression, env);
    case "static-method-call":
      return compileStaticMethodCall(expression, env);
  }
}

/** A column, or the property of one where no table has the qualifier's name. */
function compileColumn(reference: ColumnReference, env: ExpressionEnv): Compiled {
  try {
    return env.column(reference);
  } catch (error) {
    if (!(error instanceof SqlError) || error.number !== 4104) throw error;
    const property = compileProperty(reference, env);
    if (property === undefined) throw error;
    return property;
  }
}

function compileCall(call: FunctionCall, env: ExpressionEnv): Compiled {
  const special = env.call?.(call);
  if (special) return special;
  if (call.over) throw new Unsupported(`${call.name.name} OVER here`);
  if (call.withinGroup) throw new Unsupported(`${call.name.name} WITHIN GROUP here`);
  if (call.nullTreatment) throw new Unsupported(call.nullTreatment);
  if (call.name.schema !== undefined && call.name.schema.toLowerCase() !== "sys") {
    if (call.distinct || call.star) throw sqlError(102, "*");
    return env.context.userFunction(
      call.name,
      call.arguments.map((argument) =>
        argument.kind === "column" && argument.table === undefined && argument.name.toLowerCase() === "default"
          ? undefined
          : compileExpression(argument, env),
      ),
    );
  }
  return compileBuiltIn(call, env);
}

function compileTrim(expression: TrimExpression, env: ExpressionEnv): Compiled {
  const name = expression.side === "leading" ? "LTRIM" : expression.side === "trailing" ? "RTRIM" : "TRIM";
  const operands = [expression.operand, ...(expression.characters ? [expression.characters] : [])];
  return compileBuiltIn(
    {
      kind: "function-call",
      pos: expression.pos,
      name: { kind: "name", pos: expression.pos, server: undefined, database: undefined, schema: undefined, name },
      arguments: operands,
      star: false,
      distinct: false,
      over: undefined,
      withinGroup: undefined,
      nullTreatment: undefined,
    },
    env,
  );
}

/** The common type of several results; untyped NULLs adapt. @throws SqlError 206 and the like where they do not meet */
export function unifyTypes(values: readonly Compiled[]): { type: SqlType; collation: Compiled["collation"] } {
  const typed = values.filter((value) => !isNullLiteral(value));
  const first = typed[0];
  if (!first) return { type: INT, collation: "coercible" };
  let current: Compiled = first;
  for (const value of typed.slice(1)) {
    const merged = mergeCollation(current, value, commonType(current.type, value.type));
    current = { ...current, type: merged.type, collation: merged.strength };
  }
  return { type: current.type, collation: current.collation };
}

function compileCase(expression: CaseExpression, env: ExpressionEnv): Compiled {
  const tests: { test: Test; slots: Compiled["slots"] }[] = [];
  const results: Compiled[] = [];
  if (expression.input === undefined) {
    for (const branch of expression.branches) {
      tests.push(compilePredicate(branch.when, env));
      results.push(compileExpression(branch.then, env));
    }
  } else {
    const input = compileExpression(expression.input, env);
    for (const branch of expression.branches) {
      tests.push(compileComparison("=", input, compileExpression(branch.when, env)));
      results.push(compileExpression(branch.then, env));
    }
  }
  const otherwise = expression.otherwise ? compileExpression(expression.otherwise, env) : UNTYPED_NULL;
  const all = [...results, otherwise];
  if (all.every(isNullLiteral)) throw sqlError(8133);
  const { type, collation } = unifyTypes(all);
  const converted = all.map((value) => convertTo(value, type));
  const branches = tests.map(({ test }, at) => ({ test, value: converted[at]!.evaluate }));
  const last = converted.at(-1)!.evaluate;
  return {
    type,
    collation,
    nullable: converted.some((value) => value.nullable),
    slots: unionSlots(...tests.map((test) => test.slots), ...all.map((value) => value.slots)),
    ...(all.some((value) => value.volatile === true) ? { volatile: true } : {}),
    evaluate: (runtime) => {
      for (const branch of branches) if (branch.test(runtime) === true) return branch.value(runtime);
      return last(runtime);
    },
  };
}

/** Errors that TRY_CAST and TRY_CONVERT turn into NULL; a conversion that is not allowed stays an error. */
export const CONVERSION_ERRORS: ReadonlySet<number> = new Set([
  220, 232, 234, 235, 241, 242, 244, 245, 248, 281, 293, 295, 517, 8114, 8115, 8169, 8170, 9807,
]);

function compileCast(expression: CastExpression, env: ExpressionEnv): Compiled {
  const operand = compileExpression(expression.operand, env);
  if (expression.function === "parse" || expression.function === "try_parse") throw new Unsupported("PARSE");
  if (expression.culture) throw new Unsupported("PARSE USING");
  const resolved = env.context.dataType(expression.type, "cast");
  const type = keepCollation(resolved, operand, env);
  const attempts = expression.function.startsWith("try_");
  const style = expression.style ? compileExpression(expression.style, env) : undefined;
  if (isNullLiteral(operand)) return constant(type, null);
  const guard = (work: NullableConverter): NullableConverter => {
    if (!attempts) return work;
    return (value) => {
      try {
        return work(value);
      } catch (error) {
        if (error instanceof SqlError && CONVERSION_ERRORS.has(error.number)) return null;
        throw error;
      }
    };
  };
  const inner = operand.evaluate;
  const base = {
    type,
    nullable: attempts || operand.nullable || style !== undefined,
    slots: unionSlots(operand.slots, style?.slots ?? NO_SLOTS),
    collation: typeFamily(operand.type) === "string" ? operand.collation : "coercible",
    ...(operand.volatile === true ? { volatile: true } : {}),
  } as const;
  if (style === undefined || typeof style.literal === "number") {
    const work = coercion(operand.type, type, {
      explicit: true,
      ...(style === undefined ? {} : { style: style.literal as number }),
    });
    const text =
      operand.text === undefined ? {} : { text: `${JSON.stringify(type)}${style?.literal as number}(${operand.text})` };
    if (!work) return { ...base, ...text, evaluate: inner };
    const guarded = guard(work);
    return { ...base, ...text, evaluate: (runtime) => guarded(inner(runtime)) };
  }
  const styleOf = convertTo(style, INT).evaluate;
  const made = new Map<number, NullableConverter>();
  return {
    ...base,
    evaluate: (runtime) => {
      const chosen = styleOf(runtime);
      if (chosen === null) return null;
      let work = made.get(chosen as number);
      if (work === undefined) {
        work = guard(coercion(operand.type, type, { explicit: true, style: chosen as number }) ?? ((value) => value));
        made.set(chosen as number, work);
      }
      return work(inner(runtime));
    },
  };
}

/** A text that is cast to a text type keeps its collation; anything else takes the database's. */
function keepCollation(type: SqlType, operand: Compiled, env: ExpressionEnv): SqlType {
  if (typeFamily(type) !== "string") return type;
  const collation = typeFamily(operand.type) === "string" ? operand.type.collation : undefined;
  return { ...type, collation: collation ?? env.context.defaultCollation() };
}

function compileAtTimeZone(operand: Compiled, zone: Compiled): Compiled {
  if (typeof zone.literal !== "string" || !/^utc$/i.test(zone.literal))
    throw new Unsupported("AT TIME ZONE other than 'UTC'");
  const type: SqlType = {
    name: "datetimeoffset",
    scale: operand.type.scale ?? (operand.type.name === "datetime" ? 3 : 7),
  };
  const converted = convertTo(operand, type);
  const inner = converted.evaluate;
  return {
    ...converted,
    evaluate: (runtime) => {
      const value = inner(runtime) as { utc: bigint; offset: number } | null;
      return value === null ? null : { utc: value.utc, offset: 0 };
    },
  };
}
