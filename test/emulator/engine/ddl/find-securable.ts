import { findSystemView } from "../../catalog/find-system-view.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import type { Permission } from "../../storage/database-model.ts";
import type { PermissionStatement } from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { EffectivePermissions } from "../session/effective-permissions.ts";
import {
  allPermissions,
  objectPermissions,
  SCHEMA_PERMISSIONS,
  TYPE_PERMISSIONS,
} from "../session/object-permissions.ts";
import { findObject, findTypeNamed, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";

/** What a permission is given on. */
export interface SecurableTarget {
  readonly place: Pick<Permission, "class" | "majorId">;
  /** In messages: "object", "schema". */
  readonly word: string;
  readonly written: string;
  readonly ownerId: number;
  /** Undefined: what is known of the class is not listed. */
  readonly allowed: readonly string[] | undefined;
  /** What ALL means. */
  readonly all: readonly string[] | undefined;
  readonly columnIds: (names: readonly string[]) => number[];
  readonly holds: (permissions: EffectivePermissions, permission: string) => boolean;
}

const DBO_ID = 1;

/** No columns in there. */
function noColumns(): never {
  throw sqlError(1020);
}

/** @throws SqlError 15151, 207 (no such column), 1020; Unsupported for other classes */
export function findSecurable(on: PermissionStatement["on"], session: Session, scope: Scope): SecurableTarget {
  const database = session.currentDatabase;
  if (!on) return wholeDatabase(database.name);
  const { class: kind, name } = on;
  const written = writtenName(name);
  switch (kind.toLowerCase()) {
    case "database":
      if (database.nameKey(name.name) !== database.nameKey(database.name))
        throw sqlError(15151, "find", "database", written);
      return wholeDatabase(database.name);
    case "schema": {
      const schema = database.findSchema(name.name, session.transactions.current);
      if (!schema) throw sqlError(15151, "find", "schema", name.name);
      return {
        place: { class: "SCHEMA", majorId: schema.schemaId },
        word: "schema",
        written,
        ownerId: schema.principalId,
        allowed: SCHEMA_PERMISSIONS,
        all: undefined,
        columnIds: noColumns,
        holds: (permissions, permission) => permissions.onSchema(permission, schema.schemaId),
      };
    }
    case "object":
      return objectTarget(on, session, scope);
    case "type": {
      const type = findTypeNamed(name, database, session);
      if (!type) throw sqlError(15151, "find", "type", written);
      return {
        place: { class: "TYPE", majorId: type.userTypeId },
        word: "type",
        written,
        ownerId: database.schemas.get(type.schemaId)?.principalId ?? DBO_ID,
        allowed: TYPE_PERMISSIONS,
        all: undefined,
        columnIds: noColumns,
        holds: (permissions, permission) => permissions.onType(permission, type.userTypeId),
      };
    }
    default:
      throw new Unsupported(`permissions on ${kind.toUpperCase()}`);
  }
}

function wholeDatabase(name: string): SecurableTarget {
  return {
    place: { class: "DATABASE", majorId: 0 },
    word: "database",
    written: name,
    ownerId: DBO_ID,
    allowed: undefined,
    all: undefined,
    columnIds: noColumns,
    holds: (permissions, permission) => permissions.onDatabase(permission),
  };
}

function objectTarget(
  { name }: NonNullable<PermissionStatement["on"]>,
  session: Session,
  scope: Scope,
): SecurableTarget {
  const database = session.currentDatabase;
  const written = writtenName(name);
  const found = findObject(name, session, scope);
  if (!found && name.schema !== undefined && isServerView(name.schema, name.name)) {
    const view = findSystemView(name.schema, name.name)!;
    return {
      place: { class: "OBJECT_OR_COLUMN", majorId: view.objectId },
      word: "object",
      written,
      ownerId: DBO_ID,
      allowed: ["SELECT"],
      all: undefined,
      columnIds: noColumns,
      holds: () => false,
    };
  }
  // Constraints and triggers go with their table: nothing can be given on them.
  const allowed = found && objectPermissions(found.object.kind);
  if (!found || !allowed) throw sqlError(15151, "find", "object", written);
  if (found.database !== database) throw sqlError(4610);
  const { object } = found;
  return {
    place: { class: "OBJECT_OR_COLUMN", majorId: object.objectId },
    word: "object",
    written,
    ownerId: database.ownerOf(object),
    allowed,
    all: allPermissions(object.kind),
    columnIds: (names) => {
      const columns = "columns" in object && object.kind !== "foreign-key" ? object.columns : [];
      return names.map((each) => {
        const column = columns.find((candidate) => database.nameKey(candidate.name) === database.nameKey(each));
        if (!column) throw sqlError(207, each);
        return column.columnId;
      });
    },
    holds: (permissions, permission) => permissions.onObject(permission, object),
  };
}
