import { findSystemView } from "../../catalog/find-system-view.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Runtime } from "../runtime.ts";
import { objectPermissions, SCHEMA_PERMISSIONS, TYPE_PERMISSIONS } from "../session/object-permissions.ts";
import { findObject, findTypeNamed, parseName } from "../session/resolve-name.ts";

/** sub-securable and sub-securable_class: a column of the object, by its bare name ("sub-securables cannot use brackets"). */
export interface PermissionPart {
  readonly name: string;
  readonly kind: string;
}

const bit = (value: boolean): number => (value ? 1 : 0);

/** One permission, or ANY of those that such a securable takes. */
function held(permission: string, all: readonly string[], test: (permission: string) => boolean): number {
  return bit(permission === "ANY" ? all.some(test) : test(permission));
}

/**
 * HAS_PERMS_BY_NAME ("HAS_PERMS_BY_NAME (Transact-SQL)"): 1 or 0 for a securable that is there, NULL for one that is not or that the session may
 * not see.
 */
export function permissionOn(
  securable: string | null,
  kind: string | null,
  permission: string | null,
  part: PermissionPart | undefined,
  runtime: Runtime,
): number | null {
  if (permission === null) return null;
  const wanted = permission.toUpperCase();
  const { session, scope } = runtime;
  const { rights, currentDatabase } = session;
  if (part && (part.kind.toUpperCase() !== "COLUMN" || kind?.toUpperCase() !== "OBJECT")) return null;
  switch ((kind ?? "SERVER").toUpperCase()) {
    case "SERVER":
      return securable === null ? bit(rights.onServer(wanted)) : null;
    case "DATABASE": {
      const database = session.engine.server.findDatabase(parseName(securable ?? currentDatabase.name).name);
      // CONNECT is what lets a user in.
      return database ? held(wanted, ["CONNECT"], (each) => onDatabase(each, database, runtime)) : null;
    }
    case "SCHEMA": {
      if (securable === null) return null;
      const schema = currentDatabase.findSchema(parseName(securable).name);
      if (!schema) return null;
      return held(wanted, SCHEMA_PERMISSIONS, (each) => rights.onSchema(each, schema.schemaId, currentDatabase));
    }
    case "OBJECT": {
      if (securable === null) return null;
      const name = parseName(securable);
      const found = findObject(name, session, scope);
      if (!found && name.schema !== undefined && isServerView(name.schema, name.name)) {
        const view = findSystemView(name.schema, name.name);
        return view ? bit(rights.onSystemView(view, currentDatabase)) : null;
      }
      if (!found || !rights.canSee(found.object, found.database)) return null;
      if (part) {
        const { object, database } = found;
        const columns = "columns" in object && object.kind !== "foreign-key" ? object.columns : [];
        const key = database.nameKey(part.name);
        const column = columns.find((each) => database.nameKey(each.name) === key);
        return column ? bit(rights.onColumn(wanted, object, column.columnId, database)) : null;
      }
      const all = objectPermissions(found.object.kind) ?? [];
      return held(wanted, all, (each) => rights.onObject(each, found.object, found.database));
    }
    case "TYPE": {
      if (securable === null) return null;
      const type = findTypeNamed(parseName(securable), currentDatabase, session);
      if (!type) return null;
      return held(wanted, TYPE_PERMISSIONS, (each) => rights.onType(each, type.userTypeId, currentDatabase));
    }
    case "USER":
    case "ROLE":
    case "LOGIN":
      if (!rights.isAdministrator) throw new Unsupported(`HAS_PERMS_BY_NAME of a ${kind?.toUpperCase()}`);
      return 1;
    default:
      return null;
  }
}

function onDatabase(
  permission: string,
  database: Runtime["session"]["currentDatabase"],
  { session }: Runtime,
): boolean {
  if (permission === "CONNECT") return session.rights.mayEnter(database);
  return session.rights.onDatabase(permission, database);
}
