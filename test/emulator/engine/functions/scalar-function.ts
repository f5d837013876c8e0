import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";

/** What a parameter takes: a type to convert to, or the argument as it is. */
export type FunctionParameter = SqlType | "any" | "string";

export interface FunctionOperand {
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value where the argument is a literal. */
  readonly literal?: SqlValue;
}

/**
 * A built-in function as data. NULL in any argument gives NULL without a call, unless `handlesNull`.
 * `evaluate` gets the arguments converted to `parameters`, and the types that they have then.
 */
export interface ScalarFunction {
  readonly name: string;
  readonly parameters: readonly FunctionParameter[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  /** The last parameter repeats. */
  readonly variadic?: boolean;
  readonly result: SqlType | ((operands: readonly FunctionOperand[]) => SqlType);
  readonly handlesNull?: boolean;
  /** The result is never NULL when no argument is. Default: true unless stated. */
  readonly mayBeNull?: boolean;
  readonly evaluate: (args: readonly SqlValue[], runtime: Runtime, types: readonly SqlType[]) => SqlValue;
}
