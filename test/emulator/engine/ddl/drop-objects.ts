import { disableTableTracking, isTracked } from "../../change-tracking/switch-tracking.ts";
import type { DatabaseObject, UserType } from "../../storage/database-model.ts";
import { DBO_SCHEMA_ID, permissionKey, type Database } from "../../storage/database.ts";
import type { DropObjectClass, DropStatement } from "../../tsql/ast-ddl.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import { databaseOf, findObject, findTypeNamed, writtenName } from "../session/resolve-name.ts";
import type { Session } from "../session/session.ts";
import { dropPrincipal } from "./principal-statements.ts";
import { requireNotReferenced } from "./schema-binding.ts";
import { lockTargets } from "./security-policy.ts";
import { shownTable } from "./temporal-period.ts";
import { lockBaseTables } from "./view-index.ts";

const KINDS: Partial<Record<DropObjectClass, readonly DatabaseObject["kind"][]>> = {
  table: ["table"],
  view: ["view"],
  procedure: ["procedure"],
  function: ["scalar-function", "inline-function", "table-function"],
  trigger: ["trigger"],
  sequence: ["sequence"],
  synonym: ["synonym"],
  "security policy": ["security-policy"],
};

/** DROP. @throws SqlError 3701, 3705, 3726, 3729, 3702, 3732 and what the class deserves */
export function dropObjects(statement: DropStatement, execution: Execution): void {
  const { session } = execution;
  session.transactions.requireWritable();
  if (statement.triggerScope !== undefined) throw new Unsupported("DROP TRIGGER ON DATABASE");
  for (const name of statement.names) {
    switch (statement.class) {
      case "database":
        dropDatabase(name.name, statement.ifExists, session);
        break;
      case "schema":
        dropSchema(name.name, statement.ifExists, session);
        break;
      case "type":
        dropType(name, statement.ifExists, session);
        break;
      case "user":
      case "role":
      case "login":
        dropPrincipal(statement.class, name.name, statement.ifExists, session);
        break;
      case "aggregate":
      case "default":
      case "rule":
      case "statistics":
        throw new Unsupported(`DROP ${statement.class.toUpperCase()}`);
      default:
        dropObject(name, statement.class, statement.ifExists, execution);
    }
  }
}

function dropObject(name: ObjectName, kind: DropObjectClass, ifExists: boolean, execution: Execution): void {
  const { session, scope } = execution;
  const found = findObject(name, session, scope);
  if (!found) {
    if (ifExists) return;
    throw sqlError(3701, "drop", kind, writtenName(name));
  }
  const { object, database } = found;
  const verb = `DROP ${kind.toUpperCase()}`;
  if (!KINDS[kind]!.includes(object.kind))
    throw sqlError(
      3705,
      kind.toUpperCase(),
      writtenName(name),
      writtenName(name),
      kindWord(object),
      `DROP ${kindWord(object).toUpperCase()}`,
    );
  database.requireWritable();
  if (found.localName !== undefined) {
    removeWhole(object, database, session);
    const key = found.localName.toLowerCase();
    for (let at: typeof scope | undefined = scope; at; at = at.parent) {
      const own = at.tempTables.get(key);
      if (!own) continue;
      const holder = at;
      holder.tempTables.delete(key);
      session.transactions.current!.recordUndo({ undo: () => void holder.tempTables.set(key, own) });
      break;
    }
    return;
  }
  if (object.kind === "table") checkTable(object, database, execution);
  requireNotReferenced(verb, object, database, writtenName(name));
  if (object.kind === "security-policy") lockTargets(object, database, session);
  if (object.kind === "view" && object.indexes.length > 0) lockBaseTables(object, database, session);
  removeWhole(object, database, session);
}

function checkTable(table: Extract<DatabaseObject, { kind: "table" }>, database: Database, execution: Execution): void {
  if (table.ledger !== undefined) throw new Unsupported("DROP TABLE of a ledger table");
  if (table.historyTableId !== undefined || table.historyOfTableId !== undefined)
    throw sqlError(13552, shownTable(table, database));
  for (const other of database.objects.values()) {
    if (
      other.kind === "foreign-key" &&
      other.referencedObjectId === table.objectId &&
      other.parentObjectId !== table.objectId
    ) {
      throw sqlError(3726, table.name);
    }
  }
  if (isTracked(database, table.objectId))
    disableTableTracking(execution.session.transactions.current!, database, table);
}

