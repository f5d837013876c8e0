import { WireFormatError } from "./tds-bytes.ts";

/** How a column of a row is walked: a step >= 0 is that many bytes, the others are told by their length (see LengthKind). */
export const STEP = { byte: -1, ushort: -2, variant: -3, textptr: -4, plp: -5 } as const;

const PLP_NULL = 0xffff_ffff;
/** No type holds more bytes: https://learn.microsoft.com/sql/t-sql/data-types/binary-and-varbinary-transact-sql */
const MOST_BYTES = 0x7fff_ffff;

export function tooLong(length: number, limit: number): WireFormatError {
  return new WireFormatError(`a value of ${length} bytes in a column of at most ${limit}`);
}

/** A variant, text or (max) value that lies whole in the chunk. @returns where it ends; -1 when it does not */
export function walkLong(step: number, chunk: Buffer, start: number, end: number, limit: number): number {
  let at = start;
  if (step === STEP.variant) {
    if (at + 4 > end) return -1;
    const length = chunk.readUInt32LE(at);
    if (length > limit) throw tooLong(length, limit);
    return at + 4 + length <= end ? at + 4 + length : -1;
  }
  if (step === STEP.textptr) {
    if (at >= end) return -1;
    const pointer = chunk[at]!;
    if (pointer === 0) return at + 1;
    at += 1 + pointer + 12;
    if (at > end) return -1;
    const length = chunk.readUInt32LE(at - 4);
    if (length > limit) throw tooLong(length, limit);
    return at + length <= end ? at + length : -1;
  }
  if (at + 8 > end) return -1;
  const total = plpTotal(chunk, at);
  at += 8;
  if (total === undefined) return at;
  let left = total;
  while (at + 4 <= end) {
    const length = chunk.readUInt32LE(at);
    left = plpLeft(left, length);
    at += 4;
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/**
 * What may still come of a PLP value ([MS-TDS] 2.2.5.2.3) whose first 8 bytes are at `at`: undefined for NULL, the announced size, or
 * where none is announced the most that any type holds, as a negative number.
 */
export function plpTotal(bytes: Buffer, at: number): number | undefined {
  const low = bytes.readUInt32LE(at);
  const high = bytes.readUInt32LE(at + 4);
  if (high === 0xffff_ffff) {
    if (low === PLP_NULL) return undefined;
    if (low === PLP_NULL - 1) return -MOST_BYTES - 1;
  }
  if (high !== 0 || low > MOST_BYTES) throw new WireFormatError(`a (max) value of ${high * 2 ** 32 + low} bytes`);
  return low;
}

/** What is left after a chunk of `length` bytes (0: the end), in the form of plpTotal; never 0 where nothing is announced. */
export function plpLeft(left: number, length: number): number {
  if (left < 0) {
    // Without this a value that never ends would go on for as long as its server sends.
    if (length >= -left) throw new WireFormatError(`a (max) value of more than ${MOST_BYTES} bytes`);
    return left + length;
  }
  if (length > left || (length === 0 && left > 0)) {
    throw new WireFormatError(`a (max) value whose chunks do not add up: ${left} bytes left, a chunk of ${length}`);
  }
  return left - length;
}
