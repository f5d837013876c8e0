import { coerce } from "../values/coerce.ts";
import { typeFamily } from "../values/coerce-type.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";

const TEXT: SqlType = { name: "nvarchar", length: -1 };

/** Key values as errors 2601, 2627 and 1505 show them: `(1, abc, <NULL>)`, cut as the server does. */
export function keyText(values: readonly SqlValue[], types: readonly SqlType[]): string {
  const shown = values.map((value, at) => valueText(value, types[at]!)).join(", ");
  return `(${shown})`;
}

function valueText(value: SqlValue, type: SqlType): string {
  if (value === null) return "<NULL>";
  if (typeFamily(type) === "binary") return `0x${(value as Buffer).toString("hex")}`;
  if (typeFamily(type) === "string") return value as string;
  return coerce(value, type, TEXT, { explicit: true }) as string;
}
