import { describe, expect, it } from "vitest";
import { PacketReader } from "../../../src/relay/packet-reader.ts";
import { packets } from "./tds-packets.ts";

const PAYLOAD = Buffer.from(Array.from({ length: 60 }, (_, at) => at));

/** @returns the payload, and what was left of the last chunk behind the message */
function readAll(reader: PacketReader, chunks: readonly Buffer[]): { payload: Buffer; behind: Buffer } {
  const payloads: Buffer[] = [];
  const behind: Buffer[] = [];
  for (const chunk of chunks) {
    const own = Buffer.from(chunk);
    const { payload, used } = reader.read(own);
    payloads.push(own.subarray(0, payload));
    behind.push(own.subarray(used));
  }
  return { payload: Buffer.concat(payloads), behind: Buffer.concat(behind) };
}

describe("PacketReader", () => {
  it.each([
    { name: "one packet", bytes: packets(PAYLOAD, 512) },
    { name: "full packets and a short one", bytes: packets(PAYLOAD, 40) },
    { name: "full packets only", bytes: packets(PAYLOAD, 38) },
    { name: "packets of three bytes", bytes: packets(PAYLOAD, 11) },
    { name: "an empty last packet", bytes: Buffer.concat([packets(PAYLOAD, 40, false), packets(Buffer.alloc(0), 40)]) },
    {
      name: "empty packets between others",
      bytes: Buffer.concat([
        packets(Buffer.alloc(0), 40, false),
        packets(PAYLOAD.subarray(0, 45), 40, false),
        packets(Buffer.alloc(0), 40, false),
        packets(PAYLOAD.subarray(45), 40),
      ]),
    },
  ])("takes the payload out, cut at every two bytes: $name", ({ bytes }) => {
    const behind = packets(Buffer.from("the next message"), 512);
    const stream = Buffer.concat([bytes, behind]);
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const reader = new PacketReader();
        const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
        const read = readAll(reader, chunks);
        if (!read.payload.equals(PAYLOAD) || !read.behind.equals(behind) || !reader.ended) {
          expect({ first, second, payload: read.payload.toString("hex") }).toBeUndefined();
        }
      }
    }
  });

  it("gives the same byte by byte", () => {
    const stream = packets(PAYLOAD, 40);
    const reader = new PacketReader();
    const read = readAll(
      reader,
      Array.from(stream, (byte) => Buffer.of(byte)),
    );
    expect(read.payload.equals(PAYLOAD)).toBe(true);
    expect(reader.ended).toBe(true);
  });

  it("is not at the end before the last byte of the last packet", () => {
    const reader = new PacketReader();
    readAll(reader, [packets(PAYLOAD, 40).subarray(0, -1)]);
    expect(reader.ended).toBe(false);
  });

  it.each([
    { header: "0401000700000100", message: "a packet of 7 bytes, its header included" },
    { header: "0401000000000100", message: "a packet of 0 bytes, its header included" },
    { header: "0301001000000100", message: "a packet of type 0x03 in an answer" },
    { header: "1503010010000100", message: "a packet of type 0x15 in an answer" },
  ])("refuses what is no packet: $message", ({ header, message }) => {
    const bytes = Buffer.from(header, "hex");
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(() => readAll(new PacketReader(), [bytes.subarray(0, cut), bytes.subarray(cut)])).toThrow(
        expect.objectContaining({ name: "WireFormatError", message }),
      );
    }
  });
});
