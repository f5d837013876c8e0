import type { ColumnShape } from "../model/table-shape.ts";
import { readExpression } from "./column-type.ts";
import { quoteName } from "./quote.ts";

/** Types whose values the server may call equal though their bytes are not, or cannot compare at all. */
const looseTypes: ReadonlySet<string> = new Set([
  "char", // case, accents, trailing blanks, as the collation says
  "varchar",
  "text",
  "nchar",
  "nvarchar",
  "ntext",
  "binary", // padded with zeros for the comparison: 0x01 = 0x0100
  "varbinary",
  "image",
  "float", // -0 and 0
  "real",
  "datetimeoffset", // the same moment at another offset
  "sql_variant", // the base type
  "xml",
  "hierarchyid",
  "geography",
  "geometry",
]);

export function hidesBytes(column: ColumnShape): boolean {
  return looseTypes.has(column.type.name) || column.userDefinedClr;
}

/**
 * A predicate that holds where a table's row (t) and a staged one (s) differ in any byte of these columns. INTERSECT
 * takes NULLs as equal. The bytes are compared with their number, since binary comparison pads with zeros. Nothing
 * tells two sql_variants apart in all their properties, so such rows always count as different.
 */
export function differentBytes(columns: readonly ColumnShape[]): string {
  if (columns.some(({ type }) => type.name === "sql_variant")) return "1 = 1";
  const values = (side: "s" | "t"): string =>
    columns
      .flatMap((column) => {
        const value = side === "s" ? `s.${quoteName(column.name)}` : readExpression(column, "t");
        return hidesBytes(column) ? [`CAST(${value} AS varbinary(max))`, `DATALENGTH(${value})`] : [value];
      })
      .join(", ");
  return `NOT EXISTS (SELECT ${values("s")} INTERSECT SELECT ${values("t")})`;
}
