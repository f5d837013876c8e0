// [MS-TDS] 2.2.3.2 Packet Data: the payload of one message, complete or still arriving.

const MOST_WAITING_BYTES = 512 * 1024;

/** A message's bytes. `whole` for messages that are worked on when complete; `read` for those taken while they arrive. */
export class MessageBody {
  onEnd: (() => void) | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #ignored = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #streamed: boolean;
  readonly #onTaken: () => void;

  /** @param onTaken called after waiting bytes were taken, so that more may be read */
  constructor(streamed: boolean, onTaken: () => void) {
    this.#streamed = streamed;
    this.#onTaken = onTaken;
  }

  /** The client sent the ignore bit: it gave up; the server answers with a single DONE and DONE_ERROR. */
  get ignored(): boolean {
    return this.#ignored;
  }

  /** Only a body that is being streamed can be full: others are worked on when they are complete. */
  get full(): boolean {
    return this.#streamed && this.#bytes > MOST_WAITING_BYTES;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wakeUp();
  }

  end(ignored: boolean): void {
    this.#ended = true;
    this.#ignored = ignored;
    this.#wakeUp();
    this.onEnd?.();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#wakeUp();
  }

  whole(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }

  /** All bytes that wait, as they came; waits for some. Undefined at the end. @throws Error when the connection is gone */
  async read(): Promise<Buffer[] | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.#onTaken();
    return chunks;
  }

  /** Lets the rest of the message pass by. */
  async drain(): Promise<void> {
    while ((await this.read()) !== undefined);
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
