import type { DatabaseObject, DatabasePrincipal } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { EffectivePermissions } from "./effective-permissions.ts";
import type { Session } from "./session.ts";

const DBO_ID = 1;
const GUEST_ID = 2;
const DB_OWNER_ID = 16384;
const DB_SECURITY_ADMIN_ID = 16386;

/** The one system view that is not open to all ("sys.sql_expression_dependencies", Permissions). */
const CLOSED_VIEW = "sql_expression_dependencies";

/** What the session's login may do. Members of sysadmin may do everything. */
export class Rights {
  readonly #session: Session;
  /** Good until metadata changes; asked for by each row of a catalog view. */
  readonly #known = new WeakMap<
    Database,
    { readonly version: number; readonly effective: EffectivePermissions | undefined }
  >();

  constructor(session: Session) {
    this.#session = session;
  }

  get isAdministrator(): boolean {
    return this.#session.principal.principalId === 1;
  }

  /** Who the session is in a database: dbo for sa, the login's user, else guest. */
  user(database: Database): DatabasePrincipal {
    return (this.isAdministrator ? undefined : this.#ownUser(database)) ?? database.principals.get(this.#fallbackId)!;
  }

  get #fallbackId(): number {
    return this.isAdministrator ? DBO_ID : GUEST_ID;
  }

  #ownUser(database: Database): DatabasePrincipal | undefined {
    const { sid } = this.#session.principal;
    return [...database.principals.values()].find((principal) => principal.sid?.equals(sid) === true);
  }

  /** The user with the roles that it is in, directly or through others, and public. */
  memberships(database: Database, principalId: number = this.user(database).principalId): Set<number> {
    const ids = new Set([0, principalId]);
    if (principalId === DBO_ID) ids.add(DB_OWNER_ID);
    for (let grown = true; grown;) {
      grown = false;
      for (const { roleId, memberId } of database.roleMembers.values()) {
        if (ids.has(memberId) && !ids.has(roleId)) {
          ids.add(roleId);
          grown = true;
        }
      }
    }
    return ids;
  }

  /** sa, dbo and members of db_owner: nothing is asked of them. */
  ownsDatabase(database: Database): boolean {
    if (this.isAdministrator) return true;
    const ids = this.memberships(database);
    return ids.has(DB_OWNER_ID) || ids.has(DBO_ID);
  }

  /** Members of db_securityadmin may grant what they do not have. */
  managesSecurity(database: Database): boolean {
    return this.ownsDatabase(database) || this.memberships(database).has(DB_SECURITY_ADMIN_ID);
  }

  /** The session's permissions as they stand; undefined: everything is allowed. */
  effective(database: Database): EffectivePermissions | undefined {
    if (this.isAdministrator) return undefined;
    const version = this.#session.engine.schemaVersion;
    const known = this.#known.get(database);
    if (known?.version === version) return known.effective;
    const effective = this.ownsDatabase(database)
      ? undefined
      : new EffectivePermissions(database, this.memberships(database));
    this.#known.set(database, { version, effective });
    return effective;
  }

  /** The login has a user in the database (or the database needs none). */
  mayEnter(database: Database): boolean {
    if (this.isAdministrator || database.databaseId <= 2 || database.name === "msdb") return true;
    return this.#ownUser(database) !== undefined;
  }

  /** Metadata visibility: an object is seen by who has any permission on it ("Metadata visibility configuration"). */
  canSee(object: DatabaseObject, database: Database): boolean {
    return this.effective(database)?.canSee(object) ?? true;
  }

  canSeeDefinition(object: DatabaseObject, database: Database): boolean {
    return this.effective(database)?.canSeeDefinition(object) ?? true;
  }

  onServer(_permission: string): boolean {
    return this.isAdministrator;
  }

  onDatabase(permission: string, database: Database): boolean {
    return this.effective(database)?.onDatabase(permission.toUpperCase()) ?? true;
  }

  onSchema(permission: string, schemaId: number, database: Database): boolean {
    return this.effective(database)?.onSchema(permission.toUpperCase(), schemaId) ?? true;
  }

  onObject(permission: string, object: DatabaseObject, database: Database): boolean {
    return this.effective(database)?.onObject(permission.toUpperCase(), object) ?? true;
  }

  onColumn(permission: string, object: DatabaseObject, columnId: number, database: Database): boolean {
    return this.effective(database)?.onColumn(permission.toUpperCase(), object, columnId) ?? true;
  }

  onType(permission: string, userTypeId: number, database: Database): boolean {
    return this.effective(database)?.onType(permission.toUpperCase(), userTypeId) ?? true;
  }

  /** System views are open to all, but for the one that only owners may read until it is granted. */
  onSystemView(view: { readonly name: string; readonly objectId: number }, database: Database): boolean {
    if (view.name.toLowerCase() !== CLOSED_VIEW) return true;
    return this.effective(database)?.onSystemView("SELECT", view.objectId) ?? true;
  }

  /** Whether that view shows its rows: it asks for VIEW DEFINITION on the whole database besides. */
  seesSystemView(view: { readonly name: string }, database: Database): boolean {
    return view.name.toLowerCase() !== CLOSED_VIEW || this.onDatabase("VIEW DEFINITION", database);
  }
}
