import type { ClrTypeName, SqlType, SqlTypeName } from "./sql-type.ts";

/**
 * What type an expression has when types meet. Sources: "Data type precedence" and "Precision, scale, and length"
 * (learn.microsoft.com/sql/t-sql/data-types).
 */

// prettier-ignore
const ORDER: readonly SqlTypeName[] = [
  "hierarchyid", "geography", "geometry",
  "sql_variant", "xml", "datetimeoffset", "datetime2", "datetime", "smalldatetime", "date", "time", "float", "real",
  "decimal", "numeric", "money", "smallmoney", "bigint", "int", "smallint", "tinyint", "bit", "ntext", "text", "image",
  "rowversion", "uniqueidentifier", "nvarchar", "nchar", "varchar", "char", "varbinary", "binary",
];

const RANK = new Map(ORDER.map((name, at) => [name, ORDER.length - at]));

/** Higher wins in an implicit conversion. */
export function typeRank(type: SqlType): number {
  return RANK.get(type.name)!;
}

export type TypeFamily =
  | "integer"
  | "decimal"
  | "money"
  | "float"
  | "string"
  | "binary"
  | "datetime"
  | "uniqueidentifier"
  | "xml"
  | "variant"
  | "clr";

// prettier-ignore
const FAMILY: Record<SqlTypeName, TypeFamily> = {
  bit: "integer", tinyint: "integer", smallint: "integer", int: "integer", bigint: "integer",
  decimal: "decimal", numeric: "decimal", money: "money", smallmoney: "money", real: "float", float: "float",
  date: "datetime", time: "datetime", datetime: "datetime", smalldatetime: "datetime", datetime2: "datetime",
  datetimeoffset: "datetime", char: "string", varchar: "string", text: "string", nchar: "string", nvarchar: "string",
  ntext: "string", binary: "binary", varbinary: "binary", image: "binary", rowversion: "binary",
  uniqueidentifier: "uniqueidentifier", xml: "xml", sql_variant: "variant",
  hierarchyid: "clr", geography: "clr", geometry: "clr",
};

export function typeFamily(type: SqlType): TypeFamily {
  return FAMILY[type.name];
}

export const BIT: SqlType = { name: "bit" };
export const INT: SqlType = { name: "int" };
export const SMALLINT: SqlType = { name: "smallint" };
export const TINYINT: SqlType = { name: "tinyint" };
export const BIGINT: SqlType = { name: "bigint" };
export const FLOAT: SqlType = { name: "float" };
export const MONEY: SqlType = { name: "money" };
export const DATETIME: SqlType = { name: "datetime" };
export const DATE: SqlType = { name: "date" };
export const UNIQUEIDENTIFIER: SqlType = { name: "uniqueidentifier" };
export const HIERARCHYID: SqlType = { name: "hierarchyid" };
export const SQL_VARIANT: SqlType = { name: "sql_variant" };
export const SYSNAME: SqlType = { name: "nvarchar", length: 128 };
export const nvarchar = (length: number): SqlType => ({ name: "nvarchar", length });
export const varchar = (length: number): SqlType => ({ name: "varchar", length });
export const varbinary = (length: number): SqlType => ({ name: "varbinary", length });
export const decimal = (precision: number, scale: number): SqlType => ({ name: "decimal", precision, scale });
export const datetime2 = (scale: number): SqlType => ({ name: "datetime2", scale });

/** nchar, nvarchar, ntext, xml: two bytes a unit. */
export function isUnicode(type: SqlType): boolean {
  return type.name === "nvarchar" || type.name === "nchar" || type.name === "ntext" || type.name === "xml";
}

export function isNumeric(type: SqlType): boolean {
  const family = FAMILY[type.name];
  return family === "integer" || family === "decimal" || family === "money" || family === "float";
}

/** hierarchyid, geography, geometry: of a type with methods. */
export function isClr(type: SqlType): type is SqlType & { readonly name: ClrTypeName } {
  return FAMILY[type.name] === "clr";
}

/** Whether the JavaScript value is an unscaled bigint with a scale. */
export function isScaled(type: SqlType): boolean {
  const family = FAMILY[type.name];
  return family === "decimal" || family === "money";
}

export function sameType(a: SqlType, b: SqlType): boolean {
  return (
    a.name === b.name &&
    a.length === b.length &&
    a.precision === b.precision &&
    a.scale === b.scale &&
    a.collation === b.collation
  );
}

