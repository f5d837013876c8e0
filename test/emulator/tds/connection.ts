// [MS-TDS] 3.3.5.8 Logged In State and 3.3.5.9 Client Request Execution State
import { SqlError, Unsupported } from "../values/sql-error.ts";
import { skipAllHeaders } from "./all-headers.ts";
import { BulkGivenUp, BulkStream } from "./bulk-stream.ts";
import { ByteReader } from "./byte-reader.ts";
import { ConnectionDropped, InjectedError } from "./fault-gate.ts";
import { FaultPoints } from "./fault-points.ts";
import type { Link } from "./link.ts";
import type { LoginRequest } from "./login7.ts";
import type { Message } from "./message-reader.ts";
import { PacketType } from "./packet.ts";
import { readRpcRequest, sqlOfCall } from "./rpc-request.ts";
import type { EnvChange, SessionHandler } from "./session-handler.ts";
import { type StartupOptions, openSession, readLoginRequest } from "./startup.ts";
import type { StatementObserver } from "./statement-observer.ts";
import { TokenSink } from "./token-sink.ts";
import { DoneStatus, Token, writeDone, writeResetAck } from "./tokens.ts";
import { readTransactionRequest } from "./transaction-request.ts";

export interface ConnectionOptions extends StartupOptions {
  readonly observer: StatementObserver | undefined;
  /** Something that the emulator does not know, or a defect of its own: with the SQL that led there. */
  readonly onUnsupported: (text: string) => void;
}

/** Severity from which on the server ends the connection after the error. */
const FATAL_SEVERITY = 20;

/** Lives as long as the connection. Never rejects: what goes wrong ends this connection alone. */
export async function serveConnection(link: Link, options: ConnectionOptions): Promise<void> {
  let session: SessionHandler | undefined;
  try {
    const login = await readLoginRequest(link, options);
    if (login !== undefined) {
      const points = new FaultPoints(link, login, options.gate);
      session = await openSession(link, login, points.hooks, options);
      if (session !== undefined) await new Connection(link, login, session, points, options).serve();
    }
  } catch (error) {
    // What is not TDS, or a message whose structure is wrong: the server hangs up too. After a login it is told,
    // since it is more likely a gap here than a broken client.
    if (!link.gone.aborted && session !== undefined) {
      options.onUnsupported(`connection ended: ${String(error)}`);
    }
  } finally {
    session?.close();
    if (session !== undefined || !link.gone.aborted) link.close();
  }
}

class Connection {
  readonly #link: Link;
  readonly #session: SessionHandler;
  readonly #points: FaultPoints;
  readonly #options: ConnectionOptions;
  readonly #observed: { app: string; database: string };
  #running: AbortController | undefined;
  /** Attentions that have arrived and whose turn has not come. */
  #attentions = 0;
  #lastBatch = "";

