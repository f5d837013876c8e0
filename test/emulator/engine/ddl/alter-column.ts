import { isTracked } from "../../change-tracking/switch-tracking.ts";
import type { Column, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { AlterTableAction } from "../../tsql/ast-tables.ts";
import { columnCoercion } from "../../values/coerce-column.ts";
import { maxLength, sameType } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import { StatementContext } from "../statement-context.ts";
import { without } from "../without.ts";
import { unreadable } from "../dml/kept-columns.ts";
import { columnType, requireSparse } from "./build-column.ts";
import { storeDraft } from "./alter-table.ts";
import { requireNotBound } from "./schema-binding.ts";
import { TableDraft } from "./table-parts.ts";

/** ALTER COLUMN. @throws SqlError 4924 (no such column), 4928, 4922 with 5074 (something leans on it), 515, 2628 */
export function alterColumn(
  action: Extract<AlterTableAction, { kind: "alter-column" }>,
  table: TableObject,
  database: Database,
  execution: Execution,
): void {
  const { session, scope } = execution;
  void action.online;
  const context = new StatementContext(session, scope);
  const ordinal = table.columns.findIndex((column) => context.sameName(column.name, action.column));
  const column = table.columns[ordinal];
  if (!column) throw sqlError(4924, "ALTER TABLE ALTER COLUMN", action.column, table.name);
  if (column.computed) throw sqlError(4928, column.name, "COMPUTED");
  if (column.type.name === "rowversion") throw sqlError(4928, column.name, "timestamp");
  if (unreadable(column) !== undefined || column.generatedAlways !== undefined || column.filestream === true)
    throw new Unsupported(`ALTER COLUMN of the column ${column.name}`);
  const { type, userTypeId } = columnType(
    { type: action.type, collation: action.collation, name: action.column },
    { database, tableName: table.name, session, scope },
  );
  const nullable = action.nullable ?? true;
  const { rowGuidCol = false } = column;
  const kept = { name: column.name, rowGuidCol, identity: undefined, filestream: false, default: undefined };
  if (action.sparse) requireSparse(kept, { type, userTypeId, nullable }, { tableName: table.name });
  checkDependents(column, type, nullable, table, database, execution);
  requireNotBound("ALTER TABLE ALTER COLUMN", table, database, execution, column);
  if (column.identity && !["tinyint", "smallint", "int", "bigint", "decimal", "numeric"].includes(type.name))
    throw sqlError(2749, column.name);
  const changed: Column = {
    ...without(column, "userTypeId", "sparse"),
    type,
    nullable,
    ...(userTypeId === undefined ? {} : { userTypeId }),
    ...(action.sparse ? { sparse: true } : {}),
  };
  const draft = new TableDraft(
    { database, schemaId: table.schemaId, objectId: table.objectId, name: table.name },
    session,
    scope,
    table,
  );
  draft.columns = table.columns.map((each) => (each === column ? changed : each));
  const shown = `${database.name}.${database.schemaName(table.schemaId)}.${table.name}`;
  const convert = sameType(column.type, type)
    ? undefined
    : columnCoercion(column.type, { type, name: column.name, table: shown });
  storeDraft(draft, table, table.maxColumnId, (row) => {
    const value = convert ? convert(row[ordinal]!) : row[ordinal]!;
    if (value === null && !nullable) throw sqlError(515, column.name, shown, "UPDATE");
    const copy = [...row];
    copy[ordinal] = value;
    return copy;
  });
}

/** Keys, indexes, checks and computed columns hold a column as it is, but for a longer text in a key. */
function checkDependents(
  column: Column,
  type: Column["type"],
  nullable: boolean,
  table: TableObject,
  database: Database,
  execution: Execution,
): void {
  const { output } = execution;
  const grows =
    column.type.name === type.name &&
    maxLength(type) >= maxLength(column.type) &&
    maxLength(type) > 0 &&
    column.type.collation === type.collation;
  const dependents: [string, string][] = [];
  for (const index of table.indexes) {
    const inKey = index.keyColumns.some((each) => each.columnId === column.columnId);
    if (!inKey) continue;
    if (grows && /char|binary/.test(type.name) && !(index.primaryKey && nullable)) continue;
    dependents.push([index.constraintObjectId === undefined ? "index" : "object", index.name]);
  }
  for (const child of database.children(table.objectId)) {
    if (child.kind === "foreign-key" && child.columns.some((each) => each.columnId === column.columnId))
      dependents.push(["object", child.name]);
    if (child.kind === "default" && child.columnId === column.columnId && column.type.name !== type.name)
      dependents.push(["object", child.name]);
    if (child.kind === "check" && mentions(child.definition, column.name)) dependents.push(["object", child.name]);
  }
  for (const other of table.columns)
    if (other.computed && mentions(other.computed.definition, column.name)) dependents.push(["column", other.name]);
  if (
    isTracked(database, table.objectId) &&
    dependents.length > 0 &&
    table.indexes.some(
      (index) => index.primaryKey && index.keyColumns.some((each) => each.columnId === column.columnId),
    )
  ) {
    if (!grows) throw sqlError(4922, "ALTER TABLE ALTER COLUMN", column.name, "column");
  }
  if (dependents.length === 0) return;
  for (const [kind, name] of dependents) output.error(sqlError(5074, kind, name, "column", column.name));
  throw sqlError(4922, "ALTER TABLE ALTER COLUMN", column.name, "column");
}

/** Whether a stored definition names a column: there all names stand in brackets. */
export function mentions(definition: string, column: string): boolean {
  return definition.toLowerCase().includes(`[${column.replace(/\]/g, "]]").toLowerCase()}]`);
}
