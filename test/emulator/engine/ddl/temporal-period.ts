import { readCommitted } from "../../storage/read-view.ts";
import type { Column, TableObject, TemporalPeriod } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { PeriodForSystemTime } from "../../tsql/ast-tables.ts";
import { endOfTime } from "../dml/kept-columns.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { datetime2FromUnix } from "../../values/calendar.ts";
import type { Session } from "../session/session.ts";
import { without } from "../without.ts";
import type { TableDraft } from "./table-parts.ts";

/** As errors about temporal tables name a table: database.schema.table. */
export function shownTable(table: Pick<TableObject, "schemaId" | "name">, database: Database): string {
  return `${database.name}.${database.schemaName(table.schemaId)}.${table.name}`;
}

/**
 * PERIOD FOR SYSTEM_TIME of CREATE TABLE: over the two columns that the server keeps.
 * @throws SqlError 13501, 13504 to 13507, 13509, 13513, 13587
 */
export function periodOf(
  definition: PeriodForSystemTime | undefined,
  draft: Pick<TableDraft, "columns" | "context">,
): TemporalPeriod | undefined {
  const { columns, context } = draft;
  const start = columns.find((column) => column.generatedAlways === "row start");
  const end = columns.find((column) => column.generatedAlways === "row end");
  if (definition === undefined) {
    if (start ?? end) throw sqlError(13509);
    return undefined;
  }
  if (!start) throw sqlError(13504);
  if (!end) throw sqlError(13505);
  if (!context.sameName(start.name, definition.start)) throw sqlError(13506);
  if (!context.sameName(end.name, definition.end)) throw sqlError(13507);
  if (columns.some((column) => isRowTime(column) && column !== start && column !== end))
    throw new Unsupported("more than one GENERATED ALWAYS AS ROW START or END column");
  return checkedPeriod(start, end);
}

function isRowTime(column: Column): boolean {
  return column.generatedAlways === "row start" || column.generatedAlways === "row end";
}

function checkedPeriod(start: Column, end: Column): TemporalPeriod {
  for (const column of [start, end]) {
    if (column.type.name !== "datetime2") throw sqlError(13501, column.name);
    if (column.nullable) throw sqlError(13587, column.name);
  }
  if (start.type.scale !== end.type.scale) throw sqlError(13513);
  return { startColumnId: start.columnId, endColumnId: end.columnId };
}

/**
 * ALTER TABLE ... ADD PERIOD FOR SYSTEM_TIME, over columns that stand or came with the statement: from now on the server
 * keeps them. Rows that stand must be open, and begun.
 * @throws SqlError 13501, 13504, 13505, 13513, 13542, 13575, 13587
 */
export function addPeriod(definition: PeriodForSystemTime, draft: TableDraft): TemporalPeriod {
  const { context } = draft;
  const named = (name: string): Column | undefined =>
    draft.columns.find((column) => context.sameName(column.name, name));
  const start = named(definition.start);
  const end = named(definition.end);
  if (!start || start.generatedAlways === "row end") throw sqlError(13504);
  if (!end || end.generatedAlways === "row start") throw sqlError(13505);
  const period = checkedPeriod(start, end);
  draft.columns = draft.columns.map((column) => {
    if (column === start) return { ...column, generatedAlways: "row start" };
    return column === end ? { ...column, generatedAlways: "row end" } : column;
  });
  return period;
}

/** @throws SqlError 13542, 13575 */
export function checkOpenRows(table: TableObject, database: Database, session: Session): void {
  const { period } = table;
  if (!period) return;
  const ordinal = (id: number): number => table.columns.findIndex(({ columnId }) => columnId === id);
  const [start, end] = [ordinal(period.startColumnId), ordinal(period.endColumnId)];
  const now = datetime2FromUnix(session.engine.clock.now()) + 9_999n;
  const last = endOfTime(table.columns[end]!.type.scale ?? 7);
  const rows = table.store.scan(readCommitted(session.transactions.current!));
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if ((row[start] as bigint) > now) throw sqlError(13542, shownTable(table, database));
    if (row[end] !== last) throw sqlError(13575, shownTable(table, database));
  }
}

/**
 * ALTER TABLE ... DROP PERIOD FOR SYSTEM_TIME: both columns stay, as ordinary ones.
 * @throws SqlError 13592, 13594
 */
export function withoutPeriod(table: TableObject, database: Database): { table: TableObject; columns: Column[] } {
  if (table.historyTableId !== undefined) throw sqlError(13592, shownTable(table, database));
  if (!table.period) throw sqlError(13594, shownTable(table, database), "SYSTEM_TIME");
  const columns = table.columns.map((column) => {
    if (!isRowTime(column)) return column;
    // Whether it stays hidden is not documented.
    if (column.hidden === true) throw new Unsupported("DROP PERIOD over a HIDDEN column");
    return without(column, "generatedAlways");
  });
  return { table: without(table, "period"), columns };
}
