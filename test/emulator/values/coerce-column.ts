import { coercion, type NullableConverter } from "./coerce.ts";
import { storedBytes } from "./coerce-string.ts";
import { isUnicode, typeFamily } from "./coerce-type.ts";
import { sqlError } from "./error-table.ts";
import type { SqlType, SqlValue } from "./sql-type.ts";

export interface TargetColumn {
  readonly type: SqlType;
  readonly name: string;
  /** Schema-qualified with the database, as message 2628 shows it: `testct.dbo.User`. */
  readonly table: string;
}

/** The widest type of the family: conversion first, the length check after it. */
function unbounded(type: SqlType): SqlType {
  switch (type.name) {
    case "char":
    case "varchar":
      return { ...type, name: "varchar", length: -1 };
    case "nchar":
    case "nvarchar":
      return { ...type, name: "nvarchar", length: -1 };
    default:
      return { ...type, name: "varbinary", length: -1 };
  }
}

/**
 * Converts values for a column: a text or binary longer than the column is error 2628, where CAST would cut it. Trailing
 * blanks beyond the length are cut without an error; shorter values of char, nchar and binary are filled up.
 * @throws SqlError 206, 257 at once; 2628 and the conversions' own errors from the converter
 */
export function columnCoercion(from: SqlType, column: TargetColumn): NullableConverter | undefined {
  const to = column.type;
  const family = typeFamily(to);
  const bounded =
    (family === "string" || (family === "binary" && to.name !== "rowversion")) &&
    to.length !== undefined &&
    to.length !== -1;
  const plain = coercion(from, to);
  if (!bounded || plain === undefined) return plain;
  const sameFamily = typeFamily(from) === family || (family === "string" && typeFamily(from) === "variant");
  if (!sameFamily) return plain;
  const widen = coercion(from, unbounded(to));
  const length = to.length;
  const fit = coercion(unbounded(to), to)!;
  return (value: SqlValue): SqlValue => {
    if (value === null) return null;
    const wide = widen ? widen(value) : value;
    if (typeof wide === "string") {
      const tooLong = isUnicode(to)
        ? wide.length > length && trimBlanks(wide).length > length
        : wide.length * 4 > length && storedBytes(trimBlanks(wide), to).length > length;
      if (tooLong) throw sqlError(2628, column.table, column.name, wide.slice(0, Math.min(length, 120)));
      return fit(wide);
    }
    const bytes = wide as Buffer;
    if (bytes.length > length && bytes.subarray(length).some((b) => b !== 0)) {
      throw sqlError(2628, column.table, column.name, "");
    }
    return fit(bytes);
  };
}

function trimBlanks(text: string): string {
  return text.replace(/ +$/, "");
}
