import { isTracked } from "../../change-tracking/switch-tracking.ts";
import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { AlterTableDrop } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import { StatementContext } from "../statement-context.ts";
import { without } from "../without.ts";
import { mentions } from "./alter-column.ts";
import { storeDraft } from "./alter-table.ts";
import { requireNotBound } from "./schema-binding.ts";
import { TableDraft } from "./table-parts.ts";
import { shownTable, withoutPeriod } from "./temporal-period.ts";

/** ALTER TABLE ... DROP. @throws SqlError 3728 with 3727, 3725, 4924, 4922 with 5074, 22113-like for a tracked primary key */
export function dropTableElements(
  items: readonly AlterTableDrop[],
  table: TableObject,
  database: Database,
  execution: Execution,
): void {
  let current = table;
  for (const item of items) {
    if (item.element === "period") {
      void item.name;
      current = dropPeriod(current, database, execution);
      continue;
    }
    current =
      item.element === "column"
        ? dropColumn(item, current, database, execution)
        : dropConstraint(item, current, database, execution);
  }
}

function dropPeriod(table: TableObject, database: Database, { session, scope }: Execution): TableObject {
  const changed = withoutPeriod(table, database);
  const draft = new TableDraft(
    { database, schemaId: table.schemaId, objectId: table.objectId, name: table.name },
    session,
    scope,
    table,
  );
  draft.columns = changed.columns;
  draft.indexes = table.indexes as typeof draft.indexes;
  return storeDraft(draft, changed.table, table.maxColumnId, undefined);
}

function dropConstraint(
  item: AlterTableDrop,
  table: TableObject,
  database: Database,
  execution: Execution,
): TableObject {
  const { session, scope, output } = execution;
  const context = new StatementContext(session, scope);
  const transaction = session.transactions.current!;
  const child = database
    .children(table.objectId)
    .find((each) => each.kind !== "trigger" && context.sameName(each.name, item.name));
  if (!child) {
    if (item.ifExists) return table;
    output.error(sqlError(3728, item.name));
    throw sqlError(3727);
  }
  const draft = new TableDraft(
    { database, schemaId: table.schemaId, objectId: table.objectId, name: table.name },
    session,
    scope,
    table,
  );
  if (child.kind === "primary-key" || child.kind === "unique") {
    if (child.kind === "primary-key" && table.historyTableId !== undefined)
      throw sqlError(13557, shownTable(table, database));
    if (child.kind === "primary-key" && isTracked(database, table.objectId))
      throw sqlError(22113, "Dropping the primary key constraint");
    for (const other of database.objects.values()) {
      if (
        other.kind !== "foreign-key" ||
        other.referencedObjectId !== table.objectId ||
        other.keyIndexId !== child.indexId
      )
        continue;
      const from = database.objects.get(other.parentObjectId);
      output.error(sqlError(3725, child.name, from?.name ?? "", other.name));
      throw sqlError(3727);
    }
    draft.indexes = table.indexes.filter((index) => index.indexId !== child.indexId);
  } else {
    if (child.kind === "default") {
      draft.columns = table.columns.map((column) => {
        if (column.defaultObjectId !== child.objectId) return column;
        return without(column, "defaultObjectId");
      });
    }
    draft.indexes = table.indexes as typeof draft.indexes;
  }
  database.removeObject(transaction, child);
  return storeDraft(draft, table, table.maxColumnId, undefined);
}

function dropColumn(item: AlterTableDrop, table: TableObject, database: Database, execution: Execution): TableObject {
  const { session, scope, output } = execution;
  const context = new StatementContext(session, scope);
  const ordinal = table.columns.findIndex((column) => context.sameName(column.name, item.name));
  const column = table.columns[ordinal];
  if (!column) {
    if (item.ifExists) return table;
    throw sqlError(4924, "ALTER TABLE DROP COLUMN", item.name, table.name);
  }
  if (table.period && [table.period.startColumnId, table.period.endColumnId].includes(column.columnId))
    throw sqlError(13588, column.name, shownTable(table, database));
  if (column.graphType !== undefined || column.columnSet === true) throw new Unsupported(`DROP COLUMN ${column.name}`);
  const dependents: [string, string][] = [];
  for (const index of table.indexes) {
    const uses =
      index.keyColumns.some((each) => each.columnId === column.columnId) ||
      index.includedColumnIds.includes(column.columnId);
    if (uses) dependents.push([index.constraintObjectId === undefined ? "index" : "object", index.name]);
  }
  for (const child of database.children(table.objectId)) {
    if (child.kind === "default" && child.columnId === column.columnId) dependents.push(["object", child.name]);
    if (child.kind === "foreign-key" && child.columns.some((each) => each.columnId === column.columnId))
      dependents.push(["object", child.name]);
    if (child.kind === "check" && mentions(child.definition, column.name)) dependents.push(["object", child.name]);
  }
  for (const other of table.columns)
    if (other.computed && mentions(other.computed.definition, column.name)) dependents.push(["column", other.name]);
  if (dependents.length > 0) {
    for (const [kind, name] of dependents) output.error(sqlError(5074, kind, name, "column", column.name));
    throw sqlError(4922, "ALTER TABLE DROP COLUMN", column.name, "column");
  }
  requireNotBound("ALTER TABLE DROP COLUMN", table, database, execution, column);
  if (table.columns.length === 1) throw sqlError(4923, column.name, table.name);
  const draft = new TableDraft(
    { database, schemaId: table.schemaId, objectId: table.objectId, name: table.name },
    session,
    scope,
    table,
  );
  draft.columns = table.columns.filter((each) => each !== column);
  return storeDraft(draft, table, table.maxColumnId, (row) => row.filter((_, at) => at !== ordinal));
}
