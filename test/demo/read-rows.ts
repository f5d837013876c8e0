import type { ConnectionPool } from "mssql";
import type { ColumnSchema, TableSchema } from "./read-schema.ts";

/**
 * All rows of a table, each as text, by the text of its primary key. The driver's JavaScript values lose digits of some
 * types, so those are rendered by the server. Nothing of the product is used: this is what the product is judged by.
 */
export async function readRows(pool: ConnectionPool, table: TableSchema): Promise<Map<string, string>> {
  const request = pool.request();
  request.arrayRowMode = true;
  const names = table.columns.map(({ name }) => name);
  const from = `[${table.schema.replaceAll("]", "]]")}].[${table.name.replaceAll("]", "]]")}]`;
  const { recordset } = await request.batch(`SELECT ${table.columns.map(losslessColumn).join(", ")} FROM ${from}`);
  const keyPositions = table.primaryKey.map((name) => names.indexOf(name));
  const rows = new Map<string, string>();
  for (const row of recordset as unknown as unknown[][]) {
    const values = row.map(valueText);
    rows.set(JSON.stringify(keyPositions.map((at) => values[at])), JSON.stringify(values));
  }
  return rows;
}

/** Styles of CONVERT that lose nothing: 2 for money, 121 for dates and times, 3 for float and real. */
function losslessColumn({ name, type }: ColumnSchema): string {
  const column = `[${name.replaceAll("]", "]]")}]`;
  switch (type) {
    case "decimal":
    case "numeric":
      return `CONVERT(varchar(60), ${column})`;
    case "money":
    case "smallmoney":
      return `CONVERT(varchar(60), ${column}, 2)`;
    case "date":
    case "time":
    case "datetime":
    case "smalldatetime":
    case "datetime2":
    case "datetimeoffset":
      return `CONVERT(varchar(60), ${column}, 121)`;
    case "float":
    case "real":
      return `CONVERT(varchar(60), ${column}, 3)`;
    case "text":
      return `CONVERT(varchar(max), ${column})`;
    case "ntext":
    case "xml":
      return `CONVERT(nvarchar(max), ${column})`;
    case "image":
      return `CONVERT(varbinary(max), ${column})`;
    default:
      return column;
  }
}

function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `0x${value.toString("hex")}`;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw new Error(`a value of ${Object.prototype.toString.call(value)} cannot be compared without loss`);
}
