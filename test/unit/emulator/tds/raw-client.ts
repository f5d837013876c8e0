import { type Socket, connect } from "node:net";
import { Duplex } from "node:stream";
import { type TLSSocket, connect as connectTls } from "node:tls";
import { once } from "node:events";
import { PASSWORD } from "./fake-server.ts";
import { type LoginFields, loginPayload, preloginPayload } from "./login-payload.ts";

const ALL_HEADERS = Buffer.from("16000000120000000200000000000000000001000000", "hex");

/** A client whose every byte the test decides. */
export class RawClient {
  readonly socket: Socket;
  /** Sizes of the packets that came. */
  readonly packetSizes: number[] = [];
  #received = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
    this.socket.on("data", (chunk: Buffer) => this.receive(chunk));
  }

  /** Logged in without encryption. */
  static async login(port: number, fields: LoginFields = {}): Promise<RawClient> {
    const client = new RawClient(port);
    await client.prelogin(2);
    client.send(0x10, loginPayload({ user: "sa", password: PASSWORD, ...fields }));
    await client.answer();
    return client;
  }

  static withHeaders(payload: Buffer): Buffer {
    return Buffer.concat([ALL_HEADERS, payload]);
  }

  static batch(text: string): Buffer {
    return RawClient.withHeaders(Buffer.from(text, "utf16le"));
  }

  /** @returns the server's encryption byte */
  async prelogin(encryption: number): Promise<number> {
    this.send(0x12, preloginPayload(encryption));
    const answer = await this.answer();
    for (let at = 0; answer[at] !== 0xff; at += 5) {
      if (answer[at] === 1) return answer[answer.readUInt16BE(at + 1)]!;
    }
    throw new Error("no encryption option in the server's PRELOGIN");
  }

  /** The TLS handshake inside PRELOGIN packets; afterwards what is written to the result is encrypted, and bare. */
  async handshake(): Promise<TLSSocket> {
    this.socket.removeAllListeners("data");
    let wraps = true;
    let pending = Buffer.alloc(0);
    const inner = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.socket.write(wraps ? this.packets(0x12, chunk, 4096, 0) : chunk);
        done();
      },
    });
    this.socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 8 && pending[0] === 0x12 && pending.length >= pending.readUInt16BE(2)) {
        const size = pending.readUInt16BE(2);
        inner.push(pending.subarray(8, size));
        pending = pending.subarray(size);
      }
      if (pending.length > 0 && pending[0] !== 0x12) {
        inner.push(pending);
        pending = Buffer.alloc(0);
      }
    });
    const secure = connectTls({ socket: inner, rejectUnauthorized: false, maxVersion: "TLSv1.2" });
    await once(secure, "secureConnect");
    wraps = false;
    return secure;
  }

  /** Bytes that came, from wherever. */
  receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    this.#wake?.();
  }

  packets(type: number, payload: Buffer, packetBytes: number, status: number): Buffer {
    const room = packetBytes - 8;
    const parts: Buffer[] = [];
    for (let at = 0; at === 0 || at < payload.length; at += room) {
      const part = payload.subarray(at, at + room);
      const header = Buffer.from([type, status, 0, 0, 0, 0, 1, 0]);
      if (at + room >= payload.length) header[1] = status | 1;
      header.writeUInt16BE(part.length + 8, 2);
      parts.push(header, part);
    }
    return Buffer.concat(parts);
  }

  /** One message. */
  send(type: number, payload: Buffer, options: { packetBytes?: number; status?: number } = {}): void {
    this.socket.write(this.packets(type, payload, options.packetBytes ?? 4096, options.status ?? 0));
  }

  /** The payload of the next response message; of what there is when the connection has ended. */
  async answer(): Promise<Buffer> {
    const payloads: Buffer[] = [];
    for (;;) {
      const size = this.#received.length >= 8 ? this.#received.readUInt16BE(2) : Infinity;
      if (this.#received.length >= size) {
        this.packetSizes.push(size);
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

  /** Settles when the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  close(): void {
    this.socket.destroy();
  }
}
