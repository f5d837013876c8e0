import { afterEach, describe, expect, it } from "vitest";
import { seededRandom } from "../emulator/storage/seeded-random.ts";
import { METADATA, acknowledge, answer, closeServers, endless, open, pair, rows, sink, target } from "./relay-ends.ts";
import { AGAIN, answersAgain, cleanFailure, failOnEscapedErrors } from "./clean-end.ts";
import type { ClientMessage, Script, ServerSide } from "./scripted-server.ts";
import { done } from "./tds-tokens.ts";

/** Servers that are in order, and a relay that is stopped by its signal at one moment or another. */

failOnEscapedErrors();
afterEach(closeServers);

const WITHIN_MS = 15_000;
const RESPONSE_ENDS = (side: ServerSide) => {
  side.packet(Buffer.alloc(0), true);
  side.send(done(0x20));
};

interface Stopped {
  /** The script may stop the relay. */
  readonly source?: (stop: () => void) => Script;
  readonly into?: (stop: () => void) => Script;
}

/** Runs a relay that its scripts, or `meanwhile`, stop. */
async function stopped(scripts: Stopped, meanwhile?: (rowsRead: () => number) => Promise<void>) {
  const controller = new AbortController();
  const stop = () => controller.abort(new Error("shutting down"));
  const state = { stop: false, packets: 0 };
  const source = scripts.source?.(stop) ?? {
    onMessage: (_message, side) => endless(side, state),
    onAttention: (side) => acknowledge(side, state),
  };
  const ends = await pair(answersAgain(source), answersAgain(scripts.into?.(stop) ?? sink()));
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  const relay = open(ends.reader, { signal: controller.signal, timeoutMs: WITHIN_MS }).then((given) => {
    opened = given;
    return given.pipe(target(ends.writer));
  });
  if (meanwhile) {
    const end = meanwhile(() => opened?.rows ?? 0).then(stop);
    relay.catch(() => undefined);
    await end;
  }
  const thrown = await cleanFailure(relay, ends, WITHIN_MS);
  expect(thrown.cause).toMatchObject({ message: "shutting down" });
  return { ...ends, thrown };
}

/** Without the request that looks whether the connection works on. */
const types = (messages: readonly ClientMessage[]) =>
  messages.filter((message) => message.type !== 1 || message.text !== AGAIN).map(({ type }) => type);

describe("a relay that is stopped", () => {
  it.each([
    ["before the server that is read answers", []],
    ["in the middle of the columns", [METADATA.subarray(0, 9)]],
  ])("%s", async (_, tokens) => {
    const { thrown, from } = await stopped({
      source: (stop) => ({
        onMessage: (_message, side) => {
          side.packet(Buffer.concat(tokens), false);
          stop();
        },
        onAttention: RESPONSE_ENDS,
      }),
    });
    expect(thrown).toMatchObject({ sourceUsable: true });
    expect(types(from.messages)).toEqual([1, 6]);
  });

  it("in the middle of a row, of which nothing more comes", async () => {
    const { thrown, from, to } = await stopped(
      {
        source: () => ({
          onMessage: (_message, side) =>
            side.packet(Buffer.concat([METADATA, ...rows(0, 3), Buffer.of(0xd1, 1)]), false),
          onAttention: RESPONSE_ENDS,
        }),
      },
      (rowsRead) => expect.poll(rowsRead).toBe(3),
    );
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(thrown.message).toMatch(/from number 1 on into #stage \(3 read\)/);
    expect(types(from.messages)).toEqual([1, 6]);
    expect(to.messages.find(({ type }) => type === 7)).toMatchObject({ ignored: true });
  });

  it("while INSERT BULK is executed: whether its server waits for rows now, nobody knows", async () => {
    const { thrown, from, to } = await stopped({
      into: (stop) => ({ onMessage: stop, onAttention: RESPONSE_ENDS }),
    });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false });
    expect(types(from.messages)).toEqual([1, 6]);
    expect(types(to.messages)).toEqual([1, 6]);
  });

  it("while the server that is written to takes nothing: it goes on, and answers", async () => {
    let held: ServerSide | undefined;
    const { thrown, from } = await stopped(
      {
        into: () => ({
          ...sink(),
          onBulkPacket: (_payload, side) => {
            if (held) return;
            held = side;
            side.socket.pause();
          },
        }),
      },
      async (rowsRead) => {
        await standsStill(rowsRead);
        held!.socket.resume();
      },
    );
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(types(from.messages)).toEqual([1, 6]);
  });

  it("behind the last row, before the load is answered", async () => {
    const { thrown, to } = await stopped({
      source: () => ({ onMessage: answer(METADATA, ...rows(0, 10), done(0x10, 10)) }),
      into: (stop) => ({
        onMessage: (message, side) => (message.type === 7 ? stop() : side.send(done(0))),
        onAttention: RESPONSE_ENDS,
      }),
    });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(types(to.messages)).toEqual([1, 7, 6]);
  });

  it("between two loads: the error knows the row that comes next", async () => {
    const controller = new AbortController();
    const state = { stop: false, packets: 0 };
    const { reader, writer } = await pair(
      {
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      },
      answersAgain(sink()),
    );
    const source = await open(reader, { signal: controller.signal });
    await source.pipe(target(writer), { maxRows: 40 });
    controller.abort(new Error("shutting down"));
    await expect.poll(() => source.usable).toBe(true);
    expect(source.rows).toBe(40);
    await expect(source.pipe(target(writer))).rejects.toThrow(
      /^relay rows from number 41 on into #stage \(0 read\): shutting down$/,
    );
    expect(source.rows).toBe(40);
  });

  it("by closing its source in the middle of a load", async () => {
    const state = { stop: false, packets: 0 };
    const ends = await pair(
      answersAgain({
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      }),
      answersAgain(sink()),
    );
    const source = await open(ends.reader);
    const relay = source.pipe(target(ends.writer));
    const ended = cleanFailure(relay, ends, WITHIN_MS);
    await expect.poll(() => source.rows).toBeGreaterThan(1000);
    await source.close();
    expect(await ended).toMatchObject({ sourceUsable: true, targetUsable: true, message: /the read was closed/ });
  });

  const seed = Number(process.env["RELAY_SEED"] ?? Date.now() % 1_000_000);

  it(`at any moment (RELAY_SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 12; round++) {
      let turns = random([4, 20, 60][round % 3]!);
      const { thrown, to } = await stopped({}, async () => {
        while (turns-- > 0) await new Promise<void>((resolve) => setImmediate(resolve));
      });
      expect(thrown.sourceUsable).toBe(true);
      // Cancelled, not answered: see above.
      const begun = types(to.messages).includes(7);
      if (begun) expect(thrown.targetUsable).toBe(true);
      await closeServers();
    }
  });
});

/** Resolves when the number has not grown for a while. */
async function standsStill(number: () => number): Promise<void> {
  let seen = -1;
  await expect
    .poll(
      () => {
        const still = number() === seen && seen > 0;
        seen = number();
        return still;
      },
      { interval: 100, timeout: WITHIN_MS },
    )
    .toBe(true);
}
