import type { Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import type { Connection, Request } from "tedious";
import { PacketWriter } from "./packet-writer.ts";
import { RawAnswer, type RawAnswerEvents } from "./raw-answer.ts";
import { PACKET_TYPE } from "./tds-bytes.ts";

/**
 * The one place that knows the inside of tedious, exactly version 19.2.2 (package.json pins it; test/unit/relay/driver-hook.test.ts
 * fails when what is used here moves). What is used:
 *
 * - `createTokenStreamParser(message, handler)`: called when the answer to a request begins to arrive (and once more for the answer
 *   to an ATTENTION). `message` is a Readable of the answer's bytes without packet headers; the result is the parser that
 *   turns them into tokens for `handler`.
 * - `makeRequest(request, packetType, payload)`: sends the payload as one message of that type and waits for the answer. A request that is
 *   cancelled meanwhile (`canceled` is set then, and `cancel` emitted) ends the message with the IGNORE bit.
 * - `state`, `STATE.LOGGED_IN`, `STATE.FINAL`: a connection that can take a request is in the one, a closed one in the other.
 * - `messageIo`: what the server sends is piped from `socket`, under TLS from `securePair.cleartext`, to `incomingMessageStream`, which takes
 *   it apart into messages; what `outgoingMessageStream` has packed into packets of `packetSize` is piped to the same stream.
 *
 * The driver's own streams cost more than all else that is done to a relayed row. So they are passed by: the packets of an answer
 * are read here from the socket, and full packets of a bulk load are written to it.
 */
export const DRIVER_VERSION = "19.2.2";

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
  /** From the connection's opening on. */
  readonly messageIo?: {
    readonly socket: Socket;
    readonly securePair?: { readonly cleartext: Duplex };
    readonly incomingMessageStream: Writable;
    readonly outgoingMessageStream: { readonly packetSize: number };
  };
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
  if (!fits) throw new OtherDriver();
  return inside;
}

class OtherDriver extends Error {
  constructor() {
    super(`the relay works with tedious ${DRIVER_VERSION} only: this connection is of another driver`);
  }
}

/**
 * Where the packets of a connection go and come from, and how large they are. From now on the socket does not hold back a message's last, short
 * packet until the ones before it are acknowledged (Nagle's algorithm, which the driver leaves on): servers may take 40 ms and more for that.
 */
function packetsOf({ messageIo }: DriverInternals): { wire: Duplex; incoming: Writable; packetSize: number } {
  const wire = messageIo?.securePair?.cleartext ?? messageIo?.socket;
  const incoming = messageIo?.incomingMessageStream;
  const packetSize = messageIo?.outgoingMessageStream?.packetSize;
  const fits =
    typeof wire?.unpipe === "function" && typeof incoming?.write === "function" && typeof packetSize === "number";
  if (!fits) throw new OtherDriver();
  messageIo?.socket.setNoDelay(true);
  return { wire, incoming, packetSize };
}

/** Whether the connection is open and can take a request now: no answer is half read, nothing is half sent. */
export function isUsable(connection: Connection): boolean {
  const inside = internals(connection);
  return inside.state === inside.STATE.LOGGED_IN;
}

/**
 * Makes the answer to the request that `start` sends come in raw bytes.
 *
 * Until the answer's last packet the connection's socket is taken away from the driver, which gets an empty message in its place; what
 * comes behind (the answer to an ATTENTION) is the driver's again. Its parser factory is replaced until the request is over:
 * `restore` must be called then.
 */
export function interceptAnswer(
  connection: Connection,
  events: RawAnswerEvents,
  start: () => void,
): { answer: RawAnswer; restore: () => void } {
  const inside = internals(connection);
  const original = inside.createTokenStreamParser!.bind(connection);
  const { wire, incoming } = packetsOf(inside);
  const answer = new RawAnswer(wire, incoming, events);
  let requestHandler: TokenHandler | undefined;

  const createParser = (message: AsyncIterable<Buffer>, handler: TokenHandler): TokenParser => {
    if (!requestHandler) {
      requestHandler = handler;
      (message as Readable).resume(); // the empty one, which the driver waits to see read
      const parser = original(answer.tokens(), guardedHandler(handler, events.onError));
      answer.begin();
      return guarded(inside, parser, events.onError);
    }
    // The answer to the ATTENTION. With XACT_ABORT ON the transaction is rolled back by it, and that is told by an ENVCHANGE, which the
    // driver's handler for this message would not take.
    return guarded(
      inside,
      original(message, guardedHandler(attentionHandler(handler, requestHandler), events.onError)),
      events.onError,
    );
  };
  const restoreParser = replaceParser(inside, createParser);
  start();
  return {
    answer,
    restore: () => {
      answer.giveBack();
      restoreParser();
    },
  };
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
 * Sends `payload` as the message that follows an INSERT BULK batch ([MS-TDS] 2.2.6.1), as fast as the server takes it. The outcome comes by
 * the request's callback. When the payload throws, the message is ended with the IGNORE bit: the server drops it and answers.
 */
export function sendBulkLoad(
  connection: Connection,
  request: Request,
  payload: AsyncIterable<readonly Buffer[]>,
): void {
  const inside = internals(connection);
  inside.makeRequest(request, PACKET_TYPE.bulkLoad, lastPacketOf(payload, request, packetsOf(inside)));
}

/**
 * Writes full packets to the wire itself, and leaves the last one with its end of the message to the driver, so that cancellation and
 * failure stay the driver's own. The driver numbers that packet 1; servers do not look at the number ([MS-TDS] 2.2.3.1.5).
 */
async function* lastPacketOf(
  payload: AsyncIterable<readonly Buffer[]>,
  request: Request,
  { wire, packetSize }: { readonly wire: Duplex; readonly packetSize: number },
): AsyncGenerator<Buffer, void, undefined> {
  const packets = new PacketWriter(PACKET_TYPE.bulkLoad, packetSize);
  // Behind a cancelled message's end nothing may be written: whether it is cancelled is asked right before each write.
  const isCancelled = () => (request as unknown as { readonly canceled: boolean }).canceled;
  for await (const pieces of payload) {
    for (const piece of pieces) {
      for (let at = packets.add(piece, 0); at < piece.length; at = packets.add(piece, at)) {
        const full = packets.take()!;
        if (isCancelled()) return;
        if (!wire.write(full)) await drained(wire);
      }
    }
    const full = packets.take();
    if (isCancelled()) return;
    if (full && !wire.write(full)) await drained(wire);
  }
  yield packets.rest();
}

/** Resolves when the stream takes more, or is closed: the driver hears of that, and says so to the request. */
function drained(stream: Duplex): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = () => {
      stream.off("drain", settle).off("close", settle);
      resolve();
    };
    stream.on("drain", settle).on("close", settle);
  });
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
