import type { seededRandom } from "../emulator/storage/seeded-random.ts";
import {
  beginTransaction,
  colMetadata,
  done,
  info,
  nbcRow,
  order,
  returnStatus,
  row,
  typeInfo,
  value,
  type ColumnSpec,
} from "./tds-tokens.ts";

/** Numbers from 0 up to, and without, `below`. */
export type Random = ReturnType<typeof seededRandom>;

/** A server's whole answer to a SELECT, and what must become of it. */
export interface Answer {
  readonly columns: readonly ColumnSpec[];
  readonly bytes: Buffer;
  readonly rowCount: number;
  /** All rows as ROW tokens. */
  readonly rows: Buffer;
  /** All other tokens but COLMETADATA. */
  readonly tokens: Buffer;
}

interface ColumnKind {
  readonly spec: Omit<ColumnSpec, "name">;
  /** The wire form of a value that is not NULL; of the types that have a choice, no longer than so many bytes. */
  readonly make: (random: Random, longest: number) => Buffer;
  /** The wire form of NULL in a ROW token; undefined where there is none. */
  readonly nullForm?: Buffer;
}

/** Bytes that look like tokens and lengths rather than noise. */
export function someBytes(random: Random, length: number): Buffer {
  const likely = [0x00, 0xd1, 0xd2, 0xfd, 0xaa, 0x81, 0xff, 0x41];
  return Buffer.from(Uint8Array.from({ length }, () => likely[random(likely.length)]!));
}

/** Mostly short, now and then longer than any buffer of the relay. */
function someLength(random: Random, most: number): number {
  const range = [4, 40, 400, 4000, 20_000][Math.min(random(8), random(8), 4)]!;
  return random(Math.min(most, range) + 1);
}

function plp(random: Random, longest: number): Buffer {
  const bytes = someBytes(random, someLength(random, longest));
  const chunk = 1 + random(random(2) === 0 ? 7 : 9000);
  return value.plp(bytes, { announced: random(2) === 0, chunk: Math.max(chunk, bytes.length >> 6) });
}

const NULLS = {
  byte: value.byte(null),
  ushort: value.ushort(null),
  variant: value.variant(null),
  textptr: value.textptr(null),
  plp: value.plp(null),
};

const fixed = (info: Buffer, size: number): ColumnKind => ({
  spec: { typeInfo: info, nullable: false },
  make: (random) => someBytes(random, size),
});
const byteLength = (info: Buffer, sizes: readonly number[]): ColumnKind => ({
  spec: { typeInfo: info },
  make: (random) => value.byte(someBytes(random, sizes[random(sizes.length)]!)),
  nullForm: NULLS.byte,
});
const ushortLength = (info: Buffer, most: number): ColumnKind => ({
  spec: { typeInfo: info },
  make: (random, longest) => value.ushort(someBytes(random, someLength(random, Math.min(most, longest)))),
  nullForm: NULLS.ushort,
});
const text = (info: Buffer): ColumnKind => ({
  spec: { typeInfo: info, table: ["dbo", "T"] },
  make: (random, longest) => value.textptr(someBytes(random, someLength(random, longest))),
  nullForm: NULLS.textptr,
});
const max = (info: Buffer): ColumnKind => ({ spec: { typeInfo: info }, make: plp, nullForm: NULLS.plp });

/** At least one type of each length rule. */
export const COLUMN_KINDS: readonly ColumnKind[] = [
  fixed(typeInfo.int, 4),
  fixed(typeInfo.bigint, 8),
  byteLength(typeInfo.intN(8), [8]),
  byteLength(typeInfo.bitN, [1]),
  byteLength(typeInfo.decimalN(17, 38, 10), [5, 9, 13, 17]),
  byteLength(typeInfo.guid, [16]),
  byteLength(typeInfo.date, [3]),
  byteLength(typeInfo.datetime2(7), [8]),
  ushortLength(typeInfo.nvarchar(200), 200),
  ushortLength(typeInfo.nvarchar(8000), 8000),
  ushortLength(typeInfo.varbinary(8000), 8000),
  {
    spec: { typeInfo: typeInfo.variant },
    make: (random, longest) => value.variant(someBytes(random, 1 + someLength(random, Math.min(8000, longest)))),
    nullForm: NULLS.variant,
  },
  text(typeInfo.ntext),
  text(typeInfo.image),
  max(typeInfo.nvarcharMax),
  max(typeInfo.varbinaryMax),
  max(typeInfo.xml),
];

export interface AnswerShape {
  readonly kinds: readonly ColumnKind[];
  readonly rowCount: number;
  /** Of ten values that may be NULL. */
  readonly nullsInTen: number;
  /** Bytes of a value. */
  readonly longest: number;
  /** Nothing but COLMETADATA, rows and DONE. */
  readonly bare: boolean;
}

/** Columns, rows and what stands around them, of a shape or of one by chance. */
export function randomAnswer(random: Random, shape: Partial<AnswerShape> = {}): Answer {
  const kinds = shape.kinds ?? someKinds(random);
  const rowCount = shape.rowCount ?? (random(6) === 0 ? 0 : 1 + random(random(4) === 0 ? 60 : 8));
  const nullsInTen = shape.nullsInTen ?? random(11);
  const longest = shape.longest ?? 40_000;
  const columns = kinds.map(({ spec }, at) => ({ ...spec, name: `c${at}` }));
  const stream: Buffer[] = [];
  const rows: Buffer[] = [];
  const tokens: Buffer[] = [];
  const say = (...given: readonly Buffer[]) => {
    stream.push(...given);
    tokens.push(...given);
  };

  const chance = (one: number) => shape.bare !== true && random(one) === 0;
  if (chance(2)) say(info(5701, "Changed database context"), done(1));
  if (chance(4)) say(beginTransaction(someBytes(random, 8)));
  stream.push(colMetadata(columns));
  if (chance(3)) say(order(...columns.map((_, at) => at + 1).slice(0, 16)));
  for (let at = 0; at < rowCount; at++) {
    const values = kinds.map((kind) => (kind.nullForm && random(10) < nullsInTen ? null : kind.make(random, longest)));
    const long = row(...values.map((bytes, column) => bytes ?? kinds[column]!.nullForm!));
    rows.push(long);
    stream.push(random(2) === 0 ? long : nbcRow(...values));
    if (chance(12)) say(info(8153, "Null value is eliminated by an aggregate"));
  }
  if (!chance(2)) say(done(0x10, rowCount));
  else say(done(0x11, rowCount, 0xff), returnStatus(0), done(0, 0, 0xfe));
  return {
    columns,
    bytes: Buffer.concat(stream),
    rowCount,
    rows: Buffer.concat(rows),
    tokens: Buffer.concat(tokens),
  };
}

function someKinds(random: Random): ColumnKind[] {
  const count = 1 + random([3, 12, 40, 300][Math.min(random(5), random(5), 3)]!);
  // Many columns of any length would make rows of megabytes.
  const from = count > 40 ? COLUMN_KINDS.slice(0, 8) : COLUMN_KINDS;
  return Array.from({ length: count }, () => from[random(from.length)]!);
}

/** Cuts bytes at random places: pieces of one byte, of a packet, of anything between. */
export function randomPieces(bytes: Buffer, random: Random): Buffer[] {
  const most = [1, 3, 30, 512, 4088, 32_759][random(6)]!;
  const least = Math.ceil(bytes.length / 20_000);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(least, 1 + random(most));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
