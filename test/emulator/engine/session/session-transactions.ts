import { LockConflict } from "../../storage/locks.ts";
import type { Database } from "../../storage/database.ts";
import {
  readCommitted,
  readUncommitted,
  repeatableRead,
  serializable,
  snapshotView,
  type ReadView,
} from "../../storage/read-view.ts";
import type { Savepoint, Transaction } from "../../storage/transaction.ts";
import { sqlError } from "../../values/error-table.ts";
import type { EnvChange } from "../../tds/session-handler.ts";
import type { IsolationLevel } from "./session-options.ts";
import type { Session } from "./session.ts";
import type { Step } from "./step.ts";

interface NamedSavepoint {
  readonly name: string;
  readonly savepoint: Savepoint;
}

/** The transaction of a session: nesting, names and savepoints, and what isolation makes of reading. */
export class SessionTransactions {
  readonly #session: Session;
  /** The open transaction: the user's, or that of the statement that runs. */
  current: Transaction | undefined;
  /** @@TRANCOUNT. */
  count = 0;
  /** Set when metadata was changed in it, so that a roll back makes compiled statements void. */
  changedMetadata = false;
  #variables: Transaction | undefined;
  #name = "";
  #savepoints: NamedSavepoint[] = [];
  #startedAs: IsolationLevel = "read committed";

  constructor(session: Session) {
    this.#session = session;
  }

  /** The transaction is the user's own and lives longer than the statement. */
  get explicit(): boolean {
    return this.count > 0;
  }

  /** XACT_STATE(). */
  get state(): -1 | 0 | 1 {
    if (this.count === 0) return 0;
    return this.current?.doomed === true ? -1 : 1;
  }

  begin(name: string): void {
    this.count++;
    if (this.count > 1) return;
    this.#open(name);
    this.#announce("begin-transaction");
  }