/** The precision and scale that a number takes when it becomes a decimal. */
export function decimalShape(type: SqlType): { precision: number; scale: number } {
  switch (type.name) {
    case "bit":
      return { precision: 1, scale: 0 };
    case "tinyint":
      return { precision: 3, scale: 0 };
    case "smallint":
      return { precision: 5, scale: 0 };
    case "int":
      return { precision: 10, scale: 0 };
    case "bigint":
      return { precision: 19, scale: 0 };
    case "money":
      return { precision: 19, scale: 4 };
    case "smallmoney":
      return { precision: 10, scale: 4 };
    case "decimal":
    case "numeric":
      return { precision: type.precision ?? 18, scale: type.scale ?? 0 };
    default:
      return { precision: 38, scale: 0 };
  }
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

/** The decimal type of an arithmetic result; a result wider than 38 digits gives up scale, never whole digits. */
export function decimalResult(operator: ArithmeticOperator, a: SqlType, b: SqlType): SqlType {
  const { precision: p1, scale: s1 } = decimalShape(a);
  const { precision: p2, scale: s2 } = decimalShape(b);
  const whole = Math.max(p1 - s1, p2 - s2);
  let precision: number;
  let scale: number;
  switch (operator) {
    case "+":
    case "-":
      scale = Math.max(s1, s2);
      precision = whole + scale + 1;
      if (precision > 38) return decimal(38, Math.min(scale, Math.max(0, 38 - whole)));
      break;
    case "*":
      scale = s1 + s2;
      precision = p1 + p2 + 1;
      break;
    case "/":
      scale = Math.max(6, s1 + p2 + 1);
      precision = p1 - s1 + s2 + scale;
      break;
    case "%":
      scale = Math.max(s1, s2);
      precision = Math.min(p1 - s1, p2 - s2) + scale;
      break;
  }
  if (precision <= 38) return decimal(precision, scale);
  const integral = precision - scale;
  if (integral < 32) return decimal(38, Math.min(scale, 38 - integral));
  return decimal(38, Math.min(scale, 6));
}

/** The type in which two operands are compared, or which CASE, COALESCE, UNION give: precedence, and room for both. */
export function commonType(a: SqlType, b: SqlType): SqlType {
  if (sameType(a, b)) return a;
  const [high, low] = typeRank(a) >= typeRank(b) ? [a, b] : [b, a];
  const family = typeFamily(high);
  const lowFamily = typeFamily(low);
  if (family === "decimal" && (lowFamily === "decimal" || lowFamily === "integer" || lowFamily === "money")) {
    const x = decimalShape(high);
    const y = decimalShape(low);
    const whole = Math.max(x.precision - x.scale, y.precision - y.scale);
    const scale = Math.max(x.scale, y.scale);
    const precision = whole + scale;
    return precision <= 38
      ? { name: high.name, precision, scale }
      : { name: high.name, precision: 38, scale: Math.max(0, 38 - whole) };
  }
  if (family === "string" && lowFamily === "string") return commonString(high, low);
  if (family === "binary" && lowFamily === "binary" && high.name !== "rowversion" && high.name !== "image") {
    const length = high.length === -1 || low.length === -1 ? -1 : Math.max(high.length ?? 1, byteLengthOf(low));
    return { name: high.name === "binary" && low.name === "binary" ? "binary" : "varbinary", length };
  }
  if (family === "datetime" && lowFamily === "datetime" && high.scale !== undefined && low.scale !== undefined) {
    return { name: high.name, scale: Math.max(high.scale, low.scale) };
  }
  if (family === "datetime" && high.scale !== undefined && lowFamily === "datetime") {
    const lowScale = low.name === "datetime" ? 3 : 0;
    return { name: high.name, scale: Math.max(high.scale, lowScale) };
  }
  return high;
}

function byteLengthOf(type: SqlType): number {
  return type.name === "rowversion" ? 8 : (type.length ?? 1);
}

function commonString(high: SqlType, low: SqlType): SqlType {
  const collation = high.collation ?? low.collation;
  const withCollation = (type: SqlType): SqlType => (collation === undefined ? type : { ...type, collation });
  if (high.name === "ntext" || high.name === "text") return withCollation(high);
  const unicode = isUnicode(high) || isUnicode(low);
  const isVar = high.name.endsWith("varchar") || low.name.endsWith("varchar");
  const limit = unicode ? 4000 : 8000;
  const length = high.length === -1 || low.length === -1 ? -1 : Math.min(limit, Math.max(high.length!, low.length!));
  return withCollation({ name: unicode ? (isVar ? "nvarchar" : "nchar") : isVar ? "varchar" : "char", length });
}

/** The type of `a + b` for two strings or two binaries: lengths add up to the type's limit; (max) stays (max). */
export function concatType(a: SqlType, b: SqlType): SqlType {
  const common = commonType(a, b);
  if (common.length === undefined || common.length === -1) return common;
  const unicode = isUnicode(common);
  const limit = unicode ? 4000 : 8000;
  const sum = Math.min(limit, (a.length ?? 1) + (b.length ?? 1));
  return { ...common, length: sum };
}

// prettier-ignore
const BYTES: Partial<Record<SqlTypeName, number>> = {
  bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8, money: 8, smallmoney: 4, real: 4, float: 8, date: 3, datetime: 8,
  smalldatetime: 4, uniqueidentifier: 16, rowversion: 8, text: 16, ntext: 16, image: 16, sql_variant: 8016, xml: -1,
  hierarchyid: 892, geography: -1, geometry: -1,
};

/** sys.columns.max_length. */
export function maxLength(type: SqlType): number {
  const fixed = BYTES[type.name];
  if (fixed !== undefined) return fixed;
  switch (type.name) {
    case "decimal":
    case "numeric": {
      const precision = type.precision ?? 18;
      return precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
    }
    case "time":
      return (type.scale ?? 7) <= 2 ? 3 : (type.scale ?? 7) <= 4 ? 4 : 5;
    case "datetime2":
      return (type.scale ?? 7) <= 2 ? 6 : (type.scale ?? 7) <= 4 ? 7 : 8;
    case "datetimeoffset":
      return (type.scale ?? 7) <= 2 ? 8 : (type.scale ?? 7) <= 4 ? 9 : 10;
    case "nchar":
    case "nvarchar":
      return type.length === -1 ? -1 : (type.length ?? 1) * 2;
    default:
      return type.length ?? 1;
  }
}
