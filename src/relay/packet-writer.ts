import { PACKET_HEADER_BYTES } from "./tds-bytes.ts";

/** About so many bytes are gathered for one write; what one read from a socket brings at most. */
const GATHER_BYTES = 65_536;

/**
 * Packs a message to a server into packets ([MS-TDS] 2.2.3.1), all but the last one. All of them have the negotiated size, as the
 * server demands (2.2.3).
 */
export class PacketWriter {
  readonly #type: number;
  readonly #packetSize: number;
  readonly #capacity: number;
  #buffer: Buffer;
  #at = 0;
  /** Where the packet ends that is being filled; what follows it begins with a header. */
  #packetEnd = 0;
  #number = 0;

  constructor(type: number, packetSize: number) {
    this.#type = type;
    this.#packetSize = packetSize;
    this.#capacity = Math.ceil(GATHER_BYTES / packetSize + 1) * packetSize;
    this.#buffer = Buffer.allocUnsafeSlow(this.#capacity);
  }

  /** Packs the bytes from `from` on. @returns up to where there was room: when it is not the end, `take` makes room */
  add(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#at === this.#packetEnd) {
        if (this.#at === this.#capacity) break;
        this.#begin();
      }
      const copied = bytes.copy(this.#buffer, this.#at, at, Math.min(bytes.length, at + this.#packetEnd - this.#at));
      this.#at += copied;
      at += copied;
    }
    return at;
  }

  /** The full packets that are not the message's last, whatever comes; nobody writes to them any more. */
  take(): Buffer | undefined {
    const last = this.#packetEnd - this.#packetSize;
    if (last <= 0) return undefined;
    const full = this.#buffer.subarray(0, last);
    const rest = this.#buffer.subarray(last, this.#at);
    this.#buffer = Buffer.allocUnsafeSlow(this.#capacity);
    this.#at = rest.copy(this.#buffer);
    this.#packetEnd = this.#packetSize;
    return full;
  }

  /** What is in the packets that have not been taken, without their headers. */
  rest(): Buffer {
    const payloads: Buffer[] = [];
    for (let at = 0; at < this.#at; at += this.#packetSize) {
      payloads.push(this.#buffer.subarray(at + PACKET_HEADER_BYTES, Math.min(at + this.#packetSize, this.#at)));
    }
    return Buffer.concat(payloads);
  }

  #begin(): void {
    const buffer = this.#buffer;
    const at = this.#at;
    this.#number = (this.#number + 1) & 0xff;
    buffer[at] = this.#type;
    buffer[at + 1] = 0;
    buffer.writeUInt16BE(this.#packetSize, at + 2);
    buffer.writeUInt16BE(0, at + 4);
    buffer[at + 6] = this.#number;
    buffer[at + 7] = 0;
    this.#at = at + PACKET_HEADER_BYTES;
    this.#packetEnd = at + this.#packetSize;
  }
}
