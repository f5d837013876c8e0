import { clrToBinary, toClr } from "./coerce-clr.ts";
import { uuidFromBytes, valueToBytes } from "./coerce-binary.ts";
import { mayKeepBytes } from "./collation.ts";
import { toDate } from "./coerce-date.ts";
import { toNumber, typeWord, type Converter } from "./coerce-number.ts";
import { toText, textToBytes } from "./coerce-string.ts";
import { isClr, isNumeric, isUnicode, sameType, typeFamily } from "./coerce-type.ts";
import { sqlError } from "./error-table.ts";
import { Unsupported } from "./sql-error.ts";
import type { SqlType, SqlValue, SqlVariant } from "./sql-type.ts";
import { xmlToText } from "./xml-text.ts";

/** Conversions between all types ("CAST and CONVERT", "Data type conversion (Database Engine)"). */

export interface CoerceOptions {
  /** CAST and CONVERT allow more than an assignment or a comparison. */
  readonly explicit?: boolean;
  /** CONVERT's third argument. */
  readonly style?: number;
}

export type NullableConverter = (value: SqlValue) => SqlValue;

const isLegacyDate = (type: SqlType): boolean => type.name === "datetime" || type.name === "smalldatetime";
const isLob = (type: SqlType): boolean => type.name === "text" || type.name === "ntext" || type.name === "image";

type Permission = "implicit" | "explicit" | "none";

/** The conversion chart of "Data type conversion (Database Engine)". */
function permission(from: SqlType, to: SqlType): Permission {
  const a = typeFamily(from);
  const b = typeFamily(to);
  if (a === "clr" || b === "clr") return clrPermission(from, to);
  if (b === "variant") {
    if (a === "variant") return "implicit";
    return a === "xml" || isLob(from) || from.length === -1 || from.name === "rowversion" ? "none" : "implicit";
  }
  if (a === "variant") return b === "xml" || isLob(to) || to.name === "rowversion" ? "none" : "explicit";
  if (to.name === "rowversion") return a === "binary" || a === "string" || isNumeric(from) ? "implicit" : "none";
  if (isLob(from) || isLob(to)) {
    const other = isLob(from) ? b : a;
    const lob = isLob(from) ? from : to;
    if (lob.name === "image") return other === "binary" ? "implicit" : "none";
    return other === "string" || (other === "xml" && isLob(from)) ? "implicit" : "none";
  }
  if (a === b && a !== "datetime") return "implicit";
  if (a === "xml") return b === "string" || b === "binary" ? "explicit" : "none";
  if (b === "xml") return a === "string" || a === "binary" ? "implicit" : "none";
  if (a === "datetime" && b === "datetime") {
    const impossible = (x: SqlType, y: SqlType): boolean => x.name === "date" && y.name === "time";
    return impossible(from, to) || impossible(to, from) ? "none" : "implicit";
  }
  if (a === "string") {
    return b === "binary" ? "explicit" : "implicit";
  }
  if (b === "string") return "implicit";
  if (a === "uniqueidentifier") return b === "binary" ? "explicit" : "none";
  if (b === "uniqueidentifier") return a === "binary" ? "implicit" : "none";
  if (a === "datetime") {
    if (b === "binary") return "explicit";
    return isLegacyDate(from) ? "explicit" : "none";
  }
  if (b === "datetime") {
    if (a === "binary") return isLegacyDate(to) ? "implicit" : "explicit";
    return isLegacyDate(to) ? "implicit" : "none";
  }
  if (a === "binary" && b === "float") return "none";
  return "implicit";
}

/** From text and binary a CLR value is made on assignment; back it takes CAST or CONVERT. */
function clrPermission(from: SqlType, to: SqlType): Permission {
  if (from.name === to.name) return "implicit";
  const [own, other] = isClr(to) ? [to, from] : [from, to];
  if (other.name === "xml" || isLob(other) || other.name === "rowversion") {
    throw new Unsupported(`a conversion between ${own.name} and ${other.name}`);
  }
  const family = typeFamily(other);
  if (family !== "string" && family !== "binary") return "none";
  return own === to ? "implicit" : "explicit";
}

/** @throws SqlError 206 or 529 (no such conversion), 257 (it must be written) */
function checkAllowed(from: SqlType, to: SqlType, explicit: boolean): void {
  const allowed = permission(from, to);
  if (allowed === "implicit" || (allowed === "explicit" && explicit)) return;
  if (allowed === "none")
    throw explicit ? sqlError(529, typeWord(from), typeWord(to)) : sqlError(206, typeWord(from), typeWord(to));
  throw sqlError(257, typeWord(from), typeWord(to));
}

