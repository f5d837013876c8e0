import type { Database } from "../../storage/database.ts";
import type { LockOwner } from "../../storage/locks.ts";
import type { ReadView } from "../../storage/read-view.ts";
import type { ServerPrincipal } from "../../storage/server.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type {
  BulkColumn,
  Login,
  ResponseSink,
  RpcCall,
  SessionHandler,
  SessionHooks,
  TransactionRequest,
} from "../../tds/session-handler.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { loadBulk, type PendingBulk } from "../dml/bulk-load.ts";
import type { Engine } from "../engine.ts";
import { runRpc } from "../procedures/rpc.ts";
import { dropLocalTables } from "../tables/create-local-table.ts";
import { BatchAborted, Cancelled } from "./batch-end.ts";
import type { Execution } from "./execution.ts";
import { endOfBatch, runStatements } from "./interpreter.ts";
import type { ModuleFrame } from "./require-permission.ts";
import { Rights } from "./rights.ts";
import { Scope } from "./scope.ts";
import { defaultOptions, type SessionOptions } from "./session-options.ts";
import { describeSession } from "./session-description.ts";
import { SessionTransactions } from "./session-transactions.ts";
import { drive, type Step } from "./step.ts";

/** One connection's state: database, options, transaction, #temp tables, prepared statements. */
export class Session implements SessionHandler, LockOwner {
  readonly engine: Engine;
  readonly spid: number;
  readonly login: Login;
  readonly principal: ServerPrincipal;
  readonly hooks: SessionHooks;
  readonly transactions: SessionTransactions;
  readonly rights = new Rights(this);
  readonly loginTime: number;
  options: SessionOptions = defaultOptions();
  currentDatabase: Database;
  /** The outermost scope: #temp tables made by a plain batch live as long as the session. */
  scope = new Scope("batch", undefined);
  sink: ResponseSink | undefined;
  signal: AbortSignal | undefined;
  contextInfo: Buffer | null = null;
  readonly sessionContext = new Map<string, { value: SqlRow[number]; readOnly: boolean }>();
  /** @@ROWCOUNT and @@ERROR of the statement before. */
  rowCount = 0n;
  lastError = 0;
  /** @@IDENTITY. */
  lastIdentity: bigint | null = null;
  tryDepth = 0;
  /** How many calls of user functions are at work: what runs in them runs to its end without a pause. */
  functionDepth = 0;
  /** The module around what is compiled or runs. */
  moduleFrame: ModuleFrame | undefined;
  statementsRun = 0;
  /** INSERT ... EXEC is at work: it does not nest. */
  insertExec = false;
  /** Rises when a #temp table or table variable comes, changes or goes. */
  localVersion = 0;
  /** Errors that already know their line; of THROW; of RAISERROR. */
  readonly placed = new WeakSet<SqlError>();
  readonly thrown = new WeakSet<SqlError>();
  readonly raised = new WeakSet<SqlError>();
  /** In which scope an error of compilation was found. */
  readonly compileScope = new WeakMap<SqlError, Scope>();
  pendingBulk: PendingBulk | undefined;
  readonly prepared = new Map<number, { readonly text: string; readonly parameters: string }>();
  lastHandle = 0;
  lastRequestStart: number;
  lastRequestEnd: number | undefined;
  running = false;
  #random = 0x2545f491;

  constructor(
    engine: Engine,
    spid: number,
    login: Login,
    principal: ServerPrincipal,
    database: Database,
    hooks: SessionHooks,
  ) {
    this.engine = engine;
    this.spid = spid;
    this.login = login;
    this.principal = principal;
    this.hooks = hooks;
    this.currentDatabase = database;
    this.transactions = new SessionTransactions(this);
    this.loginTime = engine.clock.now();
    this.lastRequestStart = this.loginTime;
    describeSession(this);
  }

  /** SessionHandler: the database's name. The engine itself reads `currentDatabase`. */
  get database(): string {
    return this.currentDatabase.name;
  }

  get collation(): string {
    return this.currentDatabase.collation;
  }

  /** LockOwner, for sp_getapplock with the owner Session. */
  get deadlockPriority(): number {
    return this.options.deadlockPriority;
  }

  get undoSize(): number {
    return this.transactions.current?.undoSize ?? 0;
  }

  async batch(text: string, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    await this.#request(sink, signal, (execution) => this.#batch(text, execution));
  }

  async rpc(call: RpcCall, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    await this.#request(sink, signal, (execution) => runRpc(call, execution, sink));
  }

  async transaction(request: TransactionRequest, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    await this.#request(sink, signal, () => this.#transaction(request));
  }

  async bulkLoad(
    columns: readonly BulkColumn[],
    rows: AsyncIterable<readonly SqlRow[]>,
    signal: AbortSignal,
  ): Promise<bigint> {
    this.signal = signal;
    const pending = this.pendingBulk;
    this.pendingBulk = undefined;
    if (!pending) throw sqlError(4022);
    try {
      return await loadBulk(pending, columns, rows, this, signal);
    } finally {
      this.signal = undefined;
      describeSession(this);
    }
  }

