import { afterEach, describe, expect, it } from "vitest";
import type { Script } from "./scripted-server.ts";
import {
  closeServers,
  METADATA,
  COLUMNS,
  rows,
  open,
  target,
  answer,
  serverWith,
  sink,
  pair,
  failure,
  endless,
  acknowledge,
} from "./relay-ends.ts";
import { done, error } from "./tds-tokens.ts";

afterEach(closeServers);

describe("a relay that fails", () => {
  it("tells the server's error before the first row", async () => {
    const { reader } = await pair({ onMessage: answer(error(208, "Invalid object name"), done(2)) });
    const thrown = await failure(open(reader));
    expect(thrown.cause).toMatchObject({ number: 208 });
    expect(thrown.sourceUsable).toBe(true);
  });

  it("tells when there is no rowset", async () => {
    const { reader } = await pair({ onMessage: answer(done(0x10, 1)) });
    expect((await failure(open(reader))).message).toMatch(/no rowset/);
  });

  it("gives up the load when the read fails in the middle", async () => {
    const { to, reader, writer } = await pair({
      onMessage: answer(METADATA, ...rows(0, 500), error(1205, "deadlock victim"), done(2)),
    });
    const source = await open(reader);
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 1205 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(to.messages.at(-1)).toMatchObject({ type: 7, ignored: true });
  });

  it("gives up the load when the read's connection breaks", async () => {
    const { reader, writer } = await pair({
      onMessage: (_message, side) => {
        side.packet(Buffer.concat([METADATA, ...rows(0, 100)]), false);
        side.socket.end();
      },
    });
    const source = await open(reader);
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toBeInstanceOf(Error);
    expect(thrown).toMatchObject({ sourceUsable: false, targetUsable: true });
  });

  it("gives up the read when the load is refused at once", async () => {
    const state = { stop: false, packets: 0 };
    const { reader, writer, from } = await pair(
      {
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      },
      { onMessage: answer(error(4815, "Received an invalid column length"), done(2)) },
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 4815 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(from.messages.at(-1)!.type).toBe(6);
  });

  it("gives up both when the load is refused behind its last row", async () => {
    const { reader, writer } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 10), done(0x10, 10)) },
      {
        onMessage: (message, side) =>
          side.send(message.type === 7 ? Buffer.concat([error(2627, "duplicate"), done(2)]) : done(0)),
      },
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 2627 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
  });

  it("closes the load's connection when it is refused in the middle", async () => {
    const state = { stop: false, packets: 0 };
    let refused = false;
    const { reader, writer } = await pair(
      {
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      },
      {
        onMessage: (_message, side) => side.send(done(0)),
        onBulkPacket: (_payload, side) => {
          if (!refused) side.send(Buffer.concat([error(4819, "cannot bulk load"), done(2)]));
          refused = true;
        },
      },
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 4819 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false });
  });

  it("gives up the read when the load's connection breaks", async () => {
    const state = { stop: false, packets: 0 };
    const { reader, writer } = await pair(
      {
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      },
      {
        onMessage: (_message, side) => side.send(done(0)),
        onBulkPacket: (_payload, side) => side.socket.resetAndDestroy(),
      },
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false });
  });

  it("does not believe a server that took another number of rows", async () => {
    const { reader, writer } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 10), done(0x10, 10)) },
      sink(() => 9),
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.message).toMatch(/10 rows were sent, and the server took 9/);
  });

  it("sends nothing when the columns are not those that are wanted", async () => {
    const { to, reader, writer } = await pair({ onMessage: answer(METADATA, ...rows(0, 10), done(0x10, 10)) });
    const other = { ...target(writer), columns: [COLUMNS[0]!] };
    const thrown = await failure((await open(reader)).pipe(other));
    expect(thrown.message).toMatch(/column 2 is name, not wanted/);
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(to.messages).toHaveLength(0);
  });

  it.each([
    ["rows that are none", [METADATA, Buffer.of(0xd1, 1, 0, 0, 0, 0xc9, 0, 0, 0)]],
    ["an unknown token", [METADATA, ...rows(0, 3), Buffer.alloc(100, 0x55)]],
    ["a second rowset", [METADATA, ...rows(0, 3), done(0x11, 3), METADATA, done(0x10)]],
    ["an end in the middle of a row", [METADATA, rows(0, 1)[0]!.subarray(0, 9)]],
    // The length of an ERROR that its text does not have: the driver's parser would wait for ever.
    ["a token that the driver cannot read", [METADATA, ...rows(0, 3), Buffer.from("aa0400000000ff", "hex"), done(0)]],
    ["a token that the driver does not take here", [METADATA, ...rows(0, 3), Buffer.from("e30500140000000000", "hex")]],
  ])("closes the connection that sends %s", async (_, tokens) => {
    const { reader, writer } = await pair({ onMessage: answer(...tokens) });
    const thrown = await failure(open(reader, { timeoutMs: 1000 }).then((source) => source.pipe(target(writer))));
    expect(thrown.sourceUsable).toBe(false);
  });
});

