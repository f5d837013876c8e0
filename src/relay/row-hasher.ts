import { type Hash, createHash } from "node:crypto";
import type { Cursor } from "../model/cursor.ts";
import type { WireColumn } from "./col-metadata.ts";
import { plpLeft, plpTotal } from "./long-value.ts";
import { copy } from "./nbc-row.ts";
import { TOKEN, WireFormatError } from "./tds-bytes.ts";

/** A row by its key and a hash of all that it holds. */
export interface RowHash {
  /** The texts of the leading columns. */
  readonly key: Cursor;
  /** SHA-256, base64. */
  readonly hash: string;
}

/** What fills a value of a fixed length up, and says nothing. */
type Padding = "none" | "blank" | "wide-blank" | "zero";

interface Column {
  readonly kind: "fixed" | "byte" | "ushort" | "variant" | "plp";
  readonly size: number;
  readonly padding: Padding;
  /** The key's texts are taken as they are and are no part of the hash. */
  readonly isKey: boolean;
}

/**
 * By TYPE_INFO's first byte. char, nchar and binary come without their padding where a column was made with ANSI_PADDING OFF
 * (https://learn.microsoft.com/sql/t-sql/statements/set-ansi-padding-transact-sql); decimals may come with as many bytes as
 * their value needs or their precision allows ([MS-TDS] 2.2.5.5.1.6).
 */
const PADDING: ReadonlyMap<number, Padding> = new Map([
  [0xaf, "blank"],
  [0xef, "wide-blank"],
  [0xad, "zero"],
  [0x6a, "zero"],
  [0x6c, "zero"],
]);

const HEADER_SIZE = { fixed: 0, byte: 1, ushort: 2, variant: 4, plp: 8 } as const;
const NULL_LENGTH = 0xffff_ffff;
/** Of values that are not (max) no type has more than 8,016 bytes. */
const MOST_SHORT_BYTES = 0xffff;
const BUFFER_SIZE = 2 * MOST_SHORT_BYTES;

/**
 * Hashes rows in wire form one by one, in a form that does not depend on how a server happens to send them: each value is its bytes and
 * behind them their number, or a mark for NULL; the same in columns that take NULL and in those that do not, whatever the chunks of a
 * (max) value and the cuts between packets. No value is decoded. Memory is one buffer, whatever the size of a row.
 *
 * Takes the pieces that a RowScanner gives out: ROW tokens, cut anywhere.
 */
export class RowHasher {
  readonly #columns: readonly Column[];
  readonly #take: (row: RowHash) => void;

  #phase: "token" | "header" | "plp-length" | "data" = "token";
  #column = 0;
  /** Bytes still to come of the header or the data. */
  #left = 0;
  readonly #header = Buffer.alloc(8);
  #plpLeft = 0;

  /** The row's canonical bytes that are not hashed yet. */
  readonly #bytes = Buffer.allocUnsafe(BUFFER_SIZE);
  #length = 0;
  /** Where the value begins in `#bytes`; what came of a (max) value is counted instead. */
  #valueStart = 0;
  #plpBytes = 0;
  /** Only of a row that does not fit into the buffer. */
  #hash: Hash | undefined;
  #key: string[] = [];

