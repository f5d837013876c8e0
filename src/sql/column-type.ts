import type { ColumnShape, ColumnType } from "../model/table-shape.ts";
import { quoteName, quoteTable } from "./quote.ts";

/** A column as far as its declaration depends on it. */
export type DeclaredColumn = Pick<ColumnShape, "type" | "aliasType" | "collation">;

/** CLR types that the server itself brings. */
const clrTypes: ReadonlySet<string> = new Set(["hierarchyid", "geography", "geometry"]);

const characterTypes: ReadonlySet<string> = new Set(["char", "varchar", "text", "nchar", "nvarchar", "ntext"]);

/** Types whose declaration takes a COLLATE clause. */
export function isCharacterType(type: ColumnType): boolean {
  return characterTypes.has(type.name);
}

/**
 * A system type with its length, precision and scale, without collation: `nvarchar(50)`, `decimal(10,2)`.
 * Lengths of the catalog are bytes: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql
 */
export function typeText({ name, maxLength, precision, scale }: ColumnType): string {
  switch (name) {
    case "char":
    case "varchar":
    case "binary":
    case "varbinary":
      return `${name}(${maxLength === -1 ? "max" : maxLength})`;
    case "nchar":
    case "nvarchar":
      return `${name}(${maxLength === -1 ? "max" : maxLength / 2})`;
    case "decimal":
    case "numeric":
      return `${name}(${precision},${scale})`;
    case "time":
    case "datetime2":
    case "datetimeoffset":
      return `${name}(${scale})`;
    case "float":
      return `float(${precision})`;
    default:
      // A name that is no word is no system type's; such columns are refused before, and quoted it does no harm.
      return /^\w+$/.test(name) ? name : quoteName(name);
  }
}

/**
 * A column's type for CREATE TABLE, with its collation; without nullability. rowversion becomes binary(8): the server
 * makes up the values of a rowversion column itself. xml loses its schema collection, varbinary(max) its FILESTREAM.
 * An alias type is used when `keepAlias` says so: it brings its own collation, so none is named.
 */
export function columnDeclaration(column: DeclaredColumn, keepAlias = true): string {
  if (keepAlias && column.aliasType !== undefined) return quoteTable(column.aliasType);
  if (column.type.name === "rowversion") return "binary(8)";
  return withCollation(typeText(column.type), column);
}

/**
 * A column's type in the form in which its values travel: for #temp tables and INSERT BULK. xml goes as nvarchar(max),
 * geography and geometry as varbinary(max), hierarchyid as varbinary(892), text, ntext and image as the (max) types, rowversion as binary(8).
 */
export function stageDeclaration(column: DeclaredColumn): string {
  return withCollation(stageType(column.type), column);
}

function stageType(type: ColumnType): string {
  return typeText(travelledType(type));
}

/** The type in which values travel. */
export function travelledType(type: ColumnType): ColumnType {
  switch (type.name) {
    case "text":
      return maxType("varchar");
    case "ntext":
    case "xml":
    case "json":
      return maxType("nvarchar");
    case "hierarchyid":
      // Its greatest size. A key's stage is indexed, and no (max) type can be a key of an index.
      return { name: "varbinary", maxLength: 892, precision: 0, scale: 0 };
    case "image":
    case "geography":
    case "geometry":
      return maxType("varbinary");
    case "rowversion":
      return { name: "binary", maxLength: 8, precision: 0, scale: 0 };
    default:
      return type;
  }
}

function maxType(name: string): ColumnType {
  return { name, maxLength: -1, precision: 0, scale: 0 };
}

function withCollation(text: string, column: DeclaredColumn): string {
  const { collation } = column;
  if (collation === undefined || !isCharacterType(column.type)) return text;
  // A collation is no identifier: it cannot be quoted. https://learn.microsoft.com/sql/t-sql/statements/collations
  if (!/^\w+$/.test(collation))
    throw new Error(`declare a column: ${JSON.stringify(collation)} is no collation's name`);
  return `${text} COLLATE ${collation}`;
}

/** A value of the column in its travelling form, where `expression` has the column's own type. */
export function travellingValue(column: DeclaredColumn, expression: string): string {
  const stage = stageType(column.type);
  return stage === typeText(column.type) ? expression : `CONVERT(${stage}, ${expression})`;
}

/** The column in its travelling form: what is selected on the primary. `qualifier` is the table's alias. */
export function readExpression(column: DeclaredColumn & Pick<ColumnShape, "name">, qualifier: string): string {
  return travellingValue(column, `${qualifier}.${quoteName(column.name)}`);
}

/**
 * A staged value as the table takes it. Style 1 keeps insignificant white space of xml; what is not named here the
 * server converts by itself on assignment. https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql#xml-styles
 */
export function writeExpression(column: DeclaredColumn, expression: string): string {
  if (column.type.name === "xml") return `CONVERT(xml, ${expression}, 1)`;
  if (column.type.name === "json") return `CONVERT(json, ${expression})`;
  if (clrTypes.has(column.type.name)) return `CONVERT(${column.type.name}, ${expression})`;
  return expression;
}
