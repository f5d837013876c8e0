// [MS-TDS] 2.2.5.5.1 Fixed-length and 2.2.5.5.1.4-6 numeric values: integers, bit, float, money, decimal, uniqueidentifier.
import type { SqlType } from "../values/sql-type.ts";
import { InvalidLength } from "./byte-reader.ts";
import type { RawCodec, TypeEntries, TypeEntry } from "./raw-codec.ts";

const INTN = 0x26;
const BITN = 0x68;
const FLTN = 0x6d;
const MONEYN = 0x6e;
const DECIMALN = 0x6a;
const NUMERICN = 0x6c;
const GUID = 0x24;

const byteForm = () => "byte" as const;

/** A type of one size that has a token of its own where it cannot be NULL. */
function sized(token: number, fixedToken: number, size: number, raw: RawCodec): TypeEntry {
  const checked: RawCodec = {
    write: (out, value) => raw.write(out, value),
    read(input, length) {
      if (length !== size) throw new InvalidLength(token, length);
      return raw.read(input, length);
    },
  };
  return {
    token,
    fixed: { token: fixedToken, size },
    form: byteForm,
    writeInfo: (out) => out.uint8(size),
    raw: () => checked,
  };
}

/** 100 billion is more than a low word: money is the high 4 bytes, then the low 4 bytes, of units of 1/10,000. */
const money: RawCodec = {
  write(out, value) {
    out.int32(Number((value as bigint) >> 32n));
    out.uint32(Number((value as bigint) & 0xffff_ffffn));
  },
  read(input) {
    const high = BigInt(input.int32());
    return (high << 32n) | BigInt(input.uint32());
  },
};

/** Bytes of magnitude by precision: 4, 8, 12 or 16. */
function magnitudeBytes(type: SqlType): number {
  const precision = type.precision ?? 18;
  return precision <= 9 ? 4 : precision <= 19 ? 8 : precision <= 28 ? 12 : 16;
}

const LOW_64 = 0xffff_ffff_ffff_ffffn;

/** One byte of sign (1: positive), then the magnitude, low byte first. */
function decimal(token: number): TypeEntry {
  return {
    token,
    form: byteForm,
    writeInfo(out, type) {
      out.uint8(magnitudeBytes(type) + 1);
      out.uint8(type.precision ?? 18);
      out.uint8(type.scale ?? 0);
    },
    raw(type) {
      const bytes = magnitudeBytes(type);
      return {
        write(out, value) {
          const magnitude = (value as bigint) < 0n ? -(value as bigint) : (value as bigint);
          out.uint8((value as bigint) < 0n ? 0 : 1);
          if (bytes === 4) {
            out.uint32(Number(magnitude));
            return;
          }
          out.uint64(magnitude & LOW_64);
          if (bytes === 12) out.uint32(Number(magnitude >> 64n));
          else if (bytes === 16) out.uint64(magnitude >> 64n);
        },
        read(input, length) {
          // A client may send fewer bytes than the precision has room for, in steps of four.
          if (length % 4 !== 1 || length < 5 || length > 17) throw new InvalidLength(token, length);
          const positive = input.uint8() === 1;
          let magnitude = 0n;
          for (let at = 0n; at < length - 1; at += 4n) magnitude |= BigInt(input.uint32()) << (at * 8n);
          return positive ? magnitude : -magnitude;
        },
      };
    },
  };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
/** Place in the text of each byte on the wire: the first three groups are little-endian. */
const GUID_PLACES = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34];

const nibble = (unit: number): number => (unit <= 0x39 ? unit - 0x30 : (unit | 0x20) - 0x57);

export const guid: RawCodec = {
  write(out, value) {
    const text = value as string;
    out.ensure(16);
    for (const place of GUID_PLACES) {
      out.buffer[out.position++] = (nibble(text.charCodeAt(place)) << 4) | nibble(text.charCodeAt(place + 1));
    }
  },
  read(input, length) {
    if (length !== 16) throw new InvalidLength(GUID, length);
    const at = input.take(16);
    const hex = (index: number): string => HEX[input.buffer[at + index]!]!;
    return (
      `${hex(3)}${hex(2)}${hex(1)}${hex(0)}-${hex(5)}${hex(4)}-${hex(7)}${hex(6)}-${hex(8)}${hex(9)}` +
      `-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
    );
  },
};

export const numberEntries = {
  bit: sized(BITN, 0x32, 1, {
    write: (out, value) => out.uint8(value as number),
    read: (input) => (input.uint8() === 0 ? 0 : 1),
  }),
  tinyint: sized(INTN, 0x30, 1, {
    write: (out, value) => out.uint8(value as number),
    read: (input) => input.uint8(),
  }),
  smallint: sized(INTN, 0x34, 2, {
    write: (out, value) => out.int16(value as number),
    read: (input) => input.int16(),
  }),
  int: sized(INTN, 0x38, 4, {
    write: (out, value) => out.int32(value as number),
    read: (input) => input.int32(),
  }),
  bigint: sized(INTN, 0x7f, 8, {
    write: (out, value) => out.int64(value as bigint),
    read: (input) => input.int64(),
  }),
  real: sized(FLTN, 0x3b, 4, {
    write(out, value) {
      out.ensure(4);
      out.view.setFloat32(out.position, value as number, true);
      out.position += 4;
    },
    read: (input) => input.view.getFloat32(input.take(4), true),
  }),
  float: sized(FLTN, 0x3e, 8, {
    write(out, value) {
      out.ensure(8);
      out.view.setFloat64(out.position, value as number, true);
      out.position += 8;
    },
    read: (input) => input.view.getFloat64(input.take(8), true),
  }),
  money: sized(MONEYN, 0x3c, 8, money),
  smallmoney: sized(MONEYN, 0x7a, 4, {
    write: (out, value) => out.int32(Number(value)),
    read: (input) => BigInt(input.int32()),
  }),
  decimal: decimal(DECIMALN),
  numeric: decimal(NUMERICN),
  uniqueidentifier: { token: GUID, form: byteForm, writeInfo: (out) => out.uint8(16), raw: () => guid },
} satisfies TypeEntries;
