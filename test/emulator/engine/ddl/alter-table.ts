import { disableTableTracking, enableTableTracking, isTracked } from "../../change-tracking/switch-tracking.ts";
import type { Column, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import { readCommitted } from "../../storage/read-view.ts";
import type { AlterTableAction, AlterTableStatement } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { TableWriter } from "../dml/table-writer.ts";
import type { Execution } from "../session/execution.ts";
import { requireTable } from "../session/resolve-name.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import { alterColumn } from "./alter-column.ts";
import { alterColumnProperty, requireAddable, requireAlterable } from "./alter-table-kind.ts";
import { addColumns, filterOf } from "./create-table.ts";
import { dropTableElements } from "./drop-table-elements.ts";
import { startVersioning, stopVersioning } from "./system-versioning.ts";
import { checkColumnCount } from "./table-kind.ts";
import { TableDraft } from "./table-parts.ts";
import { addPeriod, checkOpenRows } from "./temporal-period.ts";

/** ALTER TABLE. @throws SqlError 4902 (no such table) and what each action deserves */
export function alterTable(statement: AlterTableStatement, execution: Execution): void {
  const { session, scope } = execution;
  session.transactions.requireWritable();
  const { database, table } = requireTable(statement.table, session, scope, (written) => sqlError(4902, written));
  database.requireWritable();
  const { action } = statement;
  requireAlterable(action, table, database);
  switch (action.kind) {
    case "add":
      return addElements(action, table, database, execution);
    case "alter-column":
      return alterColumn(action, table, database, execution);
    case "alter-column-property":
      return alterColumnProperty(action, table, database, execution);
    case "drop-elements":
      return dropTableElements(action.items, table, database, execution);
    case "change-tracking":
      if (action.enabled)
        enableTableTracking(session.transactions.current!, database, table, action.trackColumnsUpdated ?? false);
      else disableTableTracking(session.transactions.current!, database, table);
      return;
    case "enable-constraints":
      return enableConstraints(action, table, database, execution);
    case "enable-triggers":
      return enableTriggers(action, table, database, session);
    case "set-system-versioning":
      if (action.versioning.enabled) startVersioning(table, action.versioning, database, session, scope);
      else stopVersioning(table, database, session);
      return;
    case "set-table-options": {
      let changed: TableObject = table;
      for (const option of action.options) {
        if (option.name !== "lock_escalation") throw new Unsupported(`ALTER TABLE SET (${option.name})`);
        changed = { ...changed, lockEscalation: (option.value ?? "table").toUpperCase() as "TABLE" };
      }
      database.replaceObject(session.transactions.current!, changed);
      return;
    }
    case "rebuild":
      for (const option of action.options) {
        if (!["data_compression", "online", "maxdop", "fillfactor"].includes(option.name))
          throw new Unsupported(`REBUILD WITH (${option.name})`);
        void option.value;
      }
      return;
  }
}

/** Puts a draft in the place of the table; `mapRow` where its rows change. */
export function storeDraft(
  draft: TableDraft,
  table: TableObject,
  maxColumnId: number,
  mapRow: ((row: SqlRow) => SqlRow) | undefined,
): TableObject {
  const { database, session } = draft;
  const changed: TableObject = {
    ...table,
    columns: draft.columns,
    indexes: draft.indexes,
    maxColumnId,
    modifyDate: session.engine.clock.now(),
  };
  const transaction = session.transactions.current!;
  for (const object of draft.added) database.addObject(transaction, object);
  database.replaceObject(transaction, changed);
  const specs = indexSpecs(draft.columns, draft.indexes, filterOf(draft.columns, table.name, session));
  if (mapRow || table.indexes !== draft.indexes) table.store.rebuild(transaction, specs, mapRow);
  return changed;
}

function addElements(
  action: Extract<AlterTableAction, { kind: "add" }>,
  table: TableObject,
  database: Database,
  execution: Execution,
): void {
  const { session, scope } = execution;
  const draft = new TableDraft(
    { database, schemaId: table.schemaId, objectId: table.objectId, name: table.name },
    session,
    scope,
    table,
  );
  const { definition } = action;
  const before = draft.columns.length;
  if (
    isTracked(database, table.objectId) &&
    definition.constraints.some((each) => each.kind === "key-constraint" && each.primary)
  ) {
    throw sqlError(1779, table.name);
  }
  requireAddable(definition, table);
  draft.columns = [...table.columns];
  const firstId = table.maxColumnId;
  addColumns(draft, definition, table.name);
  // Ids of dropped columns are not given again.
  draft.columns = draft.columns.map((column, at) =>
    at < before ? column : renumbered(column, firstId + at - before + 1, draft),
  );
  for (const { definition: given, column } of action.defaults) draft.addDefault(given, column);
  for (const constraint of definition.constraints) if (constraint.kind === "key-constraint") draft.addKey(constraint);
  for (const index of definition.indexes) draft.addInlineIndex(index);
  const validates = action.validation !== "nocheck";
  for (const constraint of definition.constraints) {
    if (constraint.kind === "check-constraint") draft.addCheck(constraint, validates);
    else if (constraint.kind === "foreign-key") draft.addForeignKey(constraint, validates);
  }
  const added = draft.columns.slice(before);
  for (const column of added) {
    const hasValue =
      column.nullable ||
      column.identity ||
      column.computed ||
      column.defaultObjectId !== undefined ||
      column.type.name === "rowversion";
    if (!hasValue && table.store.rowCount > 0) throw sqlError(4901, column.name, table.name);
  }
  if (draft.indexes.length === table.indexes.length) draft.indexes = table.indexes as typeof draft.indexes;
  const maxColumnId = Math.max(table.maxColumnId, ...draft.columns.map((column) => column.columnId));
  const mapRow = added.length === 0 ? undefined : rowFiller(draft, table, before, action.withValues, session);
  const period = definition.period && addPeriod(definition.period, draft);
  if (!period && added.some((column) => column.generatedAlways !== undefined)) throw sqlError(13509);
  checkColumnCount(draft.columns, table.name);
  const changed = storeDraft(draft, period ? { ...table, period } : table, maxColumnId, mapRow);
  if (period) checkOpenRows(changed, database, session);
  session.engine.metadataChanged();
  if (validates)
    validate(
      changed,
      database,
      session,
      draft.added.map((object) => object.objectId),
    );
}

function renumbered(column: Column, columnId: number, draft: TableDraft): Column {
  if (column.columnId === columnId) return column;
  draft.added.forEach((object, at) => {
    if ((object.kind === "default" || object.kind === "check") && object.columnId === column.columnId)
      draft.added[at] = { ...object, columnId };
  });
  return { ...column, columnId };
}

/** New columns in the rows that stand: defaults where the column takes no NULL or WITH VALUES was said. */
function rowFiller(
  draft: TableDraft,
  table: TableObject,
  before: number,
  withValues: boolean,
  session: Session,
): (row: SqlRow) => SqlRow {
  const { database } = draft;
  const shape: TableObject = { ...table, columns: draft.columns, indexes: [] };
  let writer: TableWriter | undefined;
  return (row) => {
    writer ??= fillerWriter(shape, session, database);
    const filled = [...row];
    for (let at = before; at < draft.columns.length; at++) {
      const column = draft.columns[at]!;
      if (column.computed) filled.push(null);
      else if (column.identity) filled.push(writer.nextIdentity());
      else if (column.type.name === "rowversion") filled.push(writer.nextRowVersion());
      else filled.push(!column.nullable || withValues ? writer.defaultValue(at) : null);
    }
    writer.computeOnly(filled);
    return filled;
  };
}

/** Defaults are looked up among the table's children, so they must be there already when the first row is filled. */
function fillerWriter(shape: TableObject, session: Session, database: Database): TableWriter {
  session.engine.metadataChanged();
  return new TableWriter(shape, database, session, { checks: false, trackingContext: null });
}

/** Checks all rows against constraints. @throws SqlError 547 */
export function validate(
  table: TableObject,
  database: Database,
  session: Session,
  constraintIds: readonly number[],
): void {
  const children = database.children(table.objectId).filter((child) => constraintIds.includes(child.objectId));
  if (!children.some((child) => child.kind === "check" || child.kind === "foreign-key")) return;
  const writer = new TableWriter(table, database, session);
  const cursor = table.store.scan(readCommitted(session.transactions.current!));
  const rows: SqlRow[] = [];
  for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
    writer.checkAlone(row, "ALTER TABLE", constraintIds);
    rows.push(row);
  }
  if (children.some((child) => child.kind === "foreign-key"))
    writer.checkReferencingAlone(rows, "ALTER TABLE", constraintIds);
}

