import { describe, expect, it } from "vitest";
import { captureDatabase, restoreDatabase } from "../../../emulator/storage/database-image.ts";
import type { TableObject } from "../../../emulator/storage/database-model.ts";
import { LockConflict } from "../../../emulator/storage/locks.ts";
import { Server } from "../../../emulator/storage/server.ts";
import { trackedScene } from "../change-tracking/tracking-fixture.ts";
import { committed } from "./store-fixture.ts";

describe("Database", () => {
  it("finds objects by name without regard to case, and refuses a second one: 2714", () => {
    const { database, objectId, table, begin } = trackedScene();
    expect(database.findObject(1, "t")?.objectId).toBe(objectId);
    const second = { ...table(), objectId: database.newObjectId(), name: "t" };
    expect(() => database.addObject(begin(), second)).toThrow("There is already an object named 't' in the database.");
  });

  it("takes DDL back with its transaction: create, rename, drop", () => {
    const { database, objectId, table, begin } = trackedScene();
    const before = table();
    const transaction = begin();
    database.replaceObject(transaction, { ...before, name: "Renamed" });
    expect(database.findObject(1, "T", transaction)).toBeUndefined();
    expect(before.store.label.table).toBe("Renamed");
    database.removeObject(transaction, table());
    expect(database.objects.get(objectId)).toBeUndefined();
    transaction.rollback();
    expect(database.findObject(1, "T")).toBe(before);
    expect(before.store.label.table).toBe("T");
  });

  it("others wait for open DDL, by name and in catalog views", () => {
    const { database, table, begin } = trackedScene();
    const writer = begin();
    database.removeObject(writer, table());
    const reader = begin();
    expect(() => database.findObject(1, "T", reader)).toThrow(LockConflict);
    expect(() => database.readMetadata(reader)).toThrow(LockConflict);
    writer.rollback();
    expect(database.findObject(1, "T", reader)).toBeDefined();
    expect(() => database.readMetadata(reader)).not.toThrow();
  });

  it("3961: metadata, and a table's rows, that changed since the snapshot", () => {
    const { database, table, begin, createTable } = trackedScene();
    const reader = begin();
    const view = database.snapshotView(reader);
    expect(() => database.readMetadata(reader, view.snapshot)).not.toThrow();
    createTable("Another");
    expect(() => database.readMetadata(reader, view.snapshot)).toThrow("failed in database 'db'");
    expect(() => table().store.scan(view)).not.toThrow();
    const other = begin();
    database.replaceObject(other, { ...table(), modifyDate: 1 });
    other.commit();
    expect(() => table().store.scan(view)).toThrow("failed in database 'db'");
  });

  it("3952 where snapshot isolation is not allowed, 3957 where it was allowed too late", () => {
    const { database, begin, run } = trackedScene();
    database.options.allowSnapshotIsolation = false;
    expect(() => database.snapshotView(begin())).toThrow("snapshot isolation is not allowed in this database");
    const early = begin();
    early.takeSnapshot();
    run(() => undefined);
    database.options.allowSnapshotIsolation = true;
    database.snapshotAllowedSince = database.server.commits.last;
    expect(() => database.snapshotView(early)).toThrow("did not allow snapshot isolation");
  });

  it("refuses a second database of one name: 1801", () => {
    const server = new Server();
    server.createDatabase("One");
    expect(() => server.createDatabase("ONE")).toThrow("Database 'ONE' already exists.");
  });
});

describe("an image of a database", () => {
  it("brings rows, tracking and metadata back as they were, with another recovery fork", () => {
    const { database, server, run, write, createTable, table } = trackedScene();
    run((t) => write.insert(t, [1, 10, 0]));
    const image = captureDatabase(database);
    run((t) => write.insert(t, [2, 20, 0]));
    run((t) => write.update(t, [1, 11, 0], [2]));
    createTable("Later");
    const kept = committed(server, table().store);
    for (let round = 0; round < 2; round++) {
      const restored = restoreDatabase(server.findDatabase("db")!, image);
      expect(server.findDatabase("db")).toBe(restored);
      expect(restored.databaseId).toBe(database.databaseId);
      expect(restored.recoveryForkGuid).not.toBe(database.recoveryForkGuid);
      const restoredTable = restored.findObject(1, "T") as TableObject;
      expect(committed(server, restoredTable.store)).toEqual([[1, 10, 0]]);
      expect(restored.findObject(1, "Later")).toBeUndefined();
      expect(restored.tracking!.versions.at(-1)!.value).toBe(1);
      const transaction = server.begin({ spid: 70 });
      restoredTable.store.insert(transaction, [5, 5, 5]);
      transaction.commit();
    }
    expect(committed(server, table().store)).toEqual(kept);
  });
});