  constructor(
    link: Link,
    login: LoginRequest,
    session: SessionHandler,
    points: FaultPoints,
    options: ConnectionOptions,
  ) {
    this.#link = link;
    this.#session = session;
    this.#points = points;
    this.#options = options;
    this.#observed = { app: login.appName, database: session.database };
    points.database = () => this.#observed.database;
    link.onAttention = () => {
      this.#attentions++;
      this.#running?.abort();
    };
    link.gone.addEventListener("abort", () => this.#running?.abort());
  }

  async serve(): Promise<void> {
    for (;;) {
      const message = await this.#link.reader.next();
      if (message === undefined || this.#link.gone.aborted) return;
      if (!(await this.#handle(message))) return;
    }
  }

  /** False: the connection is over. */
  async #handle(message: Message): Promise<boolean> {
    switch (message.type) {
      case PacketType.attention:
        this.#attentions--;
        writeDone(this.#link.response.out, Token.done, DoneStatus.attention, 0);
        await this.#link.response.end();
        return true;
      case PacketType.batch:
        return this.#answer(message, "batch", (sink, signal) => this.#batch(message, sink, signal));
      case PacketType.rpc:
        return this.#answer(message, "rpc", (sink, signal) => this.#rpc(message, sink, signal));
      case PacketType.bulk:
        return this.#answer(message, "batch", (sink, signal) => this.#bulk(message, sink, signal));
      case PacketType.transaction:
        return this.#answer(message, "batch", (sink, signal) => this.#transaction(message, sink, signal));
      default:
        throw new RangeError(`message of type 0x${message.type.toString(16)} after the login`);
    }
  }

  async #answer(
    message: Message,
    kind: "batch" | "rpc",
    run: (sink: TokenSink, signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const { response, gone } = this.#link;
    const sink = new TokenSink(response, kind, () => this.#observed.database);
    sink.onEnvChange = (change) => this.#environmentChanged(change);
    if (message.body.ignored) {
      // 2.2.1.7: a message that the client gave up is answered with one DONE and nothing is done.
      writeDone(response.out, Token.done, DoneStatus.error, 0);
      await response.end();
      return true;
    }
    const running = new AbortController();
    running.signal.addEventListener("abort", () => sink.mute());
    this.#running = running;
    if (this.#attentions > 0) running.abort();
    try {
      if (message.reset !== "no") {
        writeResetAck(response.out);
        this.#session.reset(message.reset === "keep-transaction", sink);
      }
      if (!running.signal.aborted) await run(sink, running.signal);
      else if (message.type === PacketType.bulk) await message.body.drain();
    } catch (error) {
      await this.#fail(error, sink, running.signal);
    } finally {
      this.#running = undefined;
      this.#points.requestEnded();
    }
    if (gone.aborted) return false;
    sink.finish();
    await response.end();
    if (sink.severity < FATAL_SEVERITY) return true;
    return false;
  }

  #environmentChanged(change: EnvChange): void {
    if (change.kind === "database") this.#observed.database = change.value;
    if (change.kind === "begin-transaction") this.#points.inTransaction = true;
    if (change.kind === "commit-transaction" || change.kind === "rollback-transaction") {
      this.#points.inTransaction = false;
    }
  }

  /** Tells the client, unless nobody listens any more. */
  async #fail(error: unknown, sink: TokenSink, signal: AbortSignal): Promise<void> {
    if (this.#link.gone.aborted || error instanceof ConnectionDropped) return;
    if (error instanceof SqlError) {
      sink.error(error);
    } else if (error instanceof InjectedError) {
      sink.error(error.sqlError);
      if (error.rollsBack) await this.#rollBack(sink);
    } else if (error instanceof Unsupported) {
      this.#options.onUnsupported(`${error.message} in: ${this.#points.lastSql}`);
      sink.error(new SqlError(50000, FATAL_SEVERITY, 1, error.message));
    } else if (!signal.aborted && !(error instanceof BulkGivenUp)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.onUnsupported(`defect: ${text} in: ${this.#points.lastSql}`);
      sink.error(new SqlError(50000, FATAL_SEVERITY, 1, `Defect in the emulator: ${text}`));
    } else if (error instanceof BulkGivenUp) {
      sink.fail();
    }
  }

  /** What the server does to a deadlock victim. Without a transaction the session's refusal is of no interest. */
  async #rollBack(sink: TokenSink): Promise<void> {
    const quiet = new TokenSink(this.#link.response, "batch", () => this.#observed.database);
    quiet.mute();
    quiet.onEnvChange = sink.onEnvChange;
    await this.#session.transaction({ kind: "rollback", name: "" }, quiet, new AbortController().signal);
  }

  async #batch(message: Message, sink: TokenSink, signal: AbortSignal): Promise<void> {
    const input = new ByteReader(message.body.whole());
    skipAllHeaders(input);
    const text = input.ucs2(input.remaining >> 1);
    this.#lastBatch = text;
    this.#options.observer?.batch(this.#observed, text);
    this.#points.statement(text);
    await this.#points.reach("batch", signal);
    this.#watchRows(sink);
    await this.#session.batch(text, sink, signal);
  }

  async #rpc(message: Message, sink: TokenSink, signal: AbortSignal): Promise<void> {
    const calls = readRpcRequest(message.body.whole());
    for (const [index, call] of calls.entries()) {
      this.#options.observer?.rpc(this.#observed, call);
      this.#points.statement(sqlOfCall(call));
      await this.#points.reach("rpc", signal);
      this.#watchRows(sink);
      await this.#session.rpc(call, sink, signal);
      if (signal.aborted || sink.severity >= FATAL_SEVERITY) return;
      if (index < calls.length - 1) sink.nextCall();
    }
  }

  async #transaction(message: Message, sink: TokenSink, signal: AbortSignal): Promise<void> {
    const request = readTransactionRequest(message.body.whole());
    if (request.kind === "commit") {
      await this.#points.aroundCommit(() => this.#session.transaction(request, sink, signal));
    } else {
      await this.#session.transaction(request, sink, signal);
      if (request.kind === "begin") this.#points.transactionBegins();
    }
  }

  async #bulk(message: Message, sink: TokenSink, signal: AbortSignal): Promise<void> {
    const stream = new BulkStream(message.body);
    this.#points.bulkBegins(this.#lastBatch);
    try {
      const columns = await stream.columns();
      const rowCount = await this.#session.bulkLoad(columns, this.#points.bulkRows(stream.rows(), signal), signal);
      // The session may have stopped early: the response may come only after the whole request.
      await stream.drain();
      sink.done({ rowCount, inProcedure: false, command: BULK_INSERT });
    } catch (error) {
      await stream.drain();
      throw error;
    }
  }

  /** Rows pass one by one through the fault points only while somebody waits for one. */
  #watchRows(sink: TokenSink): void {
    sink.onRow = this.#points.rowWatch();
  }
}

/** CurCmd of the DONE that ends a bulk load. */
const BULK_INSERT = 0xf0;
