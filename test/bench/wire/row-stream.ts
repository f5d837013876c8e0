import { ByteWriter } from "../../emulator/tds/byte-writer.ts";
import { DEFAULT_PACKET_SIZE, PacketType, frame } from "../../emulator/tds/packet.ts";
import { rowWriter } from "../../emulator/tds/row-writer.ts";
import { DoneStatus, Token, writeColumns, writeDone } from "../../emulator/tds/tokens.ts";
import type { BenchColumn } from "../bench-case.ts";

/** Bytes of one write to a socket. */
export const writeBytes = 32 * 1024;
/** Bytes of rows that are prepared and sent again and again. */
const blockBytes = 1024 * 1024;
const selectCommand = 0xc1;

export interface RowStreamOptions {
  /** All rows differ, up to this many; else a block of about 1 MB is repeated. */
  readonly distinctRows?: number;
}

/** The answer to a SELECT, prepared: packets of the driver's default size, ready to be written. */
export class RowStream {
  /** Bytes of a ROW or NBCROW token, on average. */
  readonly bytesPerRow: number;
  readonly #columns: readonly BenchColumn[];
  readonly #write: ReturnType<typeof rowWriter>;
  readonly #head: Buffer;
  readonly #block: readonly Buffer[];
  readonly #blockRows: number;

  constructor(columns: readonly BenchColumn[], { distinctRows }: RowStreamOptions = {}) {
    this.#columns = columns;
    this.#write = rowWriter(columns);
    const out = new ByteWriter();
    writeColumns(out, columns);
    this.#head = packets(out.written(), false);
    out.clear();
    let rows = 0;
    while (distinctRows === undefined ? out.position < blockBytes : rows < distinctRows) this.#row(out, ++rows);
    this.bytesPerRow = out.position / rows;
    this.#block = pieces(packets(out.written(), false));
    this.#blockRows = rows;
  }

  /** The whole message with so many rows, in pieces for one write each. */
  *message(rows: number): Generator<Buffer, void, undefined> {
    yield this.#head;
    let left = rows;
    for (; left >= this.#blockRows; left -= this.#blockRows) yield* this.#block;
    const out = new ByteWriter();
    for (let n = 1; n <= left; n++) this.#row(out, n);
    writeDone(out, Token.done, DoneStatus.count, selectCommand, BigInt(rows));
    yield* pieces(packets(out.written(), true));
  }

  #row(out: ByteWriter, n: number): void {
    this.#write(
      out,
      this.#columns.map(({ value }) => value(n)),
    );
  }
}

/** Of a response; the last packet may be short, and ends the message where `last` says so. */
export function packets(tokens: Buffer, last: boolean): Buffer {
  const framed = frame(PacketType.response, tokens, DEFAULT_PACKET_SIZE, 1, true).packets;
  if (!last) framed[lastPacket(tokens.length) + 1] = 0;
  return framed;
}

/** Where the last packet begins. */
function lastPacket(tokenBytes: number): number {
  return Math.floor((tokenBytes - 1) / (DEFAULT_PACKET_SIZE - 8)) * DEFAULT_PACKET_SIZE;
}

function pieces(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / writeBytes) }, (_, at) =>
    bytes.subarray(at * writeBytes, (at + 1) * writeBytes),
  );
}
