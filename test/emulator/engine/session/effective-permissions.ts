import type { DatabaseObject, Permission } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { objectPermissions } from "./object-permissions.ts";

/** Something that permissions are given on, inside of a database. */
export type Securable = Pick<Permission, "class" | "majorId">;

/** A securable with all that it lies in, innermost first; `ownerId` where somebody owns it. */
type Chain = readonly (Securable & { readonly ownerId?: number })[];

interface Held {
  readonly granted: Set<string>;
  readonly denied: Set<string>;
  /** Given on single columns, and taken from them: `column id:permission`. */
  readonly onColumns: Set<string>;
  readonly offColumns: Set<string>;
}

/** What members of fixed roles may do ("Database-level roles"), as permissions on the database. */
const ROLE_GRANTS: Readonly<Record<number, readonly string[]>> = {
  16385: ["ALTER ANY USER", "CREATE SCHEMA"],
  16386: ["ALTER ANY ROLE", "CREATE SCHEMA", "VIEW DEFINITION"],
  16387: [
    ...["ALTER ANY SCHEMA", "CREATE FUNCTION", "CREATE PROCEDURE", "CREATE SCHEMA", "CREATE SYNONYM", "CREATE TABLE"],
    ...["CREATE TYPE", "CREATE VIEW", "REFERENCES"],
  ],
  16390: ["SELECT"],
  16391: ["INSERT", "UPDATE", "DELETE"],
};

const ROLE_DENIES: Readonly<Record<number, readonly string[]>> = {
  16392: ["SELECT"],
  16393: ["INSERT", "UPDATE", "DELETE"],
};

/** The permissions on a securable of that class that bring another one along ("sys.fn_builtin_permissions": covering and parent covering). */
function covering(permission: string, place: Permission["class"]): readonly string[] {
  switch (place) {
    case "DATABASE":
      if (permission === "ALTER") return ["ALTER", "ALTER ANY SCHEMA", "CONTROL"];
      if (permission.startsWith("CREATE ") || permission.startsWith("ALTER ANY "))
        return [permission, "ALTER", "CONTROL"];
      if (permission === "VIEW DATABASE PERFORMANCE STATE" || permission === "VIEW DATABASE SECURITY STATE")
        return [permission, "VIEW DATABASE STATE", "CONTROL"];
      // Who owns something may do all with it; nobody takes it over for a right on what it lies in.
      return permission === "TAKE OWNERSHIP" ? ["CONTROL"] : [permission, "CONTROL"];
    case "SCHEMA":
      return permission === "TAKE OWNERSHIP" ? ["CONTROL"] : [permission, "CONTROL"];
    default:
      return [permission, "CONTROL"];
  }
}

/**
 * What some principals (a user with its roles) may do in a database, as its permissions stand now. A DENY on the way from the database to
 * the securable outweighs what is granted; owners may do everything.
 */
export class EffectivePermissions {
  readonly #database: Database;
  readonly #principals: ReadonlySet<number>;
  readonly #held = new Map<string, Held>();

  constructor(database: Database, principals: ReadonlySet<number>) {
    this.#database = database;
    this.#principals = principals;
    for (const row of database.permissions.values()) {
      if (!principals.has(row.granteePrincipalId)) continue;
      const held = this.#at(row);
      if (row.minorId !== 0) {
        const given = row.state === "GRANT" || row.state === "GRANT_WITH_GRANT_OPTION";
        (given ? held.onColumns : held.offColumns).add(`${row.minorId}:${row.permission}`);
      } else if (row.state === "DENY") held.denied.add(row.permission);
      else held.granted.add(row.permission);
    }
    const whole = this.#at({ class: "DATABASE", majorId: 0 });
    for (const id of principals) {
      for (const permission of ROLE_GRANTS[id] ?? []) whole.granted.add(permission);
      for (const permission of ROLE_DENIES[id] ?? []) whole.denied.add(permission);
    }
  }

  onDatabase(permission: string): boolean {
    const held = this.#at({ class: "DATABASE", majorId: 0 });
    const ways =
      permission === "ALTER" || permission === "TAKE OWNERSHIP"
        ? [permission, "CONTROL"]
        : covering(permission, "DATABASE");
    return !ways.some((way) => held.denied.has(way)) && ways.some((way) => held.granted.has(way));
  }

  onSchema(permission: string, schemaId: number): boolean {
    return this.#holds(permission, this.#schemaChain(schemaId));
  }

  onObject(permission: string, object: DatabaseObject): boolean {
    return this.#holds(permission, this.#objectChain(object));
  }

  onType(permission: string, userTypeId: number): boolean {
    const type = this.#database.types.get(userTypeId);
    if (type === undefined) return false;
    return this.#holds(permission, [{ class: "TYPE", majorId: userTypeId }, ...this.#schemaChain(type.schemaId)]);
  }

