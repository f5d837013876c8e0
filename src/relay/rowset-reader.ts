import { ColMetadataParser, type WireColumn } from "./col-metadata.ts";
import { RowScanner } from "./row-scanner.ts";
import { TOKEN, WireFormatError, hex } from "./tds-bytes.ts";

/**
 * Why `read` came back:
 * - more: the bytes are used up; push the next chunk
 * - limit: as many rows as were asked for are complete, and one more begins
 * - columns: the rowset's columns have just become known
 */
export type ReadStop = "more" | "limit" | "columns";

/** DONE, DONEPROC and DONEINPROC: status, command, 8 bytes of count ([MS-TDS] 2.2.7.6, TDS 7.2 and later). */
const FIXED_TOKEN_LENGTH: ReadonlyMap<number, number> = new Map([
  [TOKEN.done, 13],
  [TOKEN.doneProc, 13],
  [TOKEN.doneInProc, 13],
  [TOKEN.returnStatus, 5],
]);

const DONE_TOKENS: ReadonlySet<number> = new Set([TOKEN.done, TOKEN.doneProc, TOKEN.doneInProc]);
/** Status bits of a DONE. */
const DONE = { more: 0x01, error: 0x02, count: 0x10 } as const;

/** Tokens that give their length in the two bytes behind the type. */
const COUNTED_TOKENS: ReadonlySet<number> = new Set([TOKEN.order, TOKEN.error, TOKEN.info, TOKEN.envChange]);

/**
 * Takes the answer to a request apart: the rows of its one rowset on the one hand (see RowScanner), every other token but the
 * rowset's COLMETADATA, whole and as it came, on the other.
 *
 * A second rowset and any token that the answer to a plain SELECT does not have are errors (WireFormatError).
 */
export class RowsetReader {
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #metadata: ColMetadataParser | undefined;
  #scanner: RowScanner | undefined;
  #columnsTold = false;
  #rowsOver = false;
  /** Whether the last token was a DONE that announces no more. */
  #complete = false;

  /** Undefined until the COLMETADATA has come. */
  get columns(): readonly WireColumn[] | undefined {
    return this.#metadata?.columns;
  }

  /** Rows that are complete. */
  get rows(): number {
    return this.#scanner?.rows ?? 0;
  }

  /** Whether a row begins at the place that is read next, or goes on there. */
  get atRow(): boolean {
    if (!this.#scanner || this.#rowsOver) return false;
    if (!this.#scanner.atBoundary) return true;
    const next = this.#chunk[this.#at];
    return next === TOKEN.row || next === TOKEN.nbcRow;
  }

  /** The next bytes of the message; only when `read` has returned "more". */
  push(chunk: Buffer): void {
    const left = this.#chunk.subarray(this.#at);
    this.#chunk = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    this.#at = 0;
  }

  /**
   * @param maxRows how many rows may be completed in this call
   * @param out gets the rows' bytes
   * @param tokens gets the other tokens, each whole
   */
  read(maxRows: number, out: Buffer[], tokens: Buffer[]): ReadStop {
    const upTo = this.rows + maxRows;
    while (this.#at < this.#chunk.length) {
      if (this.#scanner && !this.#rowsOver) {
        const { at, stop } = this.#scanner.scan(this.#chunk, this.#at, upTo - this.rows, out);
        this.#at = at;
        if (stop !== "token") return stop;
      }
      if (this.#readsMetadata()) {
        this.#metadata ??= new ColMetadataParser();
        this.#at = this.#metadata.read(this.#chunk, this.#at);
        const { columns } = this.#metadata;
        if (!columns) return "more";
        this.#scanner = new RowScanner(columns.map((column) => column.rule));
        this.#columnsTold = true;
        return "columns";
      }
      const length = this.#tokenLength();
      if (length === undefined || this.#at + length > this.#chunk.length) return "more";
      const token = this.#chunk.subarray(this.#at, this.#at + length);
      this.#at += length;
      if (DONE_TOKENS.has(token[0]!)) this.#done(token);
      tokens.push(token);
    }
    return "more";
  }

  /** Of the rows' own DONE the count must be right: rows that got lost on the way would be missing without a word. */
  #done(token: Buffer): void {
    const status = token.readUInt16LE(1);
    this.#complete = (status & DONE.more) === 0;
    if (this.#scanner === undefined || this.#rowsOver) return;
    // An ORDER token stands before the rows, INFO may stand between them; only the DONE ends them.
    this.#rowsOver = true;
    if ((status & DONE.count) === 0 || (status & DONE.error) !== 0) return;
    const count = token.readBigUInt64LE(5);
    if (count !== BigInt(this.rows)) throw new WireFormatError(`${this.rows} rows came, and the server sent ${count}`);
  }

  #readsMetadata(): boolean {
    if (this.#columnsTold) return false;
    return this.#metadata !== undefined || this.#chunk[this.#at] === TOKEN.colMetadata;
  }

  /** Of the token at the place that is read next; undefined when its length has not come yet. */
  #tokenLength(): number | undefined {
    const token = this.#chunk[this.#at]!;
    const fixed = FIXED_TOKEN_LENGTH.get(token);
    if (fixed !== undefined) return fixed;
    if (token === TOKEN.colMetadata) throw new WireFormatError("a second rowset: the statement must return one");
    if (!COUNTED_TOKENS.has(token)) throw new WireFormatError(`token ${hex(token)} at a place where it cannot be`);
    return this.#at + 3 <= this.#chunk.length ? 3 + this.#chunk.readUInt16LE(this.#at + 1) : undefined;
  }

  /** The message is over. @throws WireFormatError when it ends inside a token, or without the DONE that ends an answer */
  end(): void {
    const incomplete =
      this.#at < this.#chunk.length ||
      (this.#metadata && !this.#metadata.columns) ||
      (this.#scanner && !this.#scanner.atBoundary);
    if (incomplete) throw new WireFormatError("the message ends inside a token");
    if (!this.#complete) throw new WireFormatError("the message ends without DONE");
  }
}
