import { randomBytes } from "node:crypto";
import type { DatabasePrincipal, Permission } from "../../storage/database-model.ts";
import { permissionKey } from "../../storage/database.ts";
import type {
  AlterLoginStatement,
  AlterRoleStatement,
  AlterUserStatement,
  CreateLoginStatement,
  CreateRoleStatement,
  CreateUserStatement,
  PermissionStatement,
} from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { findObject, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";

/** Logins, users, roles and permissions, as data. @throws SqlError 15025, 15023, 15151, 15007-like */

export function createPrincipal(
  statement: CreateLoginStatement | CreateUserStatement | CreateRoleStatement,
  session: Session,
): void {
  const { server } = session.engine;
  const now = session.engine.clock.now();
  if (statement.kind === "create-login") {
    if (server.findLogin(statement.name)) throw sqlError(15025, statement.name);
    if (statement.password === undefined) throw new Unsupported("CREATE LOGIN without a password");
    const defaultDatabase = statement.options.find((option) => option.name === "default_database")?.value ?? "master";
    for (const option of statement.options) {
      if (!["default_database", "check_policy", "check_expiration", "default_language", "sid"].includes(option.name))
        throw new Unsupported(`CREATE LOGIN ${option.name}`);
    }
    server.setLogin({
      principalId: server.newPrincipalId(),
      name: statement.name,
      sid: randomBytes(16),
      type: "SQL_LOGIN",
      password: statement.password,
      disabled: false,
      defaultDatabase,
      createDate: now,
      modifyDate: now,
    });
    return;
  }
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  if (database.findPrincipal(statement.name, current)) throw sqlError(15023, statement.name);
  const ids = [...database.principals.values()].map((principal) => principal.principalId).filter((id) => id < 16384);
  const principalId = Math.max(4, ...ids) + 1;
  const base = { principalId, name: statement.name, isFixedRole: false, createDate: now, modifyDate: now };
  if (statement.kind === "create-role") {
    const owner =
      statement.authorization === undefined ? undefined : database.findPrincipal(statement.authorization, current);
    if (statement.authorization !== undefined && !owner) throw sqlError(15151, "find", "user", statement.authorization);
    database.principals.set(current, principalId, {
      ...base,
      type: "DATABASE_ROLE",
      owningPrincipalId: owner?.principalId ?? 1,
    });
    return;
  }
  const login = statement.withoutLogin ? undefined : server.findLogin(statement.login ?? statement.name);
  if (!statement.withoutLogin && !login) throw sqlError(15007, statement.login ?? statement.name);
  const defaultSchema = statement.options.find((option) => option.name === "default_schema")?.value ?? "dbo";
  for (const option of statement.options)
    if (option.name !== "default_schema") throw new Unsupported(`CREATE USER WITH ${option.name}`);
  const user: DatabasePrincipal = { ...base, type: "SQL_USER", defaultSchema, ...(login ? { sid: login.sid } : {}) };
  database.principals.set(current, principalId, user);
}

export function alterPrincipal(
  statement: AlterLoginStatement | AlterUserStatement | AlterRoleStatement,
  session: Session,
): void {
  const { server } = session.engine;
  if (statement.kind === "alter-login") {
    const login = server.findLogin(statement.name);
    if (!login) throw sqlError(15151, "alter", "login", statement.name);
    const defaultDatabase = statement.options.find((option) => option.name === "default_database")?.value;
    for (const option of statement.options)
      if (option.name !== "default_database") throw new Unsupported(`ALTER LOGIN ${option.name}`);
    server.setLogin({
      ...login,
      ...(statement.enabled === undefined ? {} : { disabled: !statement.enabled }),
      ...(statement.password === undefined ? {} : { password: statement.password }),
      ...(defaultDatabase === undefined ? {} : { defaultDatabase }),
    });
    return;
  }
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  if (statement.kind === "alter-user") {
    const user = database.findPrincipal(statement.name, current);
    if (!user) throw sqlError(15151, "alter", "user", statement.name);
    let changed = user;
    for (const option of statement.options) {
      if (option.name === "default_schema") changed = { ...changed, defaultSchema: option.value };
      else if (option.name === "name") changed = { ...changed, name: option.value };
      else throw new Unsupported(`ALTER USER WITH ${option.name}`);
    }
    database.principals.set(current, user.principalId, changed);
    return;
  }
  if (statement.server) throw new Unsupported("ALTER SERVER ROLE");
  const role = database.findPrincipal(statement.role, current);
  if (role?.type !== "DATABASE_ROLE") throw sqlError(15151, "alter", "role", statement.role);
  if (statement.action === "rename") {
    database.principals.set(current, role.principalId, { ...role, name: statement.name });
    return;
  }
  const member = database.findPrincipal(statement.name, current);
  if (!member) throw sqlError(15151, "alter", "user", statement.name);
  const key = `${role.principalId}:${member.principalId}`;
  if (statement.action === "add member")
    database.roleMembers.set(current, key, { roleId: role.principalId, memberId: member.principalId });
  else database.roleMembers.delete(current, key);
}

export function dropPrincipal(
  kind: "user" | "role" | "login",
  name: string,
  ifExists: boolean,
  session: Session,
): void {
  const { server } = session.engine;
  if (kind === "login") {
    const login = server.findLogin(name);
    if (!login) throw sqlError(15151, "drop", "login", name);
    server.logins.delete(server.nameKey(name));
    return;
  }
  const database = session.currentDatabase;
  const { current } = session.transactions;
  const principal = database.findPrincipal(name, current);
  if (!principal || (principal.type === "DATABASE_ROLE") !== (kind === "role")) {
    if (ifExists) return;
    throw sqlError(15151, "drop", kind, name);
  }
  for (const schema of database.schemas.values())
    if (schema.principalId === principal.principalId) throw sqlError(15138, "schema");
  for (const [key, row] of [...memberships(session)]) {
    if (row.roleId !== principal.principalId && row.memberId !== principal.principalId) continue;
    if (row.roleId === principal.principalId) throw sqlError(15144);
    database.roleMembers.delete(current, key);
  }
  for (const permission of [...database.permissions.values()]) {
    if (permission.granteePrincipalId === principal.principalId)
      database.permissions.delete(current, permissionKey(permission));
  }
  database.principals.delete(current, principal.principalId);
}

function* memberships(session: Session): Iterable<[string, { roleId: number; memberId: number }]> {
  const { roleMembers } = session.currentDatabase;
  for (const key of roleMembers.keys()) yield [key, roleMembers.get(key)!];
}

/** GRANT, DENY, REVOKE on the database, a schema, an object or its columns. */
export function changePermission(statement: PermissionStatement, session: Session, scope: Scope): void {
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  if (statement.as !== undefined) throw new Unsupported("GRANT ... AS");
  void statement.cascade;
  const { place, columns } = securable(statement, session, scope);
  for (const grantee of statement.principals) {
    const principal = database.findPrincipal(grantee, current);
    if (!principal) throw sqlError(15151, "find", "user", grantee);
    for (const { name, columns: own } of statement.permissions) {
      if (name === "all") throw new Unsupported("GRANT ALL");
      const ids =
        own.length > 0
          ? columns(own)
          : statement.on && statement.on.columns.length > 0
            ? columns(statement.on.columns)
            : [0];
      for (const minorId of ids) {
        const row: Permission = {
          ...place,
          minorId,
          granteePrincipalId: principal.principalId,
          grantorPrincipalId: 1,
          permission: name.toUpperCase(),
          state: statement.action === "deny" ? "DENY" : statement.grantOption ? "GRANT_WITH_GRANT_OPTION" : "GRANT",
        };
        if (statement.action === "revoke") database.permissions.delete(current, permissionKey(row));
        else database.permissions.set(current, permissionKey(row), row);
      }
    }
  }
}

function securable(
  statement: PermissionStatement,
  session: Session,
  scope: Scope,
): { place: Pick<Permission, "class" | "majorId">; columns: (names: readonly string[]) => number[] } {
  const database = session.currentDatabase;
  const none = (): number[] => [0];
  if (!statement.on) return { place: { class: "DATABASE", majorId: 0 }, columns: none };
  const { class: kind, name } = statement.on;
  switch (kind.toLowerCase()) {
    case "database":
      return { place: { class: "DATABASE", majorId: 0 }, columns: none };
    case "schema": {
      const schema = database.findSchema(name.name);
      if (!schema) throw sqlError(15151, "find", "schema", name.name);
      return { place: { class: "SCHEMA", majorId: schema.schemaId }, columns: none };
    }
    case "object": {
      const found = findObject(name, session, scope);
      if (!found) throw sqlError(15151, "find", "object", writtenName(name));
      const { object } = found;
      return {
        place: { class: "OBJECT_OR_COLUMN", majorId: object.objectId },
        columns: (names) =>
          names.map((each) => {
            const all = "columns" in object && object.kind !== "foreign-key" ? object.columns : [];
            const column = all.find((candidate) => database.nameKey(candidate.name) === database.nameKey(each));
            if (!column) throw sqlError(207, each);
            return column.columnId;
          }),
      };
    }
    case "type": {
      const schemaId =
        name.schema === undefined ? session.defaultSchemaId(database) : database.findSchema(name.schema)?.schemaId;
      const type = schemaId === undefined ? undefined : database.findType(schemaId, name.name);
      if (!type) throw sqlError(15151, "find", "type", writtenName(name));
      return { place: { class: "TYPE", majorId: type.userTypeId }, columns: none };
    }
    default:
      throw new Unsupported(`GRANT ON ${kind.toUpperCase()}`);
  }
}