  /** A permission on single columns of the object, and not on the whole. */
  onColumnsOnly(permission: string, object: DatabaseObject): boolean {
    const { onColumns } = this.#at({ class: "OBJECT_OR_COLUMN", majorId: object.objectId });
    return [...onColumns].some((each) => each.endsWith(`:${permission}`));
  }

  /** What is said of the column itself counts before what is said of the whole: a GRANT on it outweighs a DENY on the table. */
  onColumn(permission: string, object: DatabaseObject, columnId: number): boolean {
    const { onColumns, offColumns } = this.#at({ class: "OBJECT_OR_COLUMN", majorId: object.objectId });
    const key = `${columnId}:${permission}`;
    if (offColumns.has(key)) return false;
    return onColumns.has(key) || this.onObject(permission, object);
  }

  /** A system view that is not open to all: SELECT was granted on it. */
  onSystemView(permission: string, objectId: number): boolean {
    return this.#holds(permission, [
      { class: "OBJECT_OR_COLUMN", majorId: objectId },
      { class: "DATABASE", majorId: 0 },
    ]);
  }

  /** Metadata visibility: an object is seen by who has any permission on it, unless VIEW DEFINITION is denied. */
  canSee(object: DatabaseObject): boolean {
    const seen = this.#withoutParent(object);
    if (seen.kind === "table-type") return this.canSeeType(seen.userTypeId);
    const chain = this.#objectChain(seen);
    if (this.#owns(chain)) return true;
    if (this.#denied("VIEW DEFINITION", chain)) return false;
    if (this.#at(chain[0]!).onColumns.size > 0) return true;
    const permissions = objectPermissions(seen.kind) ?? ["ALTER", "CONTROL", "VIEW DEFINITION"];
    return permissions.some((permission) => this.#holds(permission, chain));
  }

  /** "Metadata visibility configuration": VIEW DEFINITION, or CONTROL, ALTER or TAKE OWNERSHIP where that is not denied. */
  canSeeDefinition(object: DatabaseObject): boolean {
    const chain = this.#objectChain(object);
    if (this.#holds("VIEW DEFINITION", chain)) return true;
    if (this.#denied("VIEW DEFINITION", chain)) return false;
    return ["CONTROL", "ALTER", "TAKE OWNERSHIP"].some((permission) => this.#holds(permission, chain));
  }

  /** Metadata visibility of a type that a user made. */
  canSeeType(userTypeId: number): boolean {
    const type = this.#database.types.get(userTypeId);
    if (type === undefined) return false;
    const chain: Chain = [{ class: "TYPE", majorId: userTypeId }, ...this.#schemaChain(type.schemaId)];
    if (!this.#owns(chain) && this.#denied("VIEW DEFINITION", chain)) return false;
    return ["CONTROL", "EXECUTE", "REFERENCES", "VIEW DEFINITION"].some((permission) => this.#holds(permission, chain));
  }

  #withoutParent(object: DatabaseObject): DatabaseObject {
    return object.parentObjectId === 0 ? object : (this.#database.objects.get(object.parentObjectId) ?? object);
  }

  #at({ class: kind, majorId }: Securable): Held {
    const key = `${kind}:${majorId}`;
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { granted: new Set(), denied: new Set(), onColumns: new Set(), offColumns: new Set() };
      this.#held.set(key, held);
    }
    return held;
  }

  #schemaChain(schemaId: number): Chain {
    const ownerId = this.#database.schemas.get(schemaId)?.principalId;
    return [
      { class: "SCHEMA", majorId: schemaId, ...(ownerId === undefined ? {} : { ownerId }) },
      { class: "DATABASE", majorId: 0 },
    ];
  }

  /** Constraints and triggers have no permissions of their own: their table's count. */
  #objectChain(child: DatabaseObject): Chain {
    const object = this.#withoutParent(child);
    const own = {
      class: "OBJECT_OR_COLUMN",
      majorId: object.objectId,
      ownerId: this.#database.ownerOf(object),
    } as const;
    return [own, ...this.#schemaChain(object.schemaId)];
  }

  /** Who owns the securable, or the schema that it lies in. */
  #owns(chain: Chain): boolean {
    return chain.some(({ ownerId }) => ownerId !== undefined && this.#principals.has(ownerId));
  }

  #denied(permission: string, chain: Chain): boolean {
    return chain.some((place) => covering(permission, place.class).some((way) => this.#at(place).denied.has(way)));
  }

  #holds(permission: string, chain: Chain): boolean {
    if (this.#owns(chain)) return true;
    if (this.#denied(permission, chain)) return false;
    return chain.some((place) => covering(permission, place.class).some((way) => this.#at(place).granted.has(way)));
  }
}
