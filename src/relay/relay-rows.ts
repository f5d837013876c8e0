import type { Connection } from "tedious";
import { addParameter } from "../db/session.ts";
import type { Statement } from "../sql/statement.ts";
import { writeBulkColMetadata, writeBulkDone, type WireColumn } from "./col-metadata.ts";
import { BulkWriter, beginBulk } from "./bulk-writer.ts";
import { interceptAnswer, isUsable } from "./driver-hook.ts";
import type { RawAnswer } from "./raw-answer.ts";
import { LoadRefused, RelayError } from "./relay-error.ts";
import { RequestRun, requestFor } from "./request-run.ts";
import type { PipeResult, RelayOptions, RelaySource, RelayTarget, RowTransport } from "./row-transport.ts";
import { RowsetReader, type ReadStop } from "./rowset-reader.ts";
import { checkColumns, insertBulkText } from "./staging-column.ts";
import { WireFormatError } from "./tds-bytes.ts";

export type { PipeResult, RelayOptions, RelaySource, RelayTarget } from "./row-transport.ts";

/** Rows in wire form: the bytes that one server sends are the bytes that the other gets. */
export const relayTransport: RowTransport = { name: "relay", openSource: openRelaySource };

/**
 * Runs a SELECT whose rows are to be relayed: by sp_executesql when it has parameters, else as a batch. Resolves when its columns are
 * known.
 *
 * @throws RelayError when it fails before that
 */
export async function openRelaySource(
  connection: Connection,
  statement: Statement,
  options: RelayOptions,
): Promise<RelaySource> {
  const source = new WireSource(connection, statement, options);
  try {
    await source.open();
  } catch (cause) {
    await source.giveUp(cause as Error);
    const state = { cause, sourceUsable: source.usable, targetUsable: false, side: "source" } as const;
    throw new RelayError("read rows to relay", state);
  }
  return source;
}

class WireSource implements RelaySource {
  readonly transport = "relay";
  readonly #connection: Connection;
  readonly #statement: Statement;
  readonly #options: RelayOptions;
  readonly #reader = new RowsetReader();
  #run: RequestRun | undefined;
  #answer: RawAnswer | undefined;
  #wake: (() => void) | undefined;
  /** Rows that were handed on, when the read was given up; the reader counts on while it reads the rest away. */
  #rowsAtFailure: number | undefined;
  #finished = false;
  #busy = false;

  constructor(connection: Connection, statement: Statement, options: RelayOptions) {
    this.#connection = connection;
    this.#statement = statement;
    this.#options = options;
  }

  get columns(): readonly WireColumn[] {
    return this.#reader.columns ?? [];
  }

  get rows(): number {
    return this.#rowsAtFailure ?? this.#reader.rows;
  }

