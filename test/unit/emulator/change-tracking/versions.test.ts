import { describe, expect, it } from "vitest";
import { cleanUp, forgetHistory, runDueCleanup } from "../../../emulator/change-tracking/cleanup.ts";
import { rowVersions } from "../../../emulator/change-tracking/read-changes.ts";
import {
  alterDatabaseTracking,
  disableDatabaseTracking,
  disableTableTracking,
  enableDatabaseTracking,
  enableTableTracking,
} from "../../../emulator/change-tracking/switch-tracking.ts";
import { commitRows, currentVersion, minValidVersion } from "../../../emulator/change-tracking/tracking-versions.ts";
import { LockConflict } from "../../../emulator/storage/locks.ts";
import { readCommitted } from "../../../emulator/storage/read-view.ts";
import { trackedScene } from "./tracking-fixture.ts";

const DAY = 86_400_000;

describe("versions", () => {
  it("one commit takes one version, for all tables; roll backs and other commits take none", () => {
    const { run, write, begin, current, createTable, database } = trackedScene();
    expect(current()).toBe(0n);
    run((t) => {
      write.insert(t, [1, 0, 0]);
      write.insert(t, [2, 0, 0]);
    });
    expect(current()).toBe(1n);
    const aborted = begin();
    write.insert(aborted, [3, 0, 0]);
    aborted.rollback();
    expect(current()).toBe(1n);
    createTable("Untracked");
    run(() => undefined);
    expect(current()).toBe(1n);
    run((t) => write.delete(t, 1));
    expect(current()).toBe(2n);
    expect(commitRows(database).map((row) => row.commitTs)).toEqual([1, 2]);
  });

  it("a savepoint takes its changes back", () => {
    const { begin, write, changes, current } = trackedScene();
    const transaction = begin();
    write.insert(transaction, [1, 0, 0]);
    const savepoint = transaction.savepoint();
    write.insert(transaction, [2, 0, 0]);
    transaction.rollbackTo(savepoint);
    transaction.commit();
    expect(changes(0).map(({ key }) => key)).toEqual([[1]]);
    const nothing = begin();
    const start = nothing.savepoint();
    write.insert(nothing, [9, 0, 0]);
    nothing.rollbackTo(start);
    nothing.commit();
    expect(current()).toBe(1n);
  });

  it("the order of commits counts, not that of the beginnings", () => {
    const { begin, write, changes } = trackedScene();
    const [first, second] = [begin(), begin()];
    write.insert(first, [1, 0, 0]);
    write.insert(second, [2, 0, 0]);
    second.commit();
    first.commit();
    expect(changes(1).map(({ key }) => key)).toEqual([[1]]);
  });

  it("NULL where tracking is off", () => {
    const { database, objectId } = trackedScene({ tracked: false });
    expect([currentVersion(database), minValidVersion(database, objectId)]).toEqual([null, null]);
    enableDatabaseTracking(database);
    expect([currentVersion(database), minValidVersion(database, objectId)]).toEqual([0n, null]);
  });

  it("a snapshot sees the versions that were committed then, and their changes only", () => {
    const { begin, run, write, current, changes } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    const reader = begin();
    const snapshot = reader.takeSnapshot();
    run((t) => write.insert(t, [2, 0, 0]));
    run((t) => write.update(t, [1, 5, 0], [2]));
    expect([current(snapshot), current()]).toEqual([1n, 3n]);
    expect(changes(0, reader).map(({ key, version }) => [key[0], version])).toEqual([[1, 1]]);
  });

  it("READ COMMITTED readers wait for open changes; their own are not shown", () => {
    const { begin, write, changes } = trackedScene();
    const writer = begin();
    write.insert(writer, [1, 0, 0]);
    expect(() => changes(0)).toThrow(LockConflict);
    expect(changes(0, writer)).toEqual([]);
    writer.commit();
    expect(changes(0)).toHaveLength(1);
  });

  it("the commit table has each commit's own numbers", () => {
    const { run, write, database, clock } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    clock.advance(1000);
    run((t) => write.insert(t, [2, 0, 0]));
    const [one, two] = commitRows(database);
    expect(two!.commitTime - one!.commitTime).toBe(1000);
    for (const column of ["xdesId", "commitLbn", "commitCsn"] as const)
      expect(two![column]).toBeGreaterThan(one![column]);
  });
});

