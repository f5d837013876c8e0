import { describe, expect, it } from "vitest";
import { LockConflict } from "../../../emulator/storage/locks.ts";
import {
  readCommitted,
  readPast,
  readUncommitted,
  repeatableRead,
  snapshotView,
  withLocks,
} from "../../../emulator/storage/read-view.ts";
import type { TableStore } from "../../../emulator/storage/table-store.ts";
import type { Transaction } from "../../../emulator/storage/transaction.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import { seededRandom } from "./seeded-random.ts";
import { committed, fill, find, newStore, primaryKey, rows, uniqueIndex } from "./store-fixture.ts";

const asSnapshot = (transaction: Transaction) => snapshotView(transaction, transaction.takeSnapshot());

describe("what a statement sees of another open transaction", () => {
  function scene() {
    const { server, store, begin } = newStore();
    fill(server, store, [1, "old"], [2, "old"]);
    const writer = begin();
    store.update(writer, [{ entry: find(store, writer, 1), row: [1, "new"] }]);
    store.insert(writer, [3, "new"]);
    return { server, store, writer, begin };
  }

  it("READ COMMITTED waits, and its cursor goes on after the wait", () => {
    const { store, writer, begin } = scene();
    const cursor = store.scan(readCommitted(begin()));
    expect(() => cursor.next()).toThrow(LockConflict);
    writer.commit();
    expect(cursor.next()).toEqual([1, "new"]);
    expect(cursor.next()).toEqual([2, "old"]);
    expect(cursor.next()).toEqual([3, "new"]);
    expect(cursor.next()).toBeUndefined();
  });

  it("a snapshot sees the state before, also after the commit", () => {
    const { store, writer, begin } = scene();
    const view = asSnapshot(begin());
    const before = [
      [1, "old"],
      [2, "old"],
    ];
    expect(rows(store, view)).toEqual(before);
    writer.commit();
    expect(rows(store, view)).toEqual(before);
    expect(rows(store, asSnapshot(begin()))).toHaveLength(3);
  });

  it("READ UNCOMMITTED sees it, READPAST leaves it out", () => {
    const { store, begin } = scene();
    expect(rows(store, readUncommitted(begin()))).toEqual([
      [1, "new"],
      [2, "old"],
      [3, "new"],
    ]);
    expect(rows(store, readPast(begin()))).toEqual([[2, "old"]]);
  });

  it("a second writer waits for the row and for the key", () => {
    const { store, writer, begin } = scene();
    const second = begin();
    expect(() => store.insert(second, [3, "mine"])).toThrow(LockConflict);
    writer.rollback();
    expect(store.insert(second, [3, "mine"])).toBeDefined();
  });

  it("REPEATABLE READ and UPDLOCK keep writers away until the end", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1, "a"], [2, "b"]);
    const reader = begin();
    expect(rows(store, repeatableRead(reader))).toHaveLength(2);
    const writer = begin();
    const { entry } = { entry: find(store, writer, 1) };
    expect(() => store.delete(writer, entry)).toThrow(LockConflict);
    expect(() => rows(store, withLocks(writer, "U"))).not.toThrow();
    expect(() => rows(store, withLocks(begin(), "U"))).toThrow(LockConflict);
    reader.commit();
    expect(store.delete(writer, entry)).toBe(true);
  });

  it("a table lock and TRUNCATE keep readers away, not those of a snapshot from the lock", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1]);
    const owner = begin();
    server.locks.acquire(owner, store, "X");
    expect(() => store.scan(readCommitted(begin()))).toThrow(LockConflict);
    expect(rows(store, asSnapshot(begin()))).toEqual([[1]]);
    store.truncate(owner);
    expect(() => store.scan(readUncommitted(begin()))).toThrow(LockConflict);
  });
});

