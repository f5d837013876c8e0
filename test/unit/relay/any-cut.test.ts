import { describe, expect, it } from "vitest";
import { RowsetReader } from "../../../src/relay/rowset-reader.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";
import { COLUMN_KINDS, randomAnswer, randomPieces, type Answer } from "./random-answer.ts";
import { typeInfo } from "./tds-tokens.ts";

/** Reads an answer that comes in pieces, in turns of at most so many rows. */
function readPieces(pieces: readonly Buffer[], turn: () => number = () => Infinity) {
  const reader = new RowsetReader();
  const out: Buffer[] = [];
  const tokens: Buffer[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (;;) {
      const before = reader.rows;
      const most = turn();
      const stop = reader.read(most, out, tokens);
      if (reader.rows - before > most) throw new Error(`${reader.rows - before} rows where ${most} were asked for`);
      if (stop === "more") break;
    }
  }
  reader.end();
  return { reader, rows: Buffer.concat(out), tokens: Buffer.concat(tokens) };
}

/** A comparison that is cheap while all is well. @returns what differs */
function difference(answer: Answer, { reader, rows, tokens }: ReturnType<typeof readPieces>): string | undefined {
  if (reader.rows !== answer.rowCount) return `${reader.rows} rows, not ${answer.rowCount}`;
  if (!rows.equals(answer.rows)) return "other rows";
  if (!tokens.equals(answer.tokens)) return "other tokens";
  return reader.columns?.length === answer.columns.length ? undefined : "other columns";
}

function check(answer: Answer, pieces: readonly Buffer[], what: string, turn?: () => number): void {
  let wrong: string | undefined;
  try {
    wrong = difference(answer, readPieces(pieces, turn));
  } catch (error) {
    throw new Error(`${what}: the answer was not understood`, { cause: error });
  }
  if (wrong !== undefined) expect.fail(`${what}: ${wrong}`);
}

const seed = Number(process.env["RELAY_SEED"] ?? Date.now() % 1_000_000);

describe(`an answer means the same wherever packets cut it (RELAY_SEED=${seed})`, () => {
  it.each([
    ["every kind of column, ROW and NBCROW mixed", { kinds: COLUMN_KINDS, rowCount: 4, nullsInTen: 4 }],
    ["nothing but NULL", { kinds: COLUMN_KINDS, rowCount: 8, nullsInTen: 10 }],
    ["no NULL", { kinds: COLUMN_KINDS, rowCount: 1, nullsInTen: 0 }],
    ["no row", { kinds: COLUMN_KINDS, rowCount: 0 }],
    [
      "100 columns",
      { kinds: Array.from({ length: 100 }, (_, at) => COLUMN_KINDS[at % 10]!), rowCount: 2, nullsInTen: 9 },
    ],
  ])("in two at every byte: %s", (what, shape) => {
    const answer = randomAnswer(seededRandom(seed), { longest: 100, ...shape });
    for (let cut = 0; cut <= answer.bytes.length; cut++) {
      check(answer, [answer.bytes.subarray(0, cut), answer.bytes.subarray(cut)], `${what}, cut at byte ${cut}`);
    }
    check(
      answer,
      Array.from(answer.bytes, (_, at) => answer.bytes.subarray(at, at + 1)),
      `${what}, byte by byte`,
    );
  });

  it("in three at every two bytes", () => {
    const random = seededRandom(seed);
    for (const kind of COLUMN_KINDS) {
      const answer = randomAnswer(random, {
        kinds: [kind, COLUMN_KINDS[2]!],
        rowCount: 2,
        nullsInTen: 3,
        longest: 10,
        bare: true,
      });
      for (let first = 1; first < answer.bytes.length; first++) {
        for (let second = first + 1; second < answer.bytes.length; second++) {
          const pieces = [
            answer.bytes.subarray(0, first),
            answer.bytes.subarray(first, second),
            answer.bytes.subarray(second),
          ];
          check(answer, pieces, `${answer.bytes.toString("hex")} cut at ${first} and ${second}`);
        }
      }
    }
  });

  it("where the buffer for expanded rows is full", () => {
    const random = seededRandom(seed);
    const wide = COLUMN_KINDS.filter(({ spec }) => spec.typeInfo.equals(typeInfo.varbinaryMax));
    for (const count of [5, 9, 12, 31]) {
      const kinds = [COLUMN_KINDS[0]!, ...Array.from({ length: count }, () => wide[0]!)];
      const answer = randomAnswer(random, { kinds, rowCount: 1500, nullsInTen: 10 });
      for (const size of [4088, 32_759, answer.bytes.length]) {
        const packets = Array.from({ length: Math.ceil(answer.bytes.length / size) }, (_, at) =>
          answer.bytes.subarray(at * size, (at + 1) * size),
        );
        check(answer, packets, `${count} NULLs, packets of ${size} bytes`);
      }
    }
  });

  it("anywhere, any answer, read in turns of any number of rows", () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 200; round++) {
      const answer = randomAnswer(random);
      const turn = random(2) === 0 ? undefined : () => random(4);
      const what = `answer ${round} of RELAY_SEED=${seed}`;
      check(answer, randomPieces(answer.bytes, random), what, turn && (() => Math.max(1, turn())));
    }
  });
});
