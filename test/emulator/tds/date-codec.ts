// [MS-TDS] 2.2.5.5.1.8 Date/Times: days since 0001-01-01 in 3 bytes, time in units of 10^-scale s in 3 to 5 bytes.
import type { SqlDateTimeOffset, SqlType } from "../values/sql-type.ts";
import { type ByteReader, InvalidLength } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { RawCodec, TypeEntries, TypeEntry } from "./raw-codec.ts";

const DATETIMN = 0x6f;
const DATE = 0x28;
const TIME = 0x29;
const DATETIME2 = 0x2a;
const DATETIMEOFFSET = 0x2b;

const DAY = 864_000_000_000n;
const DATETIME_DAY = 25_920_000;
const MINUTES_A_DAY = 1440;
const MAX_DAY = 3_652_058;

const byteForm = () => "byte" as const;
const scaleOf = (type: SqlType): number => type.scale ?? 7;
const timeBytes = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

function writeDays(out: ByteWriter, days: number): void {
  out.ensure(3);
  out.buffer[out.position++] = days & 0xff;
  out.buffer[out.position++] = (days >>> 8) & 0xff;
  out.buffer[out.position++] = (days >>> 16) & 0xff;
}

function readDays(input: ByteReader): number {
  const at = input.take(3);
  const days = input.buffer.readUIntLE(at, 3);
  if (days > MAX_DAY) throw new InvalidLength(DATE, days);
  return days;
}

/** @param ticks 100 ns since midnight */
function timeCodec(scale: number): { write(out: ByteWriter, ticks: number): void; read(input: ByteReader): number } {
  const bytes = timeBytes(scale);
  const unit = 10 ** (7 - scale);
  return {
    write(out, ticks) {
      const units = scale === 7 ? ticks : Math.floor(ticks / unit);
      out.ensure(5);
      const low = units % 0x1_0000_0000;
      const at = out.position;
      if (bytes === 3) {
        out.buffer[at] = low & 0xff;
        out.buffer[at + 1] = (low >>> 8) & 0xff;
        out.buffer[at + 2] = (low >>> 16) & 0xff;
      } else {
        out.view.setUint32(at, low, true);
        if (bytes === 5) out.buffer[at + 4] = Math.floor(units / 0x1_0000_0000);
      }
      out.position += bytes;
    },
    read: (input) => input.buffer.readUIntLE(input.take(bytes), bytes) * unit,
  };
}

function writeMoment(out: ByteWriter, time: ReturnType<typeof timeCodec>, moment: bigint): void {
  const days = moment / DAY;
  time.write(out, Number(moment - days * DAY));
  writeDays(out, Number(days));
}

function readMoment(input: ByteReader, time: ReturnType<typeof timeCodec>): bigint {
  const ticks = BigInt(time.read(input));
  return BigInt(readDays(input)) * DAY + ticks;
}

function scaled(token: number, extraBytes: number, raw: (time: ReturnType<typeof timeCodec>) => RawCodec): TypeEntry {
  return {
    token,
    form: byteForm,
    writeInfo: (out, type) => out.uint8(scaleOf(type)),
    raw(type) {
      const codec = raw(timeCodec(scaleOf(type)));
      const size = timeBytes(scaleOf(type)) + extraBytes;
      return {
        write: (out, value) => codec.write(out, value),
        read(input, length) {
          if (length !== size) throw new InvalidLength(token, length);
          return codec.read(input, length);
        },
      };
    },
  };
}

const datetime: RawCodec = {
  write(out, value) {
    const days = Math.floor((value as number) / DATETIME_DAY);
    out.int32(days);
    out.uint32((value as number) - days * DATETIME_DAY);
  },
  read(input, length) {
    if (length !== 8) throw new InvalidLength(DATETIMN, length);
    const days = input.int32();
    return days * DATETIME_DAY + input.uint32();
  },
};

const smalldatetime: RawCodec = {
  write(out, value) {
    out.uint16(Math.floor((value as number) / MINUTES_A_DAY));
    out.uint16((value as number) % MINUTES_A_DAY);
  },
  read(input, length) {
    if (length !== 4) throw new InvalidLength(DATETIMN, length);
    const days = input.uint16();
    return days * MINUTES_A_DAY + input.uint16();
  },
};

export const dateEntries = {
  date: {
    token: DATE,
    form: byteForm,
    writeInfo: () => undefined,
    raw: () => ({
      write: (out, value) => writeDays(out, value as number),
      read(input, length) {
        if (length !== 3) throw new InvalidLength(DATE, length);
        return readDays(input);
      },
    }),
  },
  time: scaled(TIME, 0, (time) => ({
    write: (out, value) => time.write(out, value as number),
    read: (input) => time.read(input),
  })),
  datetime2: scaled(DATETIME2, 3, (time) => ({
    write: (out, value) => writeMoment(out, time, value as bigint),
    read: (input) => readMoment(input, time),
  })),
  datetimeoffset: scaled(DATETIMEOFFSET, 5, (time) => ({
    write(out, value) {
      const { utc, offset } = value as SqlDateTimeOffset;
      writeMoment(out, time, utc);
      out.int16(offset);
    },
    read(input) {
      const utc = readMoment(input, time);
      return { utc, offset: input.int16() };
    },
  })),
  datetime: {
    token: DATETIMN,
    fixed: { token: 0x3d, size: 8 },
    form: byteForm,
    writeInfo: (out) => out.uint8(8),
    raw: () => datetime,
  },
  smalldatetime: {
    token: DATETIMN,
    fixed: { token: 0x3a, size: 4 },
    form: byteForm,
    writeInfo: (out) => out.uint8(4),
    raw: () => smalldatetime,
  },
} satisfies TypeEntries;
