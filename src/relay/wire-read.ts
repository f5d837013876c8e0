import type { Connection } from "tedious";
import { addParameter } from "../db/session.ts";
import type { Statement } from "../sql/statement.ts";
import type { WireColumn } from "./col-metadata.ts";
import { interceptAnswer, isUsable } from "./driver-hook.ts";
import type { RawAnswer } from "./raw-answer.ts";
import { RelayError } from "./relay-error.ts";
import { RequestRun, requestFor } from "./request-run.ts";
import type { RelayOptions } from "./row-transport.ts";
import { RowsetReader, type ReadStop } from "./rowset-reader.ts";
import { WireFormatError } from "./tds-bytes.ts";

/**
 * A SELECT whose rows are taken in wire form as they come: run by sp_executesql when it has parameters, else as a batch.
 * Every token but the rows goes to the driver.
 */
export class WireRead {
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

  constructor(connection: Connection, statement: Statement, options: RelayOptions) {
    this.#connection = connection;
    this.#statement = statement;
    this.#options = options;
  }

  get columns(): readonly WireColumn[] {
    return this.#reader.columns ?? [];
  }

  /** Rows that were handed on. */
  get rows(): number {
    return this.#rowsAtFailure ?? this.#reader.rows;
  }

  get usable(): boolean {
    return isUsable(this.#connection);
  }

  /** Whether the read itself has failed or was given up, by whatever reason. */
  get failed(): boolean {
    return this.#run?.failure !== undefined;
  }

  /**
   * Starts the statement and resolves when its columns are known.
   * @param what for the error
   * @throws RelayError when it fails before that
   */
  async open(what: string): Promise<void> {
    try {
      await this.#start();
    } catch (cause) {
      await this.giveUp(cause as Error);
      throw new RelayError(what, { cause, sourceUsable: this.usable, targetUsable: false, side: "source" });
    }
  }

  /** Resolves when the connection is usable again, or closed. A stream that made no sense cannot be read to its end. */
  async giveUp(reason: Error): Promise<void> {
    if (reason instanceof WireFormatError) this.#run?.abort(reason);
    else this.#run?.cancel(reason);
    await this.#run?.outcome;
  }

  /** @throws what went wrong with the read; so false means that all rows were read and the server says that all is well */
  async hasRow(): Promise<boolean> {
    while (!this.#reader.atRow) {
      if ((await this.advance(0, [])) === "end") return false;
    }
    return true;
  }

  /**
   * Goes on in the answer: takes what is there, at most `maxRows` rows, or waits for more. At its end the driver is let go on, and what it makes of the tokens
   * decides: an ERROR behind the last row is thrown here.
   */
  async advance(maxRows: number, out: Buffer[]): Promise<"more" | "end"> {
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

  async #start(): Promise<void> {
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
      if ((await this.advance(0, [])) === "end") throw new Error("the statement returned no rowset");
    }
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
