import { describe, expect, it } from "vitest";
import { PacketWriter } from "../../../src/relay/packet-writer.ts";

interface Packed {
  readonly taken: Buffer[];
  readonly rest: Buffer;
}

/** @param takeAfterEach whether packets are taken behind each piece, not only when there is no more room */
function pack(pieces: readonly Buffer[], packetSize: number, takeAfterEach: boolean): Packed {
  const writer = new PacketWriter(0x07, packetSize);
  const taken: Buffer[] = [];
  for (const piece of pieces) {
    for (let at = writer.add(piece, 0); at < piece.length; at = writer.add(piece, at)) {
      const full = writer.take();
      if (!full) throw new Error("there is no room, and nothing to take");
      taken.push(full);
    }
    const full = takeAfterEach ? writer.take() : undefined;
    if (full) taken.push(full);
  }
  return { taken, rest: writer.rest() };
}

function payloadOf({ taken, rest }: Packed, packetSize: number): Buffer {
  const bytes = Buffer.concat(taken);
  const payloads: Buffer[] = [];
  for (let at = 0, number = 1; at < bytes.length; at += packetSize, number++) {
    const header = Buffer.of(0x07, 0, packetSize >> 8, packetSize & 0xff, 0, 0, number & 0xff, 0);
    expect(bytes.subarray(at, at + 8).toString("hex")).toBe(header.toString("hex"));
    payloads.push(bytes.subarray(at + 8, at + packetSize));
  }
  return Buffer.concat([...payloads, rest]);
}

const random = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 2_654_435_761) >>> 24));

function piecesOf(length: number, size: number): Buffer[] {
  const bytes = random.subarray(0, length);
  return Array.from({ length: Math.ceil(length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

describe("PacketWriter", () => {
  it.each([512, 4096, 32_767])("makes packets of %d bytes, whatever the pieces", (packetSize) => {
    for (const size of [1000, 4087, 4088, 4089, 65_536, 300_000]) {
      for (const takeAfterEach of [true, false]) {
        const packed = pack(piecesOf(random.length, size), packetSize, takeAfterEach);
        expect(payloadOf(packed, packetSize).equals(random)).toBe(true);
        expect(packed.taken.length).toBeGreaterThan(1);
      }
    }
  });

  it("takes any length, and always keeps something for the last packet", () => {
    const packetSize = 512;
    for (let length = 1; length < 1600; length++) {
      const packed = pack(piecesOf(length, 77), packetSize, true);
      expect(packed.rest.length).toBeGreaterThan(0);
      expect(packed.rest.length).toBeLessThanOrEqual(packetSize - 8);
      if (!payloadOf(packed, packetSize).equals(random.subarray(0, length))) expect(length).toBeUndefined();
    }
  });

  it("leaves what was taken as it was", () => {
    const writer = new PacketWriter(0x07, 512);
    writer.add(random.subarray(0, 5000), 0);
    const taken = writer.take()!;
    const before = Buffer.from(taken);
    writer.add(random.subarray(100_000, 160_000), 0);
    writer.take();
    expect(taken.equals(before)).toBe(true);
  });

  it("has nothing to take before a packet is full", () => {
    const writer = new PacketWriter(0x07, 512);
    expect(writer.take()).toBeUndefined();
    writer.add(random.subarray(0, 504), 0);
    expect(writer.take()).toBeUndefined();
    expect(writer.rest().equals(random.subarray(0, 504))).toBe(true);
    writer.add(random.subarray(504, 505), 0);
    expect(writer.take()).toHaveLength(512);
    expect(writer.rest().equals(random.subarray(504, 505))).toBe(true);
  });
});
