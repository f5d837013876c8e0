import { clrToText } from "./coerce-clr.ts";
import { decodeText, encodeText, mayKeepBytes, unicodeText, withoutLoneSurrogates } from "./collation.ts";
import { shownMomentOf } from "./coerce-date.ts";
import { typeWord, type Converter } from "./coerce-number.ts";
import { isClr, isUnicode, typeFamily } from "./coerce-type.ts";
import { sqlError } from "./error-table.ts";
import { formatDate } from "./format-date.ts";
import { formatFloat, formatMoney, formatScaled } from "./format-number.ts";
import { plainText } from "./plain-text.ts";
import { Unsupported } from "./sql-error.ts";
import type { SqlType, SqlValue } from "./sql-type.ts";
import { parseXml, xmlToText } from "./xml-text.ts";

/** Conversions to the character types and xml. */

const ASCII = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex

/** The bytes that a text occupies in its type: code page of the collation, or UTF-16LE. */
export function storedBytes(text: string, type: SqlType): Buffer {
  return isUnicode(type) ? Buffer.from(text, "utf16le") : encodeText(text, type.collation);
}

/** CONVERT(varbinary, text, style): 0 the stored bytes, 1 reads "0xAB", 2 reads "AB". */
export function textToBytes(text: string, from: SqlType, style: number): Buffer {
  if (style !== 1 && style !== 2) return storedBytes(text, from);
  const hex = style === 1 ? text.trim().replace(/^0x/i, "") : text.trim();
  if ((style === 1 && !/^0x/i.test(text.trim())) || hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) {
    throw sqlError(8114, typeWord(from), "varbinary");
  }
  return Buffer.from(hex, "hex");
}

/** Cuts to what the type holds; never pads. Bytes for char and varchar, UTF-16 units for the others. */
export function cutToType(text: string, type: SqlType): string {
  const length = type.length ?? 1;
  if (length === -1 || type.name === "text" || type.name === "ntext" || type.name === "xml") return text;
  if (text.length <= length && (isUnicode(type) || ASCII.test(text))) return text;
  if (isUnicode(type) || ASCII.test(text)) return text.slice(0, length);
  const bytes = encodeText(text, type.collation);
  if (bytes.length <= length) return text;
  let cut = Math.min(text.length, length);
  while (cut > 0 && encodeText(text.slice(0, cut), type.collation).length > length) cut--;
  return text.slice(0, cut);
}

/** char and nchar are filled with blanks. */
export function padToType(text: string, type: SqlType): string {
  if (type.name === "nchar") return text.padEnd(type.length ?? 1);
  if (type.name !== "char") return text;
  if (ASCII.test(text)) return text.padEnd(type.length ?? 1);
  return text + " ".repeat(Math.max(0, (type.length ?? 1) - encodeText(text, type.collation).length));
}

/** The text with what the code page of a char or varchar type cannot hold replaced, as the server does ("?"). */
export function throughCodePage(text: string, type: SqlType): string {
  if (isUnicode(type) || ASCII.test(text)) return text;
  return decodeText(encodeText(text, type.collation), type.collation);
}

function fitter(to: SqlType): (text: string) => string {
  const pads = to.name === "char" || to.name === "nchar";
  return (text) => {
    const cut = cutToType(throughCodePage(text, to), to);
    return pads ? padToType(cut, to) : cut;
  };
}

/** Between code pages a text goes by way of Unicode. */
function textReader(from: SqlType, to: SqlType): (text: string) => string {
  const leaves = !isUnicode(from) && mayKeepBytes(from.collation) && (isUnicode(to) || to.collation !== from.collation);
  if (leaves) return (text) => unicodeText(text, from.collation);
  const enters = isUnicode(from) && !isUnicode(to) && mayKeepBytes(to.collation);
  return enters ? (text) => withoutLoneSurrogates(text, to.collation) : (text) => text;
}

function room(to: SqlType): number {
  return to.length === -1 || to.length === undefined ? Infinity : to.length;
}

