// [MS-TDS] knows no faults: where in a connection's life the fault gate is asked.
import type { SqlRow } from "../values/sql-type.ts";
import { ConnectionDropped, type FaultGate, type FaultStep } from "./fault-gate.ts";
import type { Link } from "./link.ts";
import type { LoginRequest } from "./login7.ts";
import type { SessionHooks } from "./session-handler.ts";

/** Statements of one transaction that are remembered for matching. */
const MOST_STATEMENTS = 100;
const MOST_CHARACTERS = 2000;

/** One connection's fault points. Without a gate they cost nothing. */
export class FaultPoints {
  /** For a session that tells its commits itself (COMMIT as text, autocommit). */
  readonly hooks: SessionHooks;
  database: () => string;
  /** Outside of a transaction each statement is one of its own. */
  inTransaction = false;
  readonly #link: Link;
  readonly #app: string;
  readonly #gate: FaultGate | undefined;
  #transactionSql: string[] = [];
  #rows = 0;
  /** One array per request: a fault remembers by it whether its pattern matches. */
  #lastSql: readonly string[] = [""];
  /** While a commit request is executed the fault points around it are asked here, not by the session. */
  #inCommitRequest = false;

  constructor(link: Link, login: LoginRequest, gate: FaultGate | undefined) {
    this.#link = link;
    this.#app = login.appName;
    this.#gate = gate;
    this.database = () => login.database;
    this.hooks = {
      beforeCommit: () => (this.#inCommitRequest ? undefined : this.#reach("commit", this.#transactionSql, 0)),
      afterCommit: () => {
        if (this.#inCommitRequest) return undefined;
        return this.#reach("committed", this.#transactionSql, 0);
      },
      endConnection: () => link.destroy(),
    };
  }

  get lastSql(): string {
    return this.#lastSql[0]!;
  }

  /** A statement is about to be executed. */
  statement(text: string): void {
    this.#lastSql = [text];
    this.#rows = 0;
    // A copy of the beginning: a part of a long text would keep all of it in memory.
    const kept = text.length <= MOST_CHARACTERS ? text : Buffer.from(text.slice(0, MOST_CHARACTERS)).toString();
    if (!this.inTransaction) this.#transactionSql = [];
    this.#transactionSql.push(kept);
    if (this.#transactionSql.length > MOST_STATEMENTS) this.#transactionSql.shift();
  }

  bulkBegins(text: string): void {
    this.#lastSql = [text];
    this.#rows = 0;
  }

  transactionBegins(): void {
    this.#transactionSql = [];
    this.inTransaction = true;
  }

  requestEnded(): void {
    this.#rows = 0;
  }

  /** @throws ConnectionDropped, InjectedError */
  async reach(step: "batch" | "rpc", signal: AbortSignal): Promise<void> {
    const reached = this.#reach(step, this.#lastSql, 0);
    if (reached === undefined) return;
    await reached;
    if (signal.aborted) throw new ConnectionDropped("cancelled while a test held it up");
  }

  /** A function for TokenSink.onRow, or undefined while no test waits for rows. */
  rowWatch(): (() => Promise<void> | undefined) | undefined {
    if (this.#gate?.watches("row") !== true) return undefined;
    return () => this.#reach("row", this.#lastSql, this.#rows++);
  }

  async aroundCommit(commit: () => Promise<void>): Promise<void> {
    const sql = this.#transactionSql;
    await this.#reach("commit", sql, 0);
    this.#inCommitRequest = true;
    try {
      await commit();
    } finally {
      this.#inCommitRequest = false;
      this.inTransaction = false;
    }
    await this.#reach("committed", sql, 0);
  }

  /** The rows of a bulk load; a batch is divided where a test waits for a certain row. */
  async *bulkRows(batches: AsyncIterable<SqlRow[]>, signal: AbortSignal): AsyncGenerator<SqlRow[], void, undefined> {
    for await (const batch of batches) {
      if (this.#gate?.watches("bulk") !== true) {
        this.#rows += batch.length;
        yield batch;
      } else {
        for (const row of batch) {
          await this.#reach("bulk", this.#lastSql, this.#rows++);
          yield [row];
        }
      }
      // An iterator that simply ended would look like a complete load.
      if (signal.aborted) throw new ConnectionDropped("the bulk load was cancelled");
    }
  }

  #reach(step: FaultStep, sql: readonly string[], count: number): Promise<void> | undefined {
    if (this.#gate?.watches(step) !== true) return undefined;
    const link = this.#link;
    const reached = this.#gate.reach({
      step,
      app: this.#app,
      database: this.database(),
      sql,
      count,
      gone: link.gone,
      drop(deliver) {
        if (!deliver) {
          link.destroy();
          return;
        }
        link.response.sendRemainder();
        link.close();
      },
    });
    if (reached === undefined) return undefined;
    // What was written before reaches the client while it is held up.
    if (step === "row") void link.response.flush();
    link.allowPause(false);
    return reached.finally(() => link.allowPause(true));
  }
}
