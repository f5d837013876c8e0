import { stageDeclaration } from "../../../src/sql/column-type.ts";
import { carriersOf } from "../../../src/sql/carried-column.ts";
import type { ColumnType } from "../../../src/model/table-shape.ts";
import type { StagingColumn } from "../../../src/relay/staging-column.ts";
import { coercion } from "../../emulator/values/coerce.ts";
import type { SqlType } from "../../emulator/values/sql-type.ts";
import type { BenchCase, BenchColumn } from "../bench-case.ts";

/** As the table has them, or as the conservative path reads them (src/sql/carried-column.ts). */
export type WireForm = "native" | "carried";

/** The columns of a case's rowset in a form. */
export function wireColumns({ columns }: BenchCase, form: WireForm): readonly BenchColumn[] {
  return form === "native" ? columns : columns.flatMap(carriedColumns);
}

/** The same for whoever loads them. */
export function stagingColumns({ columns }: BenchCase, form: WireForm): StagingColumn[] {
  return columns.flatMap((column, at) =>
    form === "native"
      ? [{ name: column.name, declaration: stageDeclaration(declared(column)) }]
      : carriersOf(declared(column), at).map(({ name, declaration }) => ({ name, declaration })),
  );
}

/** CREATE TABLE with the first column as its key. */
export function createTableText({ columns }: BenchCase, table: string): string {
  const lines = columns.map(
    (column, at) =>
      `${column.name} ${stageDeclaration(declared(column))} ${column.nullable ? "NULL" : "NOT NULL"}${at === 0 ? " PRIMARY KEY" : ""}`,
  );
  return `CREATE TABLE ${table} (\n  ${lines.join(",\n  ")}\n);`;
}

/** The rowset columns of a column's carriers: the value as the server would render it, and the mark of -0 beside a float. */
function carriedColumns(column: BenchColumn, at: number): BenchColumn[] {
  const [carrier, mark, ...more] = carriersOf(declared(column), at);
  if (carrier === undefined || more.length > 0 || (mark !== undefined && mark.declaration !== "bit")) {
    throw new Error(`${column.name}: carriers that the bench does not know`);
  }
  const type = carrierType(carrier.declaration);
  const style = renderStyle(column.type);
  const render = coercion(column.type, type, { explicit: true, ...(style !== undefined && { style }) });
  const value = render === undefined ? column.value : (n: number) => render(column.value(n));
  const carried: BenchColumn = { name: carrier.name, type, nullable: true, value };
  if (mark === undefined) return [carried];
  const isMinusZero: BenchColumn["value"] = (n) => (Object.is(column.value(n), -0) ? 1 : null);
  return [carried, { name: mark.name, type: carrierType(mark.declaration), nullable: true, value: isMinusZero }];
}

/** The styles of src/sql/key-text.ts. */
function renderStyle({ name }: SqlType): number | undefined {
  if (name === "money" || name === "smallmoney") return 2;
  return /^(date|time|smalldatetime)/.test(name) ? 121 : undefined;
}

function carrierType(declaration: string): SqlType {
  const [, name, length] = /^(\w+)(?:\((max|\d+)\))?$/.exec(declaration) ?? [];
  const bare = { name: name as SqlType["name"] };
  return length === undefined ? bare : { ...bare, length: length === "max" ? -1 : Number(length) };
}

function declared({ name, type }: BenchColumn) {
  return { name, type: catalogType(type), aliasType: undefined, collation: type.collation };
}

/** As sys.columns has it. */
function catalogType({ name, length = 0, precision = 0, scale = 0 }: SqlType): ColumnType {
  const wide = name === "nchar" || name === "nvarchar";
  return {
    name,
    maxLength: wide && length > 0 ? length * 2 : length,
    precision: name === "float" ? 53 : precision,
    scale,
  };
}
