import { collationKey, stringComparer } from "../../values/collation.ts";
import { uuidToBytes } from "../../values/coerce-binary.ts";
import { coerce } from "../../values/coerce.ts";
import { commonType, typeFamily, typeRank } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlDateTimeOffset, SqlType, SqlValue, SqlVariant } from "../../values/sql-type.ts";

export type Comparer = (a: SqlValue, b: SqlValue) => number;

/** Values of one type that are not NULL. @throws SqlError 249, 305, 306 for types without order: geography, geometry, xml, text, ntext, image */
export function comparerOf(type: SqlType): Comparer {
  switch (typeFamily(type)) {
    case "integer":
    case "float":
      return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
    case "decimal":
    case "money":
      return (a, b) => ((a as bigint) < (b as bigint) ? -1 : (a as bigint) > (b as bigint) ? 1 : 0);
    case "datetime":
      if (type.name === "datetimeoffset") {
        return (a, b) => {
          const x = (a as SqlDateTimeOffset).utc;
          const y = (b as SqlDateTimeOffset).utc;
          return x < y ? -1 : x > y ? 1 : 0;
        };
      }
      return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
    case "string": {
      if (type.name === "text" || type.name === "ntext") throw sqlError(306);
      const compare = stringComparer(type.collation);
      return (a, b) => (a === b ? 0 : compare(a as string, b as string));
    }
    case "binary":
      if (type.name === "image") throw sqlError(306);
      return (a, b) => compareBytes(a as Buffer, b as Buffer);
    case "uniqueidentifier":
      return (a, b) => (a === b ? 0 : compareUuid(a as string, b as string));
    case "variant":
      return (a, b) => compareVariant(a as SqlVariant, b as SqlVariant);
    case "xml":
      throw sqlError(305);
    case "clr":
      // The order of the bytes is the order of the tree.
      requireComparable(type, "ORDER BY");
      return (a, b) => (a as Buffer).compare(b as Buffer);
  }
}

/** False: DISTINCT is error 421, UNION, INTERSECT and EXCEPT 5335. */
export function isComparable({ name }: SqlType): boolean {
  return !["geography", "geometry", "xml", "text", "ntext", "image"].includes(name);
}

/** @throws SqlError 249, 305, 306 for a type that has no order; `clause`: ORDER BY, GROUP BY */
export function requireComparable(type: SqlType, clause: string): void {
  if (isComparable(type)) return;
  if (typeFamily(type) === "clr") throw sqlError(249, type.name, clause);
  throw type.name === "xml" ? sqlError(305) : sqlError(306);
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

/** The server orders by the last six bytes first, then backwards by group. */
const UUID_ORDER = [10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3];

function compareUuid(a: string, b: string): number {
  const x = uuidToBytes(a);
  const y = uuidToBytes(b);
  for (const at of UUID_ORDER) if (x[at] !== y[at]) return x[at]! - y[at]!;
  return 0;
}

/** By family first ("sql_variant (Transact-SQL)", comparing), then in the common type. */
const VARIANT_FAMILIES: readonly string[] = ["uniqueidentifier", "binary", "string", "exact", "float", "datetime"];

function variantFamily(type: SqlType): number {
  const family = typeFamily(type);
  return VARIANT_FAMILIES.indexOf(
    family === "integer" || family === "decimal" || family === "money" ? "exact" : family,
  );
}

function compareVariant(a: SqlVariant, b: SqlVariant): number {
  const order = variantFamily(a.type) - variantFamily(b.type);
  if (order !== 0) return order;
  const type = typeRank(a.type) >= typeRank(b.type) ? commonType(a.type, b.type) : commonType(b.type, a.type);
  return comparerOf(type)(
    coerce(a.value, a.type, type, { explicit: true }),
    coerce(b.value, b.type, type, { explicit: true }),
  );
}

export type HashKey = string | number | bigint;

/** Equal values (in the type's own comparison) give one key; the key of NULL is none of these. @throws SqlError 249 */
export function hashKeyOf(type: SqlType): (value: SqlValue) => HashKey {
  switch (typeFamily(type)) {
    case "string": {
      const name = type.collation;
      return (value) => collationKey(name, value as string);
    }
    case "binary":
      return (value) => {
        const bytes = value as Buffer;
        let end = bytes.length;
        while (end > 0 && bytes[end - 1] === 0) end--;
        return bytes.toString("latin1", 0, end);
      };
    case "datetime":
      return type.name === "datetimeoffset" ? (value) => (value as SqlDateTimeOffset).utc : (value) => value as number;
    case "variant":
      return (value) => {
        const variant = value as SqlVariant;
        const family = variantFamily(variant.type);
        if (family === 3) {
          return `3:${coerce(variant.value, variant.type, { name: "decimal", precision: 38, scale: 10 }, { explicit: true }) as bigint}`;
        }
        return `${family}:${String(hashKeyOf(variant.type)(variant.value))}`;
      };
    case "float":
      return (value) => (value as number) + 0;
    case "clr":
      requireComparable(type, "GROUP BY");
      return (value) => (value as Buffer).toString("latin1");
    default:
      return (value) => value as HashKey;
  }
}

/** One key for several values; NULL equals NULL, as GROUP BY and DISTINCT want it. */
export function rowKeyOf(types: readonly SqlType[]): (values: readonly SqlValue[]) => HashKey | null {
  const keys = types.map((type) => hashKeyOf(type));
  if (keys.length === 1) {
    const key = keys[0]!;
    return (values) => (values[0] === null ? null : key(values[0]!));
  }
  return (values) => {
    let out = "";
    for (let at = 0; at < keys.length; at++) {
      const value = values[at]!;
      if (value === null) out += "\u0000N";
      else {
        const text = String(keys[at]!(value));
        out += `\u0000${text.length}:${text}`;
      }
    }
    return out;
  };
}
