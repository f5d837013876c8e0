import type { LengthRule } from "./col-metadata.ts";
import { STEP, tooLong, walkLong } from "./long-value.ts";
import { TOKEN, WireFormatError } from "./tds-bytes.ts";

/** NULL as a ROW token has it. */
export const NULL_FORM = {
  byte: Buffer.of(0),
  ushort: Buffer.of(0xff, 0xff),
  variant: Buffer.alloc(4),
  textptr: Buffer.of(0),
  plp: Buffer.alloc(8, 0xff),
} as const;

/** The row goes on beyond the chunk. */
export const INCOMPLETE = -1;
/** The row does not fit into the buffer that it is to be written to. */
export const NO_ROOM = -2;

export function nullInFixed(column: number): WireFormatError {
  return new WireFormatError(`column ${column + 1} is NULL in an NBCROW, but cannot be`);
}

/** Rewrites NBCROW tokens ([MS-TDS] 2.2.7.14) that lie whole in a chunk as ROW tokens, which a bulk load takes. */
export class NbcRowExpander {
  /** How many bytes the last row has become. */
  written = 0;

  readonly #rules: readonly LengthRule[];
  readonly #steps: Int32Array;
  readonly #limits: Float64Array;

  constructor(rules: readonly LengthRule[]) {
    this.#rules = rules;
    this.#steps = Int32Array.from(rules, (rule) => (rule.kind === "fixed" ? rule.size : STEP[rule.kind]));
    this.#limits = Float64Array.from(rules, (rule) => rule.size);
  }

  /**
   * @param start where the token begins
   * @returns where the row ends in the chunk; INCOMPLETE or NO_ROOM when nothing of use was written
   * @throws WireFormatError
   */
  expand(chunk: Buffer, start: number, end: number, to: Buffer, toStart: number): number {
    const steps = this.#steps;
    const count = steps.length;
    const bitmap = start + 1;
    let at = bitmap + ((count + 7) >> 3);
    if (at > end) return INCOMPLETE;
    if (toStart >= to.length) return NO_ROOM;
    let toAt = toStart;
    to[toAt++] = TOKEN.row;
    let runStart = at;
    for (let column = 0; column < count; column++) {
      if ((chunk[bitmap + (column >> 3)]! >> (column & 7)) & 1) {
        if (toAt + (at - runStart) + 8 > to.length) return NO_ROOM;
        toAt = copy(chunk, runStart, at, to, toAt);
        runStart = at;
        toAt = this.#writeNull(column, to, toAt);
        continue;
      }
      const limit = this.#limits[column]!;
      const step = steps[column]!;
      if (step >= 0) {
        at += step;
      } else if (step === STEP.byte) {
        if (at >= end) return INCOMPLETE;
        const length = chunk[at]!;
        if (length > limit) throw tooLong(length, limit);
        at += 1 + length;
      } else if (step === STEP.ushort) {
        if (at + 2 > end) return INCOMPLETE;
        const length = chunk[at]! | (chunk[at + 1]! << 8);
        if (length !== 0xffff && length > limit) throw tooLong(length, limit);
        at += length === 0xffff ? 2 : 2 + length;
      } else {
        at = walkLong(step, chunk, at, end, limit);
        if (at < 0) return INCOMPLETE;
      }
      if (at > end) return INCOMPLETE;
    }
    if (toAt + (at - runStart) > to.length) return NO_ROOM;
    this.written = copy(chunk, runStart, at, to, toAt) - toStart;
    return at;
  }

  #writeNull(column: number, to: Buffer, at: number): number {
    const { kind } = this.#rules[column]!;
    if (kind === "fixed") throw nullInFixed(column);
    const form = NULL_FORM[kind];
    return copy(form, 0, form.length, to, at);
  }
}

/** A loop beats the call into native code for the few bytes of a number or a NULL. @returns where the copy ends */
export function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > 24) return at + from.copy(to, at, start, end);
  for (let next = start; next < end; next++) to[at++] = from[next]!;
  return at;
}
