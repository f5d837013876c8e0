// [MS-TDS] 2.2.4 Packet Data Token and Tokenless Data Streams: a response message as packets with backpressure.
import type { Duplex } from "node:stream";
import { ByteWriter } from "./byte-writer.ts";
import { DEFAULT_PACKET_SIZE, PacketType, frame } from "./packet.ts";

const FLUSH_BYTES = 64 * 1024;

/** Tokens are written into `out`; `flushIfFull` and `end` send them as packets of the negotiated size. */
export class ResponseWriter {
  readonly out = new ByteWriter();
  packetSize = DEFAULT_PACKET_SIZE;
  #stream: Duplex;
  #packetId = 1;
  #sent = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Where packets go from now on: TLS begins, or ends after a login-only encryption. */
  use(stream: Duplex): void {
    this.#stream = stream;
  }

  /** True when packets of the message under way were handed to the socket, so that it cannot be taken back. */
  get started(): boolean {
    return this.#sent;
  }

  /** Cheap when there is little. @returns a promise only where the client does not read fast enough */
  flushIfFull(): Promise<void> | undefined {
    return this.out.position < FLUSH_BYTES ? undefined : this.#send(PacketType.response, false);
  }

  /** Sends the whole packets that there are, however few. */
  flush(): Promise<void> | undefined {
    return this.#send(PacketType.response, false);
  }

  /** Ends the message. */
  end(type: number = PacketType.response): Promise<void> | undefined {
    const sent = this.#send(type, true);
    this.#packetId = 1;
    this.#sent = false;
    return sent;
  }

  /** Ends what is under way in the middle of the message, for a connection that is about to be dropped. */
  sendRemainder(): void {
    if (this.out.position > 0) this.#sendAll();
  }

  #sendAll(): void {
    // A packet without the end-of-message bit: the client waits for more.
    const { packets } = frame(PacketType.response, this.out.written(), this.packetSize, this.#packetId, true);
    const lastPacket = Math.floor(Math.max(0, this.out.position - 1) / (this.packetSize - 8)) * this.packetSize;
    packets[lastPacket + 1] = 0;
    this.out.clear();
    if (!this.#stream.destroyed) this.#stream.write(packets);
  }

  #send(type: number, last: boolean): Promise<void> | undefined {
    const { out } = this;
    const { packets, used, count } = frame(type, out.written(), this.packetSize, this.#packetId, last);
    if (count === 0) return undefined;
    const rest = out.position - used;
    out.buffer.copyWithin(0, used, out.position);
    if (rest === 0) out.clear();
    else out.position = rest;
    this.#packetId += count;
    this.#sent = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.write(packets)) return undefined;
    return drained(stream);
  }
}

/** Settles when the stream takes more, or is gone: whoever waits must look at the connection afterwards. */
function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off("drain", settle);
      stream.off("close", settle);
      resolve();
    };
    stream.once("drain", settle);
    stream.once("close", settle);
  });
}