  #open(name: string): Transaction {
    const { engine, spid, options } = this.#session;
    this.current = engine.server.begin({ spid, name, deadlockPriority: options.deadlockPriority });
    this.#name = name;
    this.#savepoints = [];
    this.#startedAs = options.isolation;
    this.changedMetadata = false;
    return this.current;
  }

  #announce(kind: "begin-transaction" | "commit-transaction" | "rollback-transaction"): void {
    const change: EnvChange = { kind, descriptor: BigInt(this.current?.id ?? 0) };
    this.#session.sink?.envChange(change);
  }

  /** A transaction for one statement, where the user has none. @returns whether it was made here */
  beginStatement(): boolean {
    if (this.current) return false;
    this.#open("");
    return true;
  }

  /**
   * What is written to a table variable is kept whatever becomes of the user's transaction: it has one of its own, as long
   * as the statement.
   */
  forVariables(): Transaction {
    const { engine, spid } = this.#session;
    return (this.#variables ??= engine.server.begin({ spid }));
  }

  /** For reading a table variable: within the statement that writes it, too. */
  get variableReader(): Transaction {
    return this.#variables ?? this.current!;
  }

  endVariables(succeeded: boolean): void {
    const own = this.#variables;
    this.#variables = undefined;
    if (own) {
      if (succeeded) own.commit();
      else own.rollback();
    }
  }

  /** SET IMPLICIT_TRANSACTIONS ON: most statements begin a transaction of the user's. */
  beginImplicit(): void {
    if (this.count === 0 && this.#session.options.implicitTransactions) this.begin("");
  }

  /** @throws SqlError 3902, 3930 */
  *commit(): Step<void> {
    if (this.count === 0) throw sqlError(3902);
    if (this.current!.doomed) throw sqlError(3930);
    if (this.count > 1) {
      this.count--;
      return;
    }
    yield* this.#commitCurrent(true);
  }

  /** Commits the statement's own transaction. */
  *commitStatement(): Step<void> {
    yield* this.#commitCurrent(false);
  }

  *#commitCurrent(announce: boolean): Step<void> {
    const transaction = this.current!;
    const { hooks } = this.#session;
    const durable = transaction.hasWritten;
    if (durable) {
      const before = hooks.beforeCommit();
      if (before) {
        try {
          yield before;
        } catch (error) {
          this.rollbackAll();
          throw error;
        }
      }
    }
    transaction.commit();
    if (announce) this.#announce("commit-transaction");
    this.count = 0;
    this.current = undefined;
    if (durable) {
      const after = hooks.afterCommit();
      if (after) yield after;
    }
  }

  /** ROLLBACK without a savepoint's name: everything, whatever the nesting. */
  rollbackAll(): void {
    const transaction = this.current;
    if (!transaction) return;
    if (transaction.state === "active") transaction.rollback();
    if (this.changedMetadata) this.#session.engine.metadataChanged();
    if (this.count > 0) this.#announce("rollback-transaction");
    this.count = 0;
    this.current = undefined;
    this.#savepoints = [];
  }

  /** @throws SqlError 3903, 6401 */
  rollback(name: string | undefined): void {
    if (this.count === 0) throw sqlError(3903);
    if (name === undefined || name === "" || this.#sameName(name, this.#name)) {
      this.rollbackAll();
      return;
    }
    const at = this.#savepoints.findLastIndex((known) => this.#sameName(known.name, name));
    if (at < 0) throw sqlError(6401, name);
    if (this.current!.doomed) throw sqlError(3931);
    this.current!.rollbackTo(this.#savepoints[at]!.savepoint);
    this.#savepoints.length = at + 1;
    if (this.changedMetadata) this.#session.engine.metadataChanged();
  }

  /** Transaction names are compared byte by byte ("BEGIN TRANSACTION": always case sensitive), at 32 characters. */
  #sameName(a: string, b: string): boolean {
    return a.slice(0, 32) === b.slice(0, 32);
  }

  /** @throws SqlError 628, 3930 */
  save(name: string): void {
    if (this.count === 0) throw sqlError(628);
    if (this.current!.doomed) throw sqlError(3930);
    this.#savepoints.push({ name, savepoint: this.current!.savepoint() });
  }

  /** @throws SqlError 3930: nothing may be written in a doomed transaction */
  requireWritable(): void {
    if (this.current?.doomed === true) throw sqlError(3930);
  }

  /** How a statement sees rows where the database does not say otherwise. */
  readView(): { view: ReadView; close: (() => void) | undefined } {
    const transaction = this.current!;
    const { isolation } = this.#session.options;
    switch (isolation) {
      case "read uncommitted":
        return { view: readUncommitted(transaction), close: undefined };
      case "repeatable read":
        return { view: repeatableRead(transaction), close: undefined };
      case "serializable":
        return { view: serializable(transaction), close: undefined };
      case "read committed":
      case "snapshot":
        return { view: readCommitted(transaction), close: undefined };
    }
  }

  /**
   * The view for a table of that database.
   * @param target the rows are to be written: they are read as they are, not as they were
   * @throws SqlError 3951, 3952, 3957
   */
  viewOf(database: Database, statement: ReadView, target: boolean): ReadView {
    if (database.name === "tempdb") return readCommitted(statement.transaction);
    const { isolation } = this.#session.options;
    if (isolation === "snapshot") {
      if (this.explicit && this.#startedAs !== "snapshot") throw sqlError(3951, database.name);
      return database.snapshotView(statement.transaction);
    }
    if (target && isolation === "read uncommitted") return readCommitted(statement.transaction);
    if (isolation === "read committed" && database.options.readCommittedSnapshot && !target) {
      return this.#session.statementSnapshot(statement.transaction, (transaction, number) =>
        snapshotView(transaction, number),
      );
    }
    return statement;
  }

  /** What `TableStore.update` and `delete` compare with for error 3960; undefined: not under SNAPSHOT isolation. */
  writeSnapshot(database: Database): number | undefined {
    if (this.#session.options.isolation !== "snapshot" || database.name === "tempdb") return undefined;
    return this.current?.snapshot;
  }

  /** For system views. */
  metadataSnapshot(database: Database): number | undefined {
    if (this.#session.options.isolation !== "snapshot" || database.databaseId <= 4) return undefined;
    if (this.explicit && this.#startedAs !== "snapshot") return undefined;
    return database.snapshotView(this.current!).snapshot;
  }

  /**
   * Waits for what stood in the way. A function cannot wait in the middle of the expression that calls it: there the conflict ends the
   * statement around, which waits and begins again.
   * @throws SqlError 1222, 1205; LockConflict in a function
   */
  *waitFor(conflict: LockConflict): Step<void> {
    if (this.#session.functionDepth > 0) throw conflict;
    const { engine, options, signal } = this.#session;
    yield engine.server.locks.wait(this.current!, conflict, {
      timeout: options.lockTimeout,
      ...(signal ? { signal } : {}),
    });
  }

  /** Runs something that may meet a lock until it does not; it must leave nothing behind when it throws. */
  *retrying<T>(run: () => T): Step<T> {
    for (;;) {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof LockConflict)) throw error;
        yield* this.waitFor(error);
      }
    }
  }
}
