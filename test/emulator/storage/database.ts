import { randomUUID } from "node:crypto";
import { collationKey } from "../values/collation.ts";
import { sqlError } from "../values/error-table.ts";
import { addFixedPrincipals } from "./fixed-principals.ts";
import { CatalogMap } from "./catalog-map.ts";
import type {
  DatabaseObject,
  DatabasePrincipal,
  ExtendedProperty,
  Permission,
  Schema,
  SecurityPolicyObject,
  UserType,
} from "./database-model.ts";
import type { LockResource } from "./locks.ts";
import { readCommitted, snapshotView, type ReadView } from "./read-view.ts";
import type { Server } from "./server.ts";
import type { ColumnEncryptionKey, ColumnMasterKey, FilestreamFilegroup } from "./table-kind-model.ts";
import type { DatabaseTracking } from "./tracking-model.ts";
import type { Transaction } from "./transaction.ts";

/** ALTER DATABASE ... SET; changed directly, as that statement does not run in a user transaction (226). */
export interface DatabaseOptions {
  allowSnapshotIsolation: boolean;
  readCommittedSnapshot: boolean;
  readOnly: boolean;
  /** SINGLE_USER, RESTRICTED_USER, MULTI_USER. */
  userAccess: "MULTI_USER" | "SINGLE_USER" | "RESTRICTED_USER";
  online: boolean;
  compatibilityLevel: number;
  recoveryModel: "FULL" | "BULK_LOGGED" | "SIMPLE";
  ansiNullDefault: boolean;
  ansiNulls: boolean;
  ansiPadding: boolean;
  ansiWarnings: boolean;
  arithAbort: boolean;
  concatNullYieldsNull: boolean;
  numericRoundAbort: boolean;
  quotedIdentifier: boolean;
  recursiveTriggers: boolean;
  autoClose: boolean;
  delayedDurability: "DISABLED" | "ALLOWED" | "FORCED";
  trustworthy: boolean;
}

const NEW_DATABASE: DatabaseOptions = {
  allowSnapshotIsolation: false,
  readCommittedSnapshot: false,
  readOnly: false,
  userAccess: "MULTI_USER",
  online: true,
  compatibilityLevel: 160,
  recoveryModel: "FULL",
  ansiNullDefault: false,
  ansiNulls: false,
  ansiPadding: false,
  ansiWarnings: false,
  arithAbort: false,
  concatNullYieldsNull: false,
  numericRoundAbort: false,
  quotedIdentifier: false,
  recursiveTriggers: false,
  autoClose: false,
  delayedDurability: "DISABLED",
  trustworthy: false,
};

export const DBO_SCHEMA_ID = 1;
export const SYS_SCHEMA_ID = 4;

const newGuid = (): string => randomUUID().toUpperCase();

/**
 * One database: metadata as maps that change in transactions, options, and the data of Change Tracking.
 * Every change of metadata makes older snapshots fail with 3961 where they look at metadata (`readMetadata`) or at the
 * table that was changed (`TableStore.scan`).
 */
export class Database {
  readonly databaseId: number;
  name: string;
  readonly collation: string;
  readonly createDate: number;
  readonly options: DatabaseOptions;
  /** sys.database_recovery_status; another one after a restore. */
  recoveryForkGuid: string = newGuid();
  firstRecoveryForkGuid: string = this.recoveryForkGuid;
  /** The same in all backups of a database. */
  familyGuid: string = newGuid();
  databaseGuid: string = newGuid();
  serviceBrokerGuid: string = newGuid();
  /** In the middle of RESTORE: nobody gets in (927). */
  restoring = false;
  /** A readable secondary replica: nobody writes (3906), and Change Tracking cannot be read (22117). */
  secondary = false;
  /** The clock at the last CHECKPOINT that was asked for; automatic ones are not kept (`lastCheckpoint`). */
  checkpointTime = 0;
  /** Null: Change Tracking is off. */
  tracking: DatabaseTracking | null = null;
  /** What Change Tracking left when it was switched off: its versions go on from there. */
  formerTracking: DatabaseTracking | null = null;
  /** Commit number of the last DDL. */
  metadataStamp = 0;
  /** Commit number at which ALLOW_SNAPSHOT_ISOLATION was switched on. */
  snapshotAllowedSince = 0;
  /** rowversion: the last value given out (@@DBTS). */
  lastRowVersion = 2000n;
  lastObjectId = 245575913;

