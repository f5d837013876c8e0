import { isTracked } from "../../change-tracking/switch-tracking.ts";
import type { Column, Index, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import { readCommitted } from "../../storage/read-view.ts";
import type { SystemVersioning } from "../../tsql/ast-tables.ts";
import { sameType } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { hashKeyOf } from "../expressions/compare.ts";
import { findObject } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { without } from "../without.ts";
import { nextIndexId } from "./build-index.ts";
import { schemaFor } from "./object-place.ts";
import { shownTable } from "./temporal-period.ts";

/**
 * SET (SYSTEM_VERSIONING = ON ...), also of CREATE TABLE. The history table is made where it is missing: "Create a
 * system-versioned temporal table".
 * @throws SqlError 13510, 13514 to 13518, 13523, 13539, 13541, 13553, 13555, 13566, 13568, 13573, 13574, 13580, 13596
 */
export function startVersioning(
  table: TableObject,
  clause: SystemVersioning,
  database: Database,
  session: Session,
  scope: Scope,
): void {
  const transaction = session.transactions.current!;
  const shown = shownTable(table, database);
  const consistencyCheck = readOptions(clause);
  const { period } = table;
  if (table.historyTableId !== undefined) {
    if (clause.retention === undefined || clause.historyTable) throw sqlError(13596, shown);
    database.replaceObject(transaction, retained(table, clause));
    return;
  }
  if (!period) throw sqlError(13510);
  if (database.name === "tempdb") throw sqlError(13568, shown);
  if (!table.indexes.some((index) => index.primaryKey)) throw sqlError(13553, shown);
  if (table.columns.some((column) => column.filestream === true)) throw sqlError(13555, shown);
  for (const column of table.columns) requireKeepable(column);
  const { historyTable: name } = clause;
  if (name && name.schema === undefined) throw sqlError(13539, name.name);
  if (name?.database !== undefined) throw new Unsupported("a history table named with its database");
  const found = name && findObject(name, session, scope);
  if (found && found.object.kind !== "table") throw new Unsupported("a history table that is no table");
  const history =
    found?.object.kind === "table"
      ? existingHistory(table, found.object, consistencyCheck, database, session)
      : newHistory(table, name ? schemaFor(name, database, session) : table.schemaId, name?.name, database, session);
  if (found) database.replaceObject(transaction, history);
  else database.addObject(transaction, history);
  database.replaceObject(transaction, retained({ ...table, historyTableId: history.objectId }, clause));
}

/** @returns whether the rows of the history table are looked at: DATA_CONSISTENCY_CHECK, ON by default */
function readOptions(clause: SystemVersioning): boolean {
  let check = true;
  for (const { name, value } of clause.options) {
    if (name !== "data_consistency_check") throw new Unsupported(`SYSTEM_VERSIONING = ON (${name})`);
    check = value === "on";
  }
  return check;
}

function retained(table: TableObject, { retention }: SystemVersioning): TableObject {
  if (retention === undefined) return table;
  if (retention === "infinite") return without(table, "historyRetention");
  return { ...table, historyRetention: { period: retention.period, unit: retention.unit } };
}

function requireKeepable(column: Column): void {
  if (column.computed || column.type.name === "rowversion" || column.columnSet === true || column.encryption)
    throw new Unsupported(`system versioning of a table with the column ${column.name}`);
}

/** What a history table has of a column: not its identity, default, ROWGUIDCOL or period. */
export function historyColumn(column: Column): Column {
  return without(column, "identity", "defaultObjectId", "rowGuidCol", "generatedAlways", "hidden", "maskingFunction");
}

/** Named and indexed as the server does it: MSSQL_TemporalHistoryFor_<object id>, ix_<name> on (end, start). */
function newHistory(
  table: TableObject,
  schemaId: number,
  written: string | undefined,
  database: Database,
  session: Session,
): TableObject {
  const objectId = database.newObjectId();
  const usual = `MSSQL_TemporalHistoryFor_${table.objectId}`;
  const taken = database.findObject(schemaId, usual, session.transactions.current) !== undefined;
  const name = written ?? (taken ? `${usual}_${objectId.toString(16).toUpperCase().padStart(8, "0")}` : usual);
  const { startColumnId, endColumnId } = table.period!;
  const index: Index = {
    indexId: nextIndexId([], true),
    name: `ix_${name}`,
    clustered: true,
    unique: false,
    primaryKey: false,
    uniqueConstraint: false,
    keyColumns: [endColumnId, startColumnId].map((columnId) => ({ columnId, descending: false })),
    includedColumnIds: [],
    ignoreDupKey: false,
    disabled: false,
    fillFactor: 0,
    padded: false,
    allowRowLocks: true,
    allowPageLocks: true,
  };
  return historyTable(table, { objectId, schemaId, name, indexes: [index] }, database, session);
}

/** The history of an updatable ledger table; it is no temporal one. */
export function makeLedgerHistory(
  table: TableObject,
  clause: SystemVersioning,
  database: Database,
  session: Session,
): void {
  if (clause.historyTable || clause.retention !== undefined || clause.options.length > 0)
    throw new Unsupported("SYSTEM_VERSIONING of a ledger table with details");
  const transaction = session.transactions.current!;
  const { schemaId } = table;
  const objectId = database.newObjectId();
  const name = `MSSQL_LedgerHistoryFor_${table.objectId}`;
  const history = historyTable(table, { objectId, schemaId, name, indexes: [] }, database, session);
  database.addObject(transaction, { ...history, ledger: "history" });
  database.replaceObject(transaction, { ...table, historyTableId: objectId });
}

function historyTable(
  table: TableObject,
  own: Pick<TableObject, "objectId" | "schemaId" | "name" | "indexes">,
  database: Database,
  session: Session,
): TableObject {
  const now = session.engine.clock.now();
  const columns = table.columns.map(historyColumn);
  const label = { database: database.name, schema: database.schemaName(own.schemaId), table: own.name };
  return {
    kind: "table",
    ...own,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    columns,
    maxColumnId: table.maxColumnId,
    usesAnsiNulls: table.usesAnsiNulls,
    historyOfTableId: table.objectId,
    store: session.engine.server.newTableStore(label, indexSpecs(columns, own.indexes)),
  };
}

function existingHistory(
  table: TableObject,
  history: TableObject,
  consistencyCheck: boolean,
  database: Database,
  session: Session,
): TableObject {
  const shown = shownTable(history, database);
  if (history.historyOfTableId !== undefined) throw sqlError(13514, shown);
  if (history.historyTableId !== undefined) throw sqlError(13566, shown);
  if (history.period) throw sqlError(13574, shown);
  if (history.indexes.some((index) => index.unique)) throw sqlError(13515, shown);
  const children = database.children(history.objectId);
  if (children.some((child) => child.kind === "foreign-key")) throw sqlError(13516, shown);
  if (history.columns.some((column) => column.identity)) throw sqlError(13518, shown);
  if (history.columns.some((column) => column.rowGuidCol === true)) throw sqlError(13580, shown);
  if (children.some((child) => child.kind !== "default") || isTracked(database, history.objectId))
    throw new Unsupported("a history table with constraints, triggers or change tracking");
  const [count, own] = [history.columns.length, table.columns.length];
  if (count !== own) throw sqlError(13523, shownTable(table, database), own, shown, count);
  table.columns.forEach((column, at) => {
    const other = history.columns[at]!;
    const same =
      database.nameKey(column.name) === database.nameKey(other.name) &&
      sameType(column.type, other.type) &&
      column.type.collation === other.type.collation &&
      column.nullable === other.nullable &&
      column.sparse === other.sparse;
    if (!same) throw new Unsupported(`a history table whose column ${other.name} differs`);
  });
  if (consistencyCheck) checkHistory(table, history, shown, session);
  return { ...history, historyOfTableId: table.objectId };
}

/**
 * "Temporal table system consistency checks": no period ends before it starts, and those of one key do not overlap.
 * @throws SqlError 13541, 13573
 */
function checkHistory(table: TableObject, history: TableObject, shown: string, session: Session): void {
  const ordinal = (id: number): number => table.columns.findIndex(({ columnId }) => columnId === id);
  const start = ordinal(table.period!.startColumnId);
  const end = ordinal(table.period!.endColumnId);
  const key = table.indexes.find((index) => index.primaryKey)!.keyColumns.map(({ columnId }) => ordinal(columnId));
  const hashes = key.map((at) => hashKeyOf(table.columns[at]!.type));
  const periods = new Map<string, { start: bigint; end: bigint }[]>();
  const cursor = history.store.scan(readCommitted(session.transactions.current!));
  for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
    const period = { start: row[start] as bigint, end: row[end] as bigint };
    if (period.end < period.start) throw sqlError(13541, shown);
    const values = key.map((at, place) => String(hashes[place]!(row[at]!))).join("\u0000");
    const known = periods.get(values);
    if (known) known.push(period);
    else periods.set(values, [period]);
  }
  for (const list of periods.values()) {
    list.sort((a, b) => Number(a.start - b.start) || Number(a.end - b.end));
    if (list.some((period, at) => at > 0 && period.start < list[at - 1]!.end)) throw sqlError(13573, shown);
  }
}

/** SET (SYSTEM_VERSIONING = OFF): two ordinary tables, with all their rows. @throws SqlError 13591 */
export function stopVersioning(table: TableObject, database: Database, session: Session): void {
  const transaction = session.transactions.current!;
  if (table.historyTableId === undefined) throw sqlError(13591, shownTable(table, database));
  if (table.ledger !== undefined) throw new Unsupported("SYSTEM_VERSIONING = OFF of a ledger table");
  const history = database.objects.get(table.historyTableId, transaction);
  if (history?.kind === "table") database.replaceObject(transaction, without(history, "historyOfTableId"));
  database.replaceObject(transaction, without(table, "historyTableId", "historyRetention"));
}