  get usable(): boolean {
    return isUsable(this.#connection);
  }

  async open(): Promise<void> {
    if (!this.usable) throw new Error("the connection is closed, or busy with another request");
    const run = new RequestRun(this.#connection, requestFor(this.#statement.text), this.#options, () =>
      this.#onFailure(),
    );
    this.#run = run;
    const { params } = this.#statement;
    for (const param of params) addParameter(run.request, param);
    const { answer, restore } = interceptAnswer(
      this.#connection,
      { onActivity: () => this.#wake?.(), onError: (error) => run.abort(error) },
      () => {
        run.start(() => {
          if (params.length > 0) this.#connection.execSql(run.request);
          else this.#connection.execSqlBatch(run.request);
        });
      },
    );
    this.#answer = answer;
    void run.outcome.then(() => {
      restore();
      this.#wake?.();
    });
    while (!this.#reader.columns) {
      if ((await this.#advance(0, [])) === "end") throw new Error("the statement returned no rowset");
    }
  }

  async pipe(target: RelayTarget, { maxRows = Infinity }: { readonly maxRows?: number } = {}): Promise<PipeResult> {
    if (this.#busy) throw new Error("a relay source feeds one load at a time");
    if (maxRows < 1) throw new Error(`relay at most ${maxRows} rows: at least one is needed`);
    this.#busy = true;
    const before = this.rows;
    try {
      return await this.#load(target, maxRows);
    } catch (cause) {
      const attempted = `relay rows from number ${before + 1} on into ${target.table} (${this.rows - before} read)`;
      const ofSource = this.#run?.failure !== undefined || cause instanceof WireFormatError;
      await this.giveUp(cause as Error);
      throw new RelayError(attempted, {
        cause,
        sourceUsable: this.usable,
        targetUsable: isUsable(target.connection),
        side: ofSource ? "source" : "target",
      });
    } finally {
      this.#busy = false;
    }
  }

  async #load(target: RelayTarget, maxRows: number): Promise<PipeResult> {
    if (target.connection === this.#connection) throw new Error("one connection cannot be read and written at once");
    checkColumns(this.columns, target.columns);
    const metadata = writeBulkColMetadata(this.columns);
    if (!(await this.#hasRow())) return { rows: 0, bytes: 0, more: false };

    await beginBulk(target.connection, insertBulkText(target), this.#options);
    const writer = new BulkWriter(target.connection, this.#options);
    const before = this.rows;
    let rows = 0;
    const read = async (out: Buffer[]) => {
      const more = await this.#read(before + maxRows, out);
      rows = this.rows - before;
      return more;
    };
    const bytes = await writer.send(metadata, read, writeBulkDone());
    if (writer.rowsTaken !== rows) {
      throw new LoadRefused(`${rows} rows were sent, and the server took ${writer.rowsTaken}`);
    }
    return { rows, bytes, more: await this.#hasRow() };
  }

  close(): Promise<void> {
    return this.giveUp(new Error("the read was closed"));
  }

  /** Resolves when the connection is usable again, or closed. A stream that made no sense cannot be read to its end. */
  async giveUp(reason: Error): Promise<void> {
    if (reason instanceof WireFormatError) this.#run?.abort(reason);
    else this.#run?.cancel(reason);
    await this.#run?.outcome;
  }

  /** The next bytes of rows, into `out`. @returns false when no more are to come up to row number `upTo` */
  async #read(upTo: number, out: Buffer[]): Promise<boolean> {
    while (this.rows < upTo) {
      const step = await this.#advance(upTo - this.rows, out);
      if (out.length > 0) return true;
      if (step === "end") return false;
    }
    return false;
  }

  /** @throws what went wrong with the read; so false means that all rows were read and the server says that all is well */
  async #hasRow(): Promise<boolean> {
    while (!this.#reader.atRow) {
      if ((await this.#advance(0, [])) === "end") return false;
    }
    return true;
  }

  /**
   * Goes on in the answer: takes what is there, or waits for more. At its end the driver is let go on, and what it makes of the tokens
   * decides: an ERROR behind the last row is thrown here.
   */
  async #advance(maxRows: number, out: Buffer[]): Promise<"more" | "end"> {
    if (this.#finished) return "end";
    const run = this.#run!;
    if (run.failure) throw run.failure;
    if (this.#take(maxRows, out) !== "more" || out.length > 0) return "more";
    const chunk = await this.#nextChunk();
    if (chunk) {
      this.#reader.push(chunk);
      return "more";
    }
    this.#reader.end();
    this.#answer!.endTokens();
    run.expect("the end of the answer");
    const { error } = await run.outcome;
    if (error) throw error;
    this.#finished = true;
    return "end";
  }

  #take(maxRows: number, out: Buffer[]): ReadStop {
    const tokens: Buffer[] = [];
    try {
      return this.#reader.read(maxRows, out, tokens);
    } finally {
      for (const token of tokens) this.#answer!.feed(token);
    }
  }

  /** @returns undefined at the end of the answer */
  async #nextChunk(): Promise<Buffer | undefined> {
    const run = this.#run!;
    const answer = this.#answer!;
    try {
      for (;;) {
        if (run.failure) throw run.failure;
        const chunk = answer.read();
        if (chunk) return chunk;
        if (answer.ended) return undefined;
        run.expect("the next rows");
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      run.met();
      this.#wake = undefined;
    }
  }

  /** The request was cancelled, or has ended with an error. Who waits for rows is told; what is still coming is read away. */
  #onFailure(): void {
    this.#rowsAtFailure = this.#reader.rows;
    this.#wake?.();
    let understood = this.#discard(Buffer.alloc(0));
    this.#answer?.drain((chunk) => {
      understood &&= this.#discard(chunk);
    });
  }

  /**
   * Tokens behind the rows still count: one may say that the transaction is gone. What is not understood is read away all the same, since
   * the reason why the read ends is known already.
   */
  #discard(chunk: Buffer): boolean {
    try {
      this.#reader.push(chunk);
      while (this.#take(Infinity, []) !== "more");
      return true;
    } catch {
      return false;
    }
  }
}