  readonly schemas: CatalogMap<number, Schema>;
  readonly objects: CatalogMap<number, DatabaseObject>;
  readonly types: CatalogMap<number, UserType>;
  readonly principals: CatalogMap<number, DatabasePrincipal>;
  /** Key: `role:member` ids. */
  readonly roleMembers: CatalogMap<string, { readonly roleId: number; readonly memberId: number }>;
  /** Key: `permissionKey`. */
  readonly permissions: CatalogMap<string, Permission>;
  readonly extendedProperties: CatalogMap<string, ExtendedProperty>;
  readonly columnMasterKeys: CatalogMap<number, ColumnMasterKey>;
  readonly columnEncryptionKeys: CatalogMap<number, ColumnEncryptionKey>;
  readonly filestreamFilegroups: CatalogMap<number, FilestreamFilegroup>;

  readonly #server: Server;
  /** Object id by schema and name, kept in step with `objects`. */
  readonly #names: CatalogMap<string, number>;
  readonly #children = new Map<number, Set<number>>();
  /** Objects that have, or had, schema-bound references: few among many modules. */
  readonly #binding = new Set<number>();
  /** Security policies that are, or were, here: asked for by each statement that reads a table. */
  readonly #policies = new Set<number>();

  constructor(server: Server, databaseId: number, name: string, collation: string) {
    this.#server = server;
    this.databaseId = databaseId;
    this.name = name;
    this.collation = collation;
    this.createDate = server.clock.now();
    this.options = { ...NEW_DATABASE };
    const changed = (transaction: Transaction): void => {
      this.requireWritable();
      this.#touch(transaction);
    };
    this.schemas = new CatalogMap(changed);
    this.objects = new CatalogMap(changed);
    this.types = new CatalogMap(changed);
    this.principals = new CatalogMap(changed);
    this.roleMembers = new CatalogMap(changed);
    this.permissions = new CatalogMap(changed);
    this.extendedProperties = new CatalogMap(changed);
    this.columnMasterKeys = new CatalogMap(changed);
    this.columnEncryptionKeys = new CatalogMap(changed);
    this.filestreamFilegroups = new CatalogMap(changed);
    this.#names = new CatalogMap();
    addFixedPrincipals(this);
  }

  get server(): Server {
    return this.#server;
  }

  /** @throws SqlError 942 (offline), 927 (in the middle of a restore) */
  requireOpen(): void {
    if (this.restoring) throw sqlError(927, this.name);
    if (!this.options.online) throw sqlError(942, this.name);
  }

  get isOpen(): boolean {
    return this.options.online && !this.restoring;
  }

  /** @throws SqlError 3906 */
  requireWritable(): void {
    if (this.options.readOnly || this.secondary) throw sqlError(3906, this.name);
  }

  /** The form of a name that is equal for names which this database's collation calls equal. */
  nameKey(name: string): string {
    return collationKey(this.collation, name);
  }

  newObjectId(): number {
    do this.lastObjectId = (this.lastObjectId + 16000057) % 2147483647;
    while (this.lastObjectId < 100 || this.objects.get(this.lastObjectId) !== undefined);
    return this.lastObjectId;
  }

  findSchema(name: string, reader?: Transaction): Schema | undefined {
    const key = this.nameKey(name);
    for (const schema of this.schemas.values()) {
      if (this.nameKey(schema.name) === key) return this.schemas.get(schema.schemaId, reader);
    }
    return undefined;
  }

  schemaName(schemaId: number): string {
    return this.schemas.get(schemaId)?.name ?? "";
  }

  /** @throws LockConflict while another transaction creates, changes or drops an object of that name */
  findObject(schemaId: number, name: string, reader?: Transaction): DatabaseObject | undefined {
    const id = this.#names.get(`${schemaId}:${this.nameKey(name)}`, reader);
    return id === undefined ? undefined : this.objects.get(id, reader);
  }

