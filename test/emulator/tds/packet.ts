// [MS-TDS] 2.2.3.1 Packet Header

export const HEADER_BYTES = 8;
export const DEFAULT_PACKET_SIZE = 4096;
export const LEAST_PACKET_SIZE = 512;
export const MOST_PACKET_SIZE = 32767;

export const PacketType = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  bulk: 0x07,
  fedAuth: 0x08,
  transaction: 0x0e,
  login: 0x10,
  sspi: 0x11,
  prelogin: 0x12,
} as const;

export const PacketStatus = {
  endOfMessage: 0x01,
  /** With endOfMessage: the client gave up before the message was complete. */
  ignore: 0x02,
  resetConnection: 0x08,
  resetConnectionSkipTransaction: 0x10,
} as const;

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(PacketType));

export interface Packet {
  readonly type: number;
  readonly status: number;
  /** Length in the header. */
  readonly size: number;
  readonly payload: Buffer;
}

/** Cuts a stream of bytes into packets. A payload is a view into the chunk that brought it, where it came in one piece. */
export class PacketCutter {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onPacket: (packet: Packet) => void;

  constructor(onPacket: (packet: Packet) => void) {
    this.#onPacket = onPacket;
  }

  /** @throws Error for a type or length that no packet has: the stream cannot be followed any further. */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const size = bytes.readUInt16BE(at + 2);
      if (size < HEADER_BYTES || !KNOWN_TYPES.has(bytes[at]!)) {
        throw new Error(`packet of type ${bytes[at]} and ${size} bytes`);
      }
      if (bytes.length - at < size) break;
      const payload = bytes.subarray(at + HEADER_BYTES, at + size);
      const packet = { type: bytes[at]!, status: bytes[at + 1]!, size, payload };
      at += size;
      this.#onPacket(packet);
    }
    this.#rest = bytes.subarray(at);
  }

  /** Bytes of a packet that is not complete yet. */
  get pending(): number {
    return this.#rest.length;
  }
}

/**
 * Frames a message's bytes, whole packets only unless `last`.
 * @returns the packets, and how many of `bytes` they hold
 */
export function frame(
  type: number,
  bytes: Buffer,
  packetSize: number,
  packetId: number,
  last: boolean,
): { packets: Buffer; used: number; count: number } {
  const room = packetSize - HEADER_BYTES;
  // The last packet carries the end of the message: keep something back for it unless it is being sent.
  const count = last ? Math.max(1, Math.ceil(bytes.length / room)) : Math.floor(bytes.length / room);
  const used = last ? bytes.length : count * room;
  const packets = Buffer.allocUnsafe(used + count * HEADER_BYTES);
  let to = 0;
  for (let index = 0; index < count; index++) {
    const from = index * room;
    const length = Math.min(room, used - from);
    packets[to] = type;
    packets[to + 1] = last && index === count - 1 ? PacketStatus.endOfMessage : 0;
    packets.writeUInt16BE(length + HEADER_BYTES, to + 2);
    packets.writeUInt16BE(0, to + 4);
    packets[to + 6] = (packetId + index) & 0xff;
    packets[to + 7] = 0;
    bytes.copy(packets, to + HEADER_BYTES, from, from + length);
    to += length + HEADER_BYTES;
  }
  return { packets, used, count };
}
