import type { DatabaseObject } from "../../storage/database-model.ts";
import type { AlterAuthorizationStatement } from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { findObject, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { without } from "../without.ts";
import { dropPermissionsOn } from "./permission-statements.ts";
import { isIndexedView } from "./schema-binding.ts";

/** Objects that may have an owner of their own ("ALTER AUTHORIZATION", Remarks). */
const OWNABLE: ReadonlySet<string> = new Set([
  ...["table", "view", "procedure", "scalar-function", "inline-function", "table-function", "synonym", "sequence"],
]);

/** ALTER AUTHORIZATION ON OBJECT, SCHEMA or ROLE. @throws SqlError 15151, 15150, 15344; Unsupported */
export function alterAuthorization(statement: AlterAuthorizationStatement, session: Session, scope: Scope): void {
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  const { owner } = statement;
  const principal = owner === undefined ? undefined : database.findPrincipal(owner, current);
  if (owner !== undefined && !principal) throw sqlError(15151, "find", "principal", owner);
  const written = writtenName(statement.name);
  const modifyDate = session.engine.clock.now();
  switch (statement.class) {
    case "object": {
      const found = findObject(statement.name, session, scope);
      if (!found) throw sqlError(15151, "find", "object", written);
      const { object } = found;
      if (!OWNABLE.has(object.kind)) throw sqlError(15344, object.kind);
      if (isIndexedView(object)) throw new Unsupported("ALTER AUTHORIZATION on an indexed view");
      const schemaOwner = database.schemas.get(object.schemaId)!.principalId;
      const newOwner = principal?.principalId ?? schemaOwner;
      const before = database.ownerOf(object);
      // sys.objects.principal_id: only where it is another than the schema's.
      const owned = newOwner === schemaOwner ? {} : { principalId: newOwner };
      database.replaceObject(current!, { ...(without(object, "principalId") as DatabaseObject), ...owned, modifyDate });
      if (newOwner !== before) dropPermissionsOn(object, session);
      return;
    }
    case "schema": {
      const schema = database.findSchema(statement.name.name, current);
      if (!schema) throw sqlError(15151, "find", "schema", written);
      if (!principal) throw sqlError(102, "SCHEMA");
      if (schema.schemaId <= 4) throw sqlError(15150, "alter", "schema", schema.name);
      for (const object of database.objects.values()) {
        if (object.schemaId === schema.schemaId && object.principalId === undefined) dropPermissionsOn(object, session);
      }
      database.schemas.set(current, schema.schemaId, { ...schema, principalId: principal.principalId });
      return;
    }
    case "role": {
      const role = database.findPrincipal(statement.name.name, current);
      if (role?.type !== "DATABASE_ROLE" || role.isFixedRole) throw sqlError(15151, "find", "role", written);
      if (!principal) throw sqlError(102, "SCHEMA");
      database.principals.set(current, role.principalId, {
        ...role,
        owningPrincipalId: principal.principalId,
        modifyDate,
      });
      return;
    }
    case "type":
    case "database":
      throw new Unsupported(`ALTER AUTHORIZATION ON ${statement.class.toUpperCase()}`);
  }
}
