/**
 * The types of SQL Server and how the emulator holds their values in JavaScript.
 *
 * | type | JavaScript value (`SqlValue`) |
 * |---|---|
 * | bit, tinyint, smallint, int, real, float | number (bit: 0 or 1) |
 * | bigint | bigint |
 * | decimal, numeric, money, smallmoney | bigint, unscaled: 12.50 as decimal(9,2) is 1250n; money has scale 4 |
 * | char, varchar, text, nchar, nvarchar, ntext, xml | string (UTF-16; lone surrogates are kept) |
 * | binary, varbinary, image, rowversion | Buffer |
 * | uniqueidentifier | string, 36 characters, upper case |
 * | date | number: days since 0001-01-01 |
 * | time | number: 100 ns since midnight (whatever the scale) |
 * | datetime2 | bigint: 100 ns since 0001-01-01 (whatever the scale) |
 * | datetimeoffset | { utc: bigint as datetime2, offset: minutes } |
 * | datetime | number: days since 1900-01-01 (may be negative) * 25,920,000 + 1/300 s since midnight |
 * | smalldatetime | number: minutes since 1900-01-01 |
 * | hierarchyid, geography, geometry | Buffer: the serialised value ([MS-SSCLRT]), hierarchyid.ts and spatial-value.ts |
 * | sql_variant | { type: SqlType, value } |
 * | NULL of any type | null |
 */
export type SqlTypeName =
  | "bit"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "decimal"
  | "numeric"
  | "money"
  | "smallmoney"
  | "real"
  | "float"
  | "date"
  | "time"
  | "datetime"
  | "smalldatetime"
  | "datetime2"
  | "datetimeoffset"
  | "char"
  | "varchar"
  | "text"
  | "nchar"
  | "nvarchar"
  | "ntext"
  | "binary"
  | "varbinary"
  | "image"
  | "uniqueidentifier"
  | "xml"
  | "sql_variant"
  | "rowversion"
  | ClrTypeName;

/** The CLR types that the server itself brings. */
export type ClrTypeName = "hierarchyid" | "geography" | "geometry";

export interface SqlType {
  readonly name: SqlTypeName;
  /** Characters (char family: bytes for char/varchar, UTF-16 units for nchar/nvarchar), bytes (binary family); -1 is (max). */
  readonly length?: number;
  /** decimal, numeric: 1..38. */
  readonly precision?: number;
  /** decimal, numeric: 0..precision; time, datetime2, datetimeoffset: 0..7. */
  readonly scale?: number;
  /** Character types: the collation's name, such as SQL_Latin1_General_CP1_CI_AS. */
  readonly collation?: string;
}

export interface SqlDateTimeOffset {
  readonly utc: bigint;
  readonly offset: number;
}

export interface SqlVariant {
  readonly type: SqlType;
  readonly value: SqlValue;
}

export type SqlValue = null | number | bigint | string | Buffer | SqlDateTimeOffset | SqlVariant;

export type SqlRow = SqlValue[];
