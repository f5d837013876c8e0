import { afterEach, describe, expect, it } from "vitest";
import { METADATA, acknowledge, answer, closeServers, endless, open, pair, rows, sink, target } from "./relay-ends.ts";
import { answersAgain, cleanFailure, failOnEscapedErrors } from "./clean-end.ts";
import type { Script, ServerSide } from "./scripted-server.ts";
import { done, error, info } from "./tds-tokens.ts";

/** Servers that are written to and do what no server should. The one that is read is in order, and its connection works on. */

failOnEscapedErrors();
afterEach(closeServers);

const WITHIN_MS = 10_000;

interface Case {
  /** Rows of the read; else they do not end. */
  readonly rowCount?: number;
  readonly timeoutMs?: number;
  readonly cancelTimeout?: number;
}

async function relayInto(into: Script, { rowCount, timeoutMs = WITHIN_MS, cancelTimeout = WITHIN_MS }: Case = {}) {
  const state = { stop: false, packets: 0 };
  const source: Script =
    rowCount === undefined
      ? {
          onMessage: (_message, side) => endless(side, state),
          onAttention: (side) => acknowledge(side, state),
        }
      : { onMessage: answer(METADATA, ...rows(0, rowCount), done(0x10, rowCount)) };
  const ends = await pair(answersAgain(source), answersAgain(into), { cancelTimeout });
  const relay = open(ends.reader, { timeoutMs }).then((opened) => opened.pipe(target(ends.writer)));
  const thrown = await cleanFailure(relay, ends, WITHIN_MS);
  expect(thrown).toMatchObject({ side: "target", sourceUsable: true });
  return { ...ends, thrown };
}

/** Takes the INSERT BULK, and says this to the load when it is over. */
const atEnd = (...tokens: readonly Buffer[]): Script => ({
  onMessage: (message, side) => side.send(message.type === 7 ? Buffer.concat(tokens) : done(0)),
});

/** Takes the INSERT BULK, and does this in the middle of the load, once. */
function inMiddle(act: (side: ServerSide) => void): Script {
  let packets = 0;
  return {
    onMessage: (message, side) => message.type !== 7 && side.send(done(0)),
    onBulkPacket: (_payload, side) => {
      if (++packets === 5) act(side);
    },
  };
}

