import { sqlError } from "../values/error-table.ts";
import type { SqlRow, SqlType, SqlValue } from "../values/sql-type.ts";
import type { CommitLog } from "./commit-log.ts";
import type { DiskSpace } from "./disk-space.ts";
import { requireShortKey } from "./index-entry-length.ts";
import { IndexStore, type KeyRange } from "./index-store.ts";
import type { KeyColumn } from "./key-order.ts";
import { keyText } from "./key-text.ts";
import { LockConflict, type LockManager } from "./locks.ts";
import type { ReadView } from "./read-view.ts";
import { RowEntry } from "./row-entry.ts";
import { RowCursor } from "./row-cursor.ts";
import { InsertUndo, WriteUndo } from "./row-undo.ts";
import type { Transaction, WrittenTable } from "./transaction.ts";

/** How the rows of a table are kept in one order. */
export interface IndexSpec {
  readonly indexId: number;
  readonly name: string;
  readonly keys: readonly KeyColumn[];
  readonly unique: boolean;
  /** The rows' own order (index_id 1). */
  readonly clustered: boolean;
  /** What error 2627 calls it; undefined: a plain unique index, error 2601. */
  readonly constraint?: "PRIMARY KEY" | "UNIQUE KEY";
  readonly ignoreDupKey?: boolean;
  /** A filtered index: whether it holds that row. */
  readonly holds?: (row: SqlRow) => boolean;
  /** A key can be longer than the index takes: error 1946. */
  readonly measured?: boolean;
}

/** Names for error texts; replaced when the table is renamed. */
export interface TableLabel {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
}

export interface RowChange {
  readonly entry: RowEntry;
  readonly row: SqlRow;
}

interface StoredIndex {
  readonly spec: IndexSpec;
  readonly store: IndexStore;
}

/**
 * The rows of one table, all versions and all indexes. A row is an array with one value for each column of the table, in
 * the table's column order; arrays are never written into once they were handed over.
 *
 * Writes throw LockConflict (another transaction holds the row or table), SqlError 2601/2627 (duplicate key) and 3960
 * (`snapshot` given, and the row was changed after it), 1946 (key too long), 1105 and 9002 (no space); nothing of the failed call stays, except what `insert` or
 * `update` of earlier calls did: the engine takes a savepoint before each statement.
 */
export class TableStore implements WrittenTable {
  label: TableLabel;
  /** Live rows, those of open transactions included. */
  rowCount = 0;
  /** The last identity value given out; undefined: none yet. Not taken back by a roll back. */
  lastIdentity: bigint | undefined;
  /** Commit number of the last change of the table's definition: older snapshots get 3961. */
  definitionStamp = 0;

  readonly commits: CommitLog;
  readonly locks: LockManager;
  readonly #space: DiskSpace;
  #rows: IndexStore;
  #indexes: StoredIndex[];
  #nextId = 1;

  constructor(
    shared: { readonly commits: CommitLog; readonly locks: LockManager; readonly space: DiskSpace },
    label: TableLabel,
    specs: readonly IndexSpec[],
  ) {
    this.commits = shared.commits;
    this.locks = shared.locks;
    this.#space = shared.space;
    this.label = label;
    this.#indexes = specs.map((spec) => ({ spec, store: new IndexStore(spec.keys) }));
    this.#rows = this.#rowOrder();
  }

  get indexes(): readonly IndexSpec[] {
    return this.#indexes.map((index) => index.spec);
  }

  /** @returns undefined for an unknown or disabled index */
  index(indexId: number): IndexStore | undefined {
    return this.#indexes.find((index) => index.spec.indexId === indexId)?.store;
  }

