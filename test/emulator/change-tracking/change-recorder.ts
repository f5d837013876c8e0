import type { TableObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { ChangeOperation, ChangeRecord, DatabaseTracking, TableTracking } from "../storage/tracking-model.ts";
import type { Transaction, TransactionPart } from "../storage/transaction.ts";
import { keyComparer } from "../storage/key-order.ts";
import type { SqlRow, SqlValue } from "../values/sql-type.ts";
import { versionSeen } from "./tracking-versions.ts";

interface PendingChange {
  readonly kind: "change";
  readonly table: TableTracking;
  readonly operation: ChangeOperation;
  readonly key: readonly SqlValue[];
  readonly columnIds: readonly number[] | null;
  readonly context: Buffer | null;
}

/** TRUNCATE TABLE, or tracking switched on: what was tracked of the table counts no more. */
interface PendingRestart {
  readonly kind: "restart";
  readonly table: TableTracking;
}

type Pending = PendingChange | PendingRestart;

/** The changes of one transaction in one database; they get their version at commit. */
class PendingChanges implements TransactionPart {
  readonly #database: Database;
  readonly #transaction: Transaction;
  readonly #pending: Pending[] = [];

  constructor(transaction: Transaction, database: Database) {
    this.#transaction = transaction;
    this.#database = database;
  }

  add(pending: Pending): void {
    const { writers } = pending.table;
    if (!writers.has(this.#transaction)) {
      writers.add(this.#transaction);
      this.#transaction.onEnd(() => writers.delete(this.#transaction));
    }
    this.#pending.push(pending);
  }

  mark(): number {
    return this.#pending.length;
  }

  rollbackTo(mark: number): void {
    this.#pending.length = mark;
  }

  commit(commitNumber: number): void {
    const tracking = this.#database.tracking;
    if (tracking === null) return;
    const live = this.#pending.filter((pending) => tracking.tables.get(pending.table.objectId) === pending.table);
    this.#restart(tracking, live, commitNumber);
    const changes = changesAfterRestarts(live);
    if (changes.length === 0) return;
    const version = versionSeen(tracking, Infinity) + 1;
    for (const { table, operation, key, columnIds, context } of changes) {
      const record: ChangeRecord = { version, operation, key, columnIds, context };
      table.changes.push(record);
    }
    const { id } = this.#transaction;
    tracking.versions.push({ since: commitNumber, value: version });
    tracking.commits.push({
      since: commitNumber,
      value: {
        commitTs: version,
        xdesId: id,
        // Log blocks grow with what was written; the number is of this emulator, as on a server it is of its log.
        commitLbn: commitNumber * 8 + (changes.length % 8),
        commitCsn: this.#database.server.firstCommitSequence + commitNumber,
        commitTime: this.#database.server.clock.now(),
      },
    });
  }

  /**
   * Begin version and min valid become the current version and no version is consumed, except where both stand there
   * already (what is not documented is taken in the way that is worse for those who read changes).
   */
  #restart(tracking: DatabaseTracking, live: readonly Pending[], commitNumber: number): void {
    const restarted = new Set(live.filter(({ kind }) => kind === "restart").map(({ table }) => table));
    if (restarted.size === 0) return;
    let version = versionSeen(tracking, Infinity);
    const before = (table: TableTracking) => table.validity.at(-1)?.value ?? tracking.former.get(table.objectId);
    const standsThere = [...restarted].some(
      (table) => before(table)?.beginVersion === version && before(table)?.minValidVersion === version,
    );
    if (standsThere) tracking.versions.push({ since: commitNumber, value: ++version });
    for (const table of restarted) {
      const cleanupVersion = before(table)?.cleanupVersion ?? 0;
      table.changes = [];
      const value = { beginVersion: version, minValidVersion: version, cleanupVersion };
      table.validity = [...table.validity, { since: commitNumber, value }];
      tracking.former.delete(table.objectId);
    }
  }
}

/** TRUNCATE takes the changes with it that the same transaction made before. */
function changesAfterRestarts(live: readonly Pending[]): PendingChange[] {
  const lastRestart = new Map<TableTracking, number>();
  live.forEach(({ kind, table }, at) => {
    if (kind === "restart") lastRestart.set(table, at);
  });
  return live.filter((pending, at): pending is PendingChange => {
    return pending.kind === "change" && at > (lastRestart.get(pending.table) ?? -1);
  });
}

function pendingOf(transaction: Transaction, database: Database): PendingChanges {
  return transaction.part(database, () => new PendingChanges(transaction, database));
}

/** Records the rows that one statement changes in one tracked table. */
export class ChangeRecorder {
  readonly #pending: PendingChanges;
  readonly #table: TableTracking;
  readonly #keyOrdinals: readonly number[];
  readonly #compare: readonly ((a: SqlValue, b: SqlValue) => number)[];
  readonly #context: Buffer | null;

  constructor(
    transaction: Transaction,
    database: Database,
    table: TableObject,
    tracking: TableTracking,
    context: Buffer | null,
  ) {
    this.#pending = pendingOf(transaction, database);
    this.#table = tracking;
    this.#context = context;
    this.#keyOrdinals = tracking.keyColumnIds.map((id) => table.columns.findIndex((column) => column.columnId === id));
    this.#compare = this.#keyOrdinals.map((ordinal) => keyComparer(table.columns[ordinal]!.type));
  }

  insert(row: SqlRow): void {
    this.#add("I", row, null);
  }

  delete(row: SqlRow): void {
    this.#add("D", row, null);
  }

  /**
   * @param columnIds the columns that SET names, whether their values differ or not; the key columns among them count
   * only where the key stays equal. A changed key is a delete of the old and an insert of the new one.
   */
  update(before: SqlRow, after: SqlRow, columnIds: readonly number[]): void {
    if (this.#sameKey(before, after)) {
      this.#add("U", after, this.#table.trackColumns ? columnIds : null);
      return;
    }
    this.#add("D", before, null);
    this.#add("I", after, null);
  }

  #sameKey(before: SqlRow, after: SqlRow): boolean {
    return this.#keyOrdinals.every((ordinal, at) => this.#compare[at]!(before[ordinal]!, after[ordinal]!) === 0);
  }

  #add(operation: ChangeOperation, row: SqlRow, columnIds: readonly number[] | null): void {
    const key = this.#keyOrdinals.map((ordinal) => row[ordinal]!);
    this.#pending.add({ kind: "change", table: this.#table, operation, key, columnIds, context: this.#context });
  }
}

/**
 * The recorder for a statement that writes in a table; undefined where the table is not tracked.
 * @param context of WITH CHANGE_TRACKING_CONTEXT
 */
export function changeRecorder(
  transaction: Transaction,
  database: Database,
  table: TableObject,
  context: Buffer | null = null,
): ChangeRecorder | undefined {
  const tracking = database.tracking?.tables.get(table.objectId);
  return tracking === undefined ? undefined : new ChangeRecorder(transaction, database, table, tracking, context);
}

/** TRUNCATE TABLE on a table that may be tracked. */
export function recordTruncate(transaction: Transaction, database: Database, objectId: number): void {
  const table = database.tracking?.tables.get(objectId);
  if (table !== undefined) pendingOf(transaction, database).add({ kind: "restart", table });
}

/** Tracking of the table begins with this transaction's commit. */
export function recordStart(transaction: Transaction, database: Database, table: TableTracking): void {
  pendingOf(transaction, database).add({ kind: "restart", table });
}
