import type { AlterSchemaTransferStatement, CreateSchemaStatement } from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { findObject, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { dropPermissionsOn } from "./permission-statements.ts";
import { schemaBoundOn } from "./schema-binding.ts";

/** @throws SqlError 2714, 15151 */
export function createSchema(statement: CreateSchemaStatement, session: Session): void {
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  const name = statement.name ?? statement.authorization!;
  if (database.findSchema(name, current)) throw sqlError(2714, name);
  const owner =
    statement.authorization === undefined ? undefined : database.findPrincipal(statement.authorization, current);
  if (statement.authorization !== undefined && !owner) throw sqlError(15151, "find", "user", statement.authorization);
  const user = session.rights.user(database);
  // Another owner than oneself needs IMPERSONATE on that one.
  if (owner && owner.principalId !== user.principalId && !session.rights.ownsDatabase(database))
    throw sqlError(15151, "find", "user", owner.name);
  const ids = [...database.schemas.values(current)].map((schema) => schema.schemaId).filter((id) => id < 16384);
  const schemaId = Math.max(4, ...ids) + 1;
  database.schemas.set(current, schemaId, { schemaId, name, principalId: (owner ?? user).principalId });
}

/** ALTER SCHEMA ... TRANSFER: the text of a module stays. @throws SqlError 15151, 15347, 15348 */
export function alterSchemaTransfer(statement: AlterSchemaTransferStatement, session: Session, scope: Scope): void {
  if (statement.class === "type") throw new Unsupported("ALTER SCHEMA TRANSFER TYPE");
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  const schema = database.findSchema(statement.schema, current);
  if (!schema) throw sqlError(15151, "alter", "schema", statement.schema);
  const found = findObject(statement.name, session, scope);
  if (!found) throw sqlError(15151, "find", "object", writtenName(statement.name));
  const { object } = found;
  if (object.parentObjectId !== 0) throw sqlError(15347);
  if (("module" in object && object.module.schemaBound) || schemaBoundOn(object, database).length > 0) {
    throw sqlError(15348);
  }
  const modifyDate = session.engine.clock.now();
  for (const child of database.children(object.objectId))
    database.replaceObject(current!, { ...child, schemaId: schema.schemaId });
  database.replaceObject(current!, { ...object, schemaId: schema.schemaId, modifyDate });
  // "All permissions associated with the securable that is being transferred are dropped when it is moved."
  dropPermissionsOn(object, session);
}
