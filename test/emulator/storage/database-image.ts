import { randomUUID } from "node:crypto";
import type { DatabaseObject } from "./database-model.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import type { CatalogMap } from "./catalog-map.ts";
import type { LockResource } from "./locks.ts";
import type { Transaction } from "./transaction.ts";
import type { IndexSpec, TableLabel } from "./table-store.ts";
import type { DatabaseTracking, TableTracking } from "./tracking-model.ts";
import type { SqlRow } from "../values/sql-type.ts";

interface TableImage {
  readonly label: TableLabel;
  readonly indexes: readonly IndexSpec[];
  readonly rows: readonly SqlRow[];
  readonly lastIdentity: bigint | undefined;
}

/** The committed state of a database at one moment, as a backup has it. Shares rows and objects, which never change. */
export interface DatabaseImage {
  readonly name: string;
  readonly collation: string;
  readonly options: DatabaseOptions;
  readonly lastRowVersion: bigint;
  readonly lastObjectId: number;
  readonly maps: readonly (readonly [unknown, unknown][])[];
  readonly objects: readonly DatabaseObject[];
  readonly tables: ReadonlyMap<number, TableImage>;
  readonly tracking: DatabaseTracking | null;
  readonly formerTracking: DatabaseTracking | null;
  readonly familyGuid: string;
  readonly databaseGuid: string;
  readonly recoveryForkGuid: string;
  readonly firstRecoveryForkGuid: string;
  readonly serviceBrokerGuid: string;
}

/** The maps that are copied as they are. Their order counts. */
function mapsOf(database: Database): CatalogMap<unknown, unknown>[] {
  const { schemas, types, principals, roleMembers, permissions, extendedProperties } = database;
  const { columnMasterKeys, columnEncryptionKeys, filestreamFilegroups } = database;
  return [
    ...[schemas, types, principals, roleMembers, permissions, extendedProperties],
    ...[columnMasterKeys, columnEncryptionKeys, filestreamFilegroups],
  ] as CatalogMap<unknown, unknown>[];
}

/** A copy that later changes do not reach. Versions keep their order, older snapshots are forgotten. */
function copyTracking(tracking: DatabaseTracking | null): DatabaseTracking | null {
  if (tracking === null) return null;
  const tables = new Map<number, TableTracking>();
  for (const [objectId, table] of tracking.tables) {
    const validity = table.validity.slice(-1).map(({ value }) => ({ since: 0, value }));
    tables.set(objectId, { ...table, changes: [...table.changes], validity, writers: new Set() });
  }
  return {
    ...tracking,
    tables,
    versions: tracking.versions.map(({ value }) => ({ since: 0, value })),
    commits: tracking.commits.map(({ value }) => ({ since: 0, value })),
    former: new Map(tracking.former),
  };
}

/** An object that later changes do not reach: only a sequence changes in place. */
function copyObject(object: DatabaseObject): DatabaseObject {
  return object.kind === "sequence" ? { ...object, state: { ...object.state } } : object;
}

/** A transaction with open DDL in the database, TRUNCATE included. */
function openDdl(database: Database): Transaction | undefined {
  const { server } = database;
  for (const map of [...mapsOf(database), database.objects]) for (const writer of map.writers()) return writer;
  const locked = new Set<LockResource>();
  for (const object of database.objects.values()) locked.add(database.schemaLock(object));
  for (const { owner, resource, mode } of server.locks.all()) {
    if (mode !== "Sch-M" || !locked.has(resource)) continue;
    for (const transaction of server.transactions.values()) if (transaction === owner) return transaction;
  }
  return undefined;
}

/** Waits for the end of every transaction that has open DDL in the database. */
export async function untilSettled(database: Database): Promise<void> {
  for (let open = openDdl(database); open !== undefined; open = openDdl(database)) {
    const writer = open;
    await new Promise<void>((resolve) => writer.onEnd(resolve));
  }
}

/** BACKUP DATABASE, in memory. Open transactions are left out; nobody may have open DDL in the database (`untilSettled`). */
export function captureDatabase(database: Database): DatabaseImage {
  const objects = [...database.objects.values()].map(copyObject);
  const tables = new Map<number, TableImage>();
  for (const object of objects) {
    if (object.kind !== "table") continue;
    const { label, indexes, lastIdentity } = object.store;
    tables.set(object.objectId, { label, indexes, lastIdentity, rows: [...object.store.committedRows()] });
  }
  return {
    name: database.name,
    collation: database.collation,
    options: { ...database.options },
    lastRowVersion: database.lastRowVersion,
    lastObjectId: database.lastObjectId,
    maps: mapsOf(database).map((map) => [...map.entries()]),
    objects,
    tables,
    tracking: copyTracking(database.tracking),
    formerTracking: copyTracking(database.formerTracking),
    familyGuid: database.familyGuid,
    databaseGuid: database.databaseGuid,
    recoveryForkGuid: database.recoveryForkGuid,
    firstRecoveryForkGuid: database.firstRecoveryForkGuid,
    serviceBrokerGuid: database.serviceBrokerGuid,
  };
}

/**
 * RESTORE DATABASE ... WITH REPLACE: puts the state of the image under the database's name and id, with a new recovery
 * fork. Versions go on from the image's; the transactions of the same versions that come later have other xdes ids and
 * commit log blocks than those that are gone. Sessions that hold the old `Database` must look it up again; nobody may
 * have a transaction in it.
 */
export function restoreDatabase(database: Database, image: DatabaseImage): Database {
  const { server } = database;
  const restored = new Database(server, database.databaseId, database.name, image.collation);
  Object.assign(restored.options, image.options);
  restored.lastRowVersion = image.lastRowVersion;
  restored.lastObjectId = image.lastObjectId;
  restored.familyGuid = image.familyGuid;
  restored.databaseGuid = image.databaseGuid;
  restored.serviceBrokerGuid = image.serviceBrokerGuid;
  restored.firstRecoveryForkGuid = image.recoveryForkGuid;
  restored.recoveryForkGuid = randomUUID().toUpperCase();
  mapsOf(restored).forEach((map, at) => {
    for (const key of [...map.keys()]) map.delete(undefined, key);
    for (const [key, value] of image.maps[at]!) map.set(undefined, key, value);
  });
  for (const object of image.objects) {
    const table = image.tables.get(object.objectId);
    if (object.kind !== "table" || table === undefined) {
      restored.addObject(undefined, copyObject(object));
      continue;
    }
    const store = server.newTableStore({ ...table.label, database: restored.name }, table.indexes);
    store.load(table.rows);
    store.lastIdentity = table.lastIdentity;
    restored.addObject(undefined, { ...object, store });
  }
  restored.tracking = copyTracking(image.tracking);
  restored.formerTracking = copyTracking(image.formerTracking);
  restored.checkpointTime = server.clock.now();
  // What older snapshots see is gone with the old state.
  const number = server.commits.next();
  restored.metadataStamp = number;
  for (const object of restored.objects.values()) if (object.kind === "table") object.store.definitionStamp = number;
  server.replaceDatabase(database, restored);
  return restored;
}
