import type { Readable, Writable } from "node:stream";
import { PacketReader } from "./packet-reader.ts";
import { PACKET_STATUS, PACKET_TYPE } from "./tds-bytes.ts";

/** A whole message without a byte in it. */
const EMPTY_ANSWER = Buffer.of(PACKET_TYPE.answer, PACKET_STATUS.endOfMessage, 0, 8, 0, 0, 0, 0);

export interface RawAnswerEvents {
  /** There may be more to read, or the answer is over. */
  readonly onActivity: () => void;
  /** These are no packets, or the driver could not make sense of a token. The connection must be closed. */
  readonly onError: (error: Error) => void;
}

/**
 * The answer to a request in raw bytes, without packet headers, read from the wire itself. Whose wire it is hears that an answer has
 * begun by an empty one in its place, and sees no token but what is given to `feed`. From the answer's last packet on the wire is its own again.
 */
export class RawAnswer {
  readonly #events: RawAnswerEvents;
  readonly #wire: Readable;
  readonly #incoming: Writable;
  readonly #packets = new PacketReader();
  #taken = true;
  /** The first bytes, while the driver makes itself ready for the answer. */
  #first: Buffer | undefined;
  #begun = false;
  /** What has been read from the wire; it stands still until this is asked for. */
  #chunk: Buffer | undefined;
  #onChunk: ((chunk: Buffer) => void) | undefined;
  #tokens: Buffer[] = [];
  #tokensOver = false;
  #wakeParser: (() => void) | undefined;

  /**
   * @param wire what the server sends, in packets; piped to `incoming`, and at a place between two messages
   * @param incoming takes the messages apart
   */
  constructor(wire: Readable, incoming: Writable, events: RawAnswerEvents) {
    this.#events = events;
    this.#wire = wire;
    this.#incoming = incoming;
    wire.unpipe(incoming);
    wire.on("data", this.#onData);
    wire.resume();
  }

  /** The driver reads again what comes. Does nothing when it does already. */
  giveBack(bytesBehind?: Buffer): void {
    if (!this.#taken) return;
    this.#taken = false;
    this.#wire.off("data", this.#onData);
    if (this.#wire.destroyed) return;
    this.#wire.pause();
    if (bytesBehind) this.#wire.unshift(bytesBehind);
    this.#wire.pipe(this.#incoming);
  }

  /** The driver is ready for tokens. Nothing is told before: it would not know what to do with the end of a request by then. */
  begin(): void {
    this.#begun = true;
    const bytes = this.#first;
    this.#first = undefined;
    if (bytes) this.#take(bytes);
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#begun) {
      this.#take(bytes);
      return;
    }
    this.#first = bytes;
    this.#wire.pause();
    this.#incoming.write(EMPTY_ANSWER);
  };

  #take(bytes: Buffer): void {
    try {
      const { payload, used } = this.#packets.read(bytes);
      if (payload > 0) this.#chunk = bytes.subarray(0, payload);
      if (this.#packets.ended) this.giveBack(used < bytes.length ? bytes.subarray(used) : undefined);
      else if (this.#chunk) this.#wire.pause();
      else this.#wire.resume();
    } catch (error) {
      this.#wire.off("data", this.#onData);
      this.#events.onError(error as Error);
    }
    if (this.#onChunk) this.#flow();
    else this.#events.onActivity();
  }

  /** The next bytes that are there; null when there are none now. The wire stands still while nobody asks. */
  read(): Buffer | null {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (this.#taken && !this.#first) this.#wire.resume();
    return chunk ?? null;
  }

  /** Whether every byte of the answer has been read. */
  get ended(): boolean {
    return this.#packets.ended && this.#chunk === undefined;
  }

  /**
   * Reads the rest by itself, after which the driver gets no more tokens. For a cancelled request: the server's answer to the
   * ATTENTION comes in the message behind this one.
   */
  drain(onChunk: (chunk: Buffer) => void): void {
    this.#onChunk = onChunk;
    this.#flow();
  }

  #flow(): void {
    const chunk = this.read();
    if (chunk) this.#onChunk?.(chunk);
    if (this.ended) this.endTokens();
  }

  /** Gives the driver one whole token. */
  feed(token: Buffer): void {
    this.#tokens.push(token);
    this.#wakeParser?.();
  }

  /** No more tokens: the driver ends the request, its callback is called. */
  endTokens(): void {
    this.#tokensOver = true;
    this.#wakeParser?.();
  }

  /** What the driver's parser reads instead of the message. */
  async *tokens(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const tokens = this.#tokens;
      this.#tokens = [];
      yield* tokens;
      if (this.#tokens.length > 0) continue;
      if (this.#tokensOver) return;
      await new Promise<void>((resolve) => (this.#wakeParser = resolve));
      this.#wakeParser = undefined;
    }
  }
}