  /** The principal that owns an object: its own owner, that of its table, or its schema's. */
  ownerOf(object: DatabaseObject): number {
    if (object.principalId !== undefined) return object.principalId;
    const parent = object.parentObjectId === 0 ? undefined : this.objects.get(object.parentObjectId);
    return parent?.principalId ?? this.schemas.get(object.schemaId)?.principalId ?? 1;
  }

  /** Constraints and triggers of a table (or view), by object id. */
  children(objectId: number, reader?: Transaction): DatabaseObject[] {
    const children: DatabaseObject[] = [];
    for (const id of this.#children.get(objectId) ?? []) {
      const child = this.objects.get(id, reader);
      if (child !== undefined) children.push(child);
    }
    return children;
  }

  findType(schemaId: number, name: string, reader?: Transaction): UserType | undefined {
    const key = this.nameKey(name);
    for (const type of this.types.values()) {
      if (type.schemaId === schemaId && this.nameKey(type.name) === key) return this.types.get(type.userTypeId, reader);
    }
    return undefined;
  }

  findPrincipal(name: string, reader?: Transaction): DatabasePrincipal | undefined {
    const key = this.nameKey(name);
    for (const principal of this.principals.values()) {
      if (this.nameKey(principal.name) === key) return this.principals.get(principal.principalId, reader);
    }
    return undefined;
  }

  /** Modules WITH SCHEMABINDING, tables with computed columns and constraints whose expressions mention other objects. */
  *bindingObjects(): Iterable<DatabaseObject> {
    for (const id of this.#binding) {
      const object = this.objects.get(id);
      if (object !== undefined && bindsOthers(object)) yield object;
    }
  }

  *securityPolicies(reader?: Transaction): Iterable<SecurityPolicyObject> {
    for (const id of this.#policies) {
      const object = this.objects.get(id, reader);
      if (object?.kind === "security-policy") yield object;
    }
  }

