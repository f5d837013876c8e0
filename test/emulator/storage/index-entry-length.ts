import { encodeText } from "../values/collation.ts";
import { maxLength } from "../values/coerce-type.ts";
import { sqlError } from "../values/error-table.ts";
import type { SqlRow, SqlType, SqlValue, SqlVariant } from "../values/sql-type.ts";
import type { IndexSpec } from "./table-store.ts";

/** How many bytes a key may have ("Maximum capacity specifications", "CREATE INDEX"). */
export function longestKey(clustered: boolean): number {
  return clustered ? 900 : 1700;
}

const VARYING: ReadonlySet<string> = new Set(["varchar", "nvarchar", "varbinary", "hierarchyid", "sql_variant"]);

/** The least and the most bytes that a key of these types has. */
export function keyLengths(types: readonly SqlType[]): { readonly least: number; readonly most: number } {
  const sum = (of: readonly SqlType[]): number => of.reduce((total, type) => total + maxLength(type), 0);
  return { least: sum(types.filter(({ name }) => !VARYING.has(name))), most: sum(types) };
}

/** @throws SqlError 1946 where the row's key is longer than the index takes */
export function requireShortKey(spec: IndexSpec, row: SqlRow): void {
  const length = spec.keys.reduce((total, { ordinal, type }) => total + valueLength(row[ordinal]!, type), 0);
  const most = longestKey(spec.clustered);
  if (length > most) throw sqlError(1946, length, spec.name, most, spec.clustered ? "clustered" : "nonclustered");
}

function valueLength(value: SqlValue, type: SqlType): number {
  if (value === null) return 0;
  switch (type.name) {
    case "varchar":
      return encodeText(value as string, type.collation).length;
    case "nvarchar":
      return (value as string).length * 2;
    case "varbinary":
    case "hierarchyid":
      return (value as Buffer).length;
    case "sql_variant": {
      const variant = value as SqlVariant;
      return valueLength(variant.value, variant.type);
    }
    default:
      return maxLength(type);
  }
}
