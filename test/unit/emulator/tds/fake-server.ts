import { Faults } from "../../../emulator/faults.ts";
import type {
  BulkColumn,
  Login,
  ResponseSink,
  RpcCall,
  SessionFactory,
  SessionHandler,
  SessionHooks,
  TransactionRequest,
} from "../../../emulator/tds/session-handler.ts";
import type { StatementObserver } from "../../../emulator/tds/statement-observer.ts";
import { type TdsServer, startTdsServer } from "../../../emulator/tds/tds-server.ts";
import { SqlError } from "../../../emulator/values/sql-error.ts";
import { DEFAULT_COLLATION } from "../../../emulator/values/collation.ts";
import type { SqlRow } from "../../../emulator/values/sql-type.ts";
import type { ServerEncryption } from "../../../emulator/tds/prelogin.ts";

export const PASSWORD = "Password123!";

type Answer = (sink: ResponseSink, signal: AbortSignal, session: FakeSession) => void | Promise<void>;

/** What the fake session does: batches by their exact text, calls by the procedure's name. Everything is recorded. */
export interface FakeScript {
  batches?: Record<string, Answer>;
  calls?: Record<string, (call: RpcCall, sink: ResponseSink, signal: AbortSignal) => void | Promise<void>>;
  bulk?: (
    columns: readonly BulkColumn[],
    rows: AsyncIterable<readonly SqlRow[]>,
    signal: AbortSignal,
  ) => Promise<bigint>;
}

/** A session that knows no SQL: it plays a script and keeps what it was given. */
export class FakeSession implements SessionHandler {
  readonly spid = 51;
  readonly database: string;
  readonly collation = DEFAULT_COLLATION;
  readonly login: Login;
  readonly hooks: SessionHooks;
  readonly log: string[] = [];
  readonly transactions: TransactionRequest[] = [];
  closed = false;
  readonly #script: FakeScript;
  readonly #onClose: () => void;

  constructor(login: Login, hooks: SessionHooks, script: FakeScript, onClose: () => void) {
    this.login = login;
    this.hooks = hooks;
    this.database = login.database || "master";
    this.#script = script;
    this.#onClose = onClose;
  }

  async batch(text: string, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    this.log.push(text);
    const answer = this.#script.batches?.[text];
    if (answer !== undefined) await answer(sink, signal, this);
    else sink.done({ inProcedure: false, command: 0 });
  }

  async rpc(call: RpcCall, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    this.log.push(call.procedure);
    await this.#script.calls?.[call.procedure]?.(call, sink, signal);
  }

  transaction(request: TransactionRequest, sink: ResponseSink): Promise<void> {
    this.log.push(request.kind);
    this.transactions.push(request);
    if (request.kind === "begin") sink.envChange({ kind: "begin-transaction", descriptor: 77n });
    if (request.kind === "commit") sink.envChange({ kind: "commit-transaction", descriptor: 77n });
    if (request.kind === "rollback") sink.envChange({ kind: "rollback-transaction", descriptor: 77n });
    return Promise.resolve();
  }

  async bulkLoad(
    columns: readonly BulkColumn[],
    rows: AsyncIterable<readonly SqlRow[]>,
    signal: AbortSignal,
  ): Promise<bigint> {
    this.log.push("bulk");
    if (this.#script.bulk !== undefined) return this.#script.bulk(columns, rows, signal);
    let count = 0n;
    for await (const batch of rows) count += BigInt(batch.length);
    return count;
  }

  reset(keepTransaction: boolean): void {
    this.log.push(`reset ${keepTransaction}`);
  }

  close(): void {
    this.closed = true;
    this.#onClose();
  }
}

export interface FakeServer extends TdsServer {
  readonly faults: Faults;
  readonly sessions: FakeSession[];
  readonly unsupported: string[];
  /** Settles when that many sessions have been closed in all. */
  closedSessions(count: number): Promise<void>;
}

export async function startFakeServer(
  script: FakeScript,
  options: { encryption?: ServerEncryption; observer?: StatementObserver } = {},
): Promise<FakeServer> {
  const sessions: FakeSession[] = [];
  const unsupported: string[] = [];
  const faults = new Faults();
  const waiters: { count: number; settle: () => void }[] = [];
  const closed = (): number => sessions.filter((session) => session.closed).length;
  const factory: SessionFactory = {
    openSession(login, hooks) {
      if (login.user !== "sa" || login.password !== PASSWORD) {
        throw new SqlError(18456, 14, 1, `Login failed for user '${login.user}'.`);
      }
      const session = new FakeSession(login, hooks, script, () => {
        for (const waiter of waiters) if (closed() >= waiter.count) waiter.settle();
      });
      sessions.push(session);
      return session;
    },
  };
  const server = await startTdsServer({
    port: 0,
    factory,
    encryption: options.encryption ?? "supported",
    version: [16, 0, 4135],
    gate: faults,
    observer: options.observer,
    onUnsupported: (text) => unsupported.push(text),
  });
  return {
    ...server,
    faults,
    sessions,
    unsupported,
    closedSessions: (count) =>
      new Promise((settle) => {
        if (closed() >= count) settle();
        else waiters.push({ count, settle });
      }),
  };
}
