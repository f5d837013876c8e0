import { describe, expect, it } from "vitest";
import { ColMetadataParser } from "../../../src/relay/col-metadata.ts";
import { RowsetReader } from "../../../src/relay/rowset-reader.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";
import { damaged } from "./damaged.ts";
import { COLUMN_KINDS, randomAnswer, randomPieces, type Random } from "./random-answer.ts";
import { colMetadata, row, typeInfo, value } from "./tds-tokens.ts";

const seed = Number(process.env["RELAY_SEED"] ?? Date.now() % 1_000_000);

/** @returns what is wrong with the answer, and the bytes that came out before that was known */
function read(pieces: Iterable<Buffer>): { error: Error | undefined; given: number } {
  const reader = new RowsetReader();
  let given = 0;
  try {
    for (const piece of pieces) {
      reader.push(piece);
      for (let stop = ""; stop !== "more";) {
        const out: Buffer[] = [];
        stop = reader.read(Infinity, out, []);
        for (const bytes of out) given += bytes.length;
      }
    }
    reader.end();
    return { error: undefined, given };
  } catch (error) {
    return { error: error as Error, given };
  }
}

const fewColumns = (random: Random) => ({
  kinds: Array.from({ length: 1 + random(9) }, () => COLUMN_KINDS[random(COLUMN_KINDS.length)]!),
});

function* endless(head: Buffer, piece: Buffer, times: number): Generator<Buffer, void, undefined> {
  yield head;
  for (let time = 0; time < times; time++) yield piece;
}

describe(`bytes that are no answer (RELAY_SEED=${seed})`, () => {
  it("an answer that ends anywhere but at its end", () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 20; round++) {
      const { bytes } = randomAnswer(random, { ...fewColumns(random), rowCount: 3, longest: 30 });
      for (let length = 0; length < bytes.length; length++) {
        const { error } = read([bytes.subarray(0, length)]);
        if (error?.name !== "WireFormatError") expect.fail(`${length} bytes of ${bytes.toString("hex")}`);
      }
      expect(read([bytes]).error).toBeUndefined();
    }
  });

  it("damaged answers end, and grow no more than NULLs can", () => {
    const random = seededRandom(seed);
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const { bytes } = randomAnswer(random, { ...fewColumns(random), longest: 300 });
      const wrong = damaged(bytes, random);
      const { error, given } = read(randomPieces(wrong, random));
      if (error !== undefined && error.name !== "WireFormatError") {
        throw new Error(`round ${round} of RELAY_SEED=${seed}: ${wrong.toString("hex")}`, { cause: error });
      }
      if (error !== undefined) refused++;
      // A bit of an NBCROW becomes the 8 bytes of a NULL.
      expect(given).toBeLessThanOrEqual(wrong.length * 65);
    }
    // Most damage hits values, which nobody looks at, or lengths, which must be noticed.
    expect(refused).toBeGreaterThan(100);
  });

  it("a (max) value without announced length that does not end", () => {
    const head = Buffer.concat([
      colMetadata([{ name: "v", typeInfo: typeInfo.varbinaryMax }]),
      row(Buffer.from("feffffffffffffff", "hex")),
    ]);
    const megabyte = Buffer.concat([value.int((1 << 20) - 4), Buffer.alloc((1 << 20) - 4)]);
    const { error, given } = read(endless(head, megabyte, 5000));
    expect(error?.message).toMatch(/\(max\) value of more than 2147483647 bytes/);
    expect(given).toBeLessThanOrEqual(2 ** 31 + 2 ** 20);
    expect(given).toBeGreaterThan(2 ** 31 - 2 ** 21);
  });

  it("a table's name that fills the memory", () => {
    const parser = new ColMetadataParser();
    const head = Buffer.concat([Buffer.of(0x81, 1, 0), Buffer.alloc(6), typeInfo.ntext]);
    expect(() => parser.read(Buffer.concat([head, Buffer.of(255)]), 0)).toThrow(/a table's name of 255 parts/);
    const long = Buffer.concat([head, Buffer.of(1, 0xff, 0xff)]);
    expect(() => new ColMetadataParser().read(long, 0)).toThrow(/a name of 65535 characters/);
  });
});
