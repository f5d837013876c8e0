import { keyLengths, longestKey } from "../../storage/index-entry-length.ts";
import type { Column, Index } from "../../storage/database-model.ts";
import type { IndexColumn, IndexOption } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { StatementContext } from "../statement-context.ts";

export interface IndexShapeInput {
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly primaryKey?: boolean;
  readonly uniqueConstraint?: boolean;
  readonly constraintObjectId?: number;
  readonly columns: readonly IndexColumn[];
  readonly include?: readonly string[];
  readonly filterDefinition?: string;
  readonly options: readonly IndexOption[];
}

const MAX_TYPES = new Set(["text", "ntext", "image", "xml"]);

/** The options that an index keeps; those about how it is built are read and forgotten. */
export function indexOptions(
  options: readonly IndexOption[],
): Pick<Index, "ignoreDupKey" | "fillFactor" | "padded" | "allowRowLocks" | "allowPageLocks"> {
  let ignoreDupKey = false;
  let fillFactor = 0;
  let padded = false;
  let allowRowLocks = true;
  let allowPageLocks = true;
  for (const { name, value } of options) {
    const on = value === "on";
    switch (name) {
      case "ignore_dup_key":
        ignoreDupKey = on;
        break;
      case "fillfactor":
        fillFactor = Number(value);
        break;
      case "pad_index":
        padded = on;
        break;
      case "allow_row_locks":
        allowRowLocks = on;
        break;
      case "allow_page_locks":
        allowPageLocks = on;
        break;
      case "online":
      case "maxdop":
      case "sort_in_tempdb":
      case "statistics_norecompute":
      case "statistics_incremental":
      case "data_compression":
      case "optimize_for_sequential_key":
      case "resumable":
      case "max_duration":
        break;
      default:
        throw new Unsupported(`index option ${name}`);
    }
  }
  return { ignoreDupKey, fillFactor, padded, allowRowLocks, allowPageLocks };
}

/** @throws SqlError 1911 (no such column), 1919, 1978 (a type that no key takes), 1909 (twice), 1915, 1944 (too long) */
export function buildIndex(
  input: IndexShapeInput,
  indexId: number,
  columns: readonly Column[],
  table: string,
  context: StatementContext,
): Index {
  const find = (name: string): Column => {
    const column = columns.find((candidate) => context.sameName(candidate.name, name));
    if (!column) throw sqlError(1911, name);
    return column;
  };
  const seen = new Set<number>();
  const keyColumns = input.columns.map((key) => {
    const column = find(key.name);
    if (MAX_TYPES.has(column.type.name) || column.type.length === -1) throw sqlError(1919, column.name, table);
    if (column.type.name === "geography" || column.type.name === "geometry")
      throw sqlError(input.constraintObjectId === undefined ? 1978 : 1919, column.name, table);
    if (seen.has(column.columnId)) throw sqlError(1909, "index", column.name);
    seen.add(column.columnId);
    return { columnId: column.columnId, descending: key.descending };
  });
  const { least } = keyLengths(input.columns.map(({ name }) => find(name).type));
  const most = longestKey(input.clustered);
  if (least > most) throw sqlError(1944, input.name, least, input.clustered ? "clustered" : "nonclustered", most, most);
  return {
    indexId,
    name: input.name,
    clustered: input.clustered,
    unique: input.unique,
    primaryKey: input.primaryKey ?? false,
    uniqueConstraint: input.uniqueConstraint ?? false,
    ...(input.constraintObjectId === undefined ? {} : { constraintObjectId: input.constraintObjectId }),
    keyColumns,
    includedColumnIds: (input.include ?? []).map((name) => find(name).columnId),
    ...(input.filterDefinition === undefined ? {} : { filterDefinition: input.filterDefinition }),
    disabled: false,
    ...indexOptions(input.options),
  };
}

/** 1 for the clustered one, the next free number for others. */
export function nextIndexId(indexes: readonly Index[], clustered: boolean): number {
  return clustered ? 1 : Math.max(1, ...indexes.map((index) => index.indexId)) + 1;
}
