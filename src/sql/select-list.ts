import type { Transport } from "../model/ledger-row.ts";
import { type ColumnShape, type TableShape, replicatedColumns } from "../model/table-shape.ts";
import { carrierName, carriersOf } from "./carried-column.ts";
import { travellingValue } from "./column-type.ts";
import { quoteName } from "./quote.ts";
import { deletedColumn } from "./stage-table.ts";

/** What a read selects, beside where it reads it from. */
export interface SelectedRow {
  /** A column's value in the column's own type. */
  readonly value: (column: ColumnShape) => string;
  /** The mark of deleted rows, a bit; undefined: the read has none. */
  readonly deleted: string | undefined;
}

/**
 * The SELECT list of a read, in the order and under the names of what is loaded: the columns of the stage for the relay, those of the
 * carrier table for the driver.
 */
export function selectList(shape: TableShape, transport: Transport, row: SelectedRow): string {
  const first = row.deleted === undefined ? 0 : 1;
  const values = replicatedColumns(shape).flatMap((column, at) => {
    const value = row.value(column);
    if (transport === "relay") return [`${travellingValue(column, value)} AS ${quoteName(column.name)}`];
    return carriersOf(column, first + at).map(({ name, read }) => `${read(value)} AS ${name}`);
  });
  const list = values.join(", ");
  if (row.deleted === undefined) return list;
  return `${row.deleted} AS ${transport === "relay" ? quoteName(deletedColumn(shape)) : carrierName(0)},\n  ${list}`;
}
