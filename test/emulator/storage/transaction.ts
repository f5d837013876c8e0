import type { CommitLog, OpenSnapshot } from "./commit-log.ts";
import type { LockManager, LockOwner, LockResource } from "./locks.ts";
import type { RowEntry } from "./row-entry.ts";

/** What can be taken back, in reverse order. */
export interface Undo {
  undo(): void;
}

/** A layer's own part of a transaction, such as the changes that change tracking has seen in it. */
export interface TransactionPart {
  /** How much there is now; `rollbackTo` gets it back. */
  mark(): number;
  rollbackTo(mark: number): void;
  /** Inside the commit, before locks go; `commitNumber` is what snapshots compare with. */
  commit(commitNumber: number): void;
}

/** A savepoint: also what the engine takes before each statement. */
export interface Savepoint {
  readonly undo: number;
  readonly writes: number;
  readonly parts: ReadonlyMap<unknown, number>;
}

/** What a table needs to know when a transaction that wrote in it ends. */
export interface WrittenTable {
  /** Makes the transaction's state of the row the committed one. */
  settle(entry: RowEntry, commitNumber: number): void;
}

export interface TransactionOptions {
  readonly id: number;
  readonly spid: number;
  readonly name?: string;
  readonly beginTime: number;
  readonly deadlockPriority?: number;
}

/**
 * One transaction, over any number of databases of the server. Nesting (@@TRANCOUNT), names and savepoint names are the
 * engine's; an autocommitted statement is a transaction of its own.
 */
export class Transaction implements LockOwner {
  /** sys.dm_tran_active_transactions.transaction_id. */
  readonly id: number;
  readonly spid: number;
  readonly name: string;
  readonly beginTime: number;
  deadlockPriority: number;
  /** XACT_STATE() = -1; kept here for the engine. */
  doomed = false;
  state: "active" | "committed" | "rolled back" = "active";

  readonly #commits: CommitLog;
  readonly #locks: LockManager;
  readonly #undo: Undo[] = [];
  readonly #writtenTables: WrittenTable[] = [];
  readonly #writtenEntries: RowEntry[] = [];
  readonly #commitHooks: ((commitNumber: number) => void)[] = [];
  readonly #endHooks: (() => void)[] = [];
  readonly #parts = new Map<unknown, TransactionPart>();
  #snapshot: OpenSnapshot | undefined;
  #intent: LockResource | undefined;

  constructor(commits: CommitLog, locks: LockManager, options: TransactionOptions) {
    this.#commits = commits;
    this.#locks = locks;
    this.id = options.id;
    this.spid = options.spid;
    this.name = options.name ?? "";
    this.beginTime = options.beginTime;
    this.deadlockPriority = options.deadlockPriority ?? 0;
  }

  /** LockOwner: what would be undone. */
  get undoSize(): number {
    return this.#undo.length;
  }

  get hasWritten(): boolean {
    return this.#undo.length > 0;
  }

  /** The snapshot taken at the first access to data (not at BEGIN TRANSACTION), as SNAPSHOT isolation has it. */
  takeSnapshot(): number {
    this.#snapshot ??= this.#commits.openSnapshot();
    return this.#snapshot.number;
  }

  /** The snapshot's number, if one was taken. */
  get snapshot(): number | undefined {
    return this.#snapshot?.number;
  }

  savepoint(): Savepoint {
    const parts = new Map<unknown, number>();
    for (const [key, part] of this.#parts) parts.set(key, part.mark());
    return { undo: this.#undo.length, writes: this.#writtenEntries.length, parts };
  }

  /** Takes everything back that was done since; locks stay. */
  rollbackTo(savepoint: Savepoint): void {
    while (this.#undo.length > savepoint.undo) this.#undo.pop()!.undo();
    this.#writtenEntries.length = savepoint.writes;
    this.#writtenTables.length = savepoint.writes;
    for (const [key, part] of this.#parts) part.rollbackTo(savepoint.parts.get(key) ?? 0);
  }

  /** Makes everything permanent. @returns the commit's number */
  commit(): number {
    this.#mustBeActive();
    // Own old versions must not be kept alive by the own snapshot.
    this.#snapshot?.close();
    const number = this.#commits.next();
    for (const part of this.#parts.values()) part.commit(number);
    for (const hook of this.#commitHooks) hook(number);
    for (let at = 0; at < this.#writtenEntries.length; at++) {
      this.#writtenTables[at]!.settle(this.#writtenEntries[at]!, number);
    }
    this.#end("committed");
    return number;
  }

  rollback(): void {
    this.#mustBeActive();
    while (this.#undo.length > 0) this.#undo.pop()!.undo();
    this.#snapshot?.close();
    this.#end("rolled back");
  }

  /** For those who change something: how to take it back. */
  recordUndo(undo: Undo): void {
    this.#undo.push(undo);
  }

  recordWrite(table: WrittenTable, entry: RowEntry): void {
    this.#writtenTables.push(table);
    this.#writtenEntries.push(entry);
  }

  /** Runs at commit only; taken back with the savepoint it was made after. */
  onCommit(hook: (commitNumber: number) => void): void {
    this.#commitHooks.push(hook);
    this.recordUndo({ undo: () => void this.#commitHooks.splice(this.#commitHooks.lastIndexOf(hook), 1) });
  }

  /** Runs at the end, however it ends. */
  onEnd(hook: () => void): void {
    this.#endHooks.push(hook);
  }

  part<T extends TransactionPart>(key: unknown, create: () => T): T {
    let part = this.#parts.get(key);
    if (part === undefined) this.#parts.set(key, (part = create()));
    return part as T;
  }

  findPart(key: unknown): TransactionPart | undefined {
    return this.#parts.get(key);
  }

  /** IX on a table, taken once for a run of rows. @throws LockConflict */
  intend(table: LockResource): void {
    if (this.#intent === table) return;
    if (!this.#locks.heldModes(this, table).includes("IX")) this.#locks.acquire(this, table, "IX");
    this.#intent = table;
  }

  #mustBeActive(): void {
    if (this.state !== "active") throw new Error(`transaction ${this.id} has already been ${this.state}`);
  }

  #end(state: "committed" | "rolled back"): void {
    this.state = state;
    this.#undo.length = 0;
    this.#writtenEntries.length = 0;
    this.#writtenTables.length = 0;
    this.#locks.releaseAll(this);
    for (const hook of this.#endHooks) hook();
  }
}
