/** A column of the table that is loaded, in the order of the SELECT. */
export interface StagingColumn {
  /** As the catalog has it, not quoted. */
  readonly name: string;
  /** Its type as T-SQL has it, with the collation: `nvarchar(50) COLLATE Latin1_General_100_CI_AS`. */
  readonly declaration: string;
}

export interface BulkTable {
  /** Quoted, as it is to stand in the statement: `#stage`, `[dbo].[User]`. */
  readonly table: string;
  readonly columns: readonly StagingColumn[];
  /** Hints for WITH (...), such as KEEP_NULLS, CHECK_CONSTRAINTS, TABLOCK. */
  readonly options: readonly string[];
}

/** The INSERT BULK statement that must come before the bulk load ([MS-TDS] 2.2.1.5). */
export function insertBulkText(target: BulkTable): string {
  const columns = target.columns.map(({ name, declaration }) => `[${name.replaceAll("]", "]]")}] ${declaration}`);
  const hints = target.options.length > 0 ? ` WITH (${target.options.join(", ")})` : "";
  return `INSERT BULK ${target.table} (${columns.join(", ")})${hints}`;
}

/**
 * Checks that the rowset has the columns that are to be loaded, by name and in order. Names are compared as they are: both come from the
 * same catalog.
 *
 * @throws Error naming what differs
 */
export function checkColumns(wire: readonly { readonly name: string }[], wanted: readonly StagingColumn[]): void {
  const differences: string[] = [];
  for (let at = 0; at < Math.max(wire.length, wanted.length); at++) {
    const has = wire[at]?.name;
    const wants = wanted[at]?.name;
    if (has !== wants) differences.push(`column ${at + 1} is ${has ?? "missing"}, not ${wants ?? "wanted"}`);
  }
  if (differences.length > 0) throw new Error(`the rowset does not fit the table: ${differences.join("; ")}`);
}
