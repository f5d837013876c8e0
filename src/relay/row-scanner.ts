import type { LengthRule } from "./col-metadata.ts";
import { STEP, plpLeft, plpTotal, tooLong, walkLong } from "./long-value.ts";
import { INCOMPLETE, NO_ROOM, NULL_FORM, NbcRowExpander, copy, nullInFixed } from "./nbc-row.ts";
import { TOKEN } from "./tds-bytes.ts";

/** What one call of `scan` found. */
export interface ScanResult {
  /** Where the scan stopped in the chunk; the chunk's length, unless `stop` says otherwise. */
  readonly at: number;
  /**
   * - more: the chunk is used up (in the middle of a row or not)
   * - limit: as many rows as were asked for are complete, and at `at` begins one more
   * - token: the byte at `at` begins a token that is not a row
   */
  readonly stop: "more" | "limit" | "token";
}

/** Bytes of the length before a value. A text pointer's timestamp and length are read after the pointer. */
const HEADER_SIZE = { fixed: 0, byte: 1, ushort: 2, variant: 4, textptr: 1, plp: 8 } as const;

/** Where a row that was cut by the end of a chunk goes on. */
type Phase = "boundary" | "bitmap" | "column" | "header" | "value" | "text-tail" | "plp-length";

/** Runs shorter than this are gathered in one buffer: many small pieces cost the driver's streams more than a copy. */
const COPY_BELOW = 2048;
const GATHER_SIZE = 16_384;

/**
 * Walks the ROW and NBCROW tokens ([MS-TDS] 2.2.7.20, 2.2.7.14) of one rowset, by the length rule of each column and without
 * looking at values, and gives them out as ROW tokens. The stream may be cut anywhere; a row is never held: what is there
 * of it goes out. Bytes of ROW tokens are not copied but given out as views of the chunk; NBCROW tokens, which a bulk load
 * does not take, are expanded.
 *
 * After a WireFormatError the scanner is of no more use.
 */
export class RowScanner {
  /** Complete rows so far. */
  rows = 0;

  readonly #rules: readonly LengthRule[];
  /** The row as a list of steps, runs of fixed columns made one. */
  readonly #steps: Int32Array;
  readonly #limits: Float64Array;

  readonly #expander: NbcRowExpander;

  #phase: Phase = "boundary";
  #column = 0;
  /** Bytes of the value (or text pointer, or PLP chunk) still to pass. */
  #skip = 0;
  /** PLP: bytes that may still come, in the form of plpTotal. */
  #plpLeft = 0;
  #afterSkip: "column" | "text-tail" | "plp-length" = "column";
  readonly #header = Buffer.alloc(12);
  #headerHave = 0;
  readonly #bitmap: Buffer;
  #bitmapHave = 0;
  #compressed = false;

  /** Where the bytes begin that are to go out next. */
  #runStart = 0;
  #gathered = Buffer.alloc(0);
  #gatheredLength = 0;

  constructor(rules: readonly LengthRule[]) {
    this.#rules = rules;
    this.#expander = new NbcRowExpander(rules);
    this.#bitmap = Buffer.alloc(Math.ceil(rules.length / 8));
    const steps: number[] = [];
    const limits: number[] = [];
    for (const rule of rules) {
      const last = steps.length - 1;
      if (rule.kind !== "fixed") {
        steps.push(STEP[rule.kind]);
        limits.push(rule.size);
      } else if (last >= 0 && steps[last]! >= 0) {
        steps[last]! += rule.size;
      } else {
        steps.push(rule.size);
        limits.push(0);
      }
    }
    this.#steps = Int32Array.from(steps);
    this.#limits = Float64Array.from(limits);
  }

  /** Whether the scanner stands between two rows, not inside one. */
  get atBoundary(): boolean {
    return this.#phase === "boundary";
  }

