import { setMaxListeners } from "node:events";
import sql from "mssql";
import type { Connection } from "tedious";
import { type Isolation, type Row, type RunOptions, Session } from "./session.ts";
import type { Role } from "./role.ts";
import { StatementFailed } from "./statement-failed.ts";
import type { Statement } from "../sql/statement.ts";

/** What the pool of mssql offers beyond its published types: connections lent out as they are. */
interface LendingPool {
  acquire(requester: object): Promise<Connection>;
  release(connection: Connection): void;
}

/** Settings of every transaction on the primary: we wait short, and we are the one who dies in a deadlock. */
const politeSession = "SET LOCK_TIMEOUT 10000; SET DEADLOCK_PRIORITY LOW;";

/**
 * One of the two databases, behind a pool of connections. The pool is made at first use and again after it could not
 * be made; a connection that failed in the middle of something is closed, never lent out again half-used.
 */
export class Database {
  readonly role: Role;
  readonly server: string;
  readonly name: string;
  readonly #config: sql.config;
  #pool: Promise<sql.ConnectionPool> | undefined;
  readonly #lent = new Set<Connection>();
  readonly #abandoned = new AbortController();

  constructor(role: Role, config: sql.config) {
    this.role = role;
    // One for each session, and there may be as many as the pool has connections.
    setMaxListeners(0, this.#abandoned.signal);
    this.server = config.server;
    this.name = config.database ?? "";
    this.#config = config;
  }

  /** Lends a connection outside of any transaction. */
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { signal } = this.#abandoned;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(signal.reason as Error);
      if (signal.aborted) return giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      this.#lend(work)
        .finally(() => signal.removeEventListener("abort", giveUp))
        .then(resolve, reject);
    });
  }

  async #lend<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const pool = await this.#open();
    const lending = pool as unknown as LendingPool;
    let connection: Connection;
    try {
      connection = await lending.acquire({});
    } catch (error) {
      throw new StatementFailed(this.role, `connect to the ${this.role}`, error);
    }
    this.#lent.add(connection);
    sendAtOnce(connection);
    try {
      return await work(new Session(connection, this.role));
    } catch (error) {
      // What it was doing is unknown: a transaction may be open, a rowset half read.
      connection.close();
      throw error;
    } finally {
      this.#lent.delete(connection);
      lending.release(connection);
    }
  }

  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. XACT_ABORT is on for the
   * replica (a setting of its connections), and the primary's transactions give way to production.
   */
  withTransaction<T>(isolation: Isolation, work: (session: Session) => Promise<T>): Promise<T> {
    return this.withSession(async (session) => {
      if (this.role === "primary") await session.batch(politeSession);
      await session.begin(isolation);
      let result: T;
      try {
        result = await work(session);
      } catch (error) {
        // The rollback only spares the server the wait for the socket's end: the connection is closed in any case.
        await session.rollback().catch(() => undefined);
        throw error;
      }
      await session.commit();
      // The level stays with the connection after the transaction; the next user expects the default.
      if (isolation === "snapshot") await session.batch("SET TRANSACTION ISOLATION LEVEL READ COMMITTED;");
      return result;
    });
  }

  /** One statement on a connection of the pool. */
  query(statement: Statement, options: RunOptions = {}): Promise<Row[][]> {
    return this.withSession((session) => session.query(statement, options));
  }

  /**
   * Closes the connections that are lent: the server rolls back what they were in, and who uses one fails at once with
   * `reason`, even where the server does not answer. None is lent from now on.
   */
  abandon(reason: Error): void {
    this.#abandoned.abort(reason);
    for (const connection of this.#lent) connection.close();
  }

  /** Waits for lent connections. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool !== undefined) await (await pool).close();
  }

  #open(): Promise<sql.ConnectionPool> {
    this.#pool ??= this.#connect().catch((error: unknown) => {
      this.#pool = undefined;
      throw new StatementFailed(this.role, `connect to the ${this.role}`, error);
    });
    return this.#pool;
  }

  #connect(): Promise<sql.ConnectionPool> {
    const config: sql.config = { ...this.#config };
    if (this.role === "replica") config.options = { ...config.options, abortTransactionOnError: true };
    const pool = new sql.ConnectionPool(config);
    // Without a listener an idle connection's death would end the process; the next use reports it.
    pool.on("error", () => undefined);
    return pool.connect();
  }
}

/**
 * The driver leaves Nagle's algorithm on: the last packet of a request that takes several would wait until the server has acknowledged the
 * ones before, which it may put off for 40 ms and more. A connection of another driver is left as it is.
 */
function sendAtOnce(connection: Connection): void {
  const { socket } = connection as unknown as { readonly socket?: { setNoDelay?(on: boolean): void } };
  socket?.setNoDelay?.(true);
}
