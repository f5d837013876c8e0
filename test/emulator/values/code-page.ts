import iconv from "iconv-lite";
import { decodeUtf8, doubleByteDecoder, encodeKept, restoreKept } from "./kept-bytes.ts";

/** Text <-> bytes of char, varchar and text, by Windows code page. 65001 is UTF-8. Every byte survives a decode and an encode. */
export interface CodePage {
  encode(text: string): Buffer;
  decode(bytes: Buffer): string;
  /** A decoded text as Unicode has it. @throws Unsupported for bytes that the page does not define: what Windows makes of them is not known */
  unicode(text: string): string;
}

const codePages = new Map<number, CodePage>();

const iconvName = (number: number): string => (number === 65001 ? "utf8" : `cp${number}`);

/** What Windows maps undefined bytes to beyond 0x9F: characters for private use. From the best-fit tables at unicode.org. */
const PRIVATE_USE: Readonly<Record<number, readonly (readonly [first: number, last: number, character: number])[]>> = {
  874: [
    [0xdb, 0xde, 0xf8c1],
    [0xfc, 0xff, 0xf8c5],
  ],
  1253: [
    [0xaa, 0xaa, 0xf8f9],
    [0xd2, 0xd2, 0xf8fa],
    [0xff, 0xff, 0xf8fb],
  ],
  1255: [
    [0xd9, 0xdf, 0xf88d],
    [0xfb, 0xfc, 0xf894],
    [0xff, 0xff, 0xf896],
  ],
  1257: [
    [0xa1, 0xa1, 0xf8fc],
    [0xa5, 0xa5, 0xf8fd],
  ],
};

/** An undefined byte: a C1 control is the one of the same number (0x81 <-> U+0081). */
function undefinedByte(number: number, byte: number): string {
  const [first = byte, , character = byte] =
    PRIVATE_USE[number]?.find(([from, to]) => from <= byte && byte <= to) ?? [];
  if (character === byte && byte > 0x9f) throw new Error(`code page ${number}: byte ${byte} is not known`);
  return String.fromCharCode(character + byte - first);
}

/**
 * A single-byte code page. A character that the page lacks becomes the base letter of its decomposition (best fit, as the server does:
 * N'Ā' -> 'A'), else '?'.
 */
function singleByte(number: number): CodePage {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const characters = [...iconv.decode(all, iconvName(number))].map((character, byte) =>
    character === "\ufffd" ? undefinedByte(number, byte) : character,
  );
  const unitOf = Uint16Array.from(characters, (character) => character.charCodeAt(0));
  const byteOf = new Map(characters.map((character, byte) => [character.charCodeAt(0), byte]));
  const bestFit = (unit: number): number => {
    const base = String.fromCharCode(unit).normalize("NFKD").charCodeAt(0);
    const byte = base === unit ? undefined : byteOf.get(base);
    const found = byte ?? 0x3f;
    byteOf.set(unit, found);
    return found;
  };
  return {
    encode(text) {
      const bytes = Buffer.allocUnsafe(text.length);
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        bytes[at] = byteOf.get(unit) ?? bestFit(unit);
      }
      return bytes;
    },
    decode(bytes) {
      const units = Buffer.allocUnsafe(bytes.length * 2);
      for (let at = 0; at < bytes.length; at++) {
        const unit = unitOf[bytes[at]!]!;
        units[at * 2] = unit & 0xff;
        units[at * 2 + 1] = unit >> 8;
      }
      return units.toString("utf16le");
    },
    unicode: (text) => text,
  };
}

function multiByte(number: number): CodePage {
  const name = iconvName(number);
  const encodeText = (text: string): Buffer => iconv.encode(text, name);
  const decodeText = (bytes: Buffer): string => iconv.decode(bytes, name, { stripBOM: false });
  return {
    encode: (text) => encodeKept(text, encodeText),
    decode: number === 65001 ? decodeUtf8 : doubleByteDecoder(decodeText, encodeText),
    unicode: (text) => restoreKept(text, number, decodeText),
  };
}

/** @throws Error when the code page is not one of SQL Server's. */
export function codePage(number: number): CodePage {
  let page = codePages.get(number);
  if (page === undefined) {
    if (!iconv.encodingExists(iconvName(number))) throw new Error(`code page ${number}: not known`);
    page = isMultiByte(number) ? multiByte(number) : singleByte(number);
    codePages.set(number, page);
  }
  return page;
}

/** Code pages whose decoded text may hold kept bytes. */
export function isMultiByte(number: number): boolean {
  return number === 65001 || number === 932 || number === 936 || number === 949 || number === 950;
}
