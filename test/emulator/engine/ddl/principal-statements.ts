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
} from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
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
      if (!["default_database", "check_policy", "check_expiration", "default_language"].includes(option.name))
        throw new Unsupported(`CREATE LOGIN ${option.name}`);
      // Passwords are taken as they are, whatever policy they would have to follow.
      void option.value;
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
      owningPrincipalId: (owner ?? session.rights.user(database)).principalId,
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
  const connect: Permission = {
    ...{ class: "DATABASE", majorId: 0, minorId: 0, granteePrincipalId: principalId, grantorPrincipalId: 1 },
    ...{ permission: "CONNECT", state: "GRANT" },
  };
  database.permissions.set(current, permissionKey(connect), connect);
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
  for (const object of database.objects.values())
    if (object.principalId === principal.principalId) throw sqlError(15138, "object");
  for (const permission of database.permissions.values())
    if (permission.grantorPrincipalId === principal.principalId) throw sqlError(15284);
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
