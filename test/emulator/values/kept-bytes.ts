import { Unsupported } from "./sql-error.ts";

/**
 * A char or varchar value of a multi-byte code page holds any bytes, also such as are no character, or a second spelling of one (0x8754 and
 * 0xFA4A are both U+2160 in code page 932). In the emulator's strings each such byte is a lone low surrogate, U+DC00 + byte: no text that was
 * decoded from these code pages has one otherwise.
 */
const KEPT = /(?<![\ud800-\udbff])[\udc00-\udcff]+/g;

const FIRST = 0xdc00;

function kept(bytes: Buffer): string {
  return String.fromCharCode(...[...bytes].map((byte) => FIRST + byte));
}

function bytesOf(text: string): Buffer {
  return Buffer.from([...text].map((unit) => unit.charCodeAt(0) - FIRST));
}

export function hasKeptBytes(text: string): boolean {
  return text.search(KEPT) >= 0;
}

/** A Unicode text on its way into a code page: what would be taken for kept bytes is a lone surrogate, that no page has. */
export function withoutKeptBytes(text: string, replacement: string): string {
  return text.replace(KEPT, (run) => replacement.repeat(run.length));
}

export function encodeKept(text: string, encode: (text: string) => Buffer): Buffer {
  if (!hasKeptBytes(text)) return encode(text);
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(KEPT)) {
    parts.push(encode(text.slice(from, match.index)), bytesOf(match[0]));
    from = match.index + match[0].length;
  }
  parts.push(encode(text.slice(from)));
  return Buffer.concat(parts);
}

/** Kept bytes that are a second spelling of a character as that character. @throws Unsupported for others */
export function restoreKept(text: string, codePage: number, decode: (bytes: Buffer) => string): string {
  return text.replace(KEPT, (run) => {
    const restored = decode(bytesOf(run));
    if (codePage !== 65001 && !/[\ufffd?]/.test(restored)) return restored;
    throw new Unsupported(`bytes that code page ${codePage} does not define, as Unicode text`);
  });
}

export function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || Buffer.from(text, "utf8").equals(bytes)) return text;
  let decoded = "";
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const sequence = bytes.subarray(at, at + length);
    const character = sequence.toString("utf8");
    const valid = Buffer.from(character, "utf8").equals(sequence);
    decoded += valid ? character : kept(sequence.subarray(0, 1));
    at += valid ? length : 1;
  }
  return decoded;
}

/** The characters behind a first byte, by the second one; undefined where the two are no character or its second spelling. */
type SecondBytes = readonly (string | undefined)[];

/** Decodes a code page whose characters have one or two bytes, of which the first of two is never below 0x80. */
export function doubleByteDecoder(
  decode: (bytes: Buffer) => string,
  encode: (text: string) => Buffer,
): (bytes: Buffer) => string {
  const own = (bytes: Buffer): string | undefined => {
    const character = decode(bytes);
    return character.length === 1 && encode(character).equals(bytes) ? character : undefined;
  };
  const range = Array.from({ length: 256 }, (_, byte) => byte);
  const singles = range.map((byte) => own(Buffer.from([byte])));
  const pairs = new Map<number, SecondBytes>();
  const behind = (lead: number): SecondBytes => {
    const known = pairs.get(lead) ?? range.map((second) => own(Buffer.from([lead, second])));
    pairs.set(lead, known);
    return known;
  };
  const keeping = (bytes: Buffer): string => {
    let decoded = "";
    for (let at = 0; at < bytes.length;) {
      const [first = 0, second] = bytes.subarray(at, at + 2);
      const single = singles[first];
      // A byte below 0x40 is no second one.
      const length = single === undefined && second !== undefined && second >= 0x40 ? 2 : 1;
      decoded += (length === 1 ? single : behind(first)[second!]) ?? kept(bytes.subarray(at, at + length));
      at += length;
    }
    return decoded;
  };
  return (bytes) => {
    const text = decode(bytes);
    return encode(text).equals(bytes) ? text : keeping(bytes);
  };
}
