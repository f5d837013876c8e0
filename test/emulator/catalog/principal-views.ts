import type { DatabasePrincipal, Permission } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { ServerPrincipal } from "../storage/server.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIT,
  code,
  DATETIME,
  defineView,
  description,
  flag,
  GUID,
  INT,
  notNull,
  nullable,
  nvarchar,
  SYSNAME,
  TINYINT,
  varbinary,
  type ColumnSources,
  type ViewSource,
} from "./define-view.ts";
import { permissionCode } from "./permission-codes.ts";
import type { CatalogReader } from "./system-view.ts";

/** Type letters and authentication of principals ("sys.database_principals"). */
const TYPES: Readonly<Record<DatabasePrincipal["type"], string>> = {
  SQL_USER: "S",
  DATABASE_ROLE: "R",
  WINDOWS_USER: "U",
  EXTERNAL_USER: "E",
};

const CLASSES: Readonly<Record<Permission["class"], number>> = {
  DATABASE: 0,
  OBJECT_OR_COLUMN: 1,
  SCHEMA: 3,
  DATABASE_PRINCIPAL: 4,
  TYPE: 6,
};

const STATES = { GRANT: "G", DENY: "D", GRANT_WITH_GRANT_OPTION: "W", REVOKE: "R" } as const;

/** sysadmin's and other fixed roles' members: only sa, as the emulator has no ALTER SERVER ROLE of its own. */
const SA_ID = 1;
const SYSADMIN_ID = 3;

function authentication(principal: DatabasePrincipal): readonly [number, string] {
  if (principal.type === "DATABASE_ROLE" || principal.sid === undefined) return [0, "NONE"];
  if (principal.type === "EXTERNAL_USER") return [4, "EXTERNAL"];
  return principal.type === "WINDOWS_USER" ? [3, "WINDOWS"] : [1, "INSTANCE"];
}

const loginColumns: ColumnSources<ServerPrincipal> = {
  name: notNull(SYSNAME, (login) => login.name),
  principal_id: notNull(INT, (login) => login.principalId),
  sid: nullable(varbinary(85), (login) => login.sid),
  type: notNull(code(1), (login) => (login.type === "SQL_LOGIN" ? "S" : "R")),
  type_desc: nullable(description(), (login) => login.type),
  is_disabled: nullable(BIT, (login) => (login.disabled ? 1 : 0)),
  create_date: notNull(DATETIME, (login) => datetimeOf(login.createDate)),
  modify_date: notNull(DATETIME, (login) => datetimeOf(login.modifyDate)),
  default_database_name: nullable(SYSNAME, (login) => (login.type === "SQL_LOGIN" ? login.defaultDatabase : null)),
  default_language_name: nullable(SYSNAME, (login) => (login.type === "SQL_LOGIN" ? "us_english" : null)),
  credential_id: always(INT, null),
};

export const principalViews: readonly ViewSource[] = [
  defineView<DatabasePrincipal>({
    schema: "sys",
    name: "database_principals",
    items: (database) => database.principals.values(),
    columns: {
      name: notNull(SYSNAME, (principal) => principal.name),
      principal_id: notNull(INT, (principal) => principal.principalId),
      type: notNull(code(1), (principal) => TYPES[principal.type]),
      type_desc: nullable(description(), (principal) => principal.type),
      default_schema_name: nullable(SYSNAME, (principal) => principal.defaultSchema ?? null),
      create_date: notNull(DATETIME, (principal) => datetimeOf(principal.createDate)),
      modify_date: notNull(DATETIME, (principal) => datetimeOf(principal.modifyDate)),
      owning_principal_id: nullable(INT, (principal) =>
        principal.type === "DATABASE_ROLE" ? (principal.owningPrincipalId ?? 1) : null,
      ),
      sid: nullable(varbinary(85), (principal) => principal.sid ?? null),
      is_fixed_role: flag((principal) => principal.isFixedRole),
      authentication_type: notNull(INT, (principal) => authentication(principal)[0]),
      authentication_type_desc: nullable(description(), (principal) => authentication(principal)[1]),
      default_language_name: always(SYSNAME, null),
      default_language_lcid: always(INT, null),
      allow_encrypted_value_modifications: always(BIT, 0),
      tenant_id: always(GUID, null),
    },
  }),
  defineView<{ readonly roleId: number; readonly memberId: number }>({
    schema: "sys",
    name: "database_role_members",
    items: (database) => database.roleMembers.values(),
    columns: {
      role_principal_id: notNull(INT, (member) => member.roleId),
      member_principal_id: notNull(INT, (member) => member.memberId),
    },
  }),
  defineView<Permission>({
    schema: "sys",
    name: "database_permissions",
    items: permissions,
    columns: {
      class: notNull(TINYINT, (permission) => CLASSES[permission.class]),
      class_desc: nullable(description(), (permission) => permission.class),
      major_id: notNull(INT, (permission) => permission.majorId),
      minor_id: notNull(INT, (permission) => permission.minorId),
      grantee_principal_id: notNull(INT, (permission) => permission.granteePrincipalId),
      grantor_principal_id: notNull(INT, (permission) => permission.grantorPrincipalId),
      type: notNull(code(4), (permission) => permissionCode(permission.permission)),
      permission_name: nullable(nvarchar(128), (permission) => permission.permission),
      state: notNull(code(1), (permission) => STATES[permission.state]),
      state_desc: nullable(description(), (permission) => permission.state),
    },
  }),
  defineView<ServerPrincipal>({
    schema: "sys",
    name: "server_principals",
    items: (database) => database.server.logins.values(),
    columns: {
      ...loginColumns,
      owning_principal_id: nullable(INT, (login) => (login.type === "SERVER_ROLE" ? 1 : null)),
      tenant_id: always(GUID, null),
      is_fixed_role: flag((login) => login.type === "SERVER_ROLE" && login.principalId > 2),
    },
  }),
  defineView<ServerPrincipal>({
    schema: "sys",
    name: "sql_logins",
    *items(database) {
      for (const login of database.server.logins.values()) if (login.type === "SQL_LOGIN") yield login;
    },
    columns: {
      ...loginColumns,
      is_policy_checked: nullable(BIT, (login) => (login.principalId === SA_ID ? 1 : 0)),
      is_expiration_checked: nullable(BIT, () => 0),
    },
  }),
  defineView<null>({
    schema: "sys",
    name: "server_role_members",
    items: () => [null],
    columns: {
      role_principal_id: notNull(INT, () => SYSADMIN_ID),
      member_principal_id: notNull(INT, () => SA_ID),
    },
  }),
];

/** Rows of permissions on objects that the reader may see; those of the own database and schemas always. */
function* permissions(database: Database, reader: CatalogReader): Iterable<Permission> {
  for (const permission of database.permissions.values()) {
    if (permission.class === "OBJECT_OR_COLUMN" && reader.canSee !== undefined) {
      const object = database.objects.get(permission.majorId);
      if (object === undefined || !reader.canSee(object)) continue;
    }
    yield permission;
  }
}
