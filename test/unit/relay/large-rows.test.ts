import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { forkScript } from "../../bench/fork-script.ts";
import { closeServers, serverWith } from "./relay-ends.ts";
import type { RelayOrder, RelayReport } from "./relay-process.ts";
import type { ServerSide } from "./scripted-server.ts";
import { colMetadata, done, info, row, typeInfo, value } from "./tds-tokens.ts";

/**
 * Rows larger than any buffer, relayed by a process of its own whose memory is watched; the servers hold no row either: the one makes its
 * bytes as they are taken, the other hashes them.
 */

const MB = 2 ** 20;
/** Of the relay, for buffers, code that is compiled meanwhile, and garbage: newer collectors leave more of it. A row would be 300 MB, the messages no less than 200. */
const MOST_GROWTH = 150 * MB;

let child: ReturnType<typeof forkScript>;
beforeAll(async () => {
  child = forkScript(join(import.meta.dirname, "relay-process.ts"), []);
  // What the first bytes need (code, buffers) is there to stay.
  await relay(oneValue(BLOCKS / 12));
  await closeServers();
});
afterAll(async () => {
  const exited = once(child, "exit");
  child.kill();
  await exited;
});
afterEach(closeServers);

const max = (text: boolean) =>
  colMetadata([{ name: "v", typeInfo: text ? typeInfo.nvarcharMax : typeInfo.varbinaryMax }]);

/** A block of bytes that says where in it one is. */
const BLOCK = Buffer.from(Uint8Array.from({ length: 8000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

function* repeat(piece: Buffer, times: number): Generator<Buffer, void, undefined> {
  for (let time = 0; time < times; time++) yield piece;
}

const oneRow = done(0x10, 1);
const BLOCKS = 39_600; // more than 300 MB

interface Rowset {
  readonly metadata: Buffer;
  readonly rows: () => Iterable<Buffer>;
  /** What the rows become, where that is something else. */
  readonly relayed?: () => Iterable<Buffer>;
  readonly end: Buffer;
}

const announced = (length: number) => {
  const total = Buffer.alloc(8);
  total.writeUInt32LE(length);
  return total;
};

/** One row whose value is so many blocks in one chunk. */
const oneValue = (blocks: number): Rowset => ({
  metadata: max(false),
  *rows() {
    yield row(announced(blocks * BLOCK.length), value.int(blocks * BLOCK.length));
    yield* repeat(BLOCK, blocks);
    yield value.int(0);
  },
  end: oneRow,
});

const ROWSETS: Readonly<Record<string, Rowset>> = {
  "300 MB of varbinary(max) in one chunk": oneValue(BLOCKS),
  "300 MB of nvarchar(max) of unknown length, in chunks of 8,000 bytes": {
    metadata: max(true),
    *rows() {
      yield row(Buffer.from("feffffffffffffff", "hex"));
      yield* repeat(Buffer.concat([value.int(BLOCK.length), BLOCK]), BLOCKS);
      yield value.int(0);
    },
    end: oneRow,
  },
  "300 MB in an NBCROW": {
    metadata: max(false),
    *rows() {
      const [head, ...rest] = oneValue(BLOCKS).rows();
      yield Buffer.concat([Buffer.of(0xd2, 0), head!.subarray(1)]);
      yield* rest;
    },
    relayed: () => oneValue(BLOCKS).rows(),
    end: oneRow,
  },
};

const MESSAGES: Rowset = {
  metadata: max(false),
  *rows() {
    yield* repeat(Buffer.concat(Array<Buffer>(20).fill(info(50_000, "x".repeat(150)))), 40_000);
    yield row(value.plp(null));
  },
  *relayed() {
    yield row(value.plp(null));
  },
  end: oneRow,
};

/** Sends a rowset as fast as it is taken. */
function send(side: ServerSide, { metadata, rows, end }: Rowset): void {
  side.packet(metadata, false);
  const pieces = rows()[Symbol.iterator]();
  const push = () => {
    for (;;) {
      const { value: piece, done: over } = pieces.next() as IteratorResult<Buffer, undefined>;
      if (over) return void side.packet(end, true);
      if (!side.packet(piece, false)) return void side.socket.once("drain", push);
    }
  };
  push();
}

async function relay(rowset: Rowset): Promise<{ report: RelayReport; hash: string }> {
  const hash = createHash("sha1");
  // A column's description is as long in a bulk load as in an answer.
  let skip = rowset.metadata.length;
  const hashRows = (payload: Buffer) => {
    const skipped = Math.min(skip, payload.length);
    skip -= skipped;
    hash.update(payload.subarray(skipped));
  };
  const from = await serverWith({ onMessage: (_message, side) => send(side, rowset) });
  const into = await serverWith({
    keepsBulk: false,
    onBulkPacket: hashRows,
    onMessage: (message, side) => {
      if (message.type !== 7) return side.send(done(0));
      hashRows(message.payload);
      side.send(done(0x10, 1));
    },
  });
  child.send({ from: from.port, to: into.port, text: "SELECT" } satisfies RelayOrder);
  const [report] = (await once(child, "message")) as [RelayReport];
  return { report, hash: hash.digest("hex") };
}

function hashOf(rowset: Rowset): string {
  const hash = createHash("sha1");
  for (const piece of (rowset.relayed ?? rowset.rows)()) hash.update(piece);
  return hash.update(Buffer.concat([Buffer.of(0xfd), Buffer.alloc(12)])).digest("hex");
}

it.each(Object.entries(ROWSETS))("streams %s through", async (_, rowset) => {
  const { report, hash } = await relay(rowset);
  expect(report).toMatchObject({ rows: 1 });
  expect(hash).toBe(hashOf(rowset));
  expect(report.bytes).toBeGreaterThan(300 * MB);
  expect(report.grown).toBeLessThan(MOST_GROWTH);
});

it("reads hundreds of thousands of messages between rows and keeps none", async () => {
  const { report, hash } = await relay(MESSAGES);
  expect(report).toMatchObject({ rows: 1 });
  expect(hash).toBe(hashOf(MESSAGES));
  expect(report.grown).toBeLessThan(MOST_GROWTH);
});
