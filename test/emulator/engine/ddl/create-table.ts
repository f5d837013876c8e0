import type { Index, TableObject } from "../../storage/database-model.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import type { CreateTableStatement, TableDefinition } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { compileRowPredicate } from "../dml/row-expressions.ts";
import { Runtime } from "../runtime.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { registerLocalTable } from "../tables/create-local-table.ts";
import { buildColumn } from "./build-column.ts";
import { graphColumns, graphIndex } from "./graph-columns.ts";
import { newObjectPlace, type ObjectPlace } from "./object-place.ts";
import { makeLedgerHistory, startVersioning } from "./system-versioning.ts";
import {
  addLedgerColumns,
  checkColumnCount,
  checkRowIdentity,
  refuseLedgerColumns,
  tableKind,
  type TableKind,
} from "./table-kind.ts";
import { periodOf } from "./temporal-period.ts";
import { TableDraft } from "./table-parts.ts";

/** CREATE TABLE. @throws SqlError 2714, 2705, 2760, 1779, 8111 and what its parts deserve */
export function createTable(statement: CreateTableStatement, session: Session, scope: Scope): void {
  void statement.filegroup;
  void statement.textImageOn;
  const place = newObjectPlace(statement.name, session, scope);
  const kind = tableKind(statement, place);
  const table = makeTable(statement.definition, place, session, scope, kind);
  const { systemVersioning } = statement;
  if (kind.ledger === "updatable") makeLedgerHistory(table, systemVersioning!, place.database, session);
  else if (systemVersioning?.enabled === true) startVersioning(table, systemVersioning, place.database, session, scope);
  if (place.localName !== undefined) registerLocalTable(place.localName, table, place.database, session, scope);
}

/** Makes a table of a definition and adds it to the database with all that belongs to it. */
export function makeTable(
  definition: TableDefinition,
  place: ObjectPlace,
  session: Session,
  scope: Scope,
  kind: TableKind = {},
): TableObject {
  const { database } = place;
  if (definition.period && place.shownName.startsWith("@")) throw sqlError(13572);
  const objectId = database.newObjectId();
  const draft = new TableDraft({ database, schemaId: place.schemaId, objectId, name: place.name }, session, scope);
  if (kind.graph) draft.columns = graphColumns(kind.graph, database.collation);
  defineTable(draft, definition, place.shownName, place.localName === undefined);
  if (kind.ledger) addLedgerColumns(kind.ledger, draft);
  else refuseLedgerColumns(draft.columns);
  if (kind.graph) draft.indexes.push(graphIndex(draft.columns, draft.indexes));
  checkColumnCount(draft.columns, place.shownName);
  checkRowIdentity(draft);
  const period = periodOf(definition.period, draft);
  return storeTable(draft, place, session, { ...kind, ...(period ? { period } : {}) });
}

/** Columns, keys, indexes and constraints. @param foreignKeys a #temp table and a table variable have none: they are left out */
export function defineTable(
  draft: TableDraft,
  definition: TableDefinition,
  shownName: string,
  foreignKeys: boolean,
): void {
  addColumns(draft, definition, shownName);
  // Clustered keys first, so that the numbers of indexes do not depend on the order they were written in.
  const keys = definition.constraints.filter((constraint) => constraint.kind === "key-constraint");
  const clusteredFirst = [...keys].sort(
    (a, b) =>
      Number(b.clustered === true || (b.primary && b.clustered === undefined)) -
      Number(a.clustered === true || (a.primary && a.clustered === undefined)),
  );
  const explicitClustered =
    keys.some((key) => key.clustered === true) || definition.indexes.some((index) => index.clustered === true);
  for (const index of definition.indexes) if (index.clustered === true) draft.addInlineIndex(index);
  for (const key of clusteredFirst) {
    draft.addKey(key.clustered === undefined && key.primary && explicitClustered ? { ...key, clustered: false } : key);
  }
  for (const index of definition.indexes) if (index.clustered !== true) draft.addInlineIndex(index);
  for (const constraint of definition.constraints) {
    if (constraint.kind === "check-constraint") draft.addCheck(constraint, true);
    else if (constraint.kind === "foreign-key") {
      if (!foreignKeys) continue;
      draft.addForeignKey(constraint, true);
    }
  }
}

/** Columns with their defaults. @throws SqlError 2705, 1701-like */
export function addColumns(draft: TableDraft, definition: TableDefinition, tableName: string): void {
  const { database, session, scope, context } = draft;
  const primary = definition.constraints.find(
    (constraint) => constraint.kind === "key-constraint" && constraint.primary,
  );
  const inKey = (name: string): boolean =>
    primary?.kind === "key-constraint" && primary.columns.some((column) => context.sameName(column.name, name));
  let nextId = Math.max(0, ...draft.columns.map((column) => column.columnId));
  for (const column of definition.columns) {
    const name = column.name === "" ? "timestamp" : column.name;
    if (draft.columns.some((known) => context.sameName(known.name, name))) throw sqlError(2705, name, tableName);
    const built = buildColumn(column, ++nextId, inKey(name), {
      database,
      tableName,
      session,
      scope,
      columns: draft.columns,
    });
    if (built.identity && draft.columns.some((known) => known.identity)) throw sqlError(2744, tableName);
    if (built.type.name === "rowversion" && draft.columns.some((known) => known.type.name === "rowversion"))
      throw sqlError(2738, tableName, name);
    draft.columns.push(built);
    if (column.default) draft.addDefault(column.default, name);
  }
}

/** The filters of filtered indexes as functions of a row. */
export function filterOf(
  columns: TableObject["columns"],
  name: string,
  session: Session,
): (index: Index) => (row: SqlRow) => boolean {
  return (index) => {
    const test = compileRowPredicate(index.filterDefinition!, columns, name, session);
    const runtime = new Runtime(session, new Scope("function", undefined));
    return (row) => {
      runtime.frame[0] = row;
      return test(runtime) === true;
    };
  };
}

function storeTable(
  draft: TableDraft,
  place: ObjectPlace,
  session: Session,
  kind: Pick<TableObject, "graph" | "ledger" | "period">,
): TableObject {
  const { database } = place;
  const { server } = session.engine;
  const now = session.engine.clock.now();
  const transaction = place.transactional ? session.transactions.current : undefined;
  const label = { database: database.name, schema: database.schemaName(place.schemaId), table: place.shownName };
  const store = server.newTableStore(
    label,
    indexSpecs(draft.columns, draft.indexes, filterOf(draft.columns, place.name, session)),
  );
  const table: TableObject = {
    kind: "table",
    objectId: draft.objectId,
    schemaId: place.schemaId,
    name: place.name,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    columns: draft.columns,
    maxColumnId: draft.columns.length,
    indexes: draft.indexes,
    usesAnsiNulls: session.options.ansiNulls,
    ...kind,
    store,
  };
  database.addObject(transaction, table);
  for (const object of draft.added) database.addObject(transaction, object);
  return table;
}
