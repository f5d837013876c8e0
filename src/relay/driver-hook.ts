import type { Readable } from "node:stream";
import type { Connection, Request } from "tedious";

/**
 * The one place that knows the inside of tedious, exactly version 19.2.2 (package.json pins it; test/unit/relay/driver-hook.test.ts
 * fails when what is used here moves). What is used:
 *
 * - `createTokenStreamParser(message, handler)`: called when the answer to a request begins to arrive (and once more for the answer
 *   to an ATTENTION). `message` is a Readable of the answer's bytes without packet headers; the result is the parser that
 *   turns them into tokens for `handler`.
 * - `makeRequest(request, packetType, payload)`: sends the payload as one message of that type and waits for the answer.
 * - `state`, `STATE.LOGGED_IN`, `STATE.FINAL`: a connection that can take a request is in the one, a closed one in the other.
 */
export const DRIVER_VERSION = "19.2.2";

/** [MS-TDS] 2.2.3.1.1 */
const BULK_LOAD_PACKET = 0x07;

type TokenHandler = Record<string, unknown>;

interface TokenParser {
  /** The stream of tokens. An error of its own would be thrown into the void: nobody in the driver listens. */
  readonly parser: Readable;
  emit: (event: string, ...values: unknown[]) => boolean;
}

interface DriverInternals {
  createTokenStreamParser?: (message: AsyncIterable<Buffer>, handler: TokenHandler) => TokenParser;
  readonly makeRequest: (request: Request, packetType: number, payload: AsyncIterable<Buffer>) => void;
  readonly state: { readonly name: string };
  readonly STATE: { readonly LOGGED_IN: { readonly name: string }; readonly FINAL: { readonly name: string } };
}

/** @throws Error when the connection is not of the driver that this file was written for */
function internals(connection: Connection): DriverInternals {
  const inside = connection as unknown as DriverInternals;
  const fits =
    typeof inside.createTokenStreamParser === "function" &&
    typeof inside.makeRequest === "function" &&
    typeof inside.state === "object" &&
    typeof inside.STATE?.LOGGED_IN === "object" &&
    typeof inside.STATE?.FINAL === "object";
  if (!fits)
    throw new Error(`the relay works with tedious ${DRIVER_VERSION} only: this connection is of another driver`);
  return inside;
}

/** Whether the connection is open and can take a request now: no answer is half read, nothing is half sent. */
export function isUsable(connection: Connection): boolean {
  const inside = internals(connection);
  return inside.state === inside.STATE.LOGGED_IN;
}

/** The answer to a request in raw bytes. The driver sees what is given to `feed`, and nothing else. */
export interface RawAnswer {
  /** The next bytes that are there; null when there are none now. */
  read(): Buffer | null;
  /** Whether every byte of the answer has been read. */
  readonly ended: boolean;
  /** Gives the driver one whole token. */
  feed(token: Buffer): void;
  /** No more tokens: the driver ends the request, its callback is called. */
  endTokens(): void;
  /**
   * Reads the rest by itself, after which the driver gets no more tokens. For a cancelled request: the server's answer to the
   * ATTENTION comes in the message behind this one.
   */
  drain(onChunk: (chunk: Buffer) => void): void;
}

export interface RawAnswerEvents {
  /** There may be more to read, or the answer is over. */
  readonly onActivity: () => void;
  /** The driver could not make sense of a token. The connection must be closed. */
  readonly onError: (error: Error) => void;
}

/**
 * Makes the answer to the request that `start` sends come in raw bytes.
 *
 * The connection's parser factory is replaced until the request is over: `restore` must be called then.
 */
export function interceptAnswer(
  connection: Connection,
  events: RawAnswerEvents,
  start: () => void,
): { answer: RawAnswer; restore: () => void } {
  const inside = internals(connection);
  const original = inside.createTokenStreamParser!.bind(connection);
  const answer = new InterceptedAnswer(events);
  let requestHandler: TokenHandler | undefined;

  const createParser = (message: AsyncIterable<Buffer>, handler: TokenHandler): TokenParser => {
    if (!requestHandler) {
      requestHandler = handler;
      answer.begin(message as Readable);
      return guarded(inside, original(answer.tokens(), guardedHandler(handler, events.onError)), events.onError);
    }
    // The answer to the ATTENTION. With XACT_ABORT ON the transaction is rolled back by it, and that is told by an ENVCHANGE, which the
    // driver's handler for this message would not take.
    return guarded(
      inside,
      original(message, guardedHandler(attentionHandler(handler, requestHandler), events.onError)),
      events.onError,
    );
  };
  const restore = replaceParser(inside, createParser);
  start();
  return { answer, restore };
}