describe("SNAPSHOT isolation", () => {
  it("3960: the row was changed, deleted or moved since", () => {
    for (const change of ["update", "delete", "move"] as const) {
      const { server, store, begin } = newStore();
      fill(server, store, [1, "a"]);
      const late = begin();
      const snapshot = late.takeSnapshot();
      const cursor = store.scan(snapshotView(late, snapshot));
      cursor.next();
      const { entry } = cursor;
      const other = begin();
      if (change === "delete") store.delete(other, entry);
      else store.update(other, [{ entry, row: change === "update" ? [1, "b"] : [9, "a"] }]);
      expect(() => store.delete(late, entry, snapshot)).toThrow(LockConflict);
      other.commit();
      expect(() => store.delete(late, entry, snapshot)).toThrow(
        "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table 'dbo.T'",
      );
    }
  });

  it("3961: the table was truncated or rebuilt since", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1]);
    const reader = begin();
    expect(rows(store, asSnapshot(reader))).toHaveLength(1);
    const other = begin();
    store.truncate(other);
    other.commit();
    expect(() => store.scan(asSnapshot(reader))).toThrow("Snapshot isolation transaction failed in database 'db'");
  });

  it("old versions live as long as a snapshot needs them, and no longer", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1, 0], [2, 0]);
    const reader = begin();
    const view = asSnapshot(reader);
    for (let value = 1; value <= 100; value++) {
      const writer = begin();
      store.update(writer, [{ entry: find(store, writer, 1), row: [1, value] }]);
      if (value === 50) store.delete(writer, find(store, writer, 2));
      writer.commit();
    }
    let length = 0;
    for (let { older } = find(store, begin(), 1); older !== null; older = older.older) length++;
    expect(length).toBeLessThanOrEqual(2);
    expect(rows(store, view)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(store.index(1)!.size).toBe(2);
    reader.commit();
    expect(store.index(1)!.size).toBe(1);
    expect(find(store, begin(), 1).older).toBeNull();
  });
});

describe("random histories", () => {
  /** A plain copy of what is committed and what each transaction did, by value. */
  function state(all: readonly SqlRow[]): string {
    return JSON.stringify(all);
  }

  it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
    "seed %i: every snapshot stays as it was taken",
    (seed) => {
      const random = seededRandom(seed);
      const { server, store, begin } = newStore([primaryKey, { ...uniqueIndex, unique: false }]);
      const model = new Map<number, SqlRow>();
      const readers: { transaction: Transaction; expected: string }[] = [];
      for (let step = 0; step < 150; step++) {
        const writer = begin();
        const draft = new Map(model);
        for (let change = random(6); change >= 0; change--) applyRandom(random, store, writer, draft);
        const savepoint = writer.savepoint();
        if (random(3) === 0) {
          const scratch = new Map(draft);
          for (let change = 0; change < 4; change++) applyRandom(random, store, writer, scratch);
          writer.rollbackTo(savepoint);
        }
        if (random(4) === 0) writer.rollback();
        else {
          writer.commit();
          model.clear();
          for (const [id, row] of draft) model.set(id, row);
        }
        const now = [...model.values()].sort((a, b) => (a[0] as number) - (b[0] as number));
        expect(committed(server, store)).toEqual(now);
        expect(committed(server, store, 2)).toHaveLength(now.length);
        expect(store.rowCount).toBe(now.length);
        if (random(3) === 0) {
          const transaction = begin();
          transaction.takeSnapshot();
          readers.push({ transaction, expected: state(now) });
        }
        if (readers.length > 0 && random(3) === 0) readers.splice(random(readers.length), 1)[0]!.transaction.commit();
        for (const { transaction, expected } of readers)
          expect(state(rows(store, asSnapshot(transaction)))).toBe(expected);
      }
      for (const { transaction } of readers) transaction.commit();
      expect(store.index(1)!.size).toBe(model.size);
      expect(store.index(2)!.size).toBe(model.size);
    },
  );

  function applyRandom(
    random: (below: number) => number,
    store: TableStore,
    writer: Transaction,
    draft: Map<number, SqlRow>,
  ): void {
    const id = random(30);
    const row: SqlRow = [id, random(5), `v${random(1000)}`];
    if (!draft.has(id)) {
      store.insert(writer, row);
      draft.set(id, row);
    } else if (random(2) === 0) {
      store.delete(writer, find(store, writer, id));
      draft.delete(id);
    } else {
      const target = random(4) === 0 ? random(30) : id;
      if (target !== id && draft.has(target)) return;
      row[0] = target;
      store.update(writer, [{ entry: find(store, writer, id), row }]);
      draft.delete(id);
      draft.set(target, row);
    }
  }
});
