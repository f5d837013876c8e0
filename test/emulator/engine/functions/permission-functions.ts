import { isServerView } from "../../catalog/system-view-names.ts";
import type { Runtime } from "../runtime.ts";
import { findObject, parseName } from "../session/resolve-name.ts";

/**
 * HAS_PERMS_BY_NAME ("HAS_PERMS_BY_NAME (Transact-SQL)"): 1 or 0 for a securable that is there, NULL for one that is not or that the session may
 * not see.
 */
export function permissionOn(
  securable: string | null,
  kind: string | null,
  permission: string | null,
  runtime: Runtime,
): number | null {
  if (permission === null) return null;
  const { session, scope } = runtime;
  switch ((kind ?? "SERVER").toUpperCase()) {
    case "SERVER":
      return securable === null ? session.rights.onServer(permission) : null;
    case "DATABASE": {
      const database = session.engine.server.findDatabase(parseName(securable ?? session.currentDatabase.name).name);
      return database ? session.rights.onDatabase(permission, database) : null;
    }
    case "SCHEMA": {
      if (securable === null) return null;
      const schema = session.currentDatabase.findSchema(parseName(securable).name);
      return schema ? session.rights.onSchema(permission, schema.schemaId, session.currentDatabase) : null;
    }
    case "OBJECT": {
      if (securable === null) return null;
      const name = parseName(securable);
      const found = findObject(name, session, scope);
      if (!found && name.schema !== undefined && isServerView(name.schema, name.name)) {
        return session.rights.onSystemView(name.name, session.currentDatabase);
      }
      if (found && !session.rights.canSee(found.object, found.database)) return null;
      return found ? session.rights.onObject(permission, found.object, found.database) : null;
    }
    case "USER":
    case "ROLE":
    case "TYPE":
    case "LOGIN":
      return 1;
    default:
      return null;
  }
}
