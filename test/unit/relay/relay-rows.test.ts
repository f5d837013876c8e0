import { afterEach, describe, expect, it } from "vitest";
import { openRelaySource } from "../../../src/relay/relay-rows.ts";
import {
  closeServers,
  METADATA,
  rows,
  DESCRIPTOR,
  BULK_HEAD,
  open,
  target,
  answer,
  serverWith,
  sink,
  countRows,
  pair,
  endless,
  acknowledge,
} from "./relay-ends.ts";
import { beginTransaction, done, info, rollbackTransaction } from "./tds-tokens.ts";

afterEach(closeServers);

describe("a relay", () => {
  it.each([512, 4096, 32767])("carries every byte, with packets of %d bytes", async (packetSize) => {
    const all = rows(0, 3000);
    const from = await serverWith({ onMessage: answer(METADATA, ...all, done(0x10, 3000)) });
    const to = await serverWith(sink());
    const source = await open(await from.connect({ packetSize }));
    const result = await source.pipe(target(await to.connect({ packetSize })));

    const bytes = Buffer.concat(all);
    expect(result).toEqual({ rows: 3000, bytes: bytes.length, more: false });
    expect(source.usable).toBe(true);
    const [batch, load] = to.messages;
    expect(batch!.text).toBe("INSERT BULK #stage ([id] int, [name] nvarchar(100)) WITH (KEEP_NULLS)");
    expect(load!.payload.subarray(0, BULK_HEAD.length / 2).toString("hex")).toBe(BULK_HEAD);
    expect(load!.payload.subarray(BULK_HEAD.length / 2, -13).equals(bytes)).toBe(true);
    expect(load!.payload.subarray(-13).toString("hex")).toBe("fd" + "00".repeat(12));
  });

  it("feeds several loads from one read", async () => {
    const { to, reader, writer } = await pair({ onMessage: answer(METADATA, ...rows(0, 1000), done(0x10, 1000)) });
    const source = await open(reader);
    const results = [];
    do results.push(await source.pipe(target(writer), { maxRows: 400 }));
    while (results.at(-1)!.more);
    expect(results.map((result) => [result.rows, result.more])).toEqual([
      [400, true],
      [400, true],
      [200, false],
    ]);
    expect(to.messages.filter((message) => message.type === 7).map(({ payload }) => countRows(payload))).toEqual([
      400, 400, 200,
    ]);
    expect(source.rows).toBe(1000);
  });

  it("sends nothing for no rows", async () => {
    const { to, reader, writer } = await pair({ onMessage: answer(METADATA, done(0x10)) });
    const source = await open(reader);
    expect(await source.pipe(target(writer))).toEqual({ rows: 0, bytes: 0, more: false });
    expect(await source.pipe(target(writer))).toEqual({ rows: 0, bytes: 0, more: false });
    expect(to.messages).toHaveLength(0);
    expect(source.usable).toBe(true);
  });

  it("runs a statement with parameters by sp_executesql, and leaves the connection to the next request", async () => {
    const { from, reader, writer } = await pair({
      onMessage: answer(METADATA, ...rows(0, 2), done(0x11, 2, 0xff), done(0, 0, 0xfe)),
    });
    const statement = {
      text: "SELECT @a",
      params: [{ name: "a", type: "bigint", value: 2n ** 62n }],
    } as const;
    for (let round = 0; round < 2; round++) {
      const source = await openRelaySource(reader, statement, {
        signal: new AbortController().signal,
        timeoutMs: 5000,
      });
      expect((await source.pipe(target(writer))).rows).toBe(2);
    }
    expect(from.messages.map((message) => message.type)).toEqual([3, 3]);
  });

  it("tells the driver what concerns it: transaction, messages", async () => {
    const { reader, writer } = await pair({
      onMessage: answer(
        beginTransaction(DESCRIPTOR),
        METADATA,
        info(50000, "hello"),
        ...rows(0, 1),
        rollbackTransaction(DESCRIPTOR),
        done(0x10, 1),
      ),
    });
    const messages: string[] = [];
    reader.on("infoMessage", (message) => messages.push(message.message));
    const source = await open(reader);
    await expect.poll(() => reader.inTransaction).toBe(true);
    await source.pipe(target(writer));
    expect(reader.inTransaction).toBe(false);
    expect(messages).toEqual(["hello"]);
  });

  it("closes a read that is not over, and the connection works on", async () => {
    const state = { stop: false, packets: 0 };
    const { from, reader, writer } = await pair({
      onMessage: (message, side) => {
        if (message.text === "again") side.send(Buffer.concat([METADATA, ...rows(0, 1), done(0x10, 1)]));
        else endless(side, state);
      },
      onAttention: (side) => {
        state.stop = true;
        // The rows end anywhere; the acknowledgement is a message of its own.
        side.packet(Buffer.of(0xd1, 1, 0), true);
        side.send(Buffer.concat([rollbackTransaction(DESCRIPTOR), done(0x20)]));
      },
    });
    const source = await open(reader);
    expect(await source.pipe(target(writer), { maxRows: 250 })).toMatchObject({ rows: 250, more: true });
    await source.close();
    expect(source.usable).toBe(true);
    expect(reader.inTransaction).toBe(false);
    expect(from.messages.map((message) => message.type)).toEqual([1, 6]);
    await source.close();

    const again = await open(reader, { text: "again" });
    expect(await again.pipe(target(writer))).toMatchObject({ rows: 1, more: false });
  });

  it("holds back a read that is faster than the load", async () => {
    const state = { stop: false, packets: 0 };
    const { reader, writer } = await pair({
      onMessage: (_message, side) => endless(side, state),
      onAttention: (side) => acknowledge(side, state),
    });
    const source = await open(reader);
    await source.pipe(target(writer), { maxRows: 10 });
    // The server goes on writing until the buffers between it and the relay are full, and no further.
    let seen = -1;
    await expect
      .poll(() => {
        const still = state.packets === seen;
        seen = state.packets;
        return still;
      })
      .toBe(true);
    expect(await source.pipe(target(writer), { maxRows: 100_000 })).toMatchObject({ rows: 100_000, more: true });
    await source.close();
  });

  it("holds a few packets of a million rows", async () => {
    const rowsInPacket = 100;
    const total = 1_000_000;
    const packet = Buffer.concat(rows(1000, 1000 + rowsInPacket));
    let taken = 0;
    let packets = 0;
    let peak = 0;
    const { reader, writer } = await pair(
      {
        onMessage: (_message, side) => {
          side.packet(METADATA, false);
          let left = total / rowsInPacket;
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
    // What the first rows need (code, buffers) is there to stay.
    taken = total / 10;
    await source.pipe(target(writer), { maxRows: taken });
    const before = process.memoryUsage.rss();
    taken = total - taken;
    expect(await source.pipe(target(writer))).toMatchObject({ rows: taken, more: false });
    expect(peak - before).toBeLessThan(48 * 2 ** 20);
  });
});
