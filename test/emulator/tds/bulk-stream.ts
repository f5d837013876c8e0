// [MS-TDS] 2.2.6.1 Bulk Load BCP: COLMETADATA, ROW tokens, DONE; parsed while it arrives.
import { SqlError } from "../values/sql-error.ts";
import type { SqlRow } from "../values/sql-type.ts";
import { ByteReader, InvalidLength, NOT_ENOUGH_BYTES } from "./byte-reader.ts";
import type { MessageBody } from "./message-body.ts";
import type { BulkColumn } from "./session-handler.ts";
import { Token } from "./tokens.ts";
import { type ReceivedType, UnknownType, readTypeInfo } from "./type-info.ts";

const NULLABLE = 0x01;
const MOST_ROWS_AT_ONCE = 2000;

function interrupted(): SqlError {
  const text =
    "While reading current row from host, a premature end-of-message was encountered--an incoming data stream was " +
    "interrupted when the server expected to see more data. The host program may have terminated. Ensure that you are " +
    "using a supported client application programming interface (API).";
  return new SqlError(4804, 21, 1, text);
}

/** The client gave up in the middle (ignore bit): nothing is said about it but DONE_ERROR. */
export class BulkGivenUp extends Error {
  override readonly name = "BulkGivenUp";
}

/** A bulk load message: `columns` first, then `rows` once. */
export class BulkStream {
  readonly #body: MessageBody;
  readonly #input = new ByteReader(Buffer.alloc(0));
  #ended = false;
  #types: ReceivedType[] = [];
  #done = false;

  constructor(body: MessageBody) {
    this.#body = body;
  }

  /** @throws SqlError 4816 for a column type that is unknown, 4804 when the message ends before */
  async columns(): Promise<BulkColumn[]> {
    for (;;) {
      const start = this.#input.position;
      try {
        return this.#readColumns();
      } catch (error) {
        if (error !== NOT_ENOUGH_BYTES) throw error;
        this.#input.position = start;
        await this.#more();
      }
    }
  }

  /** Batches of rows, as they arrive. @throws SqlError 4804, 4815; BulkGivenUp; Error when the connection is gone */
  async *rows(): AsyncGenerator<SqlRow[], void, undefined> {
    while (!this.#done) {
      const batch = this.#readRows();
      if (batch.length > 0) yield batch;
      // FreeTDS sends no DONE: the end of the message right after a row is as good, and the server takes it.
      else if (!this.#done && this.#ended && this.#input.remaining === 0) this.#done = true;
      else if (!this.#done) await this.#more();
    }
  }

  /** Lets what is left of the message pass by, after an error. */
  async drain(): Promise<void> {
    await this.#body.drain();
  }

  #readColumns(): BulkColumn[] {
    const input = this.#input;
    // tedious sends DONE alone where it has no rows. What the server makes of it is not documented: the worse is taken.
    if (input.uint8() !== Token.columns) throw interrupted();
    const count = input.uint16();
    const columns: BulkColumn[] = [];
    const types: ReceivedType[] = [];
    for (let ordinal = 1; ordinal <= count; ordinal++) {
      input.uint32();
      const flags = input.uint16();
      const received = this.#readType(ordinal);
      // Here the table's name is one US_VARCHAR, unlike in what the server sends.
      if (["text", "ntext", "image"].includes(received.type.name)) input.usVarchar();
      columns.push({ name: input.bVarchar(), type: received.type, nullable: (flags & NULLABLE) !== 0 });
      types.push(received);
    }
    this.#types = types;
    return columns;
  }

  #readType(ordinal: number): ReceivedType {
    try {
      return readTypeInfo(this.#input, true);
    } catch (error) {
      if (!(error instanceof UnknownType) && !(error instanceof InvalidLength)) throw error;
      throw new SqlError(4816, 16, 1, `Invalid column type from bcp client for colid ${ordinal}.`);
    }
  }

  /** All whole rows that have arrived, up to a number that keeps memory small. */
  #readRows(): SqlRow[] {
    const input = this.#input;
    const batch: SqlRow[] = [];
    let start = input.position;
    let ordinal = 0;
    const types = this.#types;
    const count = types.length;
    try {
      while (batch.length < MOST_ROWS_AT_ONCE) {
        start = input.position;
        const token = input.uint8();
        if (token === Token.done) {
          this.#done = true;
          break;
        }
        // NBCROW is not allowed here ([MS-TDS] 2.2.6.1): the server loses its place in the stream.
        if (token !== Token.row) throw interrupted();
        const row: SqlRow = new Array<null>(count).fill(null);
        for (ordinal = 0; ordinal < count; ordinal++) row[ordinal] = types[ordinal]!.decode(input);
        batch.push(row);
      }
    } catch (error) {
      if (error instanceof InvalidLength) {
        throw new SqlError(
          4815,
          16,
          1,
          `Received an invalid column length from the bcp client for colid ${ordinal + 1}.`,
        );
      }
      if (error !== NOT_ENOUGH_BYTES) throw error;
      input.position = start;
    }
    return batch;
  }

  /**
   * Waits until there are more bytes. A row that is larger than what has arrived is parsed again from its start, so
   * after each failure half as much again must have arrived: parsing stays linear in the row's size.
   */
  async #more(): Promise<void> {
    const rest = this.#input.remaining;
    const enough = rest < 4096 ? rest + 1 : rest + (rest >> 1);
    const chunks = [this.#input.slice(rest)];
    let bytes = rest;
    while (bytes < enough) {
      if (this.#ended) throw interrupted();
      const arrived = await this.#body.read();
      if (arrived === undefined) {
        if (this.#body.ignored) throw new BulkGivenUp("the client gave up its bulk load");
        this.#ended = true;
        if (bytes === rest && rest > 0) throw interrupted();
        break;
      }
      for (const chunk of arrived) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
    }
    const whole = Buffer.concat(chunks);
    this.#input.buffer = whole;
    this.#input.view = new DataView(whole.buffer, whole.byteOffset, whole.length);
    this.#input.position = 0;
    this.#input.end = whole.length;
  }
}
