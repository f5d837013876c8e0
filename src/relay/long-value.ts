import { WireFormatError } from "./tds-bytes.ts";

/** How a column of a row is walked: a step >= 0 is that many bytes, the others are told by their length (see LengthKind). */
export const STEP = { byte: -1, ushort: -2, variant: -3, textptr: -4, plp: -5 } as const;

const PLP_NULL = 0xffff_ffff;

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

/** The announced size of a PLP value ([MS-TDS] 2.2.5.2.3): undefined for NULL, NaN where it is not announced. */
export function plpTotal(bytes: Buffer, at: number): number | undefined {
  const low = bytes.readUInt32LE(at);
  const high = bytes.readUInt32LE(at + 4);
  if (high === 0xffff_ffff) {
    if (low === PLP_NULL) return undefined;
    if (low === PLP_NULL - 1) return NaN;
  }
  // No type holds more than 2^31 - 1 bytes.
  if (high !== 0 || low > 0x7fff_ffff) throw new WireFormatError(`a (max) value of ${high * 2 ** 32 + low} bytes`);
  return low;
}

/** What is left after a chunk of `length` bytes (0: the end). Comparisons with NaN are false: no announcement, no check. */
export function plpLeft(left: number, length: number): number {
  if (length > 0x7fff_ffff) throw new WireFormatError(`a chunk of ${length} bytes in a (max) value`);
  if (length > left || (length === 0 && left > 0)) {
    throw new WireFormatError(`a (max) value whose chunks do not add up: ${left} bytes left, a chunk of ${length}`);
  }
  return left - length;
}
