import { LockConflict } from "./locks.ts";
import type { Transaction } from "./transaction.ts";

/**
 * A part of a database's metadata that changes in transactions. An uncommitted change is visible to its own
 * transaction; others that look at that key wait, as they wait for the row of a system table.
 */
export class CatalogMap<K, V> {
  readonly #entries = new Map<K, V>();
  /** Keys with an open change. */
  readonly #pending = new Map<K, Transaction>();
  readonly #changed: (transaction: Transaction) => void;

  /** `changed` is told of each change, before it. */
  constructor(changed: (transaction: Transaction) => void = () => undefined) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws LockConflict when another transaction has changed that key; without a transaction: as it stands */
  get(key: K, reader?: Transaction): V | undefined {
    if (reader !== undefined) this.#wait(key, reader);
    return this.#entries.get(key);
  }

  /** All values. @throws LockConflict when another transaction has an open change in it */
  values(reader?: Transaction): Iterable<V> {
    if (reader !== undefined) this.requireSettled(reader);
    return this.#entries.values();
  }

  keys(): Iterable<K> {
    return this.#entries.keys();
  }

  entries(): Iterable<[K, V]> {
    return this.#entries.entries();
  }

  /** Those that have an open change in it. */
  writers(): Iterable<Transaction> {
    return this.#pending.values();
  }

  /** @throws LockConflict when another transaction has an open change in any key */
  requireSettled(reader: Transaction): void {
    for (const writer of this.#pending.values()) if (writer !== reader) throw new LockConflict([writer]);
  }

  /** Without a transaction the change is final at once: while a database is made or restored. */
  set(transaction: Transaction | undefined, key: K, value: V): void {
    this.#change(transaction, key, () => this.#entries.set(key, value));
  }

  delete(transaction: Transaction | undefined, key: K): void {
    this.#change(transaction, key, () => this.#entries.delete(key));
  }

  #change(transaction: Transaction | undefined, key: K, change: () => void): void {
    if (transaction !== undefined) {
      this.#wait(key, transaction);
      this.#changed(transaction);
      const had = this.#entries.has(key);
      const before = this.#entries.get(key);
      transaction.recordUndo({
        undo: () => {
          if (had) this.#entries.set(key, before as V);
          else this.#entries.delete(key);
        },
      });
      if (!this.#pending.has(key)) {
        this.#pending.set(key, transaction);
        transaction.onEnd(() => this.#pending.delete(key));
      }
    }
    change();
  }

  #wait(key: K, reader: Transaction): void {
    const writer = this.#pending.get(key);
    if (writer !== undefined && writer !== reader) throw new LockConflict([writer]);
  }
}
