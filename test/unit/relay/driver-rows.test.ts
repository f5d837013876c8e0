import { afterEach, describe, expect, it } from "vitest";
import type { Connection } from "tedious";
import { driverTransport } from "../../../src/relay/driver-rows.ts";
import { driverColumn } from "../../../src/relay/driver-type.ts";
import {
  acknowledge,
  answer,
  closeServers,
  endless,
  failure,
  METADATA,
  pair,
  rows,
  sink,
  target,
} from "./relay-ends.ts";
import { done, error } from "./tds-tokens.ts";

afterEach(closeServers);

const open = (connection: Connection, options: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
  driverTransport.openSource(
    connection,
    { text: "SELECT", params: [] },
    { signal: options.signal ?? new AbortController().signal, timeoutMs: options.timeoutMs ?? 5000 },
  );

describe("rows by the driver", () => {
  it("are loaded with the options and columns that are asked for", async () => {
    const { to, reader, writer } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 3), done(0x10, 3)) },
      sink(() => 3),
    );
    const source = await open(reader);
    expect(source.transport).toBe("driver");
    expect(await source.pipe(target(writer))).toEqual({ rows: 3, bytes: 3 * (8 + 10), more: false });
    expect(to.messages[0]!.text).toBe("insert bulk #stage([id] int, [name] nvarchar(100)) WITH (KEEP_NULLS)");
  });

  it("hold back a read that is faster than the load", async () => {
    const state = { stop: false, packets: 0 };
    let taken = 10;
    const { reader, writer } = await pair(
      { onMessage: (_message, side) => endless(side, state), onAttention: (side) => acknowledge(side, state) },
      sink(() => taken),
    );
    const source = await open(reader);
    await source.pipe(target(writer), { maxRows: taken });
    let seen = -1;
    await expect
      .poll(() => {
        const still = state.packets === seen;
        seen = state.packets;
        return still;
      })
      .toBe(true);
    taken = 20_000;
    expect(await source.pipe(target(writer), { maxRows: taken })).toMatchObject({ rows: taken, more: true });
    await source.close();
    expect(source.usable).toBe(true);
  });

  it("take bounded memory, however many there are", async () => {
    const total = 300_000;
    const packet = Buffer.concat(rows(1000, 1100));
    let taken = total / 10;
    let packets = 0;
    let peak = 0;
    const { reader, writer } = await pair(
      {
        onMessage: (_message, side) => {
          side.packet(METADATA, false);
          let left = total / 100;
          const push = () => {
            while (left-- > 0) {
              if (!side.packet(packet, false)) return void side.socket.once("drain", push);
            }
            side.packet(done(0x10, total), true);
          };
          push();
        },
      },
      {
        ...sink(() => taken),
        keepsBulk: false,
        onBulkPacket: () => {
          if (++packets % 100 === 0) peak = Math.max(peak, process.memoryUsage.rss());
        },
      },
    );
    const source = await open(reader);
    await source.pipe(target(writer), { maxRows: taken });
    const before = process.memoryUsage.rss();
    taken = total - taken;
    expect(await source.pipe(target(writer))).toMatchObject({ rows: taken, more: false });
    expect(peak - before).toBeLessThan(64 * 2 ** 20);
  });
});

describe("rows by the driver that fail", () => {
  it("tell the server's error before the first row", async () => {
    const { reader } = await pair({ onMessage: answer(error(208, "Invalid object name"), done(2)) });
    const thrown = await failure(open(reader));
    expect(thrown.cause).toMatchObject({ number: 208 });
    expect(thrown).toMatchObject({ sourceUsable: true, side: "source", refused: false });
  });

  it("tell when there is no rowset", async () => {
    const { reader } = await pair({ onMessage: answer(done(0x10, 1)) });
    expect((await failure(open(reader))).message).toMatch(/no rowset/);
  });

  it("do not take a second rowset for more rows", async () => {
    const state = { stop: false, packets: 0 };
    const { reader, writer } = await pair({
      onMessage: (_message, side) => {
        side.packet(Buffer.concat([METADATA, ...rows(0, 2), done(0x11, 2), METADATA, ...rows(0, 2)]), false);
      },
      onAttention: (side) => acknowledge(side, state),
    });
    const run = async () => (await open(reader)).pipe(target(writer));
    expect((await failure(run())).message).toMatch(/second rowset/);
  });

  it("give up the load when an error stands behind the last row", async () => {
    const { to, reader, writer } = await pair({
      onMessage: answer(METADATA, ...rows(0, 500), error(1205, "deadlock victim"), done(2)),
    });
    const source = await open(reader);
    const thrown = await failure(source.pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 1205 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true, side: "source" });
    expect(to.messages.at(-1)).toMatchObject({ type: 7, ignored: true });
  });

  it("do not believe a server that took another number of rows", async () => {
    const { reader, writer } = await pair(
      { onMessage: answer(METADATA, ...rows(0, 5), done(0x10, 5)) },
      sink(() => 4),
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.message).toContain("5 rows were sent, and the server took 4");
    expect(thrown.refused).toBe(true);
  });

  it("lose the load's connection when it is refused in the middle", async () => {
    const state = { stop: false, packets: 0 };
    let refused = false;
    const { reader, writer } = await pair(
      { onMessage: (_message, side) => endless(side, state), onAttention: (side) => acknowledge(side, state) },
      {
        onMessage: (_message, side) => side.send(done(0)),
        keepsBulk: false,
        onBulkPacket: (_payload, side) => {
          if (refused) return;
          refused = true;
          side.send(Buffer.concat([error(4815, "Received an invalid column length"), done(2)]));
        },
      },
    );
    const thrown = await failure((await open(reader)).pipe(target(writer)));
    expect(thrown.cause).toMatchObject({ number: 4815 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false, side: "target", refused: true });
  });

  it("end by the signal before they began", async () => {
    const { from, reader } = await pair({ onMessage: answer(done(0)) });
    const thrown = await failure(open(reader, { signal: AbortSignal.abort(new Error("stopping")) }));
    expect(thrown.cause).toMatchObject({ message: "stopping" });
    expect(from.messages).toEqual([]);
  });

  it("end by the time-out when the read says nothing", async () => {
    const { reader } = await pair({
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
  });
});

describe("driverColumn", () => {
  it("knows what the driver carries as it is", () => {
    expect(driverColumn("int").length).toBeUndefined();
    expect(driverColumn("nvarchar(50) COLLATE Latin1_General_100_BIN2")).toMatchObject({ length: 50 });
    expect(driverColumn("varbinary(max)")).toMatchObject({ length: Infinity });
  });

  it.each(["decimal(9,2)", "nvarchar", "int(4)", "datetime", "varchar(max)", "xml", "constructor", ""])(
    "refuses %s",
    (declaration) => {
      expect(() => driverColumn(declaration)).toThrow(/lossy/);
    },
  );
});
