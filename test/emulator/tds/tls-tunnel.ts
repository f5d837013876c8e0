// [MS-TDS] 3.3.5.1 and 2.2.6.5: the TLS handshake travels inside PRELOGIN packets, everything after it does not.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { DEFAULT_PACKET_SIZE, PacketCutter, PacketType, frame } from "./packet.ts";

const TLS_APPLICATION_DATA = 0x17;

/** Wraps what OpenSSL writes until it writes the first application data, and unwraps what arrives as long as it is wrapped. */
export class TlsTunnel {
  /** Plain text in and out. */
  readonly secure: TLSSocket;
  readonly #socket: Socket;
  readonly #inner: Duplex;
  readonly #cutter: PacketCutter;
  #unwrapping = true;
  #wrapping = true;
  #over = false;

  constructor(socket: Socket, secureContext: SecureContext) {
    this.#socket = socket;
    this.#inner = new Duplex({
      read: () => {
        if (!this.#over) socket.resume();
      },
      write: (chunk: Buffer, _encoding, done) => this.#write(chunk, done),
    });
    this.#cutter = new PacketCutter((packet) => this.#give(packet.payload));
    this.secure = new TLSSocket(this.#inner, { isServer: true, secureContext });
  }

  /** Bytes from the socket. @throws Error when they are neither TLS nor TDS */
  push(chunk: Buffer): void {
    // TLS after the handshake is not wrapped: its records begin with 0x14..0x17, a PRELOGIN packet with 0x12.
    if (this.#unwrapping && this.#cutter.pending === 0 && chunk[0] !== PacketType.prelogin) this.#unwrapping = false;
    if (!this.#unwrapping) {
      this.#give(chunk);
      return;
    }
    const packets = this.#wrappedPart(chunk);
    this.#cutter.push(chunk.subarray(0, packets));
    if (packets < chunk.length) {
      this.#unwrapping = false;
      this.#give(chunk.subarray(packets));
    }
  }

  /** After a login-only encryption: the socket belongs to the caller again, and no TLS goodbye may reach the client. */
  leave(): void {
    this.#over = true;
    this.secure.removeAllListeners("data");
    this.secure.destroy();
  }

  /** Where the PRELOGIN packets of this chunk end and bare TLS records begin. */
  #wrappedPart(chunk: Buffer): number {
    if (this.#cutter.pending > 0) return chunk.length;
    let at = 0;
    while (at + 4 <= chunk.length && chunk[at] === PacketType.prelogin) at += chunk.readUInt16BE(at + 2);
    return at < chunk.length && chunk[at] !== PacketType.prelogin ? at : chunk.length;
  }

  #give(bytes: Buffer): void {
    if (!this.#inner.push(bytes)) this.#socket.pause();
  }

  #write(chunk: Buffer, done: (error?: Error | null) => void): void {
    if (this.#over || this.#socket.destroyed) {
      done();
      return;
    }
    if (this.#wrapping && chunk[0] === TLS_APPLICATION_DATA) this.#wrapping = false;
    const bytes = this.#wrapping ? frame(PacketType.prelogin, chunk, DEFAULT_PACKET_SIZE, 1, true).packets : chunk;
    if (this.#socket.write(bytes)) done();
    else {
      const settle = (): void => {
        this.#socket.off("drain", settle);
        this.#socket.off("close", settle);
        done();
      };
      this.#socket.once("drain", settle);
      this.#socket.once("close", settle);
    }
  }
}