function numberToText(from: SqlType, to: SqlType, style: number | undefined): (value: SqlValue) => string {
  const limit = room(to);
  const unsupportedStyle = (): Error => sqlError(281, style ?? 0, typeWord(from));
  switch (typeFamily(from)) {
    case "integer":
      return (value) => {
        const text = plainText(value);
        if (text.length <= limit) return text;
        // An integer too long for char or varchar is shown as an asterisk, for the Unicode types it is an error.
        if (isUnicode(to)) throw sqlError(8115, "expression", to.name);
        if (from.name === "bigint") throw sqlError(8115, "expression", to.name);
        return "*";
      };
    case "decimal": {
      const scale = from.scale ?? 0;
      return (value) => {
        const text = formatScaled(value as bigint, scale);
        if (text.length > limit) throw sqlError(8115, "numeric", to.name);
        return text;
      };
    }
    case "money":
      return (value) => {
        const text = formatMoney(value as bigint, style ?? 0);
        if (text === undefined) throw unsupportedStyle();
        if (text.length > limit) throw sqlError(234, to.name);
        return text;
      };
    default:
      return (value) => {
        const text = formatFloat(value as number, style ?? 0, from.name === "real");
        if (text === undefined) throw unsupportedStyle();
        if (text.length > limit) throw sqlError(8115, "expression", to.name);
        return text;
      };
  }
}

function dateToText(from: SqlType, to: SqlType, style: number | undefined): (value: SqlValue) => string {
  const legacy = from.name === "datetime" || from.name === "smalldatetime";
  const shown = style ?? (legacy ? 0 : 121);
  const parts = shownMomentOf(from);
  const scale = from.name === "datetime" ? 3 : from.name === "smalldatetime" ? 0 : (from.scale ?? 7);
  // Styles 127 with an offset show the moment in UTC.
  return (value) => {
    const moment = parts(value);
    const text = formatDate(
      {
        days: moment.days,
        ticks: from.name === "date" ? undefined : moment.ticks,
        offset: moment.offset,
        scale,
        legacy,
      },
      shown,
    );
    if (text === undefined) throw sqlError(281, shown, typeWord(from));
    return text;
  };
}

function binaryToText(to: SqlType, style: number): (value: SqlValue) => string {
  if (style === 1) return (value) => `0x${(value as Buffer).toString("hex").toUpperCase()}`;
  if (style === 2) return (value) => (value as Buffer).toString("hex").toUpperCase();
  if (isUnicode(to)) {
    return (value) => {
      const bytes = value as Buffer;
      return (bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])).toString("utf16le");
    };
  }
  return (value) => decodeText(value as Buffer, to.collation);
}

function toXml(from: SqlType, style: number): Converter {
  switch (typeFamily(from)) {
    case "xml":
      return (value) => value;
    case "string":
      return (value) =>
        parseXml(isUnicode(from) ? (value as string) : unicodeText(value as string, from.collation), style);
    case "binary":
      return (value) => parseXml(binaryToText({ name: "nvarchar" }, 0)(value), style);
    default:
      throw sqlError(206, typeWord(from), "xml");
  }
}

/** @throws SqlError 206 where there is no such conversion; the converter throws 234, 281, 8115, 8170 */
export function toText(from: SqlType, to: SqlType, style: number | undefined): Converter {
  if (to.name === "xml") return toXml(from, style ?? 0);
  const fit = fitter(to);
  if (isClr(from)) {
    const text = clrToText(from.name, to);
    return (value) => fit(text(value));
  }
  switch (typeFamily(from)) {
    case "xml":
      return (value) => {
        const text = xmlToText(value as string, style ?? 0);
        const whole = fit(text);
        if (whole.trimEnd() === text.trimEnd()) return whole;
        throw new Unsupported(`xml as ${to.name}, which does not hold it`);
      };
    case "string": {
      const read = textReader(from, to);
      return (value) => fit(read(value as string));
    }
    case "integer":
    case "decimal":
    case "money":
    case "float": {
      const text = numberToText(from, to, style);
      return (value) => fit(text(value));
    }
    case "datetime": {
      const text = dateToText(from, to, style);
      return (value) => fit(text(value));
    }
    case "binary": {
      const text = binaryToText(to, style ?? 0);
      return (value) => fit(text(value));
    }
    case "uniqueidentifier":
      return (value) => {
        if (room(to) < 36) throw sqlError(8170);
        return fit(value as string);
      };
    case "variant":
    case "clr":
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}