describe("a server that is written to", () => {
  it.each([
    ["INSERT BULK with an error", (side: ServerSide) => side.send(Buffer.concat([error(208, "no"), done(2)])), true],
    ["INSERT BULK with garbage", (side: ServerSide) => side.send(Buffer.alloc(20, 0x55)), false],
    ["INSERT BULK with half a token", (side: ServerSide) => side.send(error(208, "no").subarray(0, 9)), undefined],
    ["INSERT BULK by closing, with FIN", (side: ServerSide) => side.socket.end(), false],
    ["INSERT BULK by closing, with RST", (side: ServerSide) => side.socket.resetAndDestroy(), false],
  ])("answers %s", async (_, act, usable) => {
    const { thrown } = await relayInto({ onMessage: (_message, side) => act(side) }, { timeoutMs: 500 });
    if (usable !== undefined) expect(thrown.targetUsable).toBe(usable);
  });

  it.each([
    ["an error", [error(2627, "duplicate"), done(2)], true],
    ["an error that is no message", [done(2)], true],
    ["no count", [done(0)], true],
    ["a count that is too low", [done(0x10, 9)], true],
    ["a count that is too high", [done(0x10, 11)], true],
    ["garbage", [Buffer.alloc(20, 0x55)], false],
    ["half a token", [error(2627, "duplicate").subarray(0, 9)], undefined],
    ["a token whose length lies", [Buffer.from("aa0400000000ff", "hex"), done(0x10, 10)], undefined],
    ["an ENVCHANGE that is none", [Buffer.from("e30500140000000000", "hex"), done(0x10, 10)], false],
    ["a rowset", [METADATA, ...rows(0, 1), done(0x10, 1)], true],
    ["nothing", [], true],
  ])("answers the load with %s", async (_, tokens, usable) => {
    const { thrown } = await relayInto(atEnd(...tokens), { rowCount: 10, timeoutMs: 500 });
    if (usable !== undefined) expect(thrown.targetUsable).toBe(usable);
  });

  it.each([
    ["an error", [error(4815, "Invalid column length"), done(2)], 4815],
    ["that it has all the rows it was sent", [done(0x10, 100)], undefined],
    ["messages, and no answer, until the time is up", [info(1, "wait")], undefined],
    ["garbage", [Buffer.alloc(20, 0x55)], undefined],
  ])("says in the middle of the load: %s", async (_, tokens, number) => {
    const { thrown } = await relayInto(
      inMiddle((side) => side.send(Buffer.concat(tokens))),
      { timeoutMs: 500 },
    );
    if (number !== undefined) expect(thrown.cause).toMatchObject({ number });
    expect(thrown.targetUsable).toBe(false);
  });

  it("says that it has all rows, and counts them right, before it was told that there are no more", async () => {
    let into: ServerSide | undefined;
    const ends = await pair(
      answersAgain({
        onMessage: (_message, side) => side.packet(Buffer.concat([METADATA, ...rows(0, 500)]), false),
        onAttention: (side) => {
          side.packet(Buffer.alloc(0), true);
          side.send(done(0x20));
        },
      }),
      answersAgain({
        ...inMiddle(() => {}),
        onBulkPacket: (_payload, side) => (into = side),
      }),
    );
    const source = await open(ends.reader);
    const failed = cleanFailure(source.pipe(target(ends.writer)), ends, WITHIN_MS);
    await expect.poll(() => into !== undefined && source.rows).toBe(500);
    into!.send(done(0x10, 500));
    expect((await failed).message).toMatch(/ended the load before it had all rows/);
    expect(await failed).toMatchObject({ side: "target", sourceUsable: true, targetUsable: false });
  });

  it.each([
    ["with FIN", (side: ServerSide) => side.socket.end()],
    ["with RST", (side: ServerSide) => side.socket.resetAndDestroy()],
  ])("closes in the middle of the load, %s", async (_, act) => {
    const { thrown } = await relayInto(inMiddle(act));
    expect(thrown.targetUsable).toBe(false);
  });

  it("takes no more bytes, and no cancellation", async () => {
    const { thrown } = await relayInto(
      inMiddle((side) => side.socket.pause()),
      { timeoutMs: 300 },
    );
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.targetUsable).toBe(false);
  });

  it.each([
    ["never answers INSERT BULK", { onMessage: () => {}, onAttention: () => {} }],
    [
      "never answers the load",
      { onMessage: (message, side) => message.type !== 7 && side.send(done(0)), onAttention: () => {} },
    ],
  ] satisfies [string, Script][])("%s", async (_, into) => {
    const { thrown } = await relayInto(into, { rowCount: 10, timeoutMs: 100, cancelTimeout: 100 });
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.targetUsable).toBe(false);
  });

  it("acknowledges the cancellation of INSERT BULK, and may wait for the rows all the same", async () => {
    const { thrown, to } = await relayInto(
      {
        onMessage: () => {},
        onAttention: (side) => {
          side.send(done(0));
          side.send(done(0x20));
        },
      },
      { rowCount: 10, timeoutMs: 100 },
    );
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(to.messages.map((message) => message.type)).toEqual([1, 6]);
    expect(thrown.targetUsable).toBe(false);
  });

  it("is in order: nothing of this happens", async () => {
    const { reader, writer } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 10), done(0x10, 10)) },
      answersAgain(sink()),
    );
    const source = await open(reader);
    expect(await source.pipe(target(writer))).toMatchObject({ rows: 10, more: false });
  });
});