function enableConstraints(
  action: Extract<AlterTableAction, { kind: "enable-constraints" }>,
  table: TableObject,
  database: Database,
  execution: Execution,
): void {
  const { session, scope } = execution;
  const context = new StatementContext(session, scope);
  const children = database
    .children(table.objectId)
    .filter((child) => child.kind === "check" || child.kind === "foreign-key");
  const { names } = action;
  const chosen =
    names === "all"
      ? children
      : names.map((name) => {
          const child = children.find((each) => context.sameName(each.name, name));
          if (!child) throw sqlError(4917, name);
          return child;
        });
  const trusted = action.enabled && action.validation === "check";
  for (const child of chosen) {
    database.replaceObject(session.transactions.current!, {
      ...child,
      disabled: !action.enabled,
      notTrusted: !trusted,
      modifyDate: session.engine.clock.now(),
    });
  }
  session.engine.metadataChanged();
  if (trusted)
    validate(
      table,
      database,
      session,
      chosen.map((child) => child.objectId),
    );
}

function enableTriggers(
  action: Extract<AlterTableAction, { kind: "enable-triggers" }>,
  table: TableObject,
  database: Database,
  session: Session,
): void {
  const { names } = action;
  for (const child of database.children(table.objectId)) {
    if (child.kind !== "trigger") continue;
    if (names !== "all" && !names.some((name) => database.nameKey(name) === database.nameKey(child.name))) continue;
    database.replaceObject(session.transactions.current!, { ...child, disabled: !action.enabled });
  }
}