function toBinary(from: SqlType, to: SqlType, style: number): Converter {
  const max = to.name === "rowversion" ? 8 : to.name === "image" || to.length === -1 ? Infinity : (to.length ?? 1);
  const pads = to.name === "binary" || to.name === "rowversion";
  const rightAligned = isNumeric(from) && typeFamily(from) !== "float" && typeFamily(from) !== "decimal";
  const fit = (bytes: Buffer): Buffer => {
    if (bytes.length > max)
      return Buffer.from(rightAligned ? bytes.subarray(bytes.length - max) : bytes.subarray(0, max));
    if (pads && bytes.length < max) {
      const out = Buffer.alloc(max);
      bytes.copy(out, rightAligned ? max - bytes.length : 0);
      return out;
    }
    return bytes;
  };
  if (isClr(from)) return clrToBinary(from.name, to);
  switch (typeFamily(from)) {
    case "binary":
      if (to.name === "image" || (to.name === "varbinary" && to.length === -1)) return (value) => value;
      return (value) => fit(value as Buffer);
    case "string":
      return (value) => fit(textToBytes(value as string, from, style));
    case "xml":
      // UTF-16 with its mark in front: "Define the serialization of XML data".
      return (value) => fit(Buffer.from(`\ufeff${xmlToText(value as string, style)}`, "utf16le"));
    default:
      return (value) => fit(valueToBytes(value, from));
  }
}

function toVariant(from: SqlType): Converter {
  if (from.name === "sql_variant") return (value) => value;
  return (value): SqlVariant => ({ type: from, value });
}

function fromVariant(to: SqlType, options: CoerceOptions): Converter {
  return (value) => {
    const variant = value as SqlVariant;
    return coerce(variant.value, variant.type, to, { ...options, explicit: true });
  };
}

function convert(from: SqlType, to: SqlType, options: CoerceOptions): Converter {
  if (from.name === "sql_variant" && to.name !== "sql_variant") return fromVariant(to, options);
  if (isClr(to)) return toClr(from, to.name);
  const style = options.style ?? 0;
  switch (typeFamily(to)) {
    case "integer":
    case "decimal":
    case "money":
    case "float":
      return toNumber(from, to);
    case "string":
    case "xml":
      return toText(from, to, options.style);
    case "binary":
      return toBinary(from, to, style);
    case "datetime":
      return toDate(from, to, style);
    case "uniqueidentifier":
      return toUniqueIdentifier(from, to);
    case "variant":
      return toVariant(from);
    case "clr":
      throw new TypeError(`${to.name} is not told to be of a CLR type`);
  }
}

function toUniqueIdentifier(from: SqlType, to: SqlType): Converter {
  if (typeFamily(from) === "string") {
    return (value) => {
      const m = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/i.exec((value as string).trim());
      if (!m) throw sqlError(8169);
      return m[1]!.toUpperCase();
    };
  }
  if (typeFamily(from) === "binary") return (value) => uuidFromBytes(value as Buffer);
  if (from.name === "uniqueidentifier") return (value) => value;
  throw sqlError(206, typeWord(from), typeWord(to));
}

/** Whether every value of `from` is a value of `to` as it stands. */
function isIdentity(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true;
  if (from.name === to.name) {
    if (to.name === "decimal" || to.name === "numeric") {
      return (from.scale ?? 0) === (to.scale ?? 0) && (from.precision ?? 18) <= (to.precision ?? 18);
    }
    if (to.name === "varbinary" || to.name === "nvarchar") {
      return to.length === -1 || (from.length !== -1 && (from.length ?? 1) <= (to.length ?? 1));
    }
    if (to.name === "varchar" && from.collation === to.collation) {
      return to.length === -1 || (from.length !== -1 && (from.length ?? 1) <= (to.length ?? 1));
    }
    if (to.name === "time" || to.name === "datetime2" || to.name === "datetimeoffset") {
      return (from.scale ?? 7) <= (to.scale ?? 7);
    }
    return to.length === undefined && to.name !== "xml" && to.name !== "sql_variant" && to.name !== "text";
  }
  const decimals = (name: string): boolean => name === "decimal" || name === "numeric";
  if (decimals(from.name) && decimals(to.name)) {
    return (from.scale ?? 0) === (to.scale ?? 0) && (from.precision ?? 18) <= (to.precision ?? 18);
  }
  if (typeFamily(from) === "integer" && typeFamily(to) === "integer" && from.name !== "bigint" && to.name === "int") {
    return true;
  }
  if (to.name === "float" && from.name === "real") return true;
  return (
    (to.name === "nvarchar" || to.name === "ntext") &&
    (isUnicode(from) || !mayKeepBytes(from.collation)) &&
    (from.name === "nvarchar" || from.name === "nchar" || from.name === "varchar" || from.name === "char") &&
    (to.length === -1 || to.name === "ntext" || (from.length !== -1 && (from.length ?? 1) <= (to.length ?? 1)))
  );
}

/**
 * A converter of values that may be NULL, made once for two types.
 * @returns undefined where values need no work
 * @throws SqlError 206, 257, 529 where the conversion is not allowed; the converter throws what its value deserves
 */
export function coercion(from: SqlType, to: SqlType, options: CoerceOptions = {}): NullableConverter | undefined {
  checkAllowed(from, to, options.explicit ?? false);
  if (isIdentity(from, to)) return undefined;
  const work = convert(from, to, options);
  return (value) => (value === null ? null : work(value));
}

/** Converts one value; for many of one type make a `coercion`. */
export function coerce(value: SqlValue, from: SqlType, to: SqlType, options: CoerceOptions = {}): SqlValue {
  const work = coercion(from, to, options);
  return work ? work(value) : value;
}
