import type { DatabaseObject, Permission } from "../../storage/database-model.ts";
import { permissionKey } from "../../storage/database.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { isKnownPermission } from "../../catalog/permission-codes.ts";
import type { PermissionStatement } from "../../tsql/ast-ddl.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { EffectivePermissions } from "../session/effective-permissions.ts";
import { COLUMN_PERMISSIONS } from "../session/object-permissions.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { findSecurable, type SecurableTarget } from "./find-securable.ts";

const DBO_ID = 1;
const SYSTEM_PRINCIPALS: readonly number[] = [3, 4];

/** One permission on one part of a securable. */
interface Wanted {
  readonly permission: string;
  /** A column id, or 0. */
  readonly minorId: number;
}

/**
 * GRANT, DENY, REVOKE on the database, a schema, an object, its columns, or a type.
 * @throws SqlError 15151 (no such securable or principal), 4606, 1020, 4611, 4613, 4617, 4624
 */
export function changePermission(statement: PermissionStatement, session: Session, scope: Scope): void {
  const database = session.currentDatabase;
  const { current } = session.transactions;
  session.transactions.requireWritable();
  const target = findSecurable(statement.on, session, scope);
  const wanted = statement.permissions.flatMap(({ name, columns }) =>
    wantedOf(name.toUpperCase(), columns.length > 0 ? columns : (statement.on?.columns ?? []), target),
  );
  const grantorId = grantorOf(statement.as, target, wanted, session);
  for (const name of statement.principals) {
    const grantee = database.findPrincipal(name, current);
    if (!grantee) throw sqlError(15151, "find", "user", name);
    const { principalId } = grantee;
    if (grantee.isFixedRole) throw sqlError(4617);
    if (principalId === DBO_ID || SYSTEM_PRINCIPALS.includes(principalId) || principalId === target.ownerId) {
      throw sqlError(4624);
    }
    if (principalId === grantorId && statement.as === undefined) throw sqlError(4624);
    for (const { permission, minorId } of wanted) {
      const row: Permission = {
        ...target.place,
        minorId,
        granteePrincipalId: principalId,
        grantorPrincipalId: grantorId,
        permission,
        state: statement.action === "deny" ? "DENY" : statement.grantOption ? "GRANT_WITH_GRANT_OPTION" : "GRANT",
      };
      if (statement.action === "grant") grant(row, session);
      else takeBack(row, statement, session);
    }
  }
}

function wantedOf(permission: string, columns: readonly string[], target: SecurableTarget): Wanted[] {
  const expanded = permission === "ALL" ? target.all : [permission];
  if (!expanded) throw new Unsupported(`ALL on a ${target.place.class.toLowerCase()}`);
  return expanded.flatMap((each) => {
    if (!isKnownPermission(each)) throw new Unsupported(`permission ${each}`);
    if (target.allowed && !target.allowed.includes(each)) throw sqlError(4606, each);
    if (columns.length === 0) return [{ permission: each, minorId: 0 }];
    if (!COLUMN_PERMISSIONS.includes(each)) throw sqlError(1020);
    return target.columnIds(columns).map((minorId) => ({ permission: each, minorId }));
  });
}

/**
 * Who is written down as the grantor: AS; else the securable's owner where the session stands above permissions, else its user, which must
 * have been given the right to grant.
 */
function grantorOf(
  as: string | undefined,
  target: SecurableTarget,
  wanted: readonly Wanted[],
  session: Session,
): number {
  const database = session.currentDatabase;
  const { rights } = session;
  const user = rights.user(database);
  if (as !== undefined) {
    const grantor = database.findPrincipal(as, session.transactions.current);
    if (!grantor) throw sqlError(15151, "find", "user", as);
    const { principalId } = grantor;
    if (!rights.managesSecurity(database) && principalId !== user.principalId) throw sqlError(4618, as);
    if (!mayGrant(principalId, target, wanted, session)) throw sqlError(4613);
    return principalId;
  }
  if (rights.managesSecurity(database)) return target.ownerId;
  if (mayGrant(user.principalId, target, wanted, session)) return user.principalId;
  throw sqlError(15151, "find", target.word, target.written);
}

