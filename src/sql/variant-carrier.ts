import type { ColumnType } from "../model/table-shape.ts";
import type { Carrier } from "./carrier.ts";
import { isMinusZero, withMinusZero } from "./minus-zero.ts";
import { typeText } from "./column-type.ts";
import { keyTextExpression, keyValueExpression } from "./key-text.ts";
import { quoteText } from "./quote.ts";

/**
 * A sql_variant on the way through the driver: its inner type as text, and its value as text, bytes or number, whatever the inner type
 * asks for. https://learn.microsoft.com/sql/t-sql/functions/sql-variant-property-transact-sql
 */

/** Inner types that go as bytes: those of a code page, and binary ones. */
const asBytes: readonly string[] = ["char", "varchar", "binary", "varbinary"];
const asNumber: readonly string[] = ["float", "real"];
/** Inner types that need a style, with the type in which the style is applied: one that holds every value of the inner type. */
const withStyle: readonly ColumnType[] = [
  plainType("money"),
  plainType("smallmoney"),
  plainType("date"),
  plainType("datetime"),
  plainType("smalldatetime"),
  { ...plainType("time"), scale: 7 },
  { ...plainType("datetime2"), scale: 7 },
  { ...plainType("datetimeoffset"), scale: 7 },
];
/** Inner types that CONVERT writes in full without a style. */
const asText: readonly string[] = [
  "bit",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "decimal",
  "numeric",
  "uniqueidentifier",
  "nchar",
  "nvarchar",
];

const known: ReadonlySet<string> = new Set([...asBytes, ...asNumber, ...withStyle.map(({ name }) => name), ...asText]);

export function variantCarriers(name: string): Carrier[] {
  return [
    { name: `${name}_type`, declaration: typeDeclaration, read: innerTypeText },
    { name: `${name}_text`, declaration: "nvarchar(4000)", read: textValue },
    { name: `${name}_bytes`, declaration: "varbinary(8000)", read: (value) => only(value, asBytes, "varbinary(8000)") },
    { name: `${name}_number`, declaration: "float", read: (value) => only(value, asNumber, "float") },
  ];
}

/** Inner types are compared byte by byte. */
const typeDeclaration = "nvarchar(400) COLLATE Latin1_General_100_BIN2";

/** The inner type as `baseType|precision|scale|maxLength|collation`; the last is empty where it has none. */
function innerTypeText(value: string): string {
  const number = (property: string): string => `CONVERT(int, SQL_VARIANT_PROPERTY(${value}, '${property}'))`;
  const text = (property: string): string => `CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(${value}, '${property}'))`;
  return `CASE WHEN ${value} IS NOT NULL THEN CONVERT(nvarchar(400), CONCAT(${text("BaseType")}, N'|', ${number("Precision")}, N'|', ${number("Scale")}, N'|', ${number("MaxLength")}, N'|', ${text("Collation")})) END`;
}

function textValue(value: string): string {
  const styled = withStyle.map(
    (type) =>
      `WHEN N'${type.name}' THEN ${keyTextExpression(innerColumn(type), `CONVERT(${typeText(type)}, ${value})`)}`,
  );
  const plain = asText.map((name) => `WHEN N'${name}' THEN CONVERT(nvarchar(4000), ${value})`);
  const minusZero = `CASE WHEN ${isMinusZero(`CONVERT(float, ${value})`, "float")} THEN N'-0' END`;
  const numbers = asNumber.map((name) => `WHEN N'${name}' THEN ${minusZero}`);
  return `CASE ${baseType(value)} ${[...styled, ...plain, ...numbers].join(" ")} END`;
}

function only(value: string, names: readonly string[], type: string): string {
  return `CASE WHEN ${baseType(value)} IN (${names.map((name) => `N'${name}'`).join(", ")}) THEN CONVERT(${type}, ${value}) END`;
}

function baseType(value: string): string {
  return `CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(${value}, 'BaseType'))`;
}

/** The inner type of some values of a carried sql_variant. */
export interface InnerType {
  /** As it was carried. */
  readonly text: string;
  readonly type: ColumnType;
  readonly collation: string | undefined;
}

/** @throws Error for a type that no sql_variant is known to hold */
export function parseInnerType(column: string, text: string): InnerType {
  const [, name = "", precision, scale, maxLength, collation = ""] =
    /^(\w+)\|(\d+)\|(\d+)\|(\d+)\|(\w*)$/.exec(text) ?? [];
  if (!known.has(name)) throw new Error(`carry column ${column} by the driver: it holds a sql_variant of type ${text}`);
  return {
    text,
    type: { name, precision: Number(precision), scale: Number(scale), maxLength: Number(maxLength) },
    collation: collation === "" ? undefined : collation,
  };
}

/**
 * The batches that restore the values of a sql_variant in the carrier table, where it is the column `name`, by all inner types that its
 * values have. Bytes of a code page are assigned to a column of their collation, made for them and dropped at the end: see carried-column.ts.
 */
export function restoreVariants(table: string, name: string, inners: readonly InnerType[]): string[] {
  const locals = new Map(inners.filter(isOfCodePage).map(({ collation }, at) => [collation, `${name}_local${at}`]));
  const restored = inners.map((inner) => restoreVariant(table, name, inner, locals.get(inner.collation)));
  const updates = restored.join("\n");
  if (locals.size === 0) return inners.length === 0 ? [] : [updates];
  const columns = [...locals].map(([collation, local]) => `${local} varchar(8000)${collate(collation)} NULL`);
  // A batch is compiled with the columns that its tables have before it runs.
  return [
    `ALTER TABLE ${table} ADD ${columns.join(", ")};`,
    updates,
    `ALTER TABLE ${table} DROP COLUMN ${[...locals.values()].join(", ")};`,
  ];
}

/** @param local the column of the inner type's collation, where it has one */
function restoreVariant(table: string, name: string, inner: InnerType, local: string | undefined): string {
  const { type, collation } = inner;
  const where = `WHERE ${name}_type = ${quoteText(inner.text)}`;
  const assign = (expression: string): string =>
    `UPDATE ${table} SET ${name} = CONVERT(sql_variant, ${expression}) ${where};`;
  if (isOfCodePage(inner) && local !== undefined) {
    return `UPDATE ${table} SET ${local} = ${name}_bytes ${where};\n${assign(`CONVERT(${typeText(type)}, ${local})`)}`;
  }
  if (asBytes.includes(type.name)) return assign(`CONVERT(${typeText(type)}, ${name}_bytes)`);
  if (asNumber.includes(type.name)) {
    return assign(`CONVERT(${type.name}, ${withMinusZero(`${name}_number`, `${name}_text = N'-0'`)})`);
  }
  return assign(keyValueExpression(innerColumn(type, collation), `${name}_text`));
}

function isOfCodePage({ type }: InnerType): boolean {
  return type.name === "char" || type.name === "varchar";
}

function collate(collation: string | undefined): string {
  return collation === undefined ? "" : ` COLLATE ${collation}`;
}

function innerColumn(type: ColumnType, collation?: string): { name: string; type: ColumnType; collation?: string } {
  return { name: "of a sql_variant", type, ...(collation !== undefined && { collation }) };
}

function plainType(name: string): ColumnType {
  return { name, maxLength: 0, precision: 0, scale: 0 };
}
