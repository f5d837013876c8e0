// [MS-TDS] 2.2.5.2 Data Stream Types: the length before a value, PLP chunks, text pointers, sql_variant.
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import { ByteReader, InvalidLength } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { LengthForm, RawCodec } from "./raw-codec.ts";
import { typeEntry } from "./type-entry.ts";
import { readVariant, writeVariant } from "./variant-codec.ts";

export type Encode = (out: ByteWriter, value: SqlValue) => void;
export type Decode = (input: ByteReader) => SqlValue;

const PLP_NULL = 0xffff_ffff_ffff_ffffn;
const PLP_UNKNOWN = 0xffff_ffff_ffff_fffen;
const SHORT_NULL = 0xffff;

/** As much as SQL Server puts into one chunk: measured by others on 2022, https://github.com/microsoft/mssql-rs/issues/358 */
const PLP_CHUNK = 8000;

/** What the server puts into a row: its text pointers and time stamps mean nothing to anyone. */
const TEXT_POINTER = Buffer.concat([
  Buffer.from([16]),
  Buffer.from("dummy textptr\0\0\0", "latin1"),
  Buffer.from("dummyTS\0", "latin1"),
]);

function writePlp(out: ByteWriter, raw: RawCodec, value: SqlValue): void {
  out.uint64(0n);
  out.uint32(0);
  const start = out.position;
  raw.write(out, value);
  const length = out.position - start;
  // An empty value has no chunk: only the total and the terminator, which stands there already.
  if (length === 0) return;
  out.view.setBigUint64(start - 12, BigInt(length), true);
  if (length <= PLP_CHUNK) {
    out.view.setUint32(start - 4, length, true);
  } else {
    const bytes = Buffer.from(out.buffer.subarray(start, out.position));
    out.position = start - 4;
    out.ensure(length + 4 * (Math.ceil(length / PLP_CHUNK) + 1));
    for (let at = 0; at < length; at += PLP_CHUNK) {
      const chunk = bytes.subarray(at, at + PLP_CHUNK);
      out.uint32(chunk.length);
      out.bytes(chunk);
    }
  }
  out.uint32(0);
}

/** The value writer of a column, a parameter or a return value. `nullable` is what COLMETADATA or TYPE_INFO says. */
export function encoder(type: SqlType, nullable: boolean): Encode {
  const entry = typeEntry(type);
  const raw = entry.raw(type);
  if (!nullable && entry.fixed !== undefined) {
    return (out, value) => {
      if (value === null) throw new Error(`NULL in a ${type.name} column that was declared NOT NULL in COLMETADATA`);
      raw.write(out, value);
    };
  }
  switch (entry.form(type)) {
    case "byte":
      return (out, value) => {
        out.uint8(0);
        if (value === null) return;
        const start = out.position;
        raw.write(out, value);
        out.buffer[start - 1] = out.position - start;
      };
    case "short":
      return (out, value) => {
        out.uint16(SHORT_NULL);
        if (value === null) return;
        const start = out.position;
        raw.write(out, value);
        const length = out.position - start;
        if (length >= SHORT_NULL) throw new Error(`${length} bytes for a ${type.name}(${type.length})`);
        out.view.setUint16(start - 2, length, true);
      };
    case "plp":
      return (out, value) => {
        if (value === null) out.uint64(PLP_NULL);
        else writePlp(out, raw, value);
      };
    case "text":
      return (out, value) => {
        if (value === null) {
          out.uint8(0);
          return;
        }
        out.bytes(TEXT_POINTER);
        out.uint32(0);
        const start = out.position;
        raw.write(out, value);
        out.view.setUint32(start - 4, out.position - start, true);
      };
    case "variant":
      return writeVariant;
  }
}

/** Bytes that a NULL of this form costs in a ROW and saves in an NBCROW. */
export const NULL_BYTES: Readonly<Record<LengthForm, number>> = { byte: 1, short: 2, plp: 8, text: 1, variant: 4 };

function readPlp(input: ByteReader, raw: RawCodec, token: number): SqlValue {
  const total = input.uint64();
  if (total === PLP_NULL) return null;
  const first = input.uint32();
  const start = input.take(first);
  if (first > 0 && input.uint32() > 0) {
    input.position -= 4;
    return readChunks(input, raw, token, total, input.buffer.subarray(start, start + first));
  }
  if (total !== PLP_UNKNOWN && total !== BigInt(first)) throw new InvalidLength(token, first);
  const end = input.position;
  input.position = start;
  const value = raw.read(input, first);
  input.position = end;
  return value;
}

function readChunks(input: ByteReader, raw: RawCodec, token: number, total: bigint, head: Buffer): SqlValue {
  const chunks = [head];
  for (;;) {
    const length = input.uint32();
    if (length === 0) break;
    chunks.push(input.slice(length));
  }
  const whole = Buffer.concat(chunks);
  if (total !== PLP_UNKNOWN && total !== BigInt(whole.length)) throw new InvalidLength(token, whole.length);
  return raw.read(new ByteReader(whole), whole.length);
}

export interface ValueShape {
  readonly token: number;
  /** "fixed": no length at all. "bare-text": text in an RPC parameter, which has no text pointer. */
  readonly form: LengthForm | "fixed" | "bare-text";
  /** Of the fixed form. */
  readonly size: number;
  readonly raw: RawCodec;
}

/** @throws NOT_ENOUGH_BYTES, InvalidLength (both from the returned function) */
export function decoder(shape: ValueShape): Decode {
  const { raw, token, size } = shape;
  switch (shape.form) {
    case "fixed":
      return (input) => raw.read(input, size);
    case "byte":
      return (input) => {
        const length = input.uint8();
        return length === 0 ? null : raw.read(input, length);
      };
    case "short":
      return (input) => {
        const length = input.uint16();
        return length === SHORT_NULL ? null : raw.read(input, length);
      };
    case "plp":
      return (input) => readPlp(input, raw, token);
    case "bare-text":
      return (input) => {
        const length = input.uint32();
        return length === 0xffff_ffff ? null : raw.read(input, length);
      };
    case "text":
      return (input) => {
        const pointer = input.uint8();
        if (pointer === 0) return null;
        input.take(pointer + 8);
        return raw.read(input, input.uint32());
      };
    case "variant":
      return readVariant;
  }
}
