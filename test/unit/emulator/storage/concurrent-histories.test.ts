import { expect, it } from "vitest";
import { LockConflict } from "../../../emulator/storage/locks.ts";
import { snapshotView } from "../../../emulator/storage/read-view.ts";
import type { Savepoint, Transaction } from "../../../emulator/storage/transaction.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import { seededRandom } from "./seeded-random.ts";
import { find, newStore, primaryKey, rows, uniqueIndex } from "./store-fixture.ts";

interface Open {
  readonly transaction: Transaction;
  /** What it will make of the rows it wrote; null: deleted. */
  readonly writes: Map<number, SqlRow | null>;
}

/** Several transactions write at once; one that meets another's row leaves that step out. */
it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
  "seed %i: what is committed is what the committed transactions wrote, and nothing of the others",
  (seed) => {
    const random = seededRandom(seed);
    const { server, store, begin } = newStore([primaryKey, { ...uniqueIndex, unique: false }]);
    const model = new Map<number, SqlRow>();
    let open: Open[] = [];
    let conflicts = 0;

    function step({ transaction, writes }: Open): void {
      const id = random(15);
      const row: SqlRow = [id, random(1000)];
      const exists = writes.has(id) ? writes.get(id) !== null : model.has(id);
      const savepoint: Savepoint = transaction.savepoint();
      const drop = exists && random(3) === 0;
      try {
        if (!exists) store.insert(transaction, row);
        else if (drop) store.delete(transaction, find(store, transaction, id));
        else store.update(transaction, [{ entry: find(store, transaction, id), row }]);
        if (random(6) === 0) transaction.rollbackTo(savepoint);
        else writes.set(id, drop ? null : row);
      } catch (error) {
        transaction.rollbackTo(savepoint);
        if (!(error instanceof LockConflict)) throw error;
        conflicts++;
      }
    }

    for (let turn = 0; turn < 400; turn++) {
      if (open.length < 4) open.push({ transaction: begin(), writes: new Map() });
      const one = open[random(open.length)]!;
      if (random(5) > 0) {
        step(one);
        continue;
      }
      open = open.filter((other) => other !== one);
      if (random(3) === 0) one.transaction.rollback();
      else {
        one.transaction.commit();
        for (const [id, row] of one.writes) {
          if (row === null) model.delete(id);
          else model.set(id, row);
        }
      }
      const reader = begin();
      const seen = rows(store, snapshotView(reader, reader.takeSnapshot()));
      reader.commit();
      expect(seen).toEqual([...model.values()].sort((a, b) => (a[0] as number) - (b[0] as number)));
    }
    for (const { transaction } of open) transaction.rollback();
    expect(conflicts).toBeGreaterThan(0);
    expect(store.index(1)!.size).toBe(model.size);
    expect(store.index(2)!.size).toBe(model.size);
    expect(store.rowCount).toBe(model.size);
    expect(server.locks.any).toBe(false);
  },
);
