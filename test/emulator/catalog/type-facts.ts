import { isClr } from "../values/coerce-type.ts";
import type { ClrTypeName, SqlType, SqlTypeName } from "../values/sql-type.ts";
import { DEFAULT_COLLATION, collation } from "../values/collation.ts";

/** What sys.types and sys.columns say of types ("sys.types", "Data types"). */

export const SYSTEM_TYPE_IDS: Readonly<Record<SqlTypeName, number>> = {
  image: 34,
  text: 35,
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  ntext: 99,
  bit: 104,
  decimal: 106,
  numeric: 108,
  smallmoney: 122,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  rowversion: 189,
  nvarchar: 231,
  nchar: 239,
  xml: 241,
  hierarchyid: 240,
  geography: 240,
  geometry: 240,
};

/** All CLR types share one system type; what tells them apart is this. */
export const CLR_TYPE_IDS: Readonly<Record<ClrTypeName, number>> = { hierarchyid: 128, geometry: 129, geography: 130 };

/** user_type_id of a type that no user made. */
export function userTypeIdOf(type: SqlType): number {
  return isClr(type) ? CLR_TYPE_IDS[type.name] : SYSTEM_TYPE_IDS[type.name];
}

/** sys.types has rowversion under its old name. */
export function typeName(name: SqlTypeName): string {
  return name === "rowversion" ? "timestamp" : name;
}

export const SYSNAME_TYPE_ID = 256;

export interface TypeSize {
  /** Bytes; -1 for (max) and xml. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
}

const FIXED: Partial<Record<SqlTypeName, TypeSize>> = {
  bit: { maxLength: 1, precision: 1, scale: 0 },
  tinyint: { maxLength: 1, precision: 3, scale: 0 },
  smallint: { maxLength: 2, precision: 5, scale: 0 },
  int: { maxLength: 4, precision: 10, scale: 0 },
  bigint: { maxLength: 8, precision: 19, scale: 0 },
  money: { maxLength: 8, precision: 19, scale: 4 },
  smallmoney: { maxLength: 4, precision: 10, scale: 4 },
  real: { maxLength: 4, precision: 24, scale: 0 },
  float: { maxLength: 8, precision: 53, scale: 0 },
  date: { maxLength: 3, precision: 10, scale: 0 },
  datetime: { maxLength: 8, precision: 23, scale: 3 },
  smalldatetime: { maxLength: 4, precision: 16, scale: 0 },
  uniqueidentifier: { maxLength: 16, precision: 0, scale: 0 },
  text: { maxLength: 16, precision: 0, scale: 0 },
  ntext: { maxLength: 16, precision: 0, scale: 0 },
  image: { maxLength: 16, precision: 0, scale: 0 },
  xml: { maxLength: -1, precision: 0, scale: 0 },
  sql_variant: { maxLength: 8016, precision: 0, scale: 0 },
  rowversion: { maxLength: 8, precision: 0, scale: 0 },
  hierarchyid: { maxLength: 892, precision: 0, scale: 0 },
  geography: { maxLength: -1, precision: 0, scale: 0 },
  geometry: { maxLength: -1, precision: 0, scale: 0 },
};

/** Fractional digits, with their point. */
const fraction = (scale: number): number => (scale === 0 ? 0 : scale + 1);
const timeBytes = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

export function typeSize(type: SqlType): TypeSize {
  const fixed = FIXED[type.name];
  if (fixed !== undefined) return fixed;
  const scale = type.scale ?? 7;
  const length = type.length ?? 1;
  switch (type.name) {
    case "decimal":
    case "numeric": {
      const precision = type.precision ?? 18;
      const maxLength = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
      return { maxLength, precision, scale: type.scale ?? 0 };
    }
    case "time":
      return { maxLength: timeBytes(scale), precision: 8 + fraction(scale), scale };
    case "datetime2":
      return { maxLength: timeBytes(scale) + 3, precision: 19 + fraction(scale), scale };
    case "datetimeoffset":
      return { maxLength: timeBytes(scale) + 5, precision: 26 + fraction(scale), scale };
    case "nchar":
    case "nvarchar":
      return { maxLength: length === -1 ? -1 : length * 2, precision: 0, scale: 0 };
    default:
      return { maxLength: length, precision: 0, scale: 0 };
  }
}

export function isCharacterType(type: SqlType): boolean {
  return ["char", "varchar", "text", "nchar", "nvarchar", "ntext"].includes(type.name);
}

/** The collation's name in the server's spelling; null for a type that has none. */
export function collationName(type: SqlType, databaseCollation = DEFAULT_COLLATION): string | null {
  return isCharacterType(type) ? collation(type.collation ?? databaseCollation).name : null;
}
