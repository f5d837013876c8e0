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

/**
 * Rewrites NBCROW tokens ([MS-TDS] 2.2.7.14) that lie whole in a chunk as ROW tokens, which a bulk load takes. What costs is the number of
 * copies, not of bytes: neighbours that are all NULL, or all not, are copied at once.
 */
export class NbcRowExpander {
  /** How many bytes the last row has become. */
  written = 0;

  readonly #steps: Int32Array;
  readonly #limits: Float64Array;
  /** NULL in every column, one behind the other; column n's from `#nullAt[n]` up to `#nullAt[n + 1]`, nothing where it cannot be NULL. */
  readonly #nulls: Buffer;
  readonly #nullAt: Int32Array;

  constructor(rules: readonly LengthRule[]) {
    this.#steps = Int32Array.from(rules, (rule) => (rule.kind === "fixed" ? rule.size : STEP[rule.kind]));
    this.#limits = Float64Array.from(rules, (rule) => rule.size);
    const forms = rules.map(({ kind }) => (kind === "fixed" ? Buffer.alloc(0) : NULL_FORM[kind]));
    this.#nulls = Buffer.concat(forms);
    this.#nullAt = new Int32Array(rules.length + 1);
    forms.forEach((form, column) => (this.#nullAt[column + 1] = this.#nullAt[column]! + form.length));
  }

  /**
   * @param start where the token begins
   * @returns where the row ends in the chunk; INCOMPLETE or NO_ROOM when nothing of use was written
   * @throws WireFormatError
   */
  expand(chunk: Buffer, start: number, end: number, to: Buffer, toStart: number): number {
    const steps = this.#steps;
    const limits = this.#limits;
    const nullAt = this.#nullAt;
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
        const first = column;
        for (;;) {
          if (steps[column]! >= 0) throw nullInFixed(column);
          const next = column + 1;
          if (next === count || !((chunk[bitmap + (next >> 3)]! >> (next & 7)) & 1)) break;
          column = next;
        }
        const nullStart = nullAt[first]!;
        const nullEnd = nullAt[column + 1]!;
        if (toAt + (at - runStart) + (nullEnd - nullStart) > to.length) return NO_ROOM;
        toAt = copy(chunk, runStart, at, to, toAt);
        runStart = at;
        toAt = copy(this.#nulls, nullStart, nullEnd, to, toAt);
        continue;
      }
      const step = steps[column]!;
      if (step >= 0) {
        at += step;
      } else if (step === STEP.byte) {
        if (at >= end) return INCOMPLETE;
        const length = chunk[at]!;
        if (length > limits[column]!) throw tooLong(length, limits[column]!);
        at += 1 + length;
      } else if (step === STEP.ushort) {
        if (at + 2 > end) return INCOMPLETE;
        const length = chunk[at]! | (chunk[at + 1]! << 8);
        if (length !== 0xffff && length > limits[column]!) throw tooLong(length, limits[column]!);
        at += length === 0xffff ? 2 : 2 + length;
      } else {
        at = walkLong(step, chunk, at, end, limits[column]!);
        if (at < 0) return INCOMPLETE;
      }
      if (at > end) return INCOMPLETE;
    }
    if (toAt + (at - runStart) > to.length) return NO_ROOM;
    this.written = copy(chunk, runStart, at, to, toAt) - toStart;
    return at;
  }
}

/** A loop beats the call into native code for the few bytes of a number or a NULL. @returns where the copy ends */
export function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > 24) return at + from.copy(to, at, start, end);
  for (let next = start; next < end; next++) to[at++] = from[next]!;
  return at;
}
