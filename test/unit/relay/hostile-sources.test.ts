import { afterEach, describe, expect, it } from "vitest";
import { METADATA, acknowledge, closeServers, endless, open, pair, rows, sink, target } from "./relay-ends.ts";
import { answersAgain, cleanFailure, failOnEscapedErrors } from "./clean-end.ts";
import type { Script, ServerSide } from "./scripted-server.ts";
import { colMetadata, done, error, info, row, typeInfo, value } from "./tds-tokens.ts";

/** Servers that are read and do what no server should: the relay ends, soon, with an error that says why. */

failOnEscapedErrors();
afterEach(closeServers);

/** A time-out, the driver's wait for the acknowledgement, and a slow machine. */
const WITHIN_MS = 10_000;

/** A relay from a server that answers a SELECT like this. */
async function relayFrom(
  answer: (side: ServerSide) => void,
  {
    timeoutMs = WITHIN_MS,
    cancelTimeout = WITHIN_MS,
    ...more
  }: Partial<Script> & { timeoutMs?: number; cancelTimeout?: number } = {},
) {
  const ends = await pair(
    answersAgain({ ...more, onMessage: (_message, side) => answer(side) }),
    answersAgain(sink()),
    { cancelTimeout },
  );
  const relay = open(ends.reader, { timeoutMs }).then((source) => source.pipe(target(ends.writer)));
  return { ...ends, thrown: await cleanFailure(relay, ends, WITHIN_MS) };
}

const header = (type: number, status: number, length: number) =>
  Buffer.of(type, status, length >> 8, length & 0xff, 0, 0, 1, 0);
const PLP = colMetadata([
  { name: "id", typeInfo: typeInfo.int, nullable: false },
  { name: "name", typeInfo: typeInfo.varbinaryMax },
]);
const plpRow = (...numbers: readonly number[]) => row(value.int(1), ...numbers.map(value.int));

/** What makes no sense, and what is said about it. */
const NONSENSE: readonly (readonly [string, readonly Buffer[], RegExp])[] = [
  ["an unknown token", [METADATA, ...rows(0, 3), Buffer.alloc(9, 0x55)], /token 0x55/],
  ["rows before their columns", [...rows(0, 3)], /token 0xD1/],
  ["columns twice", [METADATA, METADATA], /second rowset/],
  ["rows behind their end", [METADATA, ...rows(0, 1), done(0x11, 1), ...rows(1, 2)], /token 0xD1/],
  ["an unknown type", [colMetadata([{ name: "v", typeInfo: Buffer.of(0x99) }])], /type 0x99/],
  ["65,535 columns", [Buffer.of(0x81, 0xff, 0xff)], /65535 columns/],
  ["no columns", [Buffer.of(0x81, 0, 0)], /0 columns/],
  ["a value longer than its column", [METADATA, row(value.int(1), Buffer.of(0xc9, 0))], /201 bytes/],
  ["a (max) value of 2^62 bytes", [PLP, plpRow(0, 1 << 30)], /\(max\) value of/],
  ["a (max) value with too much", [PLP, plpRow(3, 0, 4)], /do not add up/],
  ["a (max) value with too little", [PLP, plpRow(3, 0, 0)], /do not add up/],
  [
    "a count of rows that is not theirs",
    [METADATA, ...rows(0, 3), done(0x10, 4)],
    /3 rows came, and the server sent 4/,
  ],
  ["a RETURNVALUE", [METADATA, ...rows(0, 3), Buffer.of(0xac, 0, 0)], /token 0xAC/],
];