function mayGrant(principalId: number, target: SecurableTarget, wanted: readonly Wanted[], session: Session): boolean {
  const database = session.currentDatabase;
  const principals = session.rights.memberships(database, principalId);
  if (principals.has(DBO_ID) || principals.has(16384) || principals.has(target.ownerId)) return true;
  if (target.holds(new EffectivePermissions(database, principals), "CONTROL")) return true;
  const { class: kind, majorId } = target.place;
  return wanted.every(({ permission, minorId }) =>
    [...database.permissions.values()].some(
      (row) =>
        row.class === kind &&
        row.majorId === majorId &&
        (row.minorId === 0 || row.minorId === minorId) &&
        row.permission === permission &&
        row.state === "GRANT_WITH_GRANT_OPTION" &&
        principals.has(row.granteePrincipalId),
    ),
  );
}

/** GRANT without the option leaves an option that stands. */
function grant(row: Permission, session: Session): void {
  const { permissions } = session.currentDatabase;
  const { current } = session.transactions;
  const key = permissionKey(row);
  const before = permissions.get(key, current);
  if (before?.state !== "GRANT_WITH_GRANT_OPTION" || row.state === "GRANT_WITH_GRANT_OPTION") {
    permissions.set(current, key, row);
  }
}

/** DENY and REVOKE. What was granted with the option goes with CASCADE only, and takes along what came of it. @throws SqlError 4611 */
function takeBack(row: Permission, statement: PermissionStatement, session: Session): void {
  const database = session.currentDatabase;
  const { permissions } = database;
  const { current } = session.transactions;
  const key = permissionKey(row);
  const before = permissions.get(key, current);
  if (before?.state === "GRANT_WITH_GRANT_OPTION") {
    if (!statement.cascade) throw sqlError(4611);
    cascade(before, statement.action === "deny", session, current!);
  }
  if (statement.action === "deny") {
    permissions.set(current, key, row);
    return;
  }
  // REVOKE GRANT OPTION FOR: the permission itself stays.
  if (statement.grantOption) {
    if (before?.state === "GRANT_WITH_GRANT_OPTION") permissions.set(current, key, { ...before, state: "GRANT" });
    return;
  }
  const whole = permissions.get(permissionKey({ ...row, minorId: 0 }), current);
  // A column taken out of what was granted on the whole object has a row of its own.
  if (row.minorId !== 0 && whole !== undefined && whole.state !== "DENY") {
    permissions.set(current, key, { ...row, state: "REVOKE" });
  } else permissions.delete(current, key);
}

function cascade(from: Permission, denies: boolean, session: Session, transaction: Transaction): void {
  const { permissions } = session.currentDatabase;
  for (const row of [...permissions.values()]) {
    const sameThing = row.class === from.class && row.majorId === from.majorId && row.permission === from.permission;
    if (!sameThing || row.grantorPrincipalId !== from.granteePrincipalId) continue;
    cascade(row, denies, session, transaction);
    if (denies) permissions.set(transaction, permissionKey(row), { ...row, state: "DENY" });
    else permissions.delete(transaction, permissionKey(row));
  }
}

/** A new owner, or another schema: nobody keeps a permission on the object ("ALTER AUTHORIZATION", "ALTER SCHEMA"). */
export function dropPermissionsOn(object: DatabaseObject, session: Session): void {
  const { permissions } = session.currentDatabase;
  const { current } = session.transactions;
  for (const row of [...permissions.values()]) {
    if (row.class === "OBJECT_OR_COLUMN" && row.majorId === object.objectId)
      permissions.delete(current, permissionKey(row));
  }
}
