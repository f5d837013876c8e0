import type { ClrTypeName, SqlType, SqlValue } from "../../values/sql-type.ts";

/** A parameter or a result: a type, or the type that has the method. */
export type ClrSlot = SqlType | "own";

/** A method or property of an instance. A NULL instance gives NULL, and so does a NULL argument unless `nullable` says so. */
export interface ClrMethod {
  /** As the server has it: methods and properties are told apart by case. */
  readonly name: string;
  readonly types: readonly ClrTypeName[];
  readonly property?: true;
  readonly parameters: readonly ClrSlot[];
  /** NULL arguments are passed on. */
  readonly takesNull?: true;
  readonly result: ClrSlot;
  readonly evaluate: (instance: Buffer, args: readonly SqlValue[], type: ClrTypeName) => SqlValue;
}

/** `type::Name(...)`. A NULL argument gives NULL. */
export interface ClrStaticMethod extends Omit<ClrMethod, "takesNull" | "evaluate"> {
  readonly evaluate: (args: readonly SqlValue[], type: ClrTypeName) => SqlValue;
}
