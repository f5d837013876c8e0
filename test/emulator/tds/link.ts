// [MS-TDS] 2.1 Transport: one TCP connection, with TLS for all of it, for the login alone, or not at all.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import { MessageReader } from "./message-reader.ts";
import { ResponseWriter } from "./response-writer.ts";
import { TlsTunnel } from "./tls-tunnel.ts";

/** Bytes of one connection: what came in as messages (`reader`), what goes out as packets (`response`). */
export class Link {
  readonly reader: MessageReader;
  readonly response: ResponseWriter;
  /** Aborts when the connection is gone, from whichever side. */
  readonly gone: AbortSignal;
  onAttention: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #gone = new AbortController();
  #tunnel: TlsTunnel | undefined;
  #pauseAllowed = true;
  #paused = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.gone = this.#gone.signal;
    this.response = new ResponseWriter(socket);
    this.reader = new MessageReader({
      onAttention: () => this.onAttention?.(),
      pause: (paused) => {
        this.#paused = paused;
        this.#regulate();
      },
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      if (this.#tunnel === undefined) this.#accept(chunk);
      else this.#guard(() => this.#tunnel!.push(chunk));
    });
    // A reset connection is an ordinary end here: "close" follows.
    socket.on("error", () => undefined);
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
  }

  /** From now on TLS: the handshake in PRELOGIN packets, then messages inside. */
  startTls(secureContext: SecureContext): void {
    const tunnel = new TlsTunnel(this.#socket, secureContext);
    this.#tunnel = tunnel;
    tunnel.secure.on("data", (chunk: Buffer) => this.#accept(chunk));
    tunnel.secure.on("error", () => this.#socket.destroy());
    this.response.use(tunnel.secure);
  }

  /** The LOGIN7 message was all that is encrypted. */
  leaveTls(): void {
    this.#tunnel?.leave();
    this.#tunnel = undefined;
    this.response.use(this.#socket);
    this.#socket.resume();
  }

  /**
   * While a test holds the connection up, everything that arrives is read, so that the client's end is noticed: a
   * socket that is not read does not tell.
   */
  allowPause(allowed: boolean): void {
    this.#pauseAllowed = allowed;
    this.#regulate();
  }

  /** Ends the connection after everything that was written has been sent. */
  close(): void {
    const stream: Duplex = this.#tunnel?.secure ?? this.#socket;
    if (stream.destroyed) this.#socket.destroy();
    else stream.end(() => this.#socket.destroySoon());
  }

  /** Ends the connection now, and `gone` aborts at once; what was not sent is lost. */
  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #accept(chunk: Buffer): void {
    this.#guard(() => this.reader.push(chunk));
  }

  /** What is not TDS ends the connection, as at the server. */
  #guard(push: () => void): void {
    try {
      push();
    } catch {
      this.#socket.destroy();
    }
  }

  #regulate(): void {
    const stream: Duplex = this.#tunnel?.secure ?? this.#socket;
    if (this.#paused && this.#pauseAllowed) stream.pause();
    else stream.resume();
  }

  #end(): void {
    this.reader.end();
    this.#gone.abort();
  }
}