  /** CREATE. @throws SqlError 2714 when the schema has an object of that name; LockConflict */
  addObject(transaction: Transaction | undefined, object: DatabaseObject): void {
    const key = this.#nameOf(object);
    if (this.#names.get(key, transaction) !== undefined) throw sqlError(2714, object.name);
    const parent = object.parentObjectId === 0 ? undefined : this.objects.get(object.parentObjectId);
    if (transaction !== undefined && parent !== undefined) this.#lockSchema(transaction, parent);
    this.#names.set(transaction, key, object.objectId);
    this.objects.set(transaction, object.objectId, object);
    if (bindsOthers(object)) this.#binding.add(object.objectId);
    if (object.kind === "security-policy") this.#policies.add(object.objectId);
    this.#link(transaction, object);
    if (transaction !== undefined) this.#stampTable(transaction, object);
  }

  /** ALTER, rename, transfer to another schema: the object of that id becomes this one. @throws SqlError 2714; LockConflict */
  replaceObject(transaction: Transaction, object: DatabaseObject): void {
    const before = this.objects.get(object.objectId, transaction);
    if (before === undefined) throw new Error(`no object ${object.objectId} to replace by ${object.name}`);
    const oldKey = this.#nameOf(before);
    const newKey = this.#nameOf(object);
    if (oldKey !== newKey) {
      if (this.#names.get(newKey, transaction) !== undefined) throw sqlError(2714, object.name);
      this.#names.delete(transaction, oldKey);
      this.#names.set(transaction, newKey, object.objectId);
    }
    this.#lockSchema(transaction, before);
    this.objects.set(transaction, object.objectId, object);
    if (bindsOthers(object)) this.#binding.add(object.objectId);
    if (object.kind === "table") {
      const { store } = object;
      const { label } = store;
      store.label = { database: this.name, schema: this.schemaName(object.schemaId), table: object.name };
      transaction.recordUndo({ undo: () => void (store.label = label) });
    }
    this.#stampTable(transaction, object);
  }

  /** DROP of one object; its constraints, triggers, permissions and properties are the caller's to drop. @throws LockConflict */
  removeObject(transaction: Transaction, object: DatabaseObject): void {
    this.#lockSchema(transaction, object);
    this.#names.delete(transaction, this.#nameOf(object));
    this.objects.delete(transaction, object.objectId);
    const siblings = this.#children.get(object.parentObjectId);
    if (siblings?.delete(object.objectId) === true) {
      transaction.recordUndo({ undo: () => void siblings.add(object.objectId) });
    }
    this.#stampTable(transaction, object);
  }

  /**
   * What a statement under SNAPSHOT isolation sees in this database.
   * @throws SqlError 3952 (not allowed here), 3957 (allowed only after the transaction's snapshot was taken)
   */
  snapshotView(transaction: Transaction): ReadView {
    if (!this.options.allowSnapshotIsolation) throw sqlError(3952, this.name);
    const snapshot = transaction.takeSnapshot();
    if (this.snapshotAllowedSince > snapshot) throw sqlError(3957, this.name);
    return snapshotView(transaction, snapshot);
  }

  /**
   * Before catalog views are read. `snapshot`: under SNAPSHOT isolation.
   * @throws LockConflict while another transaction has open DDL; SqlError 3961 for DDL after the snapshot
   */
  readMetadata(transaction: Transaction, snapshot?: number): void {
    if (snapshot !== undefined) {
      if (this.metadataStamp > snapshot) throw sqlError(3961, this.name);
      return;
    }
    for (const map of [this.schemas, this.objects, this.types]) map.requireSettled(transaction);
    for (const map of [this.principals, this.roleMembers]) map.requireSettled(transaction);
    for (const map of [this.permissions, this.extendedProperties]) map.requireSettled(transaction);
  }

  /** The view for reading locked, current data: what READ COMMITTED writers use also under READ_COMMITTED_SNAPSHOT. */
  lockedView(transaction: Transaction): ReadView {
    return readCommitted(transaction);
  }

  /** What a statement that uses an object holds with Sch-S, and DDL on it with Sch-M until its transaction ends. */
  schemaLock(object: DatabaseObject): LockResource {
    return object.kind === "table" ? object.store : `object:${this.databaseId}:${object.objectId}`;
  }

  /** Constraints and triggers change with their table. */
  #lockSchema(transaction: Transaction, object: DatabaseObject): void {
    const parent = object.parentObjectId === 0 ? undefined : this.objects.get(object.parentObjectId);
    this.#server.locks.acquire(transaction, this.schemaLock(parent ?? object), "Sch-M");
  }

  #nameOf(object: DatabaseObject): string {
    return `${object.schemaId}:${this.nameKey(object.name)}`;
  }

  #link(transaction: Transaction | undefined, object: DatabaseObject): void {
    if (object.parentObjectId === 0) return;
    let siblings = this.#children.get(object.parentObjectId);
    if (siblings === undefined) this.#children.set(object.parentObjectId, (siblings = new Set()));
    const family = siblings;
    family.add(object.objectId);
    transaction?.recordUndo({ undo: () => void family.delete(object.objectId) });
  }

  #touch(transaction: Transaction): void {
    transaction.onCommit((number) => void (this.metadataStamp = number));
  }

  #stampTable(transaction: Transaction, object: DatabaseObject): void {
    if (object.kind !== "table") return;
    transaction.onCommit((number) => void (object.store.definitionStamp = number));
  }
}

function bindsOthers(object: DatabaseObject): boolean {
  if (object.kind === "security-policy") return object.schemaBound;
  if ("module" in object) return object.module.schemaBound;
  if (object.kind === "default" || object.kind === "check") return object.references !== undefined;
  return object.kind === "table" && object.columns.some((column) => column.computed?.references !== undefined);
}

/** The key of `Database.permissions`: one row for each grantee, securable, permission and grantor. */
export function permissionKey(permission: Permission): string {
  const { class: securable, majorId, minorId, granteePrincipalId, grantorPrincipalId } = permission;
  return [securable, majorId, minorId, granteePrincipalId, grantorPrincipalId, permission.permission].join(":");
}
