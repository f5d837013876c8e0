// [MS-TDS] 2.2.5.5.2 and 2.2.5.5.3: character and binary types by code page, UTF-16 or as bytes; (max) types as PLP.
import { collationToWire, decodeText, encodeText } from "../values/collation.ts";
import type { SqlType } from "../values/sql-type.ts";
import { InvalidLength } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { LengthForm, RawCodec, TypeEntries, TypeEntry } from "./raw-codec.ts";

const MAX = 0xffff;

const shortOrPlp = (type: SqlType): LengthForm => (type.length === -1 ? "plp" : "short");
const textForm = (): LengthForm => "text";

/** Writes ASCII at once; undoes that and asks the code page at the first other character. */
function codePageCodec(token: number, type: SqlType): RawCodec {
  const { collation } = type;
  const most = type.length === undefined || type.length === -1 ? Number.MAX_SAFE_INTEGER : type.length;
  return {
    write(out, value) {
      const text = value as string;
      out.ensure(text.length);
      const { buffer } = out;
      let at = out.position;
      for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        if (unit >= 0x80) {
          out.bytes(encodeText(text, collation));
          return;
        }
        buffer[at++] = unit;
      }
      out.position = at;
    },
    read(input, length) {
      if (length > most) throw new InvalidLength(token, length);
      const start = input.take(length);
      const { buffer } = input;
      for (let at = start; at < start + length; at++) {
        if (buffer[at]! >= 0x80) return decodeText(buffer.subarray(start, start + length), collation);
      }
      return buffer.toString("latin1", start, start + length);
    },
  };
}

function unicodeCodec(token: number, type: SqlType): RawCodec {
  const most = type.length === undefined || type.length === -1 ? Number.MAX_SAFE_INTEGER : type.length * 2;
  return {
    write: (out, value) => out.ucs2(value as string),
    read(input, length) {
      if (length % 2 !== 0 || length > most) throw new InvalidLength(token, length);
      const start = input.take(length);
      return input.buffer.toString("utf16le", start, start + length);
    },
  };
}

function binaryCodec(token: number, type: SqlType): RawCodec {
  const most = type.length === undefined || type.length === -1 ? Number.MAX_SAFE_INTEGER : type.length;
  return {
    write: (out, value) => out.bytes(value as Buffer),
    read(input, length) {
      if (length > most) throw new InvalidLength(token, length);
      // A copy: the message's buffer is used again.
      return Buffer.from(input.slice(length));
    },
  };
}

/** The byte order mark that a client may begin an xml value with is not part of it. */
const xml: RawCodec = {
  write: (out, value) => out.ucs2(value as string),
  read(input, length) {
    if (length % 2 !== 0) throw new InvalidLength(0xf1, length);
    const start = input.take(length);
    const text = input.buffer.toString("utf16le", start, start + length);
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  },
};

function writeCollation(out: ByteWriter, type: SqlType): void {
  out.bytes(collationToWire(type.collation));
}

function character(token: number, bytesEach: 1 | 2): TypeEntry {
  return {
    token,
    form: shortOrPlp,
    writeInfo(out, type) {
      out.uint16(type.length === -1 ? MAX : (type.length ?? 1) * bytesEach);
      writeCollation(out, type);
    },
    raw: (type) => (bytesEach === 1 ? codePageCodec(token, type) : unicodeCodec(token, type)),
  };
}

function binary(token: number): TypeEntry {
  return {
    token,
    form: shortOrPlp,
    writeInfo: (out, type) => out.uint16(type.length === -1 ? MAX : (type.length ?? 1)),
    raw: (type) => binaryCodec(token, type),
  };
}

const ROWVERSION: SqlType = { name: "rowversion", length: 8 };

export const textEntries = {
  char: character(0xaf, 1),
  varchar: character(0xa7, 1),
  nchar: character(0xef, 2),
  nvarchar: character(0xe7, 2),
  binary: binary(0xad),
  varbinary: binary(0xa5),
  rowversion: {
    token: 0xad,
    form: () => "short",
    writeInfo: (out) => out.uint16(8),
    raw: () => binaryCodec(0xad, ROWVERSION),
  },
  text: {
    token: 0x23,
    form: textForm,
    writeInfo(out, type) {
      out.uint32(0x7fff_ffff);
      writeCollation(out, type);
    },
    raw: (type) => codePageCodec(0x23, { ...type, length: -1 }),
  },
  ntext: {
    token: 0x63,
    form: textForm,
    writeInfo(out, type) {
      out.uint32(0x7fff_fffe);
      writeCollation(out, type);
    },
    raw: (type) => unicodeCodec(0x63, { ...type, length: -1 }),
  },
  image: {
    token: 0x22,
    form: textForm,
    writeInfo: (out) => out.uint32(0x7fff_ffff),
    raw: (type) => binaryCodec(0x22, { ...type, length: -1 }),
  },
  xml: {
    token: 0xf1,
    form: () => "plp",
    // No schema collection.
    writeInfo: (out) => out.uint8(0),
    raw: () => xml,
  },
} satisfies TypeEntries;