  /**
   * Walks rows from `at` on.
   *
   * @param maxRows how many rows may be completed in this call; at the limit the scan stops behind the last one
   * @param out gets the bytes of the rows, in order; views of `chunk`, which must not be written to any more
   * @throws WireFormatError when the bytes cannot be rows of these columns
   */
  scan(chunk: Buffer, at: number, maxRows: number, out: Buffer[]): ScanResult {
    const end = chunk.length;
    const limit = this.rows + maxRows;
    this.#runStart = at;
    let stop: ScanResult["stop"] = "more";
    while (at < end) {
      if (this.#phase !== "boundary") {
        at = this.#resume(chunk, at, end, out);
        continue;
      }
      const token = chunk[at]!;
      if (token !== TOKEN.row && token !== TOKEN.nbcRow) {
        stop = "token";
        break;
      }
      if (this.rows >= limit) {
        stop = "limit";
        break;
      }
      if (token === TOKEN.row) {
        const next = this.#walkWholeRows(chunk, at, end, limit);
        if (next > at) {
          at = next;
          continue;
        }
        at += 1;
        this.#compressed = false;
        this.#column = 0;
        this.#phase = "column";
        this.#endOfColumns();
      } else {
        this.#pass(chunk, at, out);
        const next = this.#expandWholeRows(chunk, at, end, limit, out);
        if (next > at) {
          at = next;
          continue;
        }
        this.#gather(ROW_TOKEN, 0, 1, out);
        at += 1;
        this.#runStart = at;
        this.#compressed = true;
        this.#column = 0;
        this.#bitmapHave = 0;
        this.#phase = "bitmap";
      }
    }
    this.#pass(chunk, at, out);
    this.#flush(out);
    return { at, stop };
  }