function kindWord(object: DatabaseObject): string {
  switch (object.kind) {
    case "table":
      return "table";
    case "view":
      return "view";
    case "procedure":
      return "procedure";
    case "scalar-function":
    case "inline-function":
    case "table-function":
      return "function";
    default:
      return object.kind;
  }
}

/** The object with its constraints and triggers, permissions and properties. */
export function removeWhole(object: DatabaseObject, database: Database, session: Session): void {
  const transaction = session.transactions.current!;
  const gone = [...database.children(object.objectId), object];
  for (const each of gone) {
    const current = database.objects.get(each.objectId, transaction);
    if (current) database.removeObject(transaction, current);
  }
  const ids = new Set(gone.map((each) => each.objectId));
  const permissions: string[] = [];
  for (const [key, { class: kind, majorId }] of database.permissions.entries())
    if (kind === "OBJECT_OR_COLUMN" && ids.has(majorId)) permissions.push(key);
  for (const key of permissions) database.permissions.delete(transaction, key);
  const properties: string[] = [];
  for (const [key, { class: kind, majorId }] of database.extendedProperties.entries())
    if ((kind === 1 || kind === 2 || kind === 7) && ids.has(majorId)) properties.push(key);
  for (const key of properties) database.extendedProperties.delete(transaction, key);
}

/** @throws SqlError 3701, 3702 (somebody uses it), 3708-like */
function dropDatabase(name: string, ifExists: boolean, session: Session): void {
  const { server } = session.engine;
  if (session.transactions.explicit) throw sqlError(226, "DROP DATABASE");
  const database = server.findDatabase(name);
  if (!database) {
    if (ifExists) return;
    throw sqlError(3701, "drop", "database", name);
  }
  if (database.databaseId <= 4) throw sqlError(3708, "drop", "database", name, "database");
  for (const other of session.engine.sessions.values())
    if (other.currentDatabase === database) throw sqlError(3702, name);
  server.dropDatabase(database);
}

/** @throws SqlError 3701, 3729 (it is not empty) */
function dropSchema(name: string, ifExists: boolean, session: Session): void {
  const database = session.currentDatabase;
  const { current } = session.transactions;
  const schema = database.findSchema(name, current);
  if (!schema) {
    if (ifExists) return;
    throw sqlError(15151, "drop", "schema", name);
  }
  for (const object of database.objects.values()) {
    if (object.schemaId === schema.schemaId && object.parentObjectId === 0)
      throw sqlError(3729, "drop schema", name, object.name);
  }
  for (const type of database.types.values())
    if (type.schemaId === schema.schemaId) throw sqlError(3729, "drop schema", name, type.name);
  database.schemas.delete(current, schema.schemaId);
}

/** @throws SqlError 3732: something is of that type */
function dropType(name: ObjectName, ifExists: boolean, session: Session): void {
  const database = databaseOf(name, session);
  const { current } = session.transactions;
  const type = findTypeNamed(name, database, session);
  if (!type) {
    if (ifExists) return;
    throw sqlError(3701, "drop", "type", writtenName(name));
  }
  for (const object of database.objects.values()) {
    if (usesType(object, type, database)) throw sqlError(3732, writtenName(name), object.name);
  }
  for (const permission of [...database.permissions.values()]) {
    if (permission.class === "TYPE" && permission.majorId === type.userTypeId)
      database.permissions.delete(current, permissionKey(permission));
  }
  const object = type.tableTypeObjectId === undefined ? undefined : database.objects.get(type.tableTypeObjectId);
  if (object) removeWhole(object, database, session);
  database.types.delete(current, type.userTypeId);
}

/** Columns and parameters of the type, and texts that mention it ("DROP TYPE": variables of routines, computed columns, checks). */
function usesType(object: DatabaseObject, type: UserType, database: Database): boolean {
  const columns = "columns" in object && object.kind !== "foreign-key" ? object.columns : [];
  const parameters = "parameters" in object ? object.parameters : [];
  if ([...columns, ...parameters].some((each) => each.userTypeId === type.userTypeId)) return true;
  const own = "references" in object ? (object.references ?? []) : [];
  const computed = columns.flatMap((column) => column.computed?.references ?? []);
  return [...own, ...computed].some((reference) => {
    if (reference.class !== "type" || database.nameKey(reference.name) !== database.nameKey(type.name)) return false;
    if (reference.schema !== undefined) return database.findSchema(reference.schema)?.schemaId === type.schemaId;
    return type.schemaId === object.schemaId || type.schemaId === DBO_SCHEMA_ID;
  });
}
