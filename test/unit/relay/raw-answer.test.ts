import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { RawAnswer } from "../../../src/relay/raw-answer.ts";
import { packets } from "./tds-packets.ts";

const EMPTY = packets(Buffer.alloc(0), 512).fill(0, 5, 6);
const ANSWER = Buffer.from(Array.from({ length: 70 }, (_, at) => at));
const BEHIND = packets(Buffer.from("acknowledged"), 512);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A wire that is taken from `incoming`, and what came out of both. */
function taken(onActivity: (answer: RawAnswer) => void = () => {}) {
  const wire = new PassThrough();
  const incoming = new PassThrough();
  const seen: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => seen.push(chunk));
  wire.pipe(incoming);
  const errors: Error[] = [];
  const answer: RawAnswer = new RawAnswer(wire, incoming, {
    onActivity: () => onActivity(answer),
    onError: (error) => errors.push(error),
  });
  incoming.once("data", () => answer.begin());
  return { wire, answer, errors, incoming, seen: () => Buffer.concat(seen) };
}

/** In two writes, each of which is read before the next. */
async function send(wire: PassThrough, bytes: Buffer, cut: number): Promise<void> {
  for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
    if (part.length > 0) wire.write(Buffer.from(part));
    await turn();
  }
}

async function tokensOf(answer: RawAnswer): Promise<string> {
  const tokens: Buffer[] = [];
  for await (const token of answer.tokens()) tokens.push(token);
  return Buffer.concat(tokens).toString();
}

describe("RawAnswer", () => {
  const stream = Buffer.concat([packets(ANSWER, 40), BEHIND]);
  const cuts = Array.from({ length: stream.length + 1 }, (_, cut) => cut);

  it("reads one message, and leaves what comes behind it to the driver, cut at every byte", async () => {
    for (const cut of cuts) {
      const read: Buffer[] = [];
      const { wire, answer, seen } = taken((self) => {
        for (let chunk = self.read(); chunk; chunk = self.read()) read.push(chunk);
      });
      await send(wire, stream, cut);
      await expect.poll(() => seen().length, { interval: 1 }).toBe(EMPTY.length + BEHIND.length);
      expect(Buffer.concat(read).equals(ANSWER)).toBe(true);
      expect(seen().equals(Buffer.concat([EMPTY, BEHIND]))).toBe(true);
      expect(answer.ended).toBe(true);
    }
  });

  it("drains one message, and leaves what comes behind it to the driver, cut at every byte", async () => {
    for (const cut of cuts) {
      const read: Buffer[] = [];
      const { wire, answer, seen } = taken();
      wire.write(Buffer.from(stream.subarray(0, cut)));
      await turn();
      answer.feed(Buffer.from("token"));
      answer.drain((chunk) => read.push(chunk));
      wire.write(Buffer.from(stream.subarray(cut)));
      expect(await tokensOf(answer)).toBe("token");
      await expect.poll(() => seen().length, { interval: 1 }).toBe(EMPTY.length + BEHIND.length);
      expect(Buffer.concat(read).equals(ANSWER)).toBe(true);
      expect(seen().equals(Buffer.concat([EMPTY, BEHIND]))).toBe(true);
    }
  });

  it("holds the wire back while nobody reads", async () => {
    const { wire, answer } = taken();
    const packet = packets(Buffer.alloc(4000), 4096, false);
    let written = 0;
    while (wire.write(Buffer.from(packet)) || written < 20) {
      written++;
      await turn();
      if (written === 200) break;
    }
    expect(written).toBeLessThan(200);
    expect(wire.writableNeedDrain).toBe(true);
    answer.drain(() => {});
    await expect.poll(() => wire.writableNeedDrain).toBe(false);
  });

  it("gives the wire back untouched when no answer has come", async () => {
    const { wire, answer, incoming, seen } = taken();
    expect(wire.listenerCount("data")).toBe(1);
    answer.giveBack();
    answer.giveBack();
    expect(wire.listenerCount("data")).toBe(1);
    await send(wire, BEHIND, 5);
    expect(seen().equals(BEHIND)).toBe(true);
    expect(incoming.listenerCount("unpipe")).toBe(1);
  });

  it("says nothing before the driver is ready", async () => {
    let activity = 0;
    const wire = new PassThrough();
    const incoming = new PassThrough();
    wire.pipe(incoming);
    const errors: Error[] = [];
    const events = { onActivity: () => activity++, onError: (error: Error) => errors.push(error) };
    const answer = new RawAnswer(wire, incoming, events);
    wire.write(Buffer.from("HTTP/1.1 400 Bad Request\r\n"));
    await turn();
    expect((incoming.read() as Buffer).equals(EMPTY)).toBe(true);
    expect(answer.read()).toBeNull();
    await turn();
    expect({ activity, errors }).toEqual({ activity: 0, errors: [] });
    answer.begin();
    expect(activity).toBe(1);
    expect(errors).toHaveLength(1);
  });

  it("tells of what is no packet, once, and reads no further", async () => {
    const { wire, errors, answer } = taken();
    wire.write(Buffer.concat([packets(ANSWER, 40, false), Buffer.from("HTTP/1.1 400 Bad Request\r\n")]));
    await turn();
    wire.write(Buffer.from("HTTP/1.1 400 Bad Request\r\n"));
    await turn();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ name: "WireFormatError", message: "a packet of type 0x48 in an answer" });
    expect(answer.ended).toBe(false);
  });
});
