import type { Connection } from "tedious";
import { addParameter } from "../db/session.ts";
import type { Statement } from "../sql/statement.ts";
import { interceptAnswer, isUsable } from "./driver-hook.ts";
import type { RawAnswer } from "./raw-answer.ts";
import { RelayError } from "./relay-error.ts";
import { RequestRun, requestFor } from "./request-run.ts";
import { RowHasher, type RowHash } from "./row-hasher.ts";
import type { RelayOptions } from "./row-transport.ts";
import { RowsetReader } from "./rowset-reader.ts";
import { WireFormatError } from "./tds-bytes.ts";

/**
 * Runs a SELECT and hashes its rows as they come, in wire form: by sp_executesql when it has parameters, else as a batch. It only reads, so
 * it works for every table, whatever the way of its rows.
 *
 * @param keyTexts how many columns from the first on are the texts of the key
 * @returns one hash a row, in the statement's order
 * @throws RelayError whose `sourceUsable` says whether the connection can be used again
 */
export async function hashRows(
  connection: Connection,
  statement: Statement,
  keyTexts: number,
  options: RelayOptions,
): Promise<RowHash[]> {
  const read = new HashRead(connection, statement, keyTexts, options);
  try {
    return await read.toEnd();
  } catch (cause) {
    await read.giveUp(cause as Error);
    const state = { cause, sourceUsable: isUsable(connection), targetUsable: false, side: "source" } as const;
    throw new RelayError("read rows to compare", state);
  }
}

class HashRead {
  readonly #connection: Connection;
  readonly #statement: Statement;
  readonly #keyTexts: number;
  readonly #run: RequestRun;
  readonly #reader = new RowsetReader();
  readonly #hashes: RowHash[] = [];
  #hasher: RowHasher | undefined;
  #answer: RawAnswer | undefined;
  #wake: (() => void) | undefined;

  constructor(connection: Connection, statement: Statement, keyTexts: number, options: RelayOptions) {
    this.#connection = connection;
    this.#statement = statement;
    this.#keyTexts = keyTexts;
    this.#run = new RequestRun(connection, requestFor(statement.text), options, () => this.#onFailure());
  }

  async toEnd(): Promise<RowHash[]> {
    if (!isUsable(this.#connection)) throw new Error("the connection is closed, or busy with another request");
    const { request } = this.#run;
    const { params } = this.#statement;
    for (const param of params) addParameter(request, param);
    const { answer, restore } = interceptAnswer(
      this.#connection,
      { onActivity: () => this.#wake?.(), onError: (error) => this.#run.abort(error) },
      () => {
        this.#run.start(() => {
          if (params.length > 0) this.#connection.execSql(request);
          else this.#connection.execSqlBatch(request);
        });
      },
    );
    this.#answer = answer;
    void this.#run.outcome.then(() => {
      restore();
      this.#wake?.();
    });
    for (let chunk = await this.#next(answer); chunk !== undefined; chunk = await this.#next(answer)) {
      this.#reader.push(chunk);
      this.#hash(answer);
    }
    this.#reader.end();
    answer.endTokens();
    this.#run.expect("the end of the answer");
    const { error } = await this.#run.outcome;
    if (error) throw error;
    if (this.#hasher === undefined) throw new Error("the statement returned no rowset");
    this.#hasher.end();
    return this.#hashes;
  }

  /** Resolves when the connection is usable again, or closed. A stream that made no sense cannot be read to its end. */
  async giveUp(reason: Error): Promise<void> {
    if (reason instanceof WireFormatError) this.#run.abort(reason);
    else this.#run.cancel(reason);
    if (this.#answer !== undefined) await this.#run.outcome;
  }

  /** Takes all that has come; every token but the rows is the driver's. */
  #hash(answer: RawAnswer): void {
    for (let stop = ""; stop !== "more";) {
      const pieces: Buffer[] = [];
      const tokens: Buffer[] = [];
      try {
        stop = this.#reader.read(Infinity, pieces, tokens);
      } finally {
        for (const token of tokens) answer.feed(token);
      }
      for (const piece of pieces) this.#hasher!.push(piece);
      if (stop === "columns") {
        this.#hasher = new RowHasher(this.#reader.columns!, this.#keyTexts, (row) => this.#hashes.push(row));
      }
    }
  }

  /** @returns undefined at the end of the answer */
  async #next(answer: RawAnswer): Promise<Buffer | undefined> {
    const run = this.#run;
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

  /**
   * The request was cancelled, or has ended with an error. What is still coming is read away; tokens behind the rows still count: one may say
   * that the transaction is gone.
   */
  #onFailure(): void {
    this.#wake?.();
    let understood = true;
    this.#answer?.drain((chunk) => {
      understood &&= this.#discard(chunk);
    });
  }

  #discard(chunk: Buffer): boolean {
    try {
      this.#reader.push(chunk);
      for (let stop = ""; stop !== "more";) {
        const tokens: Buffer[] = [];
        stop = this.#reader.read(Infinity, [], tokens);
        for (const token of tokens) this.#answer!.feed(token);
      }
      return true;
    } catch {
      return false;
    }
  }
}
