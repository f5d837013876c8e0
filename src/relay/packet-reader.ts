import { PACKET_HEADER_BYTES, PACKET_STATUS, PACKET_TYPE, WireFormatError, hex } from "./tds-bytes.ts";

/** Takes the headers of the packets ([MS-TDS] 2.2.3.1) out of one message of a server, wherever its bytes are cut. */
export class PacketReader {
  readonly #header = Buffer.alloc(PACKET_HEADER_BYTES);
  #headerHave = 0;
  /** Bytes of the packet's payload that are still to come. */
  #left = 0;
  #last = false;
  #ended = false;

  /** The message is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Goes on with the message. The chunk is written to: what stood between the headers is moved to its beginning. The bytes from `used` on,
   * which belong to the message behind this one, stay as they are.
   *
   * @returns how many bytes of payload the chunk begins with now, and how many bytes of it were the message's
   * @throws WireFormatError when these are no packets of an answer
   */
  read(chunk: Buffer): { readonly payload: number; readonly used: number } {
    const end = chunk.length;
    let [at, payload] = [0, 0];
    while (!this.#ended) {
      const next = Math.min(at + this.#left, end);
      if (payload < at) chunk.copyWithin(payload, at, next);
      payload += next - at;
      this.#left -= next - at;
      at = next;
      if (this.#left > 0) break;
      this.#ended = this.#last;
      if (at === end) break;
      if (!this.#ended) at = this.#readHeader(chunk, at, end);
    }
    return { payload, used: at };
  }

  /** @returns where the header ends, or as much of it as is there */
  #readHeader(chunk: Buffer, start: number, end: number): number {
    const next = Math.min(start + PACKET_HEADER_BYTES - this.#headerHave, end);
    this.#headerHave += chunk.copy(this.#header, this.#headerHave, start, next);
    if (this.#headerHave < PACKET_HEADER_BYTES) return next;
    this.#headerHave = 0;
    const type = this.#header[0]!;
    const length = this.#header.readUInt16BE(2);
    if (type !== PACKET_TYPE.answer) throw new WireFormatError(`a packet of type ${hex(type)} in an answer`);
    if (length < PACKET_HEADER_BYTES) throw new WireFormatError(`a packet of ${length} bytes, its header included`);
    this.#left = length - PACKET_HEADER_BYTES;
    this.#last = (this.#header[1]! & PACKET_STATUS.endOfMessage) !== 0;
    return next;
  }
}
