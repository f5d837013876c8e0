// [MS-TDS] 2.2.5.5.4 SQL_VARIANT Values: total length, base type, its properties, the value.
import { DEFAULT_COLLATION, collationFromWire } from "../values/collation.ts";
import type { SqlType, SqlTypeName, SqlValue, SqlVariant } from "../values/sql-type.ts";
import { type ByteReader, InvalidLength } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { typeEntry } from "./type-entry.ts";

const VARIANT = 0x62;

/** Base types by the token they have inside a variant: the fixed form where there is one. */
const BASES: readonly SqlTypeName[] = [
  ...(["bit", "tinyint", "smallint", "int", "bigint", "real", "float", "money", "smallmoney"] as const),
  ...(["decimal", "numeric", "uniqueidentifier", "date", "time", "datetime2", "datetimeoffset"] as const),
  ...(["datetime", "smalldatetime", "char", "varchar", "nchar", "nvarchar", "binary", "varbinary"] as const),
];

const tokenOf = (name: SqlTypeName): number => {
  const entry = typeEntry({ name });
  return entry.fixed?.token ?? entry.token;
};

const baseByToken = new Map(BASES.map((name) => [tokenOf(name), name]));

function writeProperties(out: ByteWriter, type: SqlType): void {
  switch (type.name) {
    case "decimal":
    case "numeric":
      out.uint8(2);
      out.uint8(type.precision ?? 18);
      out.uint8(type.scale ?? 0);
      return;
    case "time":
    case "datetime2":
    case "datetimeoffset":
      out.uint8(1);
      out.uint8(type.scale ?? 7);
      return;
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar": {
      // Collation first, then the most bytes that the base type holds.
      out.uint8(7);
      const start = out.position;
      typeEntry(type).writeInfo(out, type);
      const most = out.view.getUint16(start, true);
      out.buffer.copyWithin(start, start + 2, start + 7);
      out.view.setUint16(start + 5, most, true);
      return;
    }
    case "binary":
    case "varbinary":
      out.uint8(2);
      out.uint16(type.length ?? 1);
      return;
    default:
      out.uint8(0);
  }
}

export function writeVariant(out: ByteWriter, value: SqlValue): void {
  out.uint32(0);
  if (value === null) return;
  const { type, value: inner } = value as SqlVariant;
  const base = type.name === "rowversion" ? { name: "binary" as const, length: 8 } : type;
  if (!BASES.includes(base.name)) throw new Error(`sql_variant cannot hold a ${type.name}`);
  const start = out.position;
  out.uint8(tokenOf(base.name));
  writeProperties(out, base);
  typeEntry(base).raw(base).write(out, inner);
  out.view.setUint32(start - 4, out.position - start, true);
}

function readBase(input: ByteReader, name: SqlTypeName, properties: number): SqlType {
  const need = (bytes: number): void => {
    if (properties !== bytes) throw new InvalidLength(VARIANT, properties);
  };
  switch (name) {
    case "decimal":
    case "numeric":
      need(2);
      return { name, precision: input.uint8(), scale: input.uint8() };
    case "time":
    case "datetime2":
    case "datetimeoffset":
      need(1);
      return { name, scale: input.uint8() };
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar": {
      need(7);
      const collation = collationFromWire(input.slice(5)) ?? DEFAULT_COLLATION;
      const bytes = input.uint16();
      return { name, length: name.startsWith("n") ? bytes / 2 : bytes, collation };
    }
    case "binary":
    case "varbinary":
      need(2);
      return { name, length: input.uint16() };
    default:
      need(0);
      return { name };
  }
}

export function readVariant(input: ByteReader): SqlValue {
  const total = input.uint32();
  if (total === 0) return null;
  const start = input.take(total);
  const end = input.position;
  input.position = start;
  const name = baseByToken.get(input.uint8());
  if (name === undefined) throw new InvalidLength(VARIANT, total);
  const properties = input.uint8();
  const type = readBase(input, name, properties);
  const length = end - input.position;
  if (length < 0) throw new InvalidLength(VARIANT, total);
  const value = typeEntry(type).raw(type).read(input, length);
  input.position = end;
  return { type, value };
}
