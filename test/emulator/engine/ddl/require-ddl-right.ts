import type { DropStatement } from "../../tsql/ast-ddl.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import type { Statement } from "../../tsql/ast.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";
import { requireDatabasePermission, requirePermission } from "../session/require-permission.ts";
import { findObject, findTypeNamed, writtenName } from "../session/resolve-name.ts";
import { schemaFor } from "./object-place.ts";

const CREATE_RIGHTS: Partial<Record<Statement["kind"], string>> = {
  "create-table": "CREATE TABLE",
  "create-view": "CREATE VIEW",
  "create-procedure": "CREATE PROCEDURE",
  "create-function": "CREATE FUNCTION",
  "create-type": "CREATE TYPE",
  "create-synonym": "CREATE SYNONYM",
  "create-schema": "CREATE SCHEMA",
  "create-column-master-key": "ALTER ANY COLUMN MASTER KEY",
  "create-column-encryption-key": "ALTER ANY COLUMN ENCRYPTION KEY",
  "create-user": "ALTER ANY USER",
  "alter-user": "ALTER ANY USER",
  "create-role": "CREATE ROLE",
  "alter-role": "ALTER ANY ROLE",
};

/**
 * What each statement's page says under Permissions: a right of the database for what is new (with ALTER on its schema), ALTER for what is
 * there. Nothing is asked of who owns the database. GRANT and its like ask for themselves.
 * @throws SqlError 262, 2760, 229, 3701, 15151
 */
export function requireDdlRight(statement: Statement, execution: Execution): void {
  const { session, scope } = execution;
  const database = session.currentDatabase;
  const { rights } = session;
  if (rights.ownsDatabase(database)) return;
  switch (statement.kind) {
    case "permission":
      return;
    case "drop":
      for (const name of statement.names) requireDropRight(statement, name, execution);
      return;
    case "create-view":
    case "create-procedure":
    case "create-function": {
      const there = statement.action === "create" ? undefined : findObject(statement.name, session, scope);
      if (there) return requirePermission(session, "ALTER", there.object, there.database);
      return requireCreateRight(CREATE_RIGHTS[statement.kind]!, statement.name, execution);
    }
    case "create-trigger":
      return requireAlter(typeof statement.on === "string" ? [] : [statement.on], execution);
    case "create-sequence": {
      const schemaId = schemaFor(statement.name, database, session);
      if (rights.onSchema("CREATE SEQUENCE", schemaId, database) || rights.onSchema("ALTER", schemaId, database))
        return;
      throw sqlError(262, "CREATE SEQUENCE", database.name);
    }
    case "create-security-policy":
      return requireCreateRight("ALTER ANY SECURITY POLICY", statement.name, execution);
    case "alter-security-policy":
      return requireDatabasePermission(session, "ALTER ANY SECURITY POLICY", database);
    case "alter-sequence":
      return requireAlter([statement.name], execution);
    case "alter-authorization": {
      const found = statement.class === "object" ? findObject(statement.name, session, scope) : undefined;
      const own = statement.owner !== undefined && rights.user(database).name === statement.owner;
      if (!found || !own || !rights.onObject("TAKE OWNERSHIP", found.object, database)) {
        throw sqlError(15151, "find", statement.class, writtenName(statement.name));
      }
      return;
    }
    case "alter-schema-transfer": {
      const schema = database.findSchema(statement.schema);
      if (schema && !rights.onSchema("ALTER", schema.schemaId, database))
        throw sqlError(15151, "alter", "schema", schema.name);
      const found = findObject(statement.name, session, scope);
      if (found && !rights.onObject("CONTROL", found.object, database)) {
        throw sqlError(15151, "find", "object", writtenName(statement.name));
      }
      return;
    }
    case "create-user":
    case "alter-user":
    case "create-role":
    case "alter-role":
    case "create-column-master-key":
    case "create-column-encryption-key":
    case "create-schema":
      return requireDatabasePermission(session, CREATE_RIGHTS[statement.kind]!, database);
    case "create-table":
    case "create-type":
    case "create-synonym":
      return requireCreateRight(CREATE_RIGHTS[statement.kind]!, statement.name, execution);
    default:
      if ("table" in statement && typeof statement.table === "object" && statement.table.kind === "name") {
        return requireAlter([statement.table], execution);
      }
      return requireDatabasePermission(session, "CONTROL", database);
  }
}

function requireCreateRight(right: string, name: ObjectName, { session }: Execution): void {
  const database = session.currentDatabase;
  requireDatabasePermission(session, right, database);
  const schemaId = schemaFor(name, database, session);
  if (!session.rights.onSchema("ALTER", schemaId, database)) throw sqlError(2760, database.schemaName(schemaId));
}

function requireAlter(names: readonly ObjectName[], { session, scope }: Execution): void {
  for (const name of names) {
    const found = findObject(name, session, scope);
    if (found) requirePermission(session, "ALTER", found.object, found.database);
  }
}

/** ALTER on the schema, or CONTROL on the object. @throws SqlError 3701, 15151 */
function requireDropRight(statement: DropStatement, name: ObjectName, { session, scope }: Execution): void {
  const database = session.currentDatabase;
  const { rights } = session;
  const written = writtenName(name);
  switch (statement.class) {
    case "type": {
      const type = findTypeNamed(name, database, session);
      if (!type || rights.onType("CONTROL", type.userTypeId, database)) return;
      if (!rights.onSchema("ALTER", type.schemaId, database)) throw sqlError(3701, "drop", "type", written);
      return;
    }
    case "schema": {
      const schema = database.findSchema(name.name);
      if (schema && !rights.onSchema("CONTROL", schema.schemaId, database))
        throw sqlError(15151, "drop", "schema", written);
      return;
    }
    case "user":
      return requireDatabasePermission(session, "ALTER ANY USER", database);
    case "role":
      return requireDatabasePermission(session, "ALTER ANY ROLE", database);
    case "login":
    case "database":
      if (!rights.isAdministrator) throw sqlError(15151, "drop", statement.class, written);
      return;
    default: {
      const found = findObject(name, session, scope);
      if (!found || found.localName !== undefined) return;
      const { object } = found;
      // A trigger goes with its table: ALTER on that.
      const needed = object.parentObjectId === 0 ? "CONTROL" : "ALTER";
      const owner = object.parentObjectId === 0 ? object : (database.objects.get(object.parentObjectId) ?? object);
      if (rights.onObject(needed, owner, database) || rights.onSchema("ALTER", owner.schemaId, database)) return;
      throw sqlError(3701, "drop", statement.class, written);
    }
  }
}