describe("TRUNCATE and switching off and on", () => {
  it("set begin and min valid to the current version, and consume one only where both stand there", () => {
    const { run, write, current, minValid, database, objectId, changes } = trackedScene();
    const begins = () => database.tracking!.tables.get(objectId)!.validity.at(-1)!.value.beginVersion;
    run((t) => write.insert(t, [1, 0, 0]));
    run((t) => write.truncate(t));
    expect([current(), minValid(), begins()]).toEqual([1n, 1n, 1]);
    expect(changes(0)).toEqual([]);
    run((t) => write.truncate(t));
    expect([current(), minValid(), begins()]).toEqual([2n, 2n, 2]);
  });

  it("a truncated transaction keeps only what it did afterwards", () => {
    const { run, write, changes, current } = trackedScene();
    run((t) => {
      write.insert(t, [1, 0, 0]);
      write.truncate(t);
      write.insert(t, [2, 0, 0]);
    });
    expect(changes(null).map(({ key }) => key)).toEqual([[2]]);
    expect(current()).toBeGreaterThan(0n);
  });

  it("a rolled back TRUNCATE leaves everything as it was", () => {
    const { run, begin, write, changes, minValid } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    const transaction = begin();
    write.truncate(transaction);
    transaction.rollback();
    expect([changes(0).length, minValid()]).toEqual([1, 0n]);
  });

  it("off and on again: no changes of the time between, begin and min valid at the current version", () => {
    const { run, write, enable, current, minValid, database, table, changes } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    run((t) => disableTableTracking(t, database, table()));
    expect(minValid()).toBeNull();
    run((t) => write.insert(t, [2, 0, 0]));
    enable();
    expect([current(), minValid()]).toEqual([1n, 1n]);
    expect(changes(0)).toEqual([]);
    run((t) => disableTableTracking(t, database, table()));
    enable();
    expect([current(), minValid()]).toEqual([2n, 2n]);
  });

  it("versions go on when the database's tracking was off", () => {
    const { run, write, enable, current, database, table } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    run((t) => disableTableTracking(t, database, table()));
    disableDatabaseTracking(database);
    expect(current()).toBeNull();
    enableDatabaseTracking(database);
    enable();
    expect(current()).toBe(1n);
  });

  it("switching on in a transaction that is rolled back leaves the table untracked", () => {
    const { begin, database, table, objectId } = trackedScene({ tracked: false });
    enableDatabaseTracking(database);
    const transaction = begin();
    enableTableTracking(transaction, database, table(), false);
    transaction.rollback();
    expect(database.tracking!.tables.has(objectId)).toBe(false);
  });
});

describe("errors", () => {
  it("as the server has them", () => {
    const { database, table, begin } = trackedScene();
    const numbers = (...attempts: (() => void)[]) =>
      attempts.map((attempt) => {
        try {
          attempt();
          return 0;
        } catch (error) {
          return (error as { number: number }).number;
        }
      });
    expect(
      numbers(
        () => enableDatabaseTracking(database),
        () => disableDatabaseTracking(database),
        () => enableTableTracking(begin(), database, table(), false),
        () => alterDatabaseTracking(database, { retention: { value: 0, unit: "DAYS" } }),
        () => enableDatabaseTracking(database.server.findDatabase("master")!),
      ),
    ).toEqual([5088, 22115, 4996, 5092, 5090]);
    const off = trackedScene({ tracked: false });
    const heap = { ...off.table(), indexes: [] };
    expect(
      numbers(
        () => enableTableTracking(off.begin(), off.database, off.table(), false),
        () => alterDatabaseTracking(off.database, {}),
        () => disableTableTracking(off.begin(), off.database, off.table()),
        () => off.changes(0),
        () => enableDatabaseTracking(off.database),
        () => enableTableTracking(off.begin(), off.database, heap, false),
      ),
    ).toEqual([5089, 5089, 4998, 22105, 0, 4997]);
  });
});

describe("cleanup", () => {
  function history() {
    const scene = trackedScene();
    scene.run((t) => scene.write.insert(t, [1, 0, 0]));
    scene.clock.advance(3 * DAY);
    scene.run((t) => scene.write.insert(t, [2, 0, 0]));
    return scene;
  }

  it("takes what is older than the retention; min valid moves for idle tables too", () => {
    const { database, minValid, changes, current, createTable, enable } = history();
    const idle = createTable("Idle");
    enable(idle);
    forgetHistory(database, 0);
    runDueCleanup(database);
    expect([minValid(), current()]).toEqual([1n, 2n]);
    expect(changes(0).map(({ key }) => key)).toEqual([[2]]);
    expect(minValidVersion(database, idle)).toBe(2n);
    expect(commitRows(database).map(({ commitTs }) => commitTs)).toEqual([2]);
    expect(database.tracking!.maxCleanupVersion).toBe(1);
  });

  it("waits for its interval and for AUTO_CLEANUP", () => {
    const { database, minValid, clock } = history();
    alterDatabaseTracking(database, { autoCleanup: false });
    runDueCleanup(database);
    expect(minValid()).toBe(0n);
    alterDatabaseTracking(database, { autoCleanup: true });
    runDueCleanup(database);
    expect(minValid()).toBe(1n);
    alterDatabaseTracking(database, { retention: { value: 1, unit: "MINUTES" } });
    clock.advance(10 * 60_000);
    runDueCleanup(database);
    expect(minValid()).toBe(1n);
    cleanUp(database);
    expect(minValid()).toBe(2n);
  });

  it("an open snapshot keeps its versions, its min valid and its changes", () => {
    const { begin, database, minValid, changes, current, run, write } = history();
    const reader = begin();
    const snapshot = reader.takeSnapshot();
    forgetHistory(database, 2);
    run((t) => write.insert(t, [3, 0, 0]));
    expect([minValid(snapshot), minValid()]).toEqual([0n, 2n]);
    expect([current(snapshot), current()]).toEqual([2n, 3n]);
    expect(changes(0, reader)).toHaveLength(2);
    expect(changes(0).map(({ key }) => key)).toEqual([[3]]);
    reader.commit();
    expect(changes(null).map(({ key }) => key)).toEqual([[3]]);
    expect(database.tracking!.tables.values().next().value!.changes).toHaveLength(1);
  });
});

describe("CHANGETABLE(VERSION)", () => {
  it("gives the last version and context of a row, NULL without one", () => {
    const { run, write, begin, database, table } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    run((t) => write.update(t, [1, 1, 0], [2], 1, Buffer.from("me")));
    const versionOf = rowVersions(readCommitted(begin()), database, table());
    expect(versionOf([1])).toEqual({ version: 2, context: Buffer.from("me") });
    expect(versionOf([7])).toEqual({ version: null, context: null });
  });
});
