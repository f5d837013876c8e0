import type { Database } from "../../storage/database.ts";
import type { TableObject } from "../../storage/database-model.ts";

/** A #temp table, a table variable, or inserted and deleted: a table of tempdb that a scope knows by a name of its own. */
export interface LocalTable {
  readonly database: Database;
  readonly objectId: number;
  /** Undefined: look it up in the database, where DDL may have replaced it. */
  readonly fixed?: TableObject;
  /** Of a variable that was declared with a table type. */
  readonly userTypeId?: number;
}

/** Whether it is the table of a table variable, which takes no part in transactions. */
export function isTableVariable(table: TableObject): boolean {
  return /^#[0-9A-F]{8}$/.test(table.name);
}

export function localTableObject(table: LocalTable): TableObject | undefined {
  if (table.fixed) return table.fixed;
  const found = table.database.objects.get(table.objectId);
  return found?.kind === "table" ? found : undefined;
}