  /**
   * @param keyTexts how many columns from the first on are the texts of the key (nvarchar, never NULL)
   * @throws WireFormatError for columns that cannot be compared in wire form
   */
  constructor(columns: readonly WireColumn[], keyTexts: number, take: (row: RowHash) => void) {
    this.#columns = columns.map(({ name, type, rule }, at) => {
      if (rule.kind === "textptr")
        throw new WireFormatError(`column ${name} is text, ntext or image: cast it in the SELECT`);
      return { kind: rule.kind, size: rule.size, padding: PADDING.get(type) ?? "none", isKey: at < keyTexts };
    });
    this.#take = take;
  }

  /** The next bytes of rows. @throws WireFormatError */
  push(piece: Buffer): void {
    const end = piece.length;
    let at = 0;
    while (at < end) {
      if (this.#phase === "token") {
        if (piece[at++] !== TOKEN.row) throw new WireFormatError("a row to be hashed does not begin with a ROW token");
        this.#column = -1;
        this.#key = [];
        this.#nextColumn();
        continue;
      }
      const step = Math.min(this.#left, end - at);
      if (this.#phase === "data") {
        this.#append(piece, at, at + step);
      } else {
        const have = this.#headerSize() - this.#left;
        copy(piece, at, at + step, this.#header, have);
      }
      at += step;
      this.#left -= step;
      if (this.#left > 0) continue;
      if (this.#phase === "data") this.#endOfData();
      else this.#readHeader();
    }
  }

  /** @throws WireFormatError where the rows end inside one */
  end(): void {
    if (this.#phase !== "token") throw new WireFormatError("the rows end inside a row");
  }

  #headerSize(): number {
    return this.#phase === "plp-length" ? 4 : HEADER_SIZE[this.#columns[this.#column]!.kind];
  }

  #nextColumn(): void {
    this.#column++;
    const column = this.#columns[this.#column];
    if (column === undefined) {
      this.#endOfRow();
    } else if (column.kind === "fixed") {
      this.#beginShort(column.size);
    } else {
      this.#phase = "header";
      this.#left = HEADER_SIZE[column.kind];
    }
  }

  #readHeader(): void {
    const header = this.#header;
    const { kind } = this.#columns[this.#column]!;
    if (this.#phase === "plp-length") {
      const length = header.readUInt32LE(0);
      this.#plpLeft = plpLeft(this.#plpLeft, length);
      if (length === 0) return this.#endOfValue(this.#plpBytes);
      this.#left = length;
      this.#phase = "data";
      return;
    }
    if (kind === "plp") {
      const total = plpTotal(header, 0);
      if (total === undefined) return this.#endOfValue(NULL_LENGTH);
      this.#plpLeft = total;
      this.#plpBytes = 0;
      this.#phase = "plp-length";
      this.#left = 4;
      return;
    }
    const length = kind === "byte" ? header[0]! : kind === "ushort" ? header.readUInt16LE(0) : header.readUInt32LE(0);
    const isNull = kind === "ushort" ? length === 0xffff : length === 0;
    if (isNull) this.#endOfValue(NULL_LENGTH);
    else this.#beginShort(length);
  }

  /** A value that is gathered whole, since its padding is cut off at its end. */
  #beginShort(length: number): void {
    if (length > MOST_SHORT_BYTES) throw new WireFormatError(`a value of ${length} bytes that is no (max) value`);
    if (this.#length + length + 4 > BUFFER_SIZE) this.#flush();
    this.#valueStart = this.#length;
    this.#left = length;
    this.#phase = "data";
    if (length === 0) this.#endOfData();
  }

  #append(piece: Buffer, start: number, end: number): void {
    const isLong = this.#columns[this.#column]!.kind === "plp";
    if (isLong) {
      this.#plpBytes += end - start;
      if (this.#length + (end - start) + 4 > BUFFER_SIZE) {
        this.#flush();
        if (end - start + 4 > BUFFER_SIZE) {
          this.#hash!.update(piece.subarray(start, end));
          return;
        }
      }
    }
    this.#length = copy(piece, start, end, this.#bytes, this.#length);
  }

  #endOfData(): void {
    const { kind, padding, isKey } = this.#columns[this.#column]!;
    if (kind === "plp") {
      this.#phase = "plp-length";
      this.#left = 4;
      return;
    }
    if (isKey) {
      this.#key.push(this.#bytes.toString("utf16le", this.#valueStart, this.#length));
      this.#length = this.#valueStart;
      this.#nextColumn();
      return;
    }
    if (padding !== "none") this.#length = withoutPadding(this.#bytes, this.#valueStart, this.#length, padding);
    this.#endOfValue(this.#length - this.#valueStart);
  }

  #endOfValue(length: number): void {
    if (this.#columns[this.#column]!.isKey) throw new WireFormatError("a key without a text");
    if (this.#length + 4 > BUFFER_SIZE) this.#flush();
    this.#length = this.#bytes.writeUInt32LE(length, this.#length);
    this.#nextColumn();
  }

  #endOfRow(): void {
    const hash = (this.#hash ?? createHash("sha256")).update(this.#bytes.subarray(0, this.#length)).digest("base64");
    this.#hash = undefined;
    this.#length = 0;
    this.#phase = "token";
    this.#take({ key: this.#key, hash });
  }

  #flush(): void {
    this.#hash ??= createHash("sha256");
    this.#hash.update(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#valueStart = 0;
  }
}

/** @returns where the value ends without what only fills it up */
function withoutPadding(bytes: Buffer, start: number, end: number, padding: Padding): number {
  if (padding === "wide-blank") {
    while (end - start >= 2 && bytes[end - 2] === 0x20 && bytes[end - 1] === 0) end -= 2;
    return end;
  }
  const filler = padding === "blank" ? 0x20 : 0;
  while (end > start && bytes[end - 1] === filler) end--;
  return end;
}
