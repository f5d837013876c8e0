import { ByteReader, NOT_ENOUGH_BYTES } from "../../emulator/tds/byte-reader.ts";
import type { LengthForm } from "../../emulator/tds/raw-codec.ts";
import { Token } from "../../emulator/tds/tokens.ts";
import { typeEntry } from "../../emulator/tds/type-entry.ts";
import { readTypeInfo } from "../../emulator/tds/type-info.ts";

/** How a column's values are told apart: bytes of the length before them, or of the value where there is none. */
interface LengthRule {
  readonly form: LengthForm | "fixed";
  readonly prefix: number;
  readonly size: number;
}

const prefixes: Readonly<Record<Exclude<LengthForm, "text">, number>> = { byte: 1, short: 2, variant: 4, plp: 8 };

/**
 * Counts the rows of a bulk load stream ([MS-TDS] 2.2.6.1) that comes in pieces, cut anywhere, by walking over them: every value is
 * passed by, none is read.
 */
export class RowCounter {
  rows = 0;
  /** Whether the DONE behind the last row has come. */
  ended = false;
  #head: Buffer | undefined = Buffer.alloc(0);
  #rules: readonly LengthRule[] = [];
  /** The column that comes next; at the end of a row, the number of columns. */
  #column = 0;
  /** Bytes of a value that are still to come. */
  #skip = 0;
  /** A length of which `#prefixRead` bytes have come. */
  #length = 0;
  #prefixRead = 0;
  #firstByte = 0;
  /** In the chunks of a PLP value. */
  #inChunks = false;

  /** @throws Error when it is no bulk load stream */
  push(bytes: Buffer): void {
    if (this.#head === undefined) {
      this.#walk(bytes, 0);
      return;
    }
    const head = Buffer.concat([this.#head, bytes]);
    const rowsBegin = this.#readHead(head);
    this.#head = rowsBegin === undefined ? head : undefined;
    if (rowsBegin !== undefined) this.#walk(head, rowsBegin);
  }

  /** @returns where the rows begin; undefined while not all of COLMETADATA is there */
  #readHead(bytes: Buffer): number | undefined {
    const input = new ByteReader(bytes);
    try {
      if (input.uint8() !== Token.columns) throw new Error("a bulk load without COLMETADATA");
      this.#rules = Array.from({ length: input.uint16() }, () => {
        input.take(6);
        const { token, type } = readTypeInfo(input, true);
        input.bVarchar();
        return lengthRule(token, typeEntry(type), typeEntry(type).form(type));
      });
    } catch (error) {
      if (error === NOT_ENOUGH_BYTES) return undefined;
      throw error;
    }
    this.#column = this.#rules.length;
    return input.position;
  }

  #walk(bytes: Buffer, from: number): void {
    const rules = this.#rules;
    const count = rules.length;
    for (let at = from; ;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at);
        at += step;
        this.#skip -= step;
        if (this.#skip > 0) return;
      }
      if (at >= bytes.length || this.ended) return;
      if (this.#column === count) {
        const token = bytes[at++]!;
        if (token === Token.row) {
          this.#column = 0;
          this.rows++;
        } else if (token === Token.done) this.ended = true;
        else throw new Error(`token 0x${token.toString(16)} in a bulk load behind row ${this.rows}`);
        continue;
      }
      const rule = rules[this.#column]!;
      if (rule.form === "fixed") {
        this.#skip = rule.size;
        this.#column++;
        continue;
      }
      const prefix = this.#inChunks ? 4 : rule.prefix;
      while (this.#prefixRead < prefix && at < bytes.length) {
        if (this.#prefixRead === 0) this.#firstByte = bytes[at]!;
        this.#length += bytes[at++]! * 256 ** this.#prefixRead++;
      }
      if (this.#prefixRead < prefix) return;
      this.#take(rule, this.#length);
      this.#length = 0;
      this.#prefixRead = 0;
    }
  }

  #take({ form, prefix }: LengthRule, length: number): void {
    if (this.#inChunks) {
      this.#skip = length;
      if (length > 0) return;
      this.#inChunks = false;
    } else if (form === "plp") {
      // NULL is all bits set; an unknown length ends in 0xFE. As a double both are 2^64.
      if (length < 2 ** 63 || this.#firstByte === 0xfe) {
        this.#inChunks = true;
        return;
      }
    } else if (form !== "short" || length !== 256 ** prefix - 1) this.#skip = length;
    this.#column++;
  }
}

function lengthRule(token: number, entry: ReturnType<typeof typeEntry>, form: LengthForm): LengthRule {
  if (entry.fixed?.token === token) return { form: "fixed", prefix: 0, size: entry.fixed.size };
  if (form === "text") throw new Error("text, ntext and image are not loaded in bulk by what is measured here");
  return { form, prefix: prefixes[form], size: 0 };
}