describe("a server that is read", () => {
  it.each(NONSENSE)("sends %s, and ends its answer", async (_, tokens, message) => {
    const { thrown } = await relayFrom((side) => side.send(Buffer.concat([...tokens])));
    expect(thrown.cause).toMatchObject({ name: "WireFormatError" });
    expect(thrown.message).toMatch(message);
    expect(thrown).toMatchObject({ side: "source", sourceUsable: false, refused: true });
  });

  it.each(NONSENSE)("sends %s, and nothing behind it", async (_, tokens, message) => {
    const { thrown } = await relayFrom((side) => side.packet(Buffer.concat([...tokens]), false));
    expect(thrown.message).toMatch(message);
  });

  it("ends its answer anywhere but at its end", async () => {
    const bytes = Buffer.concat([info(1, "x"), METADATA, ...rows(0, 2), done(0x11, 2), done(0)]);
    for (let length = 0; length < bytes.length; length += 17) {
      const { thrown } = await relayFrom((side) => side.send(bytes.subarray(0, length)));
      expect(thrown.message, `after ${length} bytes`).toMatch(/ends inside|ends without DONE/);
      await closeServers();
    }
  });

  it.each([
    ["with FIN", (side: ServerSide) => side.socket.end()],
    ["with RST", (side: ServerSide) => side.socket.resetAndDestroy()],
  ])("breaks off anywhere, %s", async (_, breakOff) => {
    const bytes = Buffer.concat([METADATA, ...rows(0, 2), done(0x10, 2)]);
    for (let length = 0; length <= bytes.length; length += 19) {
      const { thrown } = await relayFrom((side) => {
        side.packet(bytes.subarray(0, length), false);
        side.socket.write(header(4, 1, 20).subarray(0, length % 8), () => breakOff(side));
      });
      expect(thrown).toMatchObject({ side: "source", sourceUsable: false });
      await closeServers();
    }
  });

  it.each([
    ["of no bytes", header(4, 1, 0)],
    ["shorter than its header", header(4, 1, 7)],
  ])("sends a packet %s", async (_, bytes) => {
    const { thrown } = await relayFrom((side) => {
      side.packet(Buffer.concat([METADATA, ...rows(0, 2)]), false);
      side.socket.write(bytes);
    });
    expect(thrown).toMatchObject({ side: "source", sourceUsable: false });
  });

  it.each([
    ["before the columns", [error(1205, "victim"), done(2)]],
    ["before the rows", [METADATA, error(1205, "victim"), done(2)]],
    ["between rows", [METADATA, ...rows(0, 3), error(1205, "victim"), done(2)]],
    ["and rows behind it", [METADATA, ...rows(0, 3), error(1205, "victim"), ...rows(3, 5), done(2)]],
    ["behind the rows", [METADATA, ...rows(0, 3), done(0x11, 3), error(1205, "victim"), done(2)]],
    ["and counts rows that it did not send", [METADATA, ...rows(0, 3), error(1205, "victim"), done(0x12, 9)]],
  ])("sends an error %s: the connection works on", async (_, tokens) => {
    const { thrown } = await relayFrom((side) => side.send(Buffer.concat(tokens)));
    expect(thrown.cause).toMatchObject({ number: 1205 });
    expect(thrown.sourceUsable).toBe(true);
  });

  it("sends an error inside a row, which then is none", async () => {
    const half = rows(3, 4)[0]!.subarray(0, 9);
    const { thrown } = await relayFrom((side) =>
      side.send(Buffer.concat([METADATA, ...rows(0, 3), half, error(1205, "victim"), done(2)])),
    );
    expect(thrown.cause).toMatchObject({ name: "WireFormatError" });
    expect(thrown.sourceUsable).toBe(false);
  });

  it("says that all went wrong, and not what", async () => {
    const { thrown } = await relayFrom((side) => side.send(Buffer.concat([METADATA, ...rows(0, 3), done(2)])));
    expect(thrown).toMatchObject({ side: "source", sourceUsable: true });
  });

  it.each([
    ["before it says anything", []],
    ["in the middle of its columns", [METADATA.subarray(0, 11)]],
    ["behind its columns", [METADATA]],
    ["in the middle of a row", [METADATA, rows(0, 1)[0]!.subarray(0, 8)]],
    ["between two rows", [METADATA, ...rows(0, 3)]],
    ["in the middle of a (max) value", [PLP, plpRow(1000, 0, 1000), Buffer.alloc(10)]],
    ["in the middle of DONE", [METADATA, done(0).subarray(0, 5)]],
    ["without the end of the message", [METADATA, ...rows(0, 3), done(0x10, 3)]],
  ])("stops %s, and does not acknowledge either", async (_, tokens) => {
    const { thrown } = await relayFrom(
      (side) => void (tokens.length > 0 && side.packet(Buffer.concat(tokens), false)),
      { timeoutMs: 100, cancelTimeout: 100, onAttention: () => {} },
    );
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.sourceUsable).toBe(false);
  });

  it("sends on for a while when it is asked to stop", async () => {
    const state = { stop: false, packets: 0 };
    const { reader, writer } = await pair(
      answersAgain({
        onMessage: (_message, side) => endless(side, state),
        onAttention: (side) => acknowledge(side, state),
      }),
      answersAgain({ onMessage: (_message, side) => side.send(Buffer.concat([error(4815, "no"), done(2)])) }),
    );
    const relay = open(reader).then((source) => source.pipe(target(writer)));
    const thrown = await cleanFailure(relay, { reader, writer }, WITHIN_MS);
    expect(thrown).toMatchObject({ side: "target", sourceUsable: true, targetUsable: true });
  });
});
