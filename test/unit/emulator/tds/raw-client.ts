import type { Socket } from "node:net";
import type { Connection } from "tedious";
import { connect as connectTedious } from "./tedious-client.ts";

const TRANSACTION_HEADER = Buffer.from("16000000120000000200000000000000000001000000", "hex");

/** A logged-in connection whose bytes the test writes itself; the driver did nothing but the login. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #ended = false;

  private constructor(connection: Connection) {
    const { socket } = connection as unknown as { socket: Socket };
    this.socket = socket;
    socket.unpipe();
    socket.removeAllListeners();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    socket.resume();
  }

  static async login(port: number): Promise<RawClient> {
    return new RawClient(await connectTedious(port));
  }

  static withHeaders(payload: Buffer): Buffer {
    return Buffer.concat([TRANSACTION_HEADER, payload]);
  }

  /** One message in packets of at most `packetBytes`. */
  send(type: number, payload: Buffer, options: { packetBytes?: number; status?: number } = {}): void {
    const { packetBytes = 4096, status = 0 } = options;
    const room = packetBytes - 8;
    for (let at = 0; at === 0 || at < payload.length; at += room) {
      const part = payload.subarray(at, at + room);
      const header = Buffer.from([type, status, 0, 0, 0, 0, 1, 0]);
      if (at + room >= payload.length) header[1] = status | 1;
      header.writeUInt16BE(part.length + 8, 2);
      this.socket.write(Buffer.concat([header, part]));
    }
  }

  /** The payload of the next response message; of what there is when the connection has ended. */
  async answer(): Promise<Buffer> {
    const payloads: Buffer[] = [];
    for (;;) {
      const size = this.#received.length >= 8 ? this.#received.readUInt16BE(2) : Infinity;
      if (this.#received.length >= size) {
        payloads.push(this.#received.subarray(8, size));
        const last = (this.#received[1]! & 1) === 1;
        this.#received = this.#received.subarray(size);
        if (last) return Buffer.concat(payloads);
      } else if (this.#ended) {
        return Buffer.concat(payloads);
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
