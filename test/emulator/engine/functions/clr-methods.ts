import type { ColumnReference, Expression, MethodCall, StaticMethodCall } from "../../tsql/ast-expressions.ts";
import { CLR_ASSEMBLY, clrClass } from "../../values/clr-class.ts";
import { clrText } from "../../values/coerce-clr.ts";
import { isClr, nvarchar, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { ClrTypeName, SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { unionSlots, type Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ClrMethod, ClrSlot, ClrStaticMethod } from "./clr-method.ts";
import { hierarchyidMethods, hierarchyidStaticMethods } from "./hierarchyid-methods.ts";
import { spatialMethods, spatialStaticMethods } from "./spatial-methods.ts";

/** Calls of methods of hierarchyid, geography and geometry. */

const methods: readonly ClrMethod[] = [
  ...(["hierarchyid", "geography", "geometry"] as const).map((type): ClrMethod => ({
    name: "ToString",
    types: [type],
    parameters: [],
    result: nvarchar(type === "hierarchyid" ? 4000 : -1),
    evaluate: (instance) => clrText(instance, type),
  })),
  ...hierarchyidMethods,
  ...spatialMethods,
];

const staticMethods: readonly ClrStaticMethod[] = [...hierarchyidStaticMethods, ...spatialStaticMethods];

interface Called {
  readonly method: string;
  readonly call: boolean;
  readonly arguments: readonly Expression[];
}

/**
 * Names count by case. @throws SqlError 6506, 6592 for a name in the wrong case, of the other kind or of another type;
 * Unsupported for a name that is not known here at all, which the server may well have
 */
function find<T extends Pick<ClrMethod, "name" | "types" | "property">>(
  known: readonly T[],
  { method, call }: Called,
  type: ClrTypeName,
): T {
  const found = known.find(
    ({ name, types, property }) => name === method && types.includes(type) && (property === true) !== call,
  );
  if (found !== undefined) return found;
  if (known.some(({ name }) => name.toLowerCase() === method.toLowerCase())) {
    throw sqlError(call ? 6506 : 6592, method, clrClass(type), CLR_ASSEMBLY);
  }
  throw new Unsupported(`${type}.${method}${call ? "()" : ""}`);
}

/** @throws SqlError 174 and what the arguments deserve */
function compileArguments(
  parameters: readonly ClrSlot[],
  called: Called,
  type: ClrTypeName,
  env: ExpressionEnv,
): Compiled[] {
  if (called.arguments.length !== parameters.length) throw sqlError(174, called.method, parameters.length);
  return called.arguments.map((argument, at) =>
    convertTo(compileExpression(argument, env), slotType(parameters[at]!, type, env)),
  );
}

function slotType(slot: ClrSlot, type: ClrTypeName, env: ExpressionEnv): SqlType {
  if (slot === "own") return { name: type };
  return typeFamily(slot) === "string" ? { ...slot, collation: env.context.defaultCollation() } : slot;
}

/** `target.Method(...)` and `target.Property`. @throws SqlError 174, 258, 6506, 6592; Unsupported, for methods of xml too */
export function compileMethodCall(expression: MethodCall, env: ExpressionEnv): Compiled {
  const target = compileExpression(expression.target, env);
  if (target.type.name === "xml") throw new Unsupported(`method ${expression.method} of xml`);
  if (!isClr(target.type)) throw sqlError(258, target.type.name);
  return instanceCall(target, target.type.name, expression, env);
}

function instanceCall(target: Compiled, type: ClrTypeName, called: Called, env: ExpressionEnv): Compiled {
  const method = find(methods, called, type);
  const args = compileArguments(method.parameters, called, type, env);
  const [instanceOf, evaluators] = [target.evaluate, args.map(({ evaluate }) => evaluate)];
  return {
    type: slotType(method.result, type, env),
    nullable: true,
    slots: unionSlots(target.slots, ...args.map(({ slots }) => slots)),
    collation: "coercible",
    ...([target, ...args].some(({ volatile }) => volatile === true) ? { volatile: true } : {}),
    evaluate: (runtime) => {
      const instance = instanceOf(runtime);
      if (instance === null) return null;
      const values: SqlValue[] = evaluators.map((evaluate) => evaluate(runtime));
      if (method.takesNull !== true && values.includes(null)) return null;
      return method.evaluate(instance as Buffer, values, type);
    },
  };
}

/** `hierarchyid::Parse(...)`. @throws SqlError 174, 243, 6506, 6592; Unsupported */
export function compileStaticMethodCall(expression: StaticMethodCall, env: ExpressionEnv): Compiled {
  const type = env.context.dataType(expression.type, "cast");
  if (!isClr(type)) throw new Unsupported(`${type.name}::${expression.method}`);
  const { name } = type;
  const method = find(staticMethods, expression, name);
  const args = compileArguments(method.parameters, expression, name, env);
  const evaluators = args.map(({ evaluate }) => evaluate);
  return {
    type: slotType(method.result, name, env),
    nullable: true,
    slots: unionSlots(...args.map(({ slots }) => slots)),
    collation: "coercible",
    ...(args.some(({ volatile }) => volatile === true) ? { volatile: true } : {}),
    evaluate: (runtime) => {
      const values: SqlValue[] = evaluators.map((evaluate) => evaluate(runtime));
      return values.includes(null) ? null : method.evaluate(values, name);
    },
  };
}

/**
 * `c.Name` may be a property of the column c. @returns undefined where the qualifier is no column of a CLR type
 * @throws SqlError 6592; Unsupported
 */
export function compileProperty({ table, name, pos }: ColumnReference, env: ExpressionEnv): Compiled | undefined {
  if (table === undefined) return undefined;
  const { database, schema } = table;
  const qualifier =
    schema === undefined
      ? undefined
      : ({ kind: "name", pos, server: undefined, database: table.server, schema: database, name: schema } as const);
  let column: Compiled;
  try {
    column = env.column({ kind: "column", pos, table: qualifier, name: table.name });
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
  if (!isClr(column.type)) return undefined;
  return instanceCall(column, column.type.name, { method: name, call: false, arguments: [] }, env);
}