  /**
   * Reads rows in the order of an index (of the clustered index or heap by default), only those of the range.
   * @throws LockConflict when the table is locked; SqlError 3961 when its definition is newer than the snapshot.
   * The cursor's `next` throws LockConflict too, stays where it is, and may be called again after the wait.
   */
  scan(view: ReadView, range: KeyRange & { readonly indexId?: number } = {}): RowCursor {
    if (this.definitionStamp > view.snapshot) throw sqlError(3961, this.label.database);
    const locksRows = view.uncommitted === "wait" || view.uncommitted === "skip";
    if (view.keepTable === true) this.locks.acquire(view.transaction, this, view.keep ?? "S");
    else if (view.keep !== undefined) this.locks.acquire(view.transaction, this, view.keep === "S" ? "IS" : "IX");
    else if (this.locks.any) this.locks.check(view.transaction, this, locksRows ? "IS" : "Sch-S");
    const store = range.indexId === undefined ? this.#rows : this.index(range.indexId);
    if (store === undefined) throw new Error(`scan ${this.label.table}: no index ${range.indexId}`);
    return new RowCursor(store.open(range), view, this.locks);
  }

  /** @returns undefined when IGNORE_DUP_KEY left the row out (the engine then says 3604) */
  insert(transaction: Transaction, row: SqlRow): RowEntry | undefined {
    transaction.intend(this);
    for (const index of this.#indexes) {
      if (index.spec.unique && this.#duplicate(index, transaction, row)) {
        if (index.spec.ignoreDupKey === true) return undefined;
        throw this.#duplicateKey(index, row);
      }
    }
    return this.#add(transaction, row);
  }

  /**
   * Changes rows as one statement does: unique keys are checked after all rows have left their old places, so that two
   * rows may swap a unique value.
   * @param snapshot the transaction's snapshot under SNAPSHOT isolation, for 3960
   */
  update(transaction: Transaction, changes: readonly RowChange[], snapshot?: number): void {
    transaction.intend(this);
    const moved: SqlRow[] = [];
    for (const { entry, row } of changes) {
      this.#checkWrite(transaction, entry, snapshot);
      if (this.#staysInPlace(entry.row, row)) {
        this.#newVersion(transaction, entry);
        entry.row = row;
      } else {
        this.#newVersion(transaction, entry);
        entry.deleted = true;
        this.rowCount--;
        moved.push(row);
      }
    }
    for (const row of moved) {
      for (const index of this.#indexes) {
        if (index.spec.unique && this.#duplicate(index, transaction, row)) throw this.#duplicateKey(index, row);
      }
      this.#add(transaction, row);
    }
  }

  /** @returns false when this transaction has already deleted the row (a join can name one row twice) */
  delete(transaction: Transaction, entry: RowEntry, snapshot?: number): boolean {
    if (entry.deleted && entry.writer === transaction) return false;
    transaction.intend(this);
    this.#checkWrite(transaction, entry, snapshot);
    this.#newVersion(transaction, entry);
    entry.deleted = true;
    this.rowCount--;
    return true;
  }

  /** TRUNCATE TABLE: at once, whatever the size. Older snapshots get 3961. @throws LockConflict */
  truncate(transaction: Transaction): void {
    this.locks.acquire(transaction, this, "Sch-M");
    const lastIdentity = this.lastIdentity;
    this.#swap(
      transaction,
      this.#indexes.map(({ spec }) => ({ spec, store: new IndexStore(spec.keys) })),
      0,
    );
    this.lastIdentity = undefined;
    transaction.recordUndo({ undo: () => void (this.lastIdentity = lastIdentity) });
  }

