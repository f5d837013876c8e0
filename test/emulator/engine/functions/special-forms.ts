import type { FunctionCall } from "../../tsql/ast-expressions.ts";
import { momentOf } from "../../values/coerce-date.ts";
import { BIGINT, DATETIME, datetime2, INT, nvarchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { comparerOf } from "../expressions/compare.ts";
import { constant, isNullLiteral, unionSlots, type Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";
import { compileExpression, unifyTypes } from "../expressions/expression.ts";
import { compileComparison } from "../expressions/comparison.ts";
import { without } from "../without.ts";
import { dateAdd, dateArgument, dateDiff, dateNameOf, datePart, datePartOf } from "./date-functions.ts";

/** Built-in functions whose arguments are no plain values, or whose type follows rules of its own. */
type SpecialForm = (call: FunctionCall, env: ExpressionEnv) => Compiled;

function operandsOf(call: FunctionCall, env: ExpressionEnv, least: number, most = least): Compiled[] {
  const count = call.arguments.length;
  if (count < least || count > most) {
    throw least === most
      ? sqlError(174, call.name.name.toLowerCase(), least)
      : sqlError(189, call.name.name.toLowerCase(), least, most);
  }
  return call.arguments.map((argument) => compileExpression(argument, env));
}

/** ISNULL has the type of its first argument, and the second is cut to it. */
const isNull: SpecialForm = (call, env) => {
  const [first, second] = operandsOf(call, env, 2) as [Compiled, Compiled];
  const type = isNullLiteral(first) ? second.type : first.type;
  const [a, b] = [convertTo(first, type), convertTo(second, type)];
  return {
    type,
    nullable: second.nullable,
    slots: unionSlots(a.slots, b.slots),
    collation: first.collation,
    evaluate: (runtime) => a.evaluate(runtime) ?? b.evaluate(runtime),
  };
};

const coalesce: SpecialForm = (call, env) => {
  const operands = operandsOf(call, env, 2, Infinity);
  if (operands.every(isNullLiteral)) throw sqlError(4127);
  const { type, collation } = unifyTypes(operands);
  const values = operands.map((operand) => convertTo(operand, type));
  return {
    type,
    nullable: values.every((value) => value.nullable),
    slots: unionSlots(...values.map((value) => value.slots)),
    collation,
    evaluate: (runtime) => {
      for (const value of values) {
        const result = value.evaluate(runtime);
        if (result !== null) return result;
      }
      return null;
    },
  };
};

const nullIf: SpecialForm = (call, env) => {
  const [first, second] = operandsOf(call, env, 2) as [Compiled, Compiled];
  if (isNullLiteral(first)) throw sqlError(4151);
  const { test } = compileComparison("=", first, second);
  return {
    ...without(first, "literal", "column"),
    nullable: true,
    slots: unionSlots(first.slots, second.slots),
    evaluate: (runtime) => (test(runtime) === true ? null : first.evaluate(runtime)),
  };
};

const choose: SpecialForm = (call, env) => {
  const [index, ...choices] = operandsOf(call, env, 2, Infinity) as [Compiled, ...Compiled[]];
  const { type, collation } = unifyTypes(choices);
  const at = convertTo(index, INT);
  const values = choices.map((choice) => convertTo(choice, type));
  return {
    type,
    nullable: true,
    slots: unionSlots(at.slots, ...values.map((value) => value.slots)),
    collation,
    evaluate: (runtime) => {
      const chosen = at.evaluate(runtime);
      return chosen === null ? null : (values[(chosen as number) - 1]?.evaluate(runtime) ?? null);
    },
  };
};

/** GREATEST and LEAST leave NULLs out. */
const extreme =
  (sign: 1 | -1): SpecialForm =>
  (call, env) => {
    const operands = operandsOf(call, env, 1, 254);
    const { type, collation } = unifyTypes(operands);
    const compare = comparerOf(type);
    const values = operands.map((operand) => convertTo(operand, type));
    return {
      type,
      nullable: values.every((value) => value.nullable),
      slots: unionSlots(...values.map((value) => value.slots)),
      collation,
      evaluate: (runtime) => {
        let best: SqlValue = null;
        for (const value of values) {
          const next = value.evaluate(runtime);
          if (next !== null && (best === null || compare(next, best) * sign > 0)) best = next;
        }
        return best;
      },
    };
  };

function partArgument(call: FunctionCall): string {
  const first = call.arguments[0];
  if (first?.kind !== "date-part") throw sqlError(1023, 1, call.name.name.toLowerCase());
  return datePart(first.name, call.name.name.toLowerCase());
}

function rest(call: FunctionCall, env: ExpressionEnv, count: number): Compiled[] {
  if (call.arguments.length !== count + 1) throw sqlError(174, call.name.name.toLowerCase(), count + 1);
  return call.arguments.slice(1).map((argument) => compileExpression(argument, env));
}

const asDate = (operand: Compiled, textAs: SqlType): Compiled =>
  isNullLiteral(operand) ? constant(textAs, null) : convertTo(operand, dateArgument(operand.type, textAs));

const dateAddForm: SpecialForm = (call, env) => {
  const part = partArgument(call);
  const [count, value] = rest(call, env, 2) as [Compiled, Compiled];
  const date = asDate(value, DATETIME);
  const add = dateAdd(part, date.type);
  const by = convertTo(count, INT);
  return {
    type: date.type,
    nullable: by.nullable || date.nullable,
    slots: unionSlots(by.slots, date.slots),
    collation: "coercible",
    evaluate: (runtime) => {
      const n = by.evaluate(runtime);
      const v = date.evaluate(runtime);
      return n === null || v === null ? null : add(BigInt(n as number), v);
    },
  };
};

const dateDiffForm =
  (big: boolean): SpecialForm =>
  (call, env) => {
    const part = partArgument(call);
    const [start, end] = rest(call, env, 2).map((operand) => asDate(operand, datetime2(7))) as [Compiled, Compiled];
    const [from, to] = [momentOf(start.type), momentOf(end.type)];
    return {
      type: big ? BIGINT : INT,
      nullable: start.nullable || end.nullable,
      slots: unionSlots(start.slots, end.slots),
      collation: "coercible",
      evaluate: (runtime) => {
        const a = start.evaluate(runtime);
        const b = end.evaluate(runtime);
        if (a === null || b === null) return null;
        const count = dateDiff(part, from(a), to(b));
        if (big) return count;
        if (count > 2147483647n || count < -2147483648n) throw sqlError(535, "datediff", "datediff");
        return Number(count);
      },
    };
  };

const datePartForm: SpecialForm = (call, env) => {
  const part = partArgument(call);
  const date = asDate(rest(call, env, 1)[0]!, datetime2(7));
  const read = datePartOf(part, date.type);
  return {
    type: INT,
    nullable: date.nullable,
    slots: date.slots,
    collation: "coercible",
    evaluate: (runtime) => {
      const value = date.evaluate(runtime);
      return value === null ? null : read(value);
    },
  };
};

const dateNameForm: SpecialForm = (call, env) => {
  const part = partArgument(call);
  const date = asDate(rest(call, env, 1)[0]!, datetime2(7));
  const read = dateNameOf(part, date.type);
  return {
    type: nvarchar(30),
    nullable: date.nullable,
    slots: date.slots,
    collation: "coercible",
    evaluate: (runtime) => {
      const value = date.evaluate(runtime);
      return value === null ? null : read(value);
    },
  };
};

const refused =
  (name: string): SpecialForm =>
  () => {
    throw new Unsupported(`function ${name}`);
  };

export const specialForms: ReadonlyMap<string, SpecialForm> = new Map<string, SpecialForm>([
  ["ISNULL", isNull],
  ["COALESCE", coalesce],
  ["NULLIF", nullIf],
  ["CHOOSE", choose],
  ["GREATEST", extreme(1)],
  ["LEAST", extreme(-1)],
  ["DATEADD", dateAddForm],
  ["DATEDIFF", dateDiffForm(false)],
  ["DATEDIFF_BIG", dateDiffForm(true)],
  ["DATEPART", datePartForm],
  ["DATENAME", dateNameForm],
  // The server's hash functions are not documented, and FORMAT is .NET's.
  ["CHECKSUM", refused("CHECKSUM")],
  ["BINARY_CHECKSUM", refused("BINARY_CHECKSUM")],
  ["FORMAT", refused("FORMAT")],
]);
