// [MS-TDS] 2.2.2 Server Messages: what a session writes, as one response message.
import type { SqlError } from "../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../values/sql-type.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { ResponseWriter } from "./response-writer.ts";
import { rowWriter } from "./row-writer.ts";
import type { EnvChange, ResponseSink, ResultColumn } from "./session-handler.ts";
import {
  DoneStatus,
  Token,
  writeColumns,
  writeDone,
  writeEnvChange,
  writeError,
  writeInfo,
  writeReturnStatus,
  writeReturnValue,
} from "./tokens.ts";

type Done = Parameters<ResponseSink["done"]>[0];

/**
 * The sink of one request. In a batch the last DONE is held back until something follows, since only then is it known
 * whether it says "more to come"; in an RPC every statement ends with DONEINPROC and the call itself with DONEPROC.
 * After `mute` (attention, connection gone) only what changes the client's view of the transaction is still written.
 */
export class TokenSink implements ResponseSink {
  /** Called for each row before it is written; set only while someone waits for a row. */
  onRow: (() => Promise<void> | undefined) | undefined;
  /** Told of each change of the environment: database, transaction. */
  onEnvChange: ((change: EnvChange) => void) | undefined;
  readonly #response: ResponseWriter;
  readonly #out: ByteWriter;
  readonly #inRpc: boolean;
  readonly #database: () => string;
  #writeRow: ((out: ByteWriter, row: SqlRow) => void) | undefined;
  #held: { status: number; command: number; rowCount: bigint | undefined } | undefined;
  #failed = false;
  #severity = 0;
  #muted = false;
  #statusSent = false;
  #returned = 0;

  /** @param database the one that the session is in at this moment */
  constructor(response: ResponseWriter, kind: "batch" | "rpc", database: () => string) {
    this.#response = response;
    this.#database = database;
    this.#out = response.out;
    this.#inRpc = kind === "rpc";
  }

  /** The highest severity of an error in this response; 20 and above end the connection. */
  get severity(): number {
    return this.#severity;
  }

  mute(): void {
    this.#muted = true;
  }

  columns(columns: readonly ResultColumn[]): void {
    if (this.#muted) return;
    this.#release();
    writeColumns(this.#out, columns, this.#database());
    this.#writeRow = rowWriter(columns);
  }

  row(values: SqlRow): Promise<void> | undefined {
    if (this.#muted) return undefined;
    if (this.#writeRow === undefined) throw new Error("a row without columns");
    const waiting = this.onRow?.();
    if (waiting !== undefined) return this.#rowAfter(waiting, values);
    this.#writeRow(this.#out, values);
    return this.#response.flushIfFull();
  }

  async #rowAfter(waiting: Promise<void>, values: SqlRow): Promise<void> {
    await waiting;
    if (this.#muted) return;
    this.#writeRow?.(this.#out, values);
    await this.#response.flushIfFull();
  }

  done(done: Done): void {
    if (this.#muted) return;
    this.#release();
    this.#writeRow = undefined;
    const status = this.#failed ? DoneStatus.error : 0;
    if (this.#inRpc || done.inProcedure) {
      writeDone(this.#out, Token.doneInProc, status | DoneStatus.more, done.command, done.rowCount);
    } else {
      this.#held = { status, command: done.command, rowCount: done.rowCount };
    }
    if (!this.#inRpc) this.#failed = false;
  }

  info(message: Parameters<ResponseSink["info"]>[0]): void {
    if (this.#muted) return;
    this.#release();
    writeInfo(this.#out, message);
  }

  error(error: SqlError): void {
    if (this.#muted) return;
    this.#release();
    this.#failed = true;
    this.#severity = Math.max(this.#severity, error.severity);
    writeError(this.#out, error);
  }

  envChange(change: EnvChange): void {
    this.#release();
    this.onEnvChange?.(change);
    writeEnvChange(this.#out, change);
  }

  returnStatus(status: number): void {
    if (this.#muted) return;
    this.#release();
    this.#statusSent = true;
    writeReturnStatus(this.#out, status);
  }

  returnValue(name: string, type: SqlType, value: SqlValue): void {
    if (this.#muted) return;
    this.#release();
    if (this.#inRpc && !this.#statusSent) this.returnStatus(0);
    writeReturnValue(this.#out, { ordinal: this.#returned++, name, type, value }, this.#database());
  }

  /** The request did not succeed, and there is nothing more to say about it than DONE_ERROR. */
  fail(): void {
    this.#failed = true;
  }

  /** Ends one of several RPC calls in a message. */
  nextCall(): void {
    this.finish(true);
    this.#failed = false;
    this.#statusSent = false;
    this.#returned = 0;
    this.#writeRow = undefined;
  }

  /**
   * Writes the DONE that ends the response, or with `more` the DONEPROC that ends one of several RPC calls.
   * A session that told no return status succeeded with 0: each RPC call has one.
   */
  finish(more = false): void {
    const status = (this.#failed ? DoneStatus.error : 0) | (more ? DoneStatus.more : 0);
    if (this.#inRpc) {
      if (!this.#statusSent && !this.#failed && !this.#muted) writeReturnStatus(this.#out, 0);
      writeDone(this.#out, Token.doneProc, status, RPC_COMMAND);
      return;
    }
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined && !this.#failed) {
      writeDone(this.#out, Token.done, held.status, held.command, held.rowCount);
    } else {
      this.#release();
      writeDone(this.#out, Token.done, status, 0);
    }
  }

  #release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    writeDone(this.#out, Token.done, held.status | DoneStatus.more, held.command, held.rowCount);
  }
}

/** CurCmd of the DONEPROC that the server sends after a call. */
const RPC_COMMAND = 0xe0;
