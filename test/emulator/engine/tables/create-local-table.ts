import type { DatabaseObject, TableObject, TableTypeObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import { LockConflict } from "../../storage/locks.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type { DataTypeNode } from "../../tsql/ast-names.ts";
import type { TableDefinition } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import { systemName } from "../ddl/constraint-name.ts";
import { filterOf, makeTable } from "../ddl/create-table.ts";
import type { Execution } from "../session/execution.ts";
import { findTypeNamed } from "../session/resolve-name.ts";
import type { Scope, Variable } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { without } from "../without.ts";
import type { LocalTable } from "./local-table.ts";

/** #temp tables, table variables, inserted and deleted. All of them live in tempdb. */

/** Makes a #temp table known to its scope; taken back with the transaction. */
export function registerLocalTable(
  name: string,
  table: TableObject,
  database: Database,
  session: Session,
  scope: Scope,
): void {
  const key = name.toLowerCase();
  const before = scope.tempTables.get(key);
  scope.tempTables.set(key, { database, objectId: table.objectId });
  session.localVersion++;
  session.transactions.current?.recordUndo({
    undo: () => {
      if (before) scope.tempTables.set(key, before);
      else scope.tempTables.delete(key);
      session.localVersion++;
    },
  });
}

/** A table type, ready to make variables of. */
export interface TableTypeShape {
  readonly kind: "table-type-shape";
  readonly userTypeId: number;
  readonly type: TableTypeObject;
  /** Its defaults, checks and keys. */
  readonly parts: readonly DatabaseObject[];
}

/** DECLARE @t TABLE, DECLARE @t of a table type. */
export function createTableVariable(
  name: string,
  definition: TableDefinition | TableTypeShape,
  execution: Execution,
  readOnly = false,
): void {
  const { session, scope } = execution;
  const database = session.engine.server.findDatabase("tempdb")!;
  const objectName = `#${session.engine.nextTemporaryNumber().toString(16).toUpperCase().padStart(8, "0")}`;
  const table =
    definition.kind === "table-definition"
      ? makeTable(
          definition,
          { database, schemaId: 1, name: objectName, shownName: name, localName: name, transactional: false },
          session,
          scope,
        )
      : copyType(definition, objectName, name, database, session);
  const ofType = definition.kind === "table-definition" ? {} : { userTypeId: definition.userTypeId };
  const local: LocalTable = { database, objectId: table.objectId, ...ofType };
  scope.declare({ name, type: { name: "int" }, value: null, table: local, readOnly });
  session.localVersion++;
}

/** A new empty table of a table type, with constraints of its own. */
function copyType(
  { type, parts }: TableTypeShape,
  name: string,
  shown: string,
  database: Database,
  session: Session,
): TableObject {
  const now = session.engine.clock.now();
  const objectId = database.newObjectId();
  const dates = { createDate: now, modifyDate: now };
  const copies = new Map<number, DatabaseObject>();
  for (const part of parts) {
    const id = database.newObjectId();
    const column = "columnId" in part ? type.columns.find((each) => each.columnId === part.columnId)?.name : undefined;
    const own = { objectId: id, parentObjectId: objectId, schemaId: 1, ...dates };
    copies.set(part.objectId, { ...part, ...own, name: systemName(PREFIXES[part.kind] ?? "CK", name, column, id) });
  }
  const idOf = (id: number | undefined): number | undefined =>
    id === undefined ? undefined : copies.get(id)?.objectId;
  const columns = type.columns.map((column) => {
    const defaultObjectId = idOf(column.defaultObjectId);
    return { ...without(column, "defaultObjectId"), ...(defaultObjectId === undefined ? {} : { defaultObjectId }) };
  });
  const indexes = type.indexes.map((index) => {
    const constraintObjectId = idOf(index.constraintObjectId);
    if (constraintObjectId === undefined) return index;
    return { ...index, constraintObjectId, name: copies.get(index.constraintObjectId!)!.name };
  });
  const table: TableObject = {
    kind: "table",
    objectId,
    name,
    schemaId: 1,
    parentObjectId: 0,
    ...dates,
    columns,
    maxColumnId: type.maxColumnId,
    indexes,
    usesAnsiNulls: true,
    store: session.engine.server.newTableStore(
      { database: database.name, schema: "dbo", table: shown },
      indexSpecs(columns, indexes, filterOf(columns, name, session)),
    ),
  };
  database.addObject(undefined, table);
  for (const copy of copies.values()) database.addObject(undefined, copy);
  return table;
}

const PREFIXES: Partial<Record<DatabaseObject["kind"], "PK" | "UQ" | "DF" | "CK">> = {
  "primary-key": "PK",
  unique: "UQ",
  default: "DF",
  check: "CK",
};

/** A type's name that is a table type's; undefined: it is no table type. */
export function tableTypeOf(node: Pick<DataTypeNode, "schema" | "name">, session: Session): TableTypeShape | undefined {
  const database = session.currentDatabase;
  const type = findTypeNamed(node, database, session);
  const object = type?.tableTypeObjectId === undefined ? undefined : database.objects.get(type.tableTypeObjectId);
  if (!type || object?.kind !== "table-type") return undefined;
  return {
    kind: "table-type-shape",
    userTypeId: type.userTypeId,
    type: object,
    parts: database.children(object.objectId),
  };
}

/**
 * A table-valued argument for a parameter: of the very type, or left out, which is an empty table.
 * @throws SqlError 206 for an argument of another type
 */
export function bindTableArgument(
  parameter: { readonly name: string; readonly userTypeId?: number },
  argument: { readonly type: SqlType; readonly table?: LocalTable; readonly isDefault?: boolean } | undefined,
  database: Database,
  execution: Execution,
): void {
  const { session, scope } = execution;
  const type = database.types.get(parameter.userTypeId!)!;
  if (!argument || argument.isDefault === true) {
    const shape = tableTypeOf({ schema: database.schemaName(type.schemaId), name: type.name }, session);
    createTableVariable(parameter.name, shape!, execution, true);
    return;
  }
  const { table } = argument;
  if (table?.userTypeId !== type.userTypeId) {
    const given = table === undefined ? argument.type.name : shownType(table, database);
    throw sqlError(206, given, type.name);
  }
  scope.declare({ name: parameter.name, type: { name: "int" }, value: null, table, readOnly: true, borrowed: true });
}

function shownType({ userTypeId }: LocalTable, database: Database): string {
  return (userTypeId === undefined ? undefined : database.types.get(userTypeId)?.name) ?? "table";
}

/** inserted and deleted: rows that are there already, without any rule. */
export function temporaryCopy(like: TableObject, rows: readonly SqlRow[], session: Session): LocalTable {
  const database = session.engine.server.findDatabase("tempdb")!;
  const store = session.engine.server.newTableStore({ database: "tempdb", schema: "dbo", table: like.name }, []);
  store.load(rows);
  session.localVersion++;
  const fixed: TableObject = { ...like, indexes: [], columns: like.columns, store };
  return { database, objectId: like.objectId, fixed };
}

/** The end of a scope: its #temp tables and table variables go. */
export function dropLocalTables(
  scope: { readonly tempTables: Map<string, LocalTable>; readonly variables: Map<string, Variable> },
  session: Session,
): void {
  const tables = [...scope.tempTables.values()];
  for (const variable of scope.variables.values())
    if (variable.table && variable.borrowed !== true) tables.push(variable.table);
  for (const [key, variable] of scope.variables) if (variable.table) scope.variables.delete(key);
  scope.tempTables.clear();
  if (tables.length === 0) return;
  session.localVersion++;
  for (const table of tables) if (!table.fixed) removeFromTempdb(table, session);
}

/**
 * In a transaction of its own, since a roll back of the user's does not bring a table back whose scope has ended; in the
 * user's where that one made it.
 */
function removeFromTempdb({ database, objectId }: LocalTable, session: Session): void {
  const object = database.objects.get(objectId);
  if (!object) return;
  const remove = (transaction: Transaction): void => {
    for (const child of database.children(objectId)) database.removeObject(transaction, child);
    database.removeObject(transaction, object);
  };
  const own = session.engine.server.begin({ spid: session.spid });
  try {
    remove(own);
    own.commit();
  } catch (error) {
    own.rollback();
    const { current } = session.transactions;
    if (!(error instanceof LockConflict) || !current) throw error;
    remove(current);
  }
}
