import { type ColumnShape, type TableShape, replicatedColumns } from "../model/table-shape.ts";
import { carrierName, carriersOf, restoredValue } from "./carried-column.ts";
import type { Carrier } from "./carrier.ts";
import { quoteName } from "./quote.ts";
import { type StageColumn, type StageKind, stageColumns, stageName } from "./stage-table.ts";

/**
 * The table into which the driver loads: the stage's rows as carriers (carried-column.ts). From there the server fills the typed stage, so
 * that what applies staged rows need not know how they came.
 */
export function carrierTable(kind: StageKind): string {
  return `${stageName(kind)}_carried`;
}

/** A table has 1,024 columns at most, and a sql_variant takes five of them. */
const mostColumns = 1024;

/** The columns that the driver loads, in the order of the read. */
export function carrierColumns(shape: TableShape, kind: StageKind): StageColumn[] {
  return carriersByColumn(shape, kind).flat();
}

/** Makes the carrier table anew. @throws Error when it would have too many columns */
export function createCarrierTable(shape: TableShape, kind: StageKind): string {
  const columns = [
    ...carrierColumns(shape, kind),
    ...variantColumns(shape, kind).map(({ at }) => ({ name: carrierName(at), declaration: "sql_variant" })),
  ];
  if (columns.length > mostColumns) {
    throw new Error(`carry ${columns.length} columns by the driver: ${mostColumns} is the most that a table has`);
  }
  return `${dropCarrierTable(kind)}
CREATE TABLE ${carrierTable(kind)} (
${columns.map(({ name, declaration }) => `  ${name} ${declaration} NULL`).join(",\n")}
);`;
}

/** Fills the typed stage; the sql_variants of the carrier table must be restored before (variant-carrier.ts). */
export function fillStage(shape: TableShape, kind: StageKind): string {
  const names = stageColumns(shape, kind).map(({ name }) => quoteName(name));
  const values = staged(shape, kind).map((column, at) =>
    column === undefined ? `c.${carrierName(at)}` : restoredValue(column, at, "c"),
  );
  return `INSERT ${stageName(kind)} (${names.join(", ")})
SELECT ${values.join(", ")}
FROM ${carrierTable(kind)} AS c;`;
}

export function dropCarrierTable(kind: StageKind): string {
  return `DROP TABLE IF EXISTS ${carrierTable(kind)};`;
}

/** The sql_variant columns with their places. */
export function variantColumns(shape: TableShape, kind: StageKind): { readonly name: string; readonly at: number }[] {
  return staged(shape, kind).flatMap((column, at) =>
    column?.type.name === "sql_variant" ? [{ name: column.name, at }] : [],
  );
}

/** The inner types that the carried values of a sql_variant have. */
export function innerTypesQuery(kind: StageKind, at: number): string {
  const type = `${carrierName(at)}_type`;
  return `SELECT DISTINCT ${type} AS inner_type FROM ${carrierTable(kind)} WHERE ${type} IS NOT NULL;`;
}

/** The carriers of each staged column; the mark of deleted rows stands first where there is one. */
function carriersByColumn(shape: TableShape, kind: StageKind): Carrier[][] {
  return staged(shape, kind).map((column, at) =>
    column === undefined
      ? [{ name: carrierName(at), declaration: "bit", read: (value: string) => value }]
      : carriersOf(column, at),
  );
}

/** The staged columns; undefined stands for the mark of deleted rows. */
function staged(shape: TableShape, kind: StageKind): (ColumnShape | undefined)[] {
  const columns = replicatedColumns(shape);
  return kind === "changes" ? [undefined, ...columns] : columns;
}