/**
 * Makes an answer that the driver cannot read an error of the request that `start` sends. Without this it would be one that nobody catches,
 * and end the process.
 *
 * @param onError the connection must be closed
 * @returns what must be called when the request is over
 */
export function guardAnswer(connection: Connection, onError: (error: Error) => void, start: () => void): () => void {
  const inside = internals(connection);
  const original = inside.createTokenStreamParser!.bind(connection);
  const restore = replaceParser(inside, (message, handler) =>
    guarded(inside, original(message, guardedHandler(handler, onError)), onError),
  );
  start();
  return restore;
}

function replaceParser(
  inside: DriverInternals,
  createParser: NonNullable<DriverInternals["createTokenStreamParser"]>,
): () => void {
  inside.createTokenStreamParser = createParser;
  return () => {
    // What stands on the instance hides the class's own method.
    if (inside.createTokenStreamParser === createParser) delete inside.createTokenStreamParser;
  };
}

/**
 * Sends `payload` as the message that follows an INSERT BULK batch ([MS-TDS] 2.2.6.1). The outcome comes by the request's callback.
 * When the payload throws, the message is ended with the IGNORE bit: the server drops it and answers.
 */
export function sendBulkLoad(connection: Connection, request: Request, payload: AsyncIterable<Buffer>): void {
  internals(connection).makeRequest(request, BULK_LOAD_PACKET, payload);
}

class InterceptedAnswer implements RawAnswer {
  readonly #events: RawAnswerEvents;
  #message: Readable | undefined;
  #onChunk: ((chunk: Buffer) => void) | undefined;
  #tokens: Buffer[] = [];
  #tokensOver = false;
  #wakeParser: (() => void) | undefined;

  constructor(events: RawAnswerEvents) {
    this.#events = events;
  }

  begin(message: Readable): void {
    this.#message = message;
    message.on("end", this.#events.onActivity);
    if (this.#onChunk) this.#flow(this.#onChunk);
    else message.on("readable", this.#events.onActivity);
    this.#events.onActivity();
  }

  read(): Buffer | null {
    return (this.#message?.read() as Buffer | null | undefined) ?? null;
  }

  get ended(): boolean {
    return this.#message?.readableEnded ?? false;
  }

  feed(token: Buffer): void {
    this.#tokens.push(token);
    this.#wakeParser?.();
  }

  endTokens(): void {
    this.#tokensOver = true;
    this.#wakeParser?.();
  }

  drain(onChunk: (chunk: Buffer) => void): void {
    this.#onChunk = onChunk;
    if (this.#message) this.#flow(onChunk);
  }

  #flow(onChunk: (chunk: Buffer) => void): void {
    const message = this.#message!;
    message.removeListener("readable", this.#events.onActivity);
    if (message.readableEnded) {
      this.endTokens();
      return;
    }
    message.on("end", () => this.endTokens());
    message.on("data", onChunk);
    message.resume();
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

/**
 * A parser that cannot end the process. Its stream's errors are heard; and it says nothing of its end when the connection has been closed
 * meanwhile: the driver, which has forgotten the request then, would call the callback of nothing.
 */
function guarded(inside: DriverInternals, parser: TokenParser, onError: (error: Error) => void): TokenParser {
  parser.parser.on("error", onError);
  const emit = parser.emit.bind(parser);
  parser.emit = (event, ...values) => inside.state !== inside.STATE.FINAL && emit(event, ...values);
  return parser;
}

/** A handler that throws does so inside an event of the driver's stream, which would end the process. */
function guardedHandler(handler: TokenHandler, onError: (error: Error) => void): TokenHandler {
  return new Proxy(handler, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (token: unknown) => {
        try {
          (value as (token: unknown) => void).call(target, token);
        } catch (error) {
          onError(error as Error);
        }
      };
    },
  });
}

/** The DONE tokens for the driver's handler of the attention's answer, everything else for the request's. */
function attentionHandler(attention: TokenHandler, request: TokenHandler): TokenHandler {
  return new Proxy(attention, {
    get(target, name) {
      if (name === "onDone") return (target["onDone"] as () => void).bind(target);
      const value: unknown = Reflect.get(request, name);
      return typeof value === "function" ? (value as () => void).bind(request) : value;
    },
  });
}
