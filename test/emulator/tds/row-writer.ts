// [MS-TDS] 2.2.7.20 ROW and 2.2.7.14 NBCROW
import type { SqlRow } from "../values/sql-type.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { ResultColumn } from "./session-handler.ts";
import { Token } from "./tokens.ts";
import { typeEntry } from "./type-entry.ts";
import { NULL_BYTES, encoder } from "./value-codec.ts";

/**
 * @returns a function that writes one row, as NBCROW (NULLs in a bitmap, nothing for them in the row) where that is
 * shorter. The server sends both forms in one rowset too, so clients have to take either.
 */
export function rowWriter(columns: readonly ResultColumn[]): (out: ByteWriter, row: SqlRow) => void {
  const encoders = columns.map((column) => encoder(column.type, column.nullable));
  const nullBytes = columns.map((column) => NULL_BYTES[typeEntry(column.type).form(column.type)]);
  const count = columns.length;
  const bitmapBytes = Math.ceil(count / 8);

  function writeCompressed(out: ByteWriter, row: SqlRow): void {
    out.ensure(1 + bitmapBytes);
    out.buffer[out.position++] = Token.nbcRow;
    const bitmap = out.position;
    out.buffer.fill(0, bitmap, bitmap + bitmapBytes);
    for (let at = 0; at < count; at++) {
      if (row[at] === null) out.buffer[bitmap + (at >> 3)]! |= 1 << (at & 7);
    }
    out.position += bitmapBytes;
    for (let at = 0; at < count; at++) {
      if (row[at] !== null) encoders[at]!(out, row[at]!);
    }
  }

  return (out, row) => {
    if (row.length !== count) throw new Error(`a row of ${row.length} values for ${count} columns`);
    let saved = 0;
    for (let at = 0; at < count; at++) if (row[at] === null) saved += nullBytes[at]!;
    if (saved > bitmapBytes) {
      writeCompressed(out, row);
      return;
    }
    out.uint8(Token.row);
    for (let at = 0; at < count; at++) encoders[at]!(out, row[at]!);
  };
}
