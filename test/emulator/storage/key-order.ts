import { typeFamily } from "../values/coerce-type.ts";
import { stringComparer } from "../values/collation.ts";
import { Unsupported } from "../values/sql-error.ts";
import type { SqlDateTimeOffset, SqlType, SqlValue, SqlVariant } from "../values/sql-type.ts";

/** Order of the values of one type as an index has it: NULL first, texts by their collation. */
export type KeyComparer = (a: SqlValue, b: SqlValue) => number;

export interface KeyColumn {
  /** Place in the row. */
  readonly ordinal: number;
  readonly type: SqlType;
  readonly descending: boolean;
}

function ofNumbers(a: SqlValue, b: SqlValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function nullsFirst(compare: (a: never, b: never) => number): KeyComparer {
  return (a, b) => {
    if (a === b) return 0;
    if (a === null) return -1;
    if (b === null) return 1;
    return compare(a as never, b as never);
  };
}

/** Shorter values count as filled up with zeros. */
function compareBytes(a: Buffer, b: Buffer): number {
  const shared = Math.min(a.length, b.length);
  const order = a.compare(b, 0, shared, 0, shared);
  if (order !== 0) return order;
  const longer = a.length > b.length ? a : b;
  for (let at = shared; at < longer.length; at++) if (longer[at] !== 0) return longer === a ? 1 : -1;
  return 0;
}

/**
 * The last six bytes come first, then group by group backwards, the first three groups byte by byte backwards ("Comparing
 * GUID and uniqueidentifier values"). As places in the text, whose upper case digits order as their values do.
 */
const UUID_ORDER = [
  ...[24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 19, 20, 21, 22],
  ...[16, 17, 14, 15, 11, 12, 9, 10, 6, 7, 4, 5, 2, 3, 0, 1],
] as const;

function compareUuid(a: string, b: string): number {
  for (const at of UUID_ORDER) {
    const difference = a.charCodeAt(at) - b.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareVariant(a: SqlVariant, b: SqlVariant): number {
  if (a.type.name !== b.type.name || a.type.scale !== b.type.scale) {
    throw new Unsupported(`a key of sql_variant with the base types ${a.type.name} and ${b.type.name}`);
  }
  return keyComparer(a.type)(a.value, b.value);
}

/** @throws Unsupported for types that no index takes as a key */
export function keyComparer(type: SqlType): KeyComparer {
  switch (typeFamily(type)) {
    case "integer":
    case "float":
    case "decimal":
    case "money":
      return ofNumbers;
    case "datetime":
      if (type.name !== "datetimeoffset") return ofNumbers;
      return nullsFirst((a: SqlDateTimeOffset, b: SqlDateTimeOffset) => (a.utc < b.utc ? -1 : a.utc > b.utc ? 1 : 0));
    case "string":
      if (type.name === "text" || type.name === "ntext") break;
      return nullsFirst(stringComparer(type.collation));
    case "binary":
      if (type.name === "image") break;
      return nullsFirst(compareBytes);
    case "uniqueidentifier":
      return nullsFirst(compareUuid);
    case "variant":
      return nullsFirst(compareVariant);
    case "clr":
      if (type.name !== "hierarchyid") break;
      return nullsFirst(compareBytes);
    case "xml":
      break;
  }
  throw new Unsupported(`a key of type ${type.name}`);
}