  /**
   * The fast way: whole ROW tokens inside the chunk, one after another.
   * @returns where the first byte is that is not part of such a row
   */
  #walkWholeRows(chunk: Buffer, start: number, end: number, limit: number): number {
    const steps = this.#steps;
    const limits = this.#limits;
    const count = steps.length;
    let rows = this.rows;
    let rowStart = start;
    walk: while (rows < limit && rowStart < end && chunk[rowStart] === TOKEN.row) {
      let at = rowStart + 1;
      for (let column = 0; column < count; column++) {
        const step = steps[column]!;
        if (step >= 0) {
          at += step;
        } else if (step === STEP.byte) {
          if (at >= end) break walk;
          const length = chunk[at]!;
          if (length > limits[column]!) throw tooLong(length, limits[column]!);
          at += 1 + length;
        } else if (step === STEP.ushort) {
          if (at + 2 > end) break walk;
          const length = chunk[at]! | (chunk[at + 1]! << 8);
          at += 2;
          if (length !== 0xffff) {
            if (length > limits[column]!) throw tooLong(length, limits[column]!);
            at += length;
          }
        } else {
          at = walkLong(step, chunk, at, end, limits[column]!);
          if (at < 0) break walk;
        }
      }
      if (at > end) break;
      rowStart = at;
      rows++;
    }
    this.rows = rows;
    return rowStart;
  }

  /** The fast way for NBCROW tokens. @returns as walkWholeRows */
  #expandWholeRows(chunk: Buffer, start: number, end: number, limit: number, out: Buffer[]): number {
    let at = start;
    while (this.rows < limit && at < end && chunk[at] === TOKEN.nbcRow) {
      let next = this.#expander.expand(chunk, at, end, this.#gathered, this.#gatheredLength);
      if (next === NO_ROOM) {
        this.#newBuffer(out);
        next = this.#expander.expand(chunk, at, end, this.#gathered, 0);
      }
      if (next === INCOMPLETE || next === NO_ROOM) break;
      this.#gatheredLength += this.#expander.written;
      this.rows++;
      at = next;
    }
    this.#runStart = at;
    return at;
  }

  /** The slow way: goes on with a row that is cut by the chunk's end, or with an NBCROW. Always uses a byte, or ends the row. */
  #resume(chunk: Buffer, start: number, end: number, out: Buffer[]): number {
    let at = start;
    while (at < end) {
      switch (this.#phase) {
        case "boundary":
          return at;
        case "bitmap":
          this.#bitmap[this.#bitmapHave++] = chunk[at++]!;
          this.#runStart = at;
          if (this.#bitmapHave === this.#bitmap.length) this.#nextColumn(chunk, at, out);
          break;
        case "column": {
          const rule = this.#rules[this.#column]!;
          this.#headerHave = 0;
          if (rule.kind === "fixed") this.#skipThen(rule.size, "column");
          else this.#phase = "header";
          break;
        }
        case "header":
        case "text-tail":
        case "plp-length":
          this.#header[this.#headerHave++] = chunk[at++]!;
          if (this.#headerHave === this.#headerSize()) this.#readHeader(chunk, at, out);
          break;
        case "value": {
          const step = Math.min(this.#skip, end - at);
          at += step;
          this.#skip -= step;
          if (this.#skip === 0) this.#afterValue(chunk, at, out);
          break;
        }
      }
    }
    return at;
  }

  #headerSize(): number {
    if (this.#phase === "text-tail") return 12;
    if (this.#phase === "plp-length") return 4;
    return HEADER_SIZE[this.#rules[this.#column]!.kind];
  }

  /** A length has been read whole. */
  #readHeader(chunk: Buffer, at: number, out: Buffer[]): void {
    this.#headerHave = 0;
    const header = this.#header;
    const rule = this.#rules[this.#column]!;
    if (this.#phase === "text-tail") {
      const length = header.readUInt32LE(8);
      if (length > rule.size) throw tooLong(length, rule.size);
      this.#skipThen(length, "column");
    } else if (this.#phase === "plp-length") {
      const length = header.readUInt32LE(0);
      this.#plpLeft = plpLeft(this.#plpLeft, length);
      this.#skipThen(length, length === 0 ? "column" : "plp-length");
    } else if (rule.kind === "textptr") {
      this.#skipThen(header[0]!, header[0] === 0 ? "column" : "text-tail");
    } else if (rule.kind === "plp") {
      const total = plpTotal(header, 0);
      if (total === undefined) {
        this.#skipThen(0, "column");
      } else {
        this.#plpLeft = total;
        this.#skipThen(0, "plp-length");
      }
    } else {
      const length =
        rule.kind === "byte" ? header[0]! : rule.kind === "ushort" ? header.readUInt16LE(0) : header.readUInt32LE(0);
      const isNull = rule.kind === "ushort" && length === 0xffff;
      if (!isNull && length > rule.size) throw tooLong(length, rule.size);
      this.#skipThen(isNull ? 0 : length, "column");
    }
    if (this.#skip === 0) this.#afterValue(chunk, at, out);
  }

  #skipThen(length: number, next: "column" | "text-tail" | "plp-length"): void {
    this.#skip = length;
    this.#afterSkip = next;
    this.#phase = "value";
  }

  #afterValue(chunk: Buffer, at: number, out: Buffer[]): void {
    if (this.#afterSkip === "column") {
      this.#column++;
      this.#nextColumn(chunk, at, out);
    } else {
      this.#phase = this.#afterSkip;
    }
  }

  /** Goes to the column `#column`, or in an NBCROW to the next that is not NULL, having put in the long form of the NULLs. */
  #nextColumn(chunk: Buffer, at: number, out: Buffer[]): void {
    if (this.#compressed) {
      const count = this.#rules.length;
      while (this.#column < count && (this.#bitmap[this.#column >> 3]! >> (this.#column & 7)) & 1) {
        const { kind } = this.#rules[this.#column]!;
        if (kind === "fixed") throw nullInFixed(this.#column);
        this.#pass(chunk, at, out);
        this.#gather(NULL_FORM[kind], 0, NULL_FORM[kind].length, out);
        this.#column++;
      }
    }
    this.#phase = "column";
    this.#endOfColumns();
  }

  #endOfColumns(): void {
    if (this.#column < this.#rules.length) return;
    this.#phase = "boundary";
    this.rows++;
  }

  /** Gives out the bytes of the chunk from the run's start up to `at`. */
  #pass(chunk: Buffer, at: number, out: Buffer[]): void {
    const length = at - this.#runStart;
    if (length > 0) {
      if (length < COPY_BELOW && (this.#compressed || this.#gatheredLength > 0)) {
        this.#gather(chunk, this.#runStart, at, out);
      } else {
        this.#flush(out);
        out.push(chunk.subarray(this.#runStart, at));
      }
    }
    this.#runStart = at;
  }

  #gather(bytes: Buffer, start: number, end: number, out: Buffer[]): void {
    const length = end - start;
    if (this.#gatheredLength + length > this.#gathered.length) this.#newBuffer(out);
    this.#gatheredLength = copy(bytes, start, end, this.#gathered, this.#gatheredLength);
  }

  #newBuffer(out: Buffer[]): void {
    this.#flush(out);
    this.#gathered = Buffer.allocUnsafeSlow(GATHER_SIZE);
  }

  /** What has been gathered goes out; the buffer's rest is used for what comes next, since nobody may write to views. */
  #flush(out: Buffer[]): void {
    if (this.#gatheredLength === 0) return;
    out.push(this.#gathered.subarray(0, this.#gatheredLength));
    this.#gathered = this.#gathered.subarray(this.#gatheredLength);
    this.#gatheredLength = 0;
  }
}

const ROW_TOKEN = Buffer.of(TOKEN.row);
