import { fitsClusteredIndex } from "../model/key-length.ts";
import { type TableShape, keyColumns, replicatedColumns } from "../model/table-shape.ts";
import { stageDeclaration } from "./column-type.ts";
import { quoteName } from "./quote.ts";

/** What arrives on the replica: the changes of a window, or the rows of a chunk. */
export type StageKind = "changes" | "chunk";

/** The temp table of a step; one session has at most one of each. */
export function stageName(kind: StageKind): string {
  return kind === "changes" ? "#changes" : "#chunk";
}

/** The name of the column that marks deleted rows in #changes: one that no column of the table has. */
export function deletedColumn(shape: TableShape): string {
  const taken = new Set(shape.columns.map(({ name }) => name.toLowerCase()));
  let name = "mssql_sync_deleted";
  while (taken.has(name)) name += "_";
  return name;
}

export interface StageColumn {
  readonly name: string;
  /** T-SQL type with collation, without nullability. */
  readonly declaration: string;
}

/** The staged columns in the order in which the read sends them. */
export function stageColumns(shape: TableShape, kind: StageKind): StageColumn[] {
  const columns = replicatedColumns(shape).map((column) => ({
    name: column.name,
    declaration: stageDeclaration(column),
  }));
  return kind === "changes" ? [{ name: deletedColumn(shape), declaration: "bit" }, ...columns] : columns;
}

/**
 * Makes the temp table anew. All columns but the key take NULL: of a deleted row nothing else is known. The index is not unique:
 * keys that differ only in what the collation ignores may come together.
 */
export function createStage(shape: TableShape, kind: StageKind): string {
  const keyNames = new Set(shape.key.map(({ name }) => name));
  // A thousand columns that are mostly NULL fit into a row as sparse ones only.
  const sparse = new Set(shape.columns.filter((column) => column.sparse).map(({ name }) => name));
  const columns = stageColumns(shape, kind).map(({ name, declaration }) => {
    const kept = keyNames.has(name) ? "NOT NULL" : sparse.has(name) ? "SPARSE NULL" : "NULL";
    return `  ${quoteName(name)} ${declaration} ${kept}`;
  });
  const order = shape.key.map(({ name, descending }) => `${quoteName(name)}${descending ? " DESC" : ""}`);
  const kindOfIndex = fitsClusteredIndex(keyColumns(shape)) ? "CLUSTERED" : "NONCLUSTERED";
  return `${dropStage(kind)}
CREATE TABLE ${stageName(kind)} (
${columns.join(",\n")},
  INDEX stage_key ${kindOfIndex} (${order.join(", ")})
);`;
}

export function dropStage(kind: StageKind): string {
  return `DROP TABLE IF EXISTS ${stageName(kind)};`;
}
