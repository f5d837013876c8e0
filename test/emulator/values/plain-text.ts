import type { SqlValue } from "./sql-type.ts";

/** A text or number as text, for messages and names; nothing for values of other kinds. */
export function plainText(value: SqlValue | boolean | undefined): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return value.toString();
    default:
      return "";
  }
}
