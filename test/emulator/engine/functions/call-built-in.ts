import type { FunctionCall } from "../../tsql/ast-expressions.ts";
import { typeFamily, varchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { mergeCollation } from "../expressions/collate.ts";
import { isNullLiteral, unionSlots, type Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";
import { compileExpression } from "../expressions/expression.ts";
import { changeTrackingFunctions } from "./change-tracking-functions.ts";
import { conversionFunctions } from "./conversion-functions.ts";
import { dateFunctions } from "./date-functions.ts";
import { jsonFunctions } from "./json-functions.ts";
import { mathFunctions } from "./math-functions.ts";
import { metadataFunctions } from "./metadata-functions.ts";
import type { FunctionOperand, FunctionParameter, ScalarFunction } from "./scalar-function.ts";
import { sessionFunctions } from "./session-functions.ts";
import { specialForms } from "./special-forms.ts";
import { stringFunctions } from "./string-functions.ts";

const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  [
    ...stringFunctions,
    ...mathFunctions,
    ...dateFunctions,
    ...conversionFunctions,
    ...jsonFunctions,
    ...metadataFunctions,
    ...sessionFunctions,
    ...changeTrackingFunctions,
  ].map((definition) => [definition.name, definition]),
);

/** Functions that give another value at each call, or at each statement. */
const VOLATILE = new Set(["NEWID", "NEWSEQUENTIALID", "RAND", "CRYPT_GEN_RANDOM"]);

/** @throws SqlError 174, 189, 195 and what the arguments deserve */
export function compileBuiltIn(call: FunctionCall, env: ExpressionEnv): Compiled {
  const name = call.name.name.toUpperCase();
  if (call.distinct || call.star) throw sqlError(102, call.star ? "*" : "distinct");
  const special = specialForms.get(name);
  if (special) return special(call, env);
  const definition = scalarFunctions.get(name);
  if (!definition) {
    // A name that the server does not have is error 195; the emulator cannot tell it from one it does not know itself.
    throw new Unsupported(`function ${call.name.name}`);
  }
  const operands = call.arguments.map((argument) => compileExpression(argument, env));
  return callScalar(definition, operands, env);
}

/** Applies a scalar function to compiled arguments. */
export function callScalar(definition: ScalarFunction, operands: readonly Compiled[], env: ExpressionEnv): Compiled {
  checkCount(definition, operands.length);
  const converted = operands.map((operand, at) => asParameter(operand, parameterAt(definition, at), env));
  const described = converted.map((operand): FunctionOperand => ({
    type: operand.type,
    nullable: operand.nullable,
    ...(operand.literal === undefined ? {} : { literal: operand.literal }),
  }));
  const result = typeof definition.result === "function" ? definition.result(described) : definition.result;
  const { type, collation } = resultCollation(result, converted, env);
  const types = converted.map((operand) => operand.type);
  const evaluators = converted.map((operand) => operand.evaluate);
  const { evaluate: run } = definition;
  const lax = definition.handlesNull === true;
  return {
    type,
    collation,
    nullable: definition.mayBeNull ?? (lax || converted.some((operand) => operand.nullable)),
    slots: unionSlots(...converted.map((operand) => operand.slots)),
    ...(VOLATILE.has(definition.name) || converted.some((operand) => operand.volatile === true)
      ? { volatile: true }
      : {}),
    evaluate: (runtime) => {
      const args: SqlValue[] = [];
      for (const evaluate of evaluators) {
        const value = evaluate(runtime);
        if (value === null && !lax) return null;
        args.push(value);
      }
      return run(args, runtime, types);
    },
  };
}

function checkCount(definition: ScalarFunction, count: number): void {
  const most = definition.parameters.length;
  const least = most - (definition.optional ?? 0);
  if (definition.variadic === true ? count >= least : count >= least && count <= most) return;
  if (definition.optional !== undefined || definition.variadic === true)
    throw sqlError(189, definition.name.toLowerCase(), least, most);
  throw sqlError(174, definition.name.toLowerCase(), most);
}

function parameterAt(definition: ScalarFunction, at: number): FunctionParameter {
  return definition.parameters[Math.min(at, definition.parameters.length - 1)]!;
}

function asParameter(operand: Compiled, parameter: FunctionParameter, env: ExpressionEnv): Compiled {
  if (parameter === "any") return operand;
  if (parameter !== "string") return convertTo(operand, parameter);
  if (isNullLiteral(operand)) return convertTo(operand, varchar(1));
  const family = typeFamily(operand.type);
  if (family === "string") return operand;
  // Numbers and dates become text of their own width.
  return convertTo(operand, textTypeFor(operand.type, env), family === "xml");
}

function textTypeFor(type: SqlType, env: ExpressionEnv): SqlType {
  const widths: Partial<Record<SqlType["name"], number>> = {
    bit: 1,
    tinyint: 3,
    smallint: 6,
    int: 12,
    bigint: 20,
    real: 24,
    float: 24,
  };
  const length = widths[type.name] ?? (type.name === "varbinary" || type.name === "binary" ? (type.length ?? 1) : 41);
  return { name: "varchar", length, collation: env.context.defaultCollation() };
}

function resultCollation(
  type: SqlType,
  operands: readonly Compiled[],
  env: ExpressionEnv,
): { type: SqlType; collation: Compiled["collation"] } {
  if (typeFamily(type) !== "string") return { type, collation: "coercible" };
  const texts = operands.filter((operand) => typeFamily(operand.type) === "string");
  const first = texts[0];
  if (!first) return { type: { collation: env.context.defaultCollation(), ...type }, collation: "coercible" };
  let current = first;
  for (const text of texts.slice(1)) {
    const merged = mergeCollation(current, text, current.type);
    current = { ...current, type: merged.type, collation: merged.strength };
  }
  const collation = current.type.collation ?? env.context.defaultCollation();
  return { type: { ...type, collation }, collation: current.collation };
}
