import type { ColumnShape, ColumnType } from "../model/table-shape.ts";
import { typeText } from "./column-type.ts";

/**
 * Key values as text and back, on the server, without loss. All styles are documented ones:
 * https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
 */
type KeyedColumn = Pick<ColumnShape, "name" | "type" | "collation">;

/** How a type's values are written as text; every form is independent of the session's language and date format. */
type TextForm =
  | { readonly kind: "plain" }
  /** CONVERT with this style when writing and, where `back` says so, when reading. */
  | { readonly kind: "style"; readonly style: number; readonly back: boolean }
  /** Hexadecimal digits after 0x. */
  | { readonly kind: "bytes" }
  /** CLR values, by their bytes. */
  | { readonly kind: "clr" }
  | { readonly kind: "text" };

/** @throws Error for a type that no key has (model/table-shape.ts refuses such tables before) */
function textForm(column: KeyedColumn): TextForm {
  switch (column.type.name) {
    case "bit":
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
    case "decimal":
    case "numeric":
    case "uniqueidentifier":
      return { kind: "plain" };
    case "money":
    case "smallmoney":
      // Style 2: all four digits after the point.
      return { kind: "style", style: 2, back: false };
    case "float":
    case "real":
      // Style 3: 17 digits, lossless.
      return { kind: "style", style: 3, back: false };
    case "date":
    case "time":
    case "datetime":
    case "smalldatetime":
    case "datetime2":
      // Style 121: yyyy-mm-dd hh:mi:ss.nnnnnnn. Read back without it a datetime would obey SET DATEFORMAT.
      return { kind: "style", style: 121, back: true };
    case "datetimeoffset":
      // Read back by the default style, in which the documentation's own example of CAST with an offset is written.
      return { kind: "style", style: 121, back: false };
    case "binary":
    case "varbinary":
    case "rowversion":
      return { kind: "bytes" };
    case "hierarchyid":
      return { kind: "clr" };
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
      return { kind: "text" };
    default:
      throw new Error(`write a key as text: column ${column.name} is ${column.type.name}`);
  }
}

/** `expression`, a value in the column's own type, as lossless nvarchar text; NULL stays NULL. */
export function keyTextExpression(column: KeyedColumn, expression: string): string {
  const form = textForm(column);
  switch (form.kind) {
    case "plain":
    case "text":
      return `CONVERT(nvarchar(4000), ${expression})`;
    case "style":
      return `CONVERT(nvarchar(4000), ${expression}, ${form.style})`;
    case "bytes":
      // The styles for binary values are documented for varchar. A key has 1,700 bytes at most: 3,402 digits.
      return `CONVERT(nvarchar(4000), CONVERT(varchar(4000), ${expression}, 1))`;
    case "clr":
      return `CONVERT(nvarchar(4000), CONVERT(varchar(4000), CONVERT(varbinary(892), ${expression}), 1))`;
  }
}

/**
 * The text in the nvarchar parameter (`parameter` with its @) as a value in the column's own type, so that a comparison
 * with the column can seek. A character value takes the column's collation before it becomes varchar: "when CONVERT
 * outputs a character string and receives one, the output has the collation of the input", and with it its code page;
 * the database's own would lose characters.
 */
export function keyValueExpression(column: KeyedColumn, parameter: string): string {
  const form = textForm(column);
  const type = keyType(column.type);
  switch (form.kind) {
    case "plain":
      return `CONVERT(${type}, ${parameter})`;
    case "style":
      return form.back ? `CONVERT(${type}, ${parameter}, ${form.style})` : `CONVERT(${type}, ${parameter})`;
    case "bytes":
      return `CONVERT(${type}, CONVERT(varchar(4000), ${parameter}), 1)`;
    case "clr":
      return `CONVERT(hierarchyid, CONVERT(varbinary(892), CONVERT(varchar(4000), ${parameter}), 1))`;
    case "text":
      return `CONVERT(${type}, ${parameter}${collate(column)})`;
  }
}

/**
 * A predicate that holds where a value (`expression`, in the column's own type) comes back from its text as an equal one;
 * undefined where every value does. It does not where two byte sequences of a code page stand for one character (932 and
 * 950 have such pairs, and a binary collation tells them apart), where bytes are no text of the code page at all, and for
 * float and real below their documented range, which a client can send and CONVERT need not read.
 * https://learn.microsoft.com/sql/t-sql/data-types/float-and-real-transact-sql
 */
export function readsBack(column: KeyedColumn, expression: string): string | undefined {
  switch (column.type.name) {
    case "char":
    case "varchar":
    case "float":
    case "real":
      // TRY_: what cannot be read at all is as little a cursor as what is read as something else.
      return `${expression} = TRY_${keyValueExpression(column, keyTextExpression(column, expression))}`;
    default:
      return undefined;
  }
}

function keyType(type: ColumnType): string {
  return type.name === "rowversion" ? "binary(8)" : typeText(type);
}

function collate({ name, collation }: KeyedColumn): string {
  if (collation === undefined) return "";
  if (!/^\w+$/.test(collation)) throw new Error(`bind a key: column ${name} has the collation ${collation}`);
  return ` COLLATE ${collation}`;
}
