import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import { LockConflict } from "../../storage/locks.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type { DataTypeNode } from "../../tsql/ast-names.ts";
import type { TableDefinition } from "../../tsql/ast-tables.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { filterOf, makeTable } from "../ddl/create-table.ts";
import type { Execution } from "../session/execution.ts";
import type { Scope, Variable } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
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

/** DECLARE @t TABLE. */
export function createTableVariable(
  name: string,
  definition: TableDefinition | TableObject,
  execution: Execution,
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
      : copyTable(definition, objectName, name, database, session);
  scope.declare({ name, type: { name: "int" }, value: null, table: { database, objectId: table.objectId } });
  session.localVersion++;
}

/** A new empty table like another one: of a table type. */
export function copyTable(
  like: TableObject,
  name: string,
  shown: string,
  database: Database,
  session: Session,
): TableObject {
  const now = session.engine.clock.now();
  const objectId = database.newObjectId();
  const table: TableObject = {
    ...like,
    objectId,
    name,
    schemaId: 1,
    createDate: now,
    modifyDate: now,
    store: session.engine.server.newTableStore(
      { database: database.name, schema: "dbo", table: shown },
      indexSpecs(like.columns, like.indexes, filterOf(like.columns, like.name, session)),
    ),
  };
  database.addObject(undefined, table);
  return table;
}

/** A type's name that is a table type's. @returns the table to copy; undefined: no table type */
export function tableTypeOf(node: DataTypeNode, execution: Execution): TableObject | undefined {
  const { session } = execution;
  const database = session.currentDatabase;
  const schemaId =
    node.schema === undefined ? session.defaultSchemaId(database) : database.findSchema(node.schema)?.schemaId;
  if (schemaId === undefined) return undefined;
  const type = database.findType(schemaId, node.name, session.transactions.current);
  return type?.tableTypeObjectId === undefined ? undefined : tableOfType(type.tableTypeObjectId, database, session);
}

/** The table behind a table type, as a plain table. */
export function tableOfType(objectId: number, database: Database, session: Session): TableObject {
  const object = database.objects.get(objectId);
  if (object?.kind !== "table-type") throw new Error(`no table type ${objectId}`);
  return {
    kind: "table",
    objectId: object.objectId,
    schemaId: object.schemaId,
    name: object.name,
    parentObjectId: 0,
    createDate: object.createDate,
    modifyDate: object.modifyDate,
    columns: object.columns,
    maxColumnId: object.maxColumnId,
    indexes: object.indexes,
    usesAnsiNulls: true,
    store: session.engine.server.newTableStore({ database: database.name, schema: "dbo", table: object.name }, []),
  };
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
    if (variable.table && variable.readOnly !== true) tables.push(variable.table);
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
