import type { DatabaseObject, Permission } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Session } from "./session.ts";

type Securable = Pick<Permission, "class" | "majorId">;

/** Permissions that a wider one brings along ("Permissions (Database Engine)", the part that this server checks). */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  SELECT: ["CONTROL"],
  INSERT: ["CONTROL"],
  UPDATE: ["CONTROL"],
  DELETE: ["CONTROL"],
  EXECUTE: ["CONTROL"],
  ALTER: ["CONTROL"],
  REFERENCES: ["CONTROL"],
  "VIEW DEFINITION": ["CONTROL", "ALTER"],
  "VIEW CHANGE TRACKING": ["CONTROL"],
  "VIEW DATABASE STATE": ["CONTROL"],
  UNMASK: ["CONTROL"],
};

/** Permissions on the database that are permissions on its objects too. */
// prettier-ignore
const OVER_OBJECTS = new Set([
  "SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "REFERENCES", "VIEW DEFINITION", "CONTROL", "ALTER", "VIEW CHANGE TRACKING",
]);

/** What the session's login may do. Members of sysadmin may do everything. */
export class Rights {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get isAdministrator(): boolean {
    return this.#session.principal.principalId === 1;
  }

  /** The principals of a database whose permissions count: the user, its roles, public; undefined: everything is allowed. */
  #principals(database: Database): Set<number> | undefined {
    if (this.isAdministrator) return undefined;
    const { sid } = this.#session.principal;
    const user = [...database.principals.values()].find((principal) => principal.sid?.equals(sid) === true);
    const ids = new Set([0]);
    if (!user) return ids;
    ids.add(user.principalId);
    for (let grown = true; grown;) {
      grown = false;
      for (const { roleId, memberId } of database.roleMembers.values()) {
        if (ids.has(memberId) && !ids.has(roleId)) {
          ids.add(roleId);
          grown = true;
        }
      }
    }
    // db_owner, and dbo itself.
    return ids.has(16384) || user.principalId === 1 ? undefined : ids;
  }

  #holds(permission: string, database: Database, places: readonly Securable[]): number {
    const principals = this.#principals(database);
    if (!principals) return 1;
    const wanted = new Set([permission.toUpperCase(), ...(IMPLIED[permission.toUpperCase()] ?? ["CONTROL"])]);
    // db_datareader and db_datawriter.
    if (permission.toUpperCase() === "SELECT" && principals.has(16390)) return 1;
    if (["INSERT", "UPDATE", "DELETE"].includes(permission.toUpperCase()) && principals.has(16391)) return 1;
    let granted = 0;
    for (const row of database.permissions.values()) {
      if (!principals.has(row.granteePrincipalId) || !wanted.has(row.permission) || row.minorId !== 0) continue;
      if (!places.some((place) => place.class === row.class && place.majorId === row.majorId)) continue;
      if (row.state === "DENY") return 0;
      granted = 1;
    }
    return granted;
  }

  /** The login has a user in the database (or the database needs none). */
  mayEnter(database: Database): boolean {
    if (this.isAdministrator || database.databaseId <= 2 || database.name === "msdb") return true;
    const { sid } = this.#session.principal;
    return [...database.principals.values()].some((principal) => principal.sid?.equals(sid) === true);
  }

  /** Metadata visibility: an object is seen by who has any permission on it ("Metadata visibility configuration"). */
  canSee(object: DatabaseObject, database: Database): boolean {
    const principals = this.#principals(database);
    if (!principals) return true;
    const seen = object.parentObjectId === 0 ? object : (database.objects.get(object.parentObjectId) ?? object);
    if (principals.has(16390) || principals.has(16391)) return seen.kind === "table" || seen.kind === "view";
    for (const row of database.permissions.values()) {
      if (row.state === "DENY" || !principals.has(row.granteePrincipalId)) continue;
      if (row.class === "OBJECT_OR_COLUMN" && row.majorId === seen.objectId) return true;
      if (row.class === "SCHEMA" && row.majorId === seen.schemaId) return true;
      if (row.class === "DATABASE" && OVER_OBJECTS.has(row.permission)) return true;
    }
    return false;
  }

  onServer(_permission: string): number {
    return this.isAdministrator ? 1 : 0;
  }

  onDatabase(permission: string, database: Database): number {
    return this.#holds(permission, database, [{ class: "DATABASE", majorId: 0 }]);
  }

  onSchema(permission: string, schemaId: number, database: Database): number {
    return this.#holds(permission, database, [
      { class: "DATABASE", majorId: 0 },
      { class: "SCHEMA", majorId: schemaId },
    ]);
  }

  /** System views are open to all, but for the one that only owners may read until it is granted. */
  onSystemView(name: string, database: Database): number {
    if (name.toLowerCase() !== "sql_expression_dependencies") return 1;
    return this.#principals(database) === undefined ? 1 : 0;
  }

  onObject(permission: string, object: DatabaseObject, database: Database): number {
    return this.#holds(permission, database, [
      { class: "DATABASE", majorId: 0 },
      { class: "SCHEMA", majorId: object.schemaId },
      { class: "OBJECT_OR_COLUMN", majorId: object.objectId },
    ]);
  }
}
