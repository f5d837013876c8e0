import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Connection } from "tedious";
import { acknowledge, closeServers, endless, open, serverWith, sink, target } from "./relay-ends.ts";
import { answersAgain, cleanFailure, failOnEscapedErrors } from "./clean-end.ts";
import { startSlowProxy, type SlowProxy } from "./slow-proxy.ts";

failOnEscapedErrors();
const proxies: SlowProxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  await closeServers();
});

/** What the relay's process may hold of rows: some packets, and the buffers of the driver's streams and of two sockets. */
const MOST_HELD_BYTES = 512 * 1024;
const SLOW_BYTES = 2 * 2 ** 20;

/** The driver's own socket: how many bytes came in is known nowhere else. */
function socketOf(connection: Connection): Socket {
  const { socket } = connection as unknown as { readonly socket?: Socket };
  if (socket?.bytesRead === undefined) throw new Error("the driver keeps its socket elsewhere");
  return socket;
}

describe("a read that is faster than the load", () => {
  it("waits: what the relay holds is bounded, whatever the server that is written to takes", async () => {
    const state = { stop: false, packets: 0 };
    const controller = new AbortController();
    const from = await serverWith(
      answersAgain({
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      }),
    );
    const into = await serverWith(answersAgain({ ...sink(() => 0), keepsBulk: false }));
    let held = 0;
    let sent = 0;
    const watched: { reader?: Socket; writer?: Socket } = {};
    const proxy = await startSlowProxy(into.port, {
      bytesPerTurn: 1024,
      onTurn: () => {
        // What is read away after the abort is not held.
        const { reader, writer } = watched;
        if (!reader || !writer || controller.signal.aborted) return;
        sent = writer.bytesWritten - writer.writableLength;
        held = Math.max(held, reader.bytesRead - sent);
        if (proxy.passed > SLOW_BYTES) controller.abort(new Error("seen enough"));
      },
    });
    proxies.push(proxy);
    const ends = { reader: await from.connect(), writer: await into.connect({ port: proxy.port }) };
    const source = await open(ends.reader, { signal: controller.signal, timeoutMs: 20_000 });
    watched.reader = socketOf(ends.reader);
    watched.writer = socketOf(ends.writer);

    const thrown = await cleanFailure(source.pipe(target(ends.writer)), ends, 30_000);
    expect(thrown.cause).toMatchObject({ message: "seen enough" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(sent).toBeGreaterThan(SLOW_BYTES);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(MOST_HELD_BYTES);
  });
});
