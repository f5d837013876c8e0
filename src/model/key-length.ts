import type { ColumnShape } from "./table-shape.ts";

/**
 * Whether no key of these columns can be too long for a clustered index, which takes 900 bytes; a nonclustered one takes
 * 1,700, and no primary key has more.
 * https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
 */
export function fitsClusteredIndex(columns: readonly Pick<ColumnShape, "type">[]): boolean {
  return columns.reduce((bytes, { type }) => bytes + type.maxLength, 0) <= 900;
}