  /**
   * Changes indexes and, where `mapRow` is given, all rows (ALTER TABLE ADD, DROP and ALTER COLUMN, CREATE and DROP
   * INDEX). `mapRow` may throw: the caller rolls back to its savepoint.
   * @throws LockConflict; SqlError 1505 for a new unique index over duplicates
   */
  rebuild(transaction: Transaction, specs: readonly IndexSpec[], mapRow?: (row: SqlRow) => SqlRow): void {
    this.locks.acquire(transaction, this, "Sch-M");
    const kept = mapRow === undefined ? this.#indexes : [];
    const live: RowEntry[] = [];
    for (const entry of this.#allEntries()) {
      if (entry.deleted) continue;
      // Nobody else can look before this transaction ends, and older snapshots get 3961: no versions are needed.
      live.push(mapRow === undefined ? entry : new RowEntry(this.#nextId++, mapRow(entry.row), null));
    }
    const indexes = specs.map((spec): StoredIndex => {
      const same = kept.find((index) => index.spec === spec || sameKeys(index.spec, spec));
      if (same !== undefined) return { spec, store: same.store };
      const store = new IndexStore(spec.keys);
      store.fill(spec.holds === undefined ? [...live] : live.filter((entry) => spec.holds!(entry.row)));
      if (spec.unique) this.#requireUnique(spec, store);
      if (spec.measured === true) for (const { row } of live) requireShortKey(spec, row);
      return { spec, store };
    });
    this.#swap(transaction, indexes, live.length, live);
  }

  /** WrittenTable: called by the transaction's commit. */
  settle(entry: RowEntry, commitNumber: number): void {
    if (entry.writer === null) return;
    entry.writer = null;
    entry.stamp = commitNumber;
    if (!entry.deleted && entry.older === null) return;
    if (this.commits.oldestSnapshot >= commitNumber) this.#tidy(entry);
    else this.commits.whenUnseen(commitNumber, () => this.#tidy(entry));
  }

  /** Takes an entry out of all indexes: it never was, or nobody can see it any more. */
  forget(entry: RowEntry): void {
    if (this.#indexes[0]?.store !== this.#rows) this.#rows.remove(entry);
    for (const { store } of this.#indexes) store.remove(entry);
  }

  /** The newest committed rows in the table's order: for images of a whole database. */
  *committedRows(): Iterable<SqlRow> {
    for (const entry of this.#allEntries()) {
      if (entry.writer === null) {
        if (!entry.deleted) yield entry.row;
      } else if (entry.older !== null && !entry.older.deleted) yield entry.older.row;
    }
  }

  /** Fills a new, empty table that nobody sees yet. */
  load(rows: Iterable<SqlRow>): void {
    const entries: RowEntry[] = [];
    for (const row of rows) entries.push(new RowEntry(this.#nextId++, row, null));
    this.rowCount = entries.length;
    for (const { spec, store } of this.#indexes) {
      store.fill(spec.holds === undefined ? [...entries] : entries.filter((entry) => spec.holds!(entry.row)));
    }
    if (this.#indexes[0]?.store !== this.#rows) this.#rows.fill(entries);
  }

  #rowOrder(): IndexStore {
    // The clustered index stands first; its store is the table.
    this.#indexes.sort(
      (a, b) => Number(b.spec.clustered) - Number(a.spec.clustered) || a.spec.indexId - b.spec.indexId,
    );
    const first = this.#indexes[0];
    return first?.spec.clustered === true ? first.store : new IndexStore([]);
  }

  #swap(transaction: Transaction, indexes: StoredIndex[], rowCount: number, rows: RowEntry[] = []): void {
    const before = { rows: this.#rows, indexes: this.#indexes, rowCount: this.rowCount };
    transaction.recordUndo({
      undo: () => {
        this.#rows = before.rows;
        this.#indexes = before.indexes;
        this.rowCount = before.rowCount;
      },
    });
    this.#indexes = indexes;
    this.#rows = this.#rowOrder();
    if (this.#rows.size === 0 && rows.length > 0) this.#rows.fill(rows);
    this.rowCount = rowCount;
    transaction.onCommit((number) => void (this.definitionStamp = number));
  }

  *#allEntries(): Iterable<RowEntry> {
    const cursor = this.#rows.open();
    for (let entry = cursor.peek(); entry !== undefined; entry = cursor.peek()) {
      cursor.advance();
      yield entry;
    }
  }

  #add(transaction: Transaction, row: SqlRow): RowEntry {
    if (this.#space.short) this.#space.take(this.label, "row");
    for (const { spec } of this.#indexes) if (spec.measured === true) requireShortKey(spec, row);
    const entry = new RowEntry(this.#nextId++, row, transaction);
    if (this.#indexes[0]?.store !== this.#rows) this.#rows.insert(entry);
    for (const { spec, store } of this.#indexes) if (spec.holds === undefined || spec.holds(row)) store.insert(entry);
    this.rowCount++;
    transaction.recordUndo(new InsertUndo(this, entry));
    transaction.recordWrite(this, entry);
    return entry;
  }

  #newVersion(transaction: Transaction, entry: RowEntry): void {
    if (this.#space.short) this.#space.take(this.label, "log");
    transaction.recordUndo(new WriteUndo(this, entry));
    transaction.recordWrite(this, entry);
    if (entry.writer === transaction) return;
    let { older } = entry;
    // A version that no snapshot can see is left out at once: a row that changes often does not grow a chain.
    while (older !== null && !this.commits.isSeen(older.stamp, entry.stamp)) older = older.older;
    entry.older = { row: entry.row, deleted: entry.deleted, stamp: entry.stamp, older };
    entry.writer = transaction;
  }

  #checkWrite(transaction: Transaction, entry: RowEntry, snapshot: number | undefined): void {
    if (entry.writer !== null && entry.writer !== transaction) throw new LockConflict([entry.writer]);
    if (this.locks.any) this.locks.check(transaction, entry, "X");
    if (snapshot !== undefined && entry.writer === null && entry.stamp > snapshot) {
      throw sqlError(3960, `${this.label.schema}.${this.label.table}`, this.label.database);
    }
    if (entry.deleted) throw new Error(`write ${this.label.table}: the row is already deleted`);
  }

  /** @throws LockConflict where another transaction's open change decides it */
  #duplicate({ spec, store }: StoredIndex, transaction: Transaction, row: SqlRow): boolean {
    if (spec.holds !== undefined && !spec.holds(row)) return false;
    if (!store.hasKey(row)) return false;
    for (const entry of store.equalTo(row)) {
      if (entry.writer !== null && entry.writer !== transaction) throw new LockConflict([entry.writer]);
      if (!entry.deleted) return true;
    }
    return false;
  }

  #duplicateKey({ spec }: StoredIndex, row: SqlRow): Error {
    const table = `${this.label.schema}.${this.label.table}`;
    const text = this.#keyText(spec, row);
    if (spec.constraint === undefined) return sqlError(2601, table, spec.name, text);
    return sqlError(2627, spec.constraint, spec.name, table, text);
  }

  #keyText(spec: IndexSpec, row: SqlRow): string {
    const values: SqlValue[] = spec.keys.map((key) => row[key.ordinal]!);
    const types: SqlType[] = spec.keys.map((key) => key.type);
    return keyText(values, types);
  }

  #requireUnique(spec: IndexSpec, store: IndexStore): void {
    const cursor = store.open();
    let last: SqlRow | undefined;
    for (let entry = cursor.peek(); entry !== undefined; entry = cursor.peek()) {
      if (last !== undefined && store.compareRows(last, entry.row) === 0) {
        const table = `${this.label.schema}.${this.label.table}`;
        throw sqlError(1505, table, spec.name, this.#keyText(spec, entry.row));
      }
      last = entry.row;
      cursor.advance();
    }
  }

  /** Whether the entry can take the new row: no key of any index changes, not even in its bytes. */
  #staysInPlace(before: SqlRow, after: SqlRow): boolean {
    for (const { spec } of this.#indexes) {
      for (const key of spec.keys) if (!sameValue(before[key.ordinal]!, after[key.ordinal]!)) return false;
      if (spec.holds !== undefined && spec.holds(before) !== spec.holds(after)) return false;
    }
    return true;
  }

  #tidy(entry: RowEntry): void {
    if (entry.writer !== null) return;
    // Changed again by a later commit that a snapshot does not see yet: its turn comes with that commit.
    if (entry.stamp > this.commits.oldestSnapshot) return;
    entry.older = null;
    if (entry.deleted) this.forget(entry);
  }
}

function sameKeys(a: IndexSpec, b: IndexSpec): boolean {
  return (
    a.indexId === b.indexId &&
    a.unique === b.unique &&
    a.clustered === b.clustered &&
    a.holds === undefined &&
    b.holds === undefined &&
    a.keys.length === b.keys.length &&
    a.keys.every((key, at) => {
      const other = b.keys[at]!;
      return key.ordinal === other.ordinal && key.descending === other.descending && key.type === other.type;
    })
  );
}

function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (a === b) return true;
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) && a.equals(b);
  return false;
}
