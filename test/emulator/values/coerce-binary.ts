import { DATETIME_UNITS_PER_DAY, TICKS_PER_DAY_BIG } from "./calendar.ts";
import type { SqlDateTimeOffset, SqlType, SqlValue } from "./sql-type.ts";

/**
 * CAST to and from binary. The server's internal forms: integers, money, datetime and float big-endian; decimal as precision,
 * scale, sign, little-endian magnitude; the newer date types as scale and little-endian parts.
 */

function bigEndian(value: bigint, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  let rest = BigInt.asUintN(bytes * 8, value);
  for (let at = bytes - 1; at >= 0; at--) {
    out[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

function littleEndian(value: bigint, bytes: number): Buffer {
  return bigEndian(value, bytes).reverse();
}

function timeBytes(ticks: bigint, scale: number): Buffer {
  const unit = 10n ** BigInt(7 - scale);
  return littleEndian(ticks / unit, scale <= 2 ? 3 : scale <= 4 ? 4 : 5);
}

export function uuidToBytes(text: string): Buffer {
  const raw = Buffer.from(text.replace(/-/g, ""), "hex");
  const out = Buffer.from(raw);
  out[0] = raw[3]!;
  out[1] = raw[2]!;
  out[2] = raw[1]!;
  out[3] = raw[0]!;
  out[4] = raw[5]!;
  out[5] = raw[4]!;
  out[6] = raw[7]!;
  out[7] = raw[6]!;
  return out;
}

export function uuidFromBytes(bytes: Buffer): string {
  const b = Buffer.alloc(16);
  bytes.copy(b, 0, 0, 16);
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((at) => b[at]!.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`.toUpperCase();
}

const INTEGER_BYTES: Partial<Record<SqlType["name"], number>> = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 };

/** The bytes of a value that is neither string nor binary nor variant. */
export function valueToBytes(value: Exclude<SqlValue, null>, type: SqlType): Buffer {
  switch (type.name) {
    case "bit":
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return bigEndian(BigInt(value as number | bigint), INTEGER_BYTES[type.name]!);
    case "money":
      return bigEndian(value as bigint, 8);
    case "smallmoney":
      return bigEndian(value as bigint, 4);
    case "decimal":
    case "numeric": {
      const v = value as bigint;
      const precision = type.precision ?? 18;
      const bytes = precision <= 9 ? 4 : precision <= 19 ? 8 : precision <= 28 ? 12 : 16;
      return Buffer.concat([
        Buffer.from([precision, type.scale ?? 0, 0, v < 0n ? 0 : 1]),
        littleEndian(v < 0n ? -v : v, bytes),
      ]);
    }
    case "real": {
      const out = Buffer.alloc(4);
      out.writeFloatBE(value as number);
      return out;
    }
    case "float": {
      const out = Buffer.alloc(8);
      out.writeDoubleBE(value as number);
      return out;
    }
    case "uniqueidentifier":
      return uuidToBytes(value as string);
    case "datetime": {
      const v = value as number;
      const day = Math.floor(v / DATETIME_UNITS_PER_DAY);
      return Buffer.concat([bigEndian(BigInt(day), 4), bigEndian(BigInt(v - day * DATETIME_UNITS_PER_DAY), 4)]);
    }
    case "smalldatetime": {
      const v = value as number;
      return Buffer.concat([bigEndian(BigInt(Math.floor(v / 1440)), 2), bigEndian(BigInt(v % 1440), 2)]);
    }
    case "date":
      return littleEndian(BigInt(value as number), 3);
    case "time": {
      const scale = type.scale ?? 7;
      return Buffer.concat([Buffer.from([scale]), timeBytes(BigInt(value as number), scale)]);
    }
    case "datetime2": {
      const scale = type.scale ?? 7;
      const v = value as bigint;
      return Buffer.concat([
        Buffer.from([scale]),
        timeBytes(v % TICKS_PER_DAY_BIG, scale),
        littleEndian(v / TICKS_PER_DAY_BIG, 3),
      ]);
    }
    case "datetimeoffset": {
      const scale = type.scale ?? 7;
      const { utc, offset } = value as SqlDateTimeOffset;
      return Buffer.concat([
        Buffer.from([scale]),
        timeBytes(utc % TICKS_PER_DAY_BIG, scale),
        littleEndian(utc / TICKS_PER_DAY_BIG, 3),
        littleEndian(BigInt(offset), 2),
      ]);
    }
    default:
      throw new TypeError(`no binary form of ${type.name}`);
  }
}

/** @returns undefined where the bytes are no value of that type */
export function bytesToValue(bytes: Buffer, type: SqlType): SqlValue | undefined {
  switch (type.name) {
    case "bit":
      return bytes.some((b) => b !== 0) ? 1 : 0;
    case "tinyint":
      return bytes.length === 0 ? 0 : bytes[bytes.length - 1]!;
    case "smallint":
      return Number(BigInt.asIntN(16, lastBytes(bytes, 2)));
    case "int":
      return Number(BigInt.asIntN(32, lastBytes(bytes, 4)));
    case "bigint":
    case "money":
      return BigInt.asIntN(64, lastBytes(bytes, 8));
    case "smallmoney":
      return BigInt.asIntN(32, lastBytes(bytes, 4));
    case "uniqueidentifier":
      return uuidFromBytes(bytes);
    case "decimal":
    case "numeric": {
      if (bytes.length < 5 || bytes[0]! < 1 || bytes[0]! > 38) return undefined;
      let magnitude = 0n;
      for (let at = bytes.length - 1; at >= 4; at--) magnitude = (magnitude << 8n) | BigInt(bytes[at]!);
      return bytes[3] === 0 ? -magnitude : magnitude;
    }
    case "datetime": {
      const whole = lastBytes(bytes, 8);
      const day = Number(BigInt.asIntN(32, whole >> 32n));
      const units = Number(whole & 0xffffffffn);
      return units < DATETIME_UNITS_PER_DAY && day >= -53690 && day <= 2958463
        ? day * DATETIME_UNITS_PER_DAY + units
        : undefined;
    }
    default:
      return undefined;
  }
}

function lastBytes(bytes: Buffer, count: number): bigint {
  let value = 0n;
  for (const b of bytes.subarray(Math.max(0, bytes.length - count))) value = (value << 8n) | BigInt(b);
  return value;
}

/** Whether the type keeps decimal's own scale in its bytes, which differs from the target's. */
export function embeddedScale(bytes: Buffer): number {
  return bytes[1] ?? 0;
}