describe("a relay that is stopped", () => {
  const running = async (options: { signal?: AbortSignal; timeoutMs?: number }, into: Script) => {
    const state = { stop: false, packets: 0 };
    const ends = await pair(
      {
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      },
      into,
    );
    return { ...ends, source: await open(ends.reader, options) };
  };

  it("by its signal, in the middle of the rows", async () => {
    const controller = new AbortController();
    let packets = 0;
    const { source, writer, from, to } = await running(
      { signal: controller.signal },
      {
        ...sink(),
        onBulkPacket: () => {
          if (++packets === 20) controller.abort(new Error("shutting down"));
        },
      },
    );
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ message: "shutting down" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(from.messages.at(-1)!.type).toBe(6);
    expect(to.messages.find((message) => message.type === 7)!.ignored).toBe(true);
  });

  it("by its signal, between two loads", async () => {
    const controller = new AbortController();
    const { source, writer, from } = await running({ signal: controller.signal }, sink());
    await source.pipe(target(writer), { maxRows: 10 });
    controller.abort(new Error("shutting down"));
    await expect.poll(() => source.usable).toBe(true);
    expect(from.messages.at(-1)!.type).toBe(6);
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ message: "shutting down" });
  });

  it("by its signal, before it began", async () => {
    const { from, reader } = await pair({ onMessage: answer(METADATA, done(0x10)) });
    const thrown = await failure(open(reader, { signal: AbortSignal.abort(new Error("too late")) }));
    expect(thrown.cause).toMatchObject({ message: "too late" });
    expect(thrown.sourceUsable).toBe(true);
    expect(from.messages).toHaveLength(0);
  });

  it("by the time-out, when the read says nothing", async () => {
    const { from, reader } = await pair({
      onMessage: () => {},
      // The answer to the request that was given up, then the acknowledgement.
      onAttention: (side) => {
        side.send(done(0));
        side.send(done(0x20));
      },
    });
    const thrown = await failure(open(reader, { timeoutMs: 50 }));
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.sourceUsable).toBe(true);
    expect(from.messages.map((message) => message.type)).toEqual([1, 6]);
  });

  it("by the time-out, when the read stops in the middle of a row", async () => {
    const { reader, writer } = await pair({
      onMessage: (_message, side) => side.packet(Buffer.concat([METADATA, ...rows(0, 3), Buffer.of(0xd1, 0)]), false),
      onAttention: (side) => {
        side.packet(Buffer.alloc(0), true);
        side.send(done(0x20));
      },
    });
    const source = await open(reader, { timeoutMs: 50 });
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
  });

  it("by the time-out, when the load is not answered", async () => {
    const { reader, writer, to } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 3), done(0x10, 3)) },
      {
        onMessage: (message, side) => {
          if (message.type !== 7) side.send(done(0));
        },
        onAttention: (side) => {
          side.send(done(0));
          side.send(done(0x20));
        },
      },
    );
    const source = await open(reader, { timeoutMs: 50 });
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(to.messages.map((message) => message.type)).toEqual([1, 7, 6]);
  });

  it("and loses the connection to a server that does not acknowledge", async () => {
    const from = await serverWith({ onMessage: () => {}, onAttention: () => {} });
    const thrown = await failure(open(await from.connect({ cancelTimeout: 50 }), { timeoutMs: 50 }));
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.sourceUsable).toBe(false);
    await expect.poll(() => from.sockets.size).toBe(0);
  });
});
