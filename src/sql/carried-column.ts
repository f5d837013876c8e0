import type { ColumnShape } from "../model/table-shape.ts";
import type { Carrier } from "./carrier.ts";
import { type DeclaredColumn, travelledType, travellingValue } from "./column-type.ts";
import { keyTextExpression, keyValueExpression } from "./key-text.ts";
import { isMinusZero, withMinusZero } from "./minus-zero.ts";
import { variantCarriers } from "./variant-carrier.ts";

type CarriedColumn = DeclaredColumn & Pick<ColumnShape, "name">;

/** Texts of numbers, dates and identifiers: 41 characters at most (decimal(38,38)). */
const textDeclaration = "nvarchar(50)";

/** The carriers of the column that stands at this place of the stage; one, or several for a sql_variant. */
export function carriersOf(column: CarriedColumn, at: number): Carrier[] {
  const type = travelledType(column.type);
  const name = carrierName(at);
  switch (type.name) {
    case "sql_variant":
      return variantCarriers(name);
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar": {
      const declaration = bytesDeclaration(type.maxLength);
      return [{ name, declaration, read: (value) => `CONVERT(${declaration}, ${travellingValue(column, value)})` }];
    }
    case "binary":
    case "varbinary":
      return [{ name, declaration: bytesDeclaration(type.maxLength), read: (value) => travellingValue(column, value) }];
    case "float":
    case "real":
      return [
        { name, declaration: type.name, read: (value) => value },
        {
          name: `${name}_minus`,
          declaration: "bit",
          read: (value) => `CASE WHEN ${isMinusZero(value, type.name)} THEN CAST(1 AS bit) END`,
        },
      ];
    case "bit":
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return [{ name, declaration: type.name, read: (value) => value }];
    default:
      return [{ name, declaration: textDeclaration, read: (value) => keyTextExpression(column, value) }];
  }
}

/** The value to be assigned to the staged column; `alias` is the carrier table's. */
export function restoredValue(column: CarriedColumn, at: number, alias: string): string {
  const carried = `${alias}.${carrierName(at)}`;
  switch (travelledType(column.type).name) {
    case "sql_variant": // restored in the carrier table itself
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary":
    case "bit":
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return carried;
    case "float":
    case "real":
      return withMinusZero(carried, `${carried}_minus = 1`);
    default:
      return keyValueExpression(column, carried);
  }
}

/** No name of the table's: the driver does not quote names in its INSERT BULK. */
export function carrierName(at: number): string {
  return `c${at}`;
}

function bytesDeclaration(maxLength: number): string {
  return `varbinary(${maxLength === -1 ? "max" : maxLength})`;
}
