import type { DatabaseObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Session } from "./session.ts";

/**
 * Inside of a module nothing is asked: its objects have the same owner ("Ownership chains").
 * @throws SqlError 229
 */
export function requirePermission(
  session: Session,
  permission: string,
  object: DatabaseObject,
  database: Database,
): void {
  if (session.rights.isAdministrator || session.moduleDepth > 0 || database.name === "tempdb") return;
  if (session.rights.onObject(permission, object, database) === 1) return;
  throw sqlError(229, permission, object.name, database.name, database.schemaName(object.schemaId));
}

/** DDL and the like on the whole database. @throws SqlError 262 */
export function requireDatabasePermission(session: Session, permission: string, database: Database): void {
  if (session.rights.isAdministrator || session.moduleDepth > 0) return;
  if (session.rights.onDatabase(permission, database) === 1) return;
  throw sqlError(262, permission, database.name);
}

/** Runs something of a module, or with `chained` false something that breaks the chain (dynamic SQL). */
export function inModule<T>(session: Session, chained: boolean, run: () => T): T {
  const before = session.moduleDepth;
  session.moduleDepth = chained ? before + 1 : 0;
  try {
    return run();
  } finally {
    session.moduleDepth = before;
  }
}
