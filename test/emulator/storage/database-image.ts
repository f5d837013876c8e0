import { randomUUID } from "node:crypto";
import type { DatabaseObject } from "./database-model.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import type { CatalogMap } from "./catalog-map.ts";
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
}

/** The maps that are copied as they are. Their order counts. */
function mapsOf(database: Database): CatalogMap<unknown, unknown>[] {
  const { schemas, types, principals, roleMembers, permissions, extendedProperties } = database;
  return [schemas, types, principals, roleMembers, permissions, extendedProperties] as CatalogMap<unknown, unknown>[];
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

/** BACKUP DATABASE, in memory. Open transactions are left out; nobody may have open DDL in the database. */
export function captureDatabase(database: Database): DatabaseImage {
  const objects = [...database.objects.values()];
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
  };
}

/**
 * RESTORE DATABASE ... WITH REPLACE: puts the state of the image under the database's name and id, with a new recovery
 * fork. Sessions that hold the old `Database` must look it up again; nobody may have a transaction in it.
 */
export function restoreDatabase(database: Database, image: DatabaseImage): Database {
  const { server } = database;
  const restored = new Database(server, database.databaseId, database.name, image.collation);
  Object.assign(restored.options, image.options);
  restored.lastRowVersion = image.lastRowVersion;
  restored.lastObjectId = image.lastObjectId;
  restored.recoveryForkGuid = randomUUID().toUpperCase();
  mapsOf(restored).forEach((map, at) => {
    for (const key of [...map.keys()]) map.delete(undefined, key);
    for (const [key, value] of image.maps[at]!) map.set(undefined, key, value);
  });
  for (const object of image.objects) {
    const table = image.tables.get(object.objectId);
    if (object.kind !== "table" || table === undefined) {
      restored.addObject(undefined, object);
      continue;
    }
    const store = server.newTableStore({ ...table.label, database: restored.name }, table.indexes);
    store.load(table.rows);
    store.lastIdentity = table.lastIdentity;
    restored.addObject(undefined, { ...object, store });
  }
  restored.tracking = copyTracking(image.tracking);
  // What older snapshots see is gone with the old state.
  const number = server.commits.next();
  restored.metadataStamp = number;
  for (const object of restored.objects.values()) if (object.kind === "table") object.store.definitionStamp = number;
  server.replaceDatabase(database, restored);
  return restored;
}