  *#batch(text: string, execution: Execution): Step<void> {
    const batch = this.engine.parse(text, this.options.quotedIdentifier);
    const { scope } = this;
    scope.variables.clear();
    try {
      yield* runStatements(batch.statements, execution);
    } finally {
      this.dropTableVariables(scope);
    }
    endOfBatch(execution);
  }

  *#transaction(request: TransactionRequest): Step<void> {
    const { transactions } = this;
    switch (request.kind) {
      case "begin":
        if (request.isolation !== "unchanged") this.options.isolation = request.isolation;
        transactions.begin(request.name);
        return;
      case "commit":
        yield* transactions.commit();
        break;
      case "rollback":
        transactions.rollback(request.name);
        break;
      case "save":
        transactions.save(request.name);
        return;
    }
    if (request.beginNext) {
      if (request.beginNext.isolation !== "unchanged") this.options.isolation = request.beginNext.isolation;
      transactions.begin(request.beginNext.name);
    }
  }

  async #request(sink: ResponseSink, signal: AbortSignal, work: (execution: Execution) => Step<void>): Promise<void> {
    this.sink = sink;
    this.signal = signal;
    this.running = true;
    this.lastRequestStart = this.engine.clock.now();
    describeSession(this);
    const execution: Execution = { session: this, scope: this.scope, output: sink, inProcedure: false };
    try {
      await drive(work(execution));
    } catch (error) {
      this.#requestFailed(error, signal, sink);
    } finally {
      this.tryDepth = 0;
      this.moduleFrame = undefined;
      this.functionDepth = 0;
      this.scope.caught.length = 0;
      this.running = false;
      this.lastRequestEnd = this.engine.clock.now();
      this.sink = undefined;
      this.signal = undefined;
      describeSession(this);
    }
  }

  /** @throws what is not an error of the SQL: Unsupported, defects, the connection's end */
  #requestFailed(error: unknown, signal: AbortSignal, sink: ResponseSink): void {
    const { transactions } = this;
    if (error instanceof BatchAborted) return;
    if (error instanceof Cancelled || signal.aborted) {
      // ATTENTION leaves the user's transaction open, unless XACT_ABORT is on.
      if (!transactions.explicit || this.options.xactAbort) transactions.rollbackAll();
      return;
    }
    if (error instanceof SqlError) {
      this.lastError = error.number;
      sink.error(error);
      return;
    }
    transactions.rollbackAll();
    throw error;
  }

  reset(keepTransaction: boolean): void {
    if (!keepTransaction) this.transactions.rollbackAll();
    this.options = defaultOptions();
    this.engine.server.locks.releaseAll(this);
    this.#dropAllLocalTables();
    this.scope = new Scope("batch", undefined);
    this.prepared.clear();
    this.contextInfo = null;
    this.sessionContext.clear();
    this.rowCount = 0n;
    this.lastError = 0;
    this.pendingBulk = undefined;
    const own = this.engine.server.findDatabase(
      this.login.database === "" ? this.principal.defaultDatabase : this.login.database,
    );
    if (own) this.currentDatabase = own;
    describeSession(this);
  }

  close(): void {
    this.transactions.rollbackAll();
    this.engine.server.locks.releaseAll(this);
    this.#dropAllLocalTables();
    this.engine.sessions.delete(this.spid);
    this.engine.server.sessions.delete(this.spid);
  }

  #dropAllLocalTables(): void {
    dropLocalTables(this.scope, this);
  }

  dropTableVariables(scope: Scope): void {
    dropLocalTables({ tempTables: new Map(), variables: scope.variables }, this);
  }

  /**
   * The schema of names without one: of the module around, else the default schema of the session's user.
   * @returns 0 where that user's schema is not there
   */
  defaultSchemaId(database: Database): number {
    if (this.moduleFrame?.database === database) return this.moduleFrame.schemaId;
    return this.userSchemaId(database);
  }

  /** The default schema of the session's user, also inside of a module (SCHEMA_NAME). */
  userSchemaId(database: Database): number {
    return database.findSchema(this.rights.user(database).defaultSchema ?? "dbo")?.schemaId ?? 0;
  }

  /** RAND: a linear generator of this session, begun anew by RAND(seed). */
  random(seed: number | undefined): number {
    if (seed !== undefined) this.#random = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0;
    let x = this.#random || 1;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random / 4294967296;
  }

  #statementSnapshot: { transaction: Transaction; view: ReadView; close: () => void } | undefined;

  /** READ_COMMITTED_SNAPSHOT: one snapshot for each statement. */
  statementSnapshot(transaction: Transaction, make: (transaction: Transaction, number: number) => ReadView): ReadView {
    if (!this.#statementSnapshot || this.#statementSnapshot.transaction !== transaction) {
      const snapshot = this.engine.server.commits.openSnapshot();
      this.#statementSnapshot = {
        transaction,
        view: make(transaction, snapshot.number),
        close: () => snapshot.close(),
      };
    }
    return this.#statementSnapshot.view;
  }

  endStatementSnapshot(): void {
    this.#statementSnapshot?.close();
    this.#statementSnapshot = undefined;
  }

  /** Tells the client of another database. @throws SqlError 911, 942, 927, 916 */
  use(name: string): void {
    const database = this.engine.server.findDatabase(name);
    if (!database) throw sqlError(911, name);
    database.requireOpen();
    if (!this.rights.mayEnter(database)) throw sqlError(916, this.principal.name, database.name);
    const before = this.currentDatabase;
    this.currentDatabase = database;
    this.sink?.envChange({ kind: "database", value: database.name, old: before.name });
  }
}
