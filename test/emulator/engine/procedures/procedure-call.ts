import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { LocalTable } from "../tables/local-table.ts";

/** One argument of a call, worked out. */
export interface CallArgument {
  /** With its `@`; "" by position. */
  readonly name: string;
  readonly type: SqlType;
  readonly value: SqlValue;
  /** DEFAULT was written. */
  readonly isDefault?: boolean;
  /** A table-valued argument. */
  readonly table?: LocalTable;
  /** Takes the value that an OUTPUT parameter has at the end. */
  readonly output?: (value: SqlValue, type: SqlType) => void;
}
