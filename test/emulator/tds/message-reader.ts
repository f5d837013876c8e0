// [MS-TDS] 2.2.1 Client Messages: packets put together to messages; a bulk load is handed on while it arrives.
import { MessageBody } from "./message-body.ts";
import { type Packet, PacketCutter, PacketStatus, PacketType } from "./packet.ts";

export interface Message {
  readonly type: number;
  /** From the first packet's status. */
  readonly reset: "no" | "all" | "keep-transaction";
  readonly body: MessageBody;
}

/** Messages that may wait while one is being worked on, before the socket is not read any more. */
const MOST_WAITING = 64;

/**
 * The queue of a connection's messages. A message is delivered when it is complete, a bulk load with its first packet.
 * `onAttention` is called at once, also when messages wait before it; the attention then comes in its turn as well.
 */
export class MessageReader {
  /** Packets above this are refused: the negotiated size once there is one. */
  mostPacketBytes = 0xffff;
  readonly #cutter = new PacketCutter((packet) => this.#accept(packet));
  readonly #queue: Message[] = [];
  readonly #onAttention: () => void;
  readonly #pause: (paused: boolean) => void;
  #waiter: ((message: Message | undefined) => void) | undefined;
  #body: MessageBody | undefined;
  #ended = false;
  #paused = false;

  constructor(events: { onAttention: () => void; pause: (paused: boolean) => void }) {
    this.#onAttention = events.onAttention;
    this.#pause = events.pause;
  }

  /** @throws Error when the bytes are not TDS */
  push(chunk: Buffer): void {
    this.#cutter.push(chunk);
  }

  /** The connection is gone: a message under way is cut short, and `next` gives undefined once the queue is empty. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#body?.fail(new Error("the client closed the connection in the middle of a message"));
    this.#waiter?.(undefined);
    this.#waiter = undefined;
  }

  next(): Promise<Message | undefined> {
    const message = this.#queue.shift();
    this.#regulate();
    if (message !== undefined || this.#ended) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  #accept(packet: Packet): void {
    if (packet.size > this.mostPacketBytes)
      throw new Error(`packet of ${packet.size} bytes, ${this.mostPacketBytes} agreed`);
    if (this.#ended) return;
    if (this.#body === undefined) this.#begin(packet);
    const body = this.#body!;
    body.push(packet.payload);
    if ((packet.status & PacketStatus.endOfMessage) === 0) {
      if (body.full) this.#regulate();
      return;
    }
    this.#body = undefined;
    body.end((packet.status & PacketStatus.ignore) !== 0);
  }

  #begin(packet: Packet): void {
    const streams = packet.type === PacketType.bulk;
    const body = new MessageBody(streams, () => this.#regulate());
    const reset =
      (packet.status & PacketStatus.resetConnectionSkipTransaction) !== 0
        ? "keep-transaction"
        : (packet.status & PacketStatus.resetConnection) !== 0
          ? "all"
          : "no";
    const message: Message = { type: packet.type, reset, body };
    this.#body = body;
    if (streams) this.#deliver(message);
    else body.onEnd = () => this.#deliver(message);
  }

  #deliver(message: Message): void {
    if (message.type === PacketType.attention) this.#onAttention();
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) waiter(message);
    else this.#queue.push(message);
    this.#regulate();
  }

  /** Reads from the socket as long as neither too many messages nor too many bytes of a bulk load wait. */
  #regulate(): void {
    const full = this.#queue.length > MOST_WAITING || (this.#body?.full ?? false);
    if (full === this.#paused) return;
    this.#paused = full;
    this.#pause(full);
  }
}
