import type { DatabaseObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Session } from "./session.ts";

/** The module around what is compiled or runs: where its names are looked up, and whose objects it reaches without being asked. */
export interface ModuleFrame {
  readonly database: Database;
  readonly schemaId: number;
  readonly ownerId: number;
}

export function moduleFrame(module: DatabaseObject, database: Database): ModuleFrame {
  return { database, schemaId: module.schemaId, ownerId: database.ownerOf(module) };
}

/** Permissions that an ownership chain covers: those of data and of calls, never those of DDL ("Ownership chains"). */
const CHAINED: ReadonlySet<string> = new Set(["SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE"]);

/**
 * Inside of a module nothing is asked about objects of its own owner ("Ownership chains").
 * @throws SqlError 229
 */
export function requirePermission(
  session: Session,
  permission: string,
  object: DatabaseObject,
  database: Database,
): void {
  if (session.rights.isAdministrator || database.name === "tempdb") return;
  const frame = session.moduleFrame;
  if (frame?.database === database && CHAINED.has(permission) && frame.ownerId === database.ownerOf(object)) return;
  const effective = session.rights.effective(database);
  if (!effective || effective.onObject(permission, object)) return;
  if (effective.onColumnsOnly(permission, object)) throw new Unsupported(`${permission} on single columns`);
  throw sqlError(229, permission, object.name, database.name, database.schemaName(object.schemaId));
}

/** DDL and the like on the whole database: also in a module, no chain covers it. @throws SqlError 262 */
export function requireDatabasePermission(session: Session, permission: string, database: Database): void {
  if (session.rights.isAdministrator || session.rights.onDatabase(permission, database)) return;
  throw sqlError(262, permission, database.name);
}

/** Runs something of a module. */
export function inModule<T>(session: Session, frame: ModuleFrame, run: () => T): T {
  const before = session.moduleFrame;
  session.moduleFrame = frame;
  try {
    return run();
  } finally {
    session.moduleFrame = before;
  }
}
