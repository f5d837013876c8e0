import { sqlErrorWithState } from "./error-table.ts";
import type { SqlError } from "./sql-error.ts";
import type { ClrTypeName } from "./sql-type.ts";

/**
 * What the server says when a method or a conversion of a CLR type throws: 6522 with the exception's class and its text,
 * which begins with a number of the type's own (24001, 24114 ...). The stack that the server adds is left out.
 */
export function clrError(type: ClrTypeName, exception: string, text: string): SqlError {
  const state = type === "hierarchyid" ? 2 : 1;
  return sqlErrorWithState(6522, state, type, `\r\n${exception}: ${text}\r\n${exception}: \r\n`);
}

/** @param text what the exception says, without the number's own colon: `24001: ...` */
export function hierarchyidError(text: string): SqlError {
  return clrError("hierarchyid", "Microsoft.SqlServer.Types.HierarchyIdException", text);
}

/** @param text as above: `24114: ...` */
export function spatialError(type: "geography" | "geometry", text: string): SqlError {
  return clrError(type, "System.FormatException", text);
}
