import { describe, expect, it } from "vitest";
import { readCommitted } from "../../../emulator/storage/read-view.ts";
import { committed, fill, find, key, newStore, primaryKey, rows, uniqueIndex } from "./store-fixture.ts";

describe("TableStore", () => {
  it("reads in key order, ranges and backwards, and by a secondary index", () => {
    const { server, store } = newStore([primaryKey, uniqueIndex]);
    fill(server, store, [3, "a"], [1, "c"], [2, "b"]);
    const view = readCommitted(server.begin({ spid: 60 }));
    expect(rows(store, view)).toEqual([
      [1, "c"],
      [2, "b"],
      [3, "a"],
    ]);
    expect(rows(store, view, { from: { values: [1], inclusive: false }, reverse: true }).map(([id]) => id)).toEqual([
      3, 2,
    ]);
    expect(rows(store, view, { indexId: 2 }).map(([id]) => id)).toEqual([3, 2, 1]);
  });

  it("keeps a heap in the order of insertion", () => {
    const { server, store } = newStore([]);
    fill(server, store, [3], [1], [3]);
    expect(committed(server, store)).toEqual([[3], [1], [3]]);
  });

  it("raises 2627 for a constraint and 2601 for an index, with the key's values", () => {
    const { server, store, begin } = newStore([
      primaryKey,
      { ...uniqueIndex, keys: [key(1, { name: "nvarchar", length: 9 })] },
    ]);
    fill(server, store, [1, "a"], [2, null]);
    const transaction = begin();
    expect(() => store.insert(transaction, [1, "z"])).toThrow(
      "Violation of PRIMARY KEY constraint 'PK_T'. Cannot insert duplicate key in object 'dbo.T'. The duplicate key value is (1).",
    );
    expect(() => store.insert(transaction, [3, "A "])).toThrow(
      "Cannot insert duplicate key row in object 'dbo.T' with unique index 'UX'. The duplicate key value is (A ).",
    );
    expect(() => store.insert(transaction, [3, null])).toThrow("The duplicate key value is (<NULL>).");
    expect(committed(server, store)).toHaveLength(2);
  });

  it("leaves duplicates out under IGNORE_DUP_KEY", () => {
    const { server, store, begin } = newStore([{ ...primaryKey, ignoreDupKey: true }]);
    fill(server, store, [1, "a"]);
    expect(store.insert(begin(), [1, "b"])).toBeUndefined();
  });

  it("checks unique keys at the end of the statement: two rows may swap theirs", () => {
    const { server, store, begin } = newStore([primaryKey, uniqueIndex]);
    fill(server, store, [1, 10], [2, 20]);
    const transaction = begin();
    store.update(transaction, [
      { entry: find(store, transaction, 1), row: [1, 20] },
      { entry: find(store, transaction, 2), row: [2, 10] },
    ]);
    transaction.commit();
    expect(committed(server, store, 2)).toEqual([
      [2, 10],
      [1, 20],
    ]);
    const again = begin();
    const change = { entry: find(store, again, 1), row: [1, 10] };
    expect(() => store.update(again, [change])).toThrow("The duplicate key value is (10).");
  });

  it("filtered unique indexes hold, and check, only their rows", () => {
    const filtered = { ...uniqueIndex, holds: (row: readonly unknown[]) => row[1] !== null };
    const { server, store, begin } = newStore([primaryKey, filtered]);
    fill(server, store, [1, null], [2, null], [3, 7]);
    expect(store.index(2)!.size).toBe(1);
    const transaction = begin();
    expect(() => store.update(transaction, [{ entry: find(store, transaction, 1), row: [1, 7] }])).toThrow(
      "with unique index 'UX'. The duplicate key value is (7).",
    );
  });

  it("takes back a statement, a savepoint and a transaction", () => {
    const { server, store, begin } = newStore([primaryKey, uniqueIndex]);
    fill(server, store, [1, 10], [2, 20], [3, 30]);
    const before = committed(server, store);
    const transaction = begin();
    store.delete(transaction, find(store, transaction, 1));
    const savepoint = transaction.savepoint();
    store.update(transaction, [{ entry: find(store, transaction, 2), row: [2, 21] }]);
    store.update(transaction, [{ entry: find(store, transaction, 3), row: [4, 30] }]);
    store.insert(transaction, [1, 11]);
    const view = readCommitted(transaction);
    expect(rows(store, view)).toEqual([
      [1, 11],
      [2, 21],
      [4, 30],
    ]);
    transaction.rollbackTo(savepoint);
    expect(rows(store, view)).toEqual([
      [2, 20],
      [3, 30],
    ]);
    expect(store.rowCount).toBe(2);
    transaction.rollback();
    expect(committed(server, store)).toEqual(before);
    expect(committed(server, store, 2)).toEqual(before);
    expect(store.rowCount).toBe(3);
  });

  it("truncates at once, and back", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1], [2]);
    store.lastIdentity = 2n;
    const transaction = begin();
    store.truncate(transaction);
    store.insert(transaction, [7]);
    expect(store.lastIdentity).toBeUndefined();
    expect(rows(store, readCommitted(transaction))).toEqual([[7]]);
    transaction.rollback();
    expect(committed(server, store)).toEqual([[1], [2]]);
    expect(store.lastIdentity).toBe(2n);
    expect(store.rowCount).toBe(2);
  });

  it("rebuilds rows and indexes, and back", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [2, "b"], [1, "a"]);
    const transaction = begin();
    store.insert(transaction, [3, "c"]);
    store.rebuild(transaction, [{ ...primaryKey, keys: [key(0, "int", true)] }], (row) => [...row, "new"]);
    store.insert(transaction, [4, "d", "own"]);
    expect(rows(store, readCommitted(transaction))).toEqual([
      [4, "d", "own"],
      [3, "c", "new"],
      [2, "b", "new"],
      [1, "a", "new"],
    ]);
    transaction.rollback();
    expect(committed(server, store)).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
  });

  it("refuses a unique index over duplicates: 1505", () => {
    const { server, store, begin } = newStore();
    fill(server, store, [1, 5], [2, 5]);
    expect(() => store.rebuild(begin(), [primaryKey, uniqueIndex])).toThrow(
      "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name 'dbo.T' and the index name 'UX'. The duplicate key value is (5).",
    );
  });

  it("turns a heap into a clustered table and back", () => {
    const { server, store, begin } = newStore([]);
    fill(server, store, [2], [1]);
    const one = begin();
    store.rebuild(one, [primaryKey]);
    one.commit();
    expect(committed(server, store)).toEqual([[1], [2]]);
    const two = begin();
    store.rebuild(two, []);
    two.commit();
    expect(committed(server, store)).toEqual([[2], [1]]);
  });

  it("a range costs what it returns, not what the table holds", () => {
    const { server, store } = newStore();
    fill(server, store, ...Array.from({ length: 20_000 }, (_, id) => [id]));
    let looked = 0;
    const index = store.index(1)!;
    const cursor = index.open({
      from: { values: [10_000], inclusive: false },
      to: { values: [10_100], inclusive: true },
    });
    while (cursor.peek() !== undefined) {
      looked++;
      cursor.advance();
    }
    expect(looked).toBe(100);
  });
});
