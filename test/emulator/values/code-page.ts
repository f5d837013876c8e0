import iconv from "iconv-lite";

/** Text <-> bytes of char, varchar and text, by Windows code page. 65001 is UTF-8. */
interface CodePage {
  encode(text: string): Buffer;
  decode(bytes: Buffer): string;
}

const codePages = new Map<number, CodePage>();

const iconvName = (number: number): string => (number === 65001 ? "utf8" : `cp${number}`);

/**
 * A single-byte code page. Bytes that the page leaves undefined are the C1 control of the same number, as Windows maps
 * them (0x81 <-> U+0081), so that every byte survives a round trip. A character that the page lacks becomes the base
 * letter of its decomposition (best fit, as the server does: N'Ā' -> 'A'), else '?'.
 */
function singleByte(number: number): CodePage {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const characters = [...iconv.decode(all, iconvName(number))].map((character, byte) =>
    character === "\ufffd" ? String.fromCharCode(byte) : character,
  );
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
      let text = "";
      for (const byte of bytes) text += characters[byte]!;
      return text;
    },
  };
}

function multiByte(number: number): CodePage {
  const name = iconvName(number);
  return { encode: (text) => iconv.encode(text, name), decode: (bytes) => iconv.decode(bytes, name) };
}

/** @throws Error when the code page is not one of SQL Server's. */
export function codePage(number: number): CodePage {
  let page = codePages.get(number);
  if (page === undefined) {
    if (!iconv.encodingExists(iconvName(number))) throw new Error(`code page ${number}: not known`);
    const dense = number === 65001 || number === 932 || number === 936 || number === 949 || number === 950;
    page = dense ? multiByte(number) : singleByte(number);
    codePages.set(number, page);
  }
  return page;
}
