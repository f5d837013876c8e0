// [MS-TDS] 2.2.5.6 Type Info Rule Definition: the type token with length, precision, scale and collation, both directions.
import { collationFromWire } from "../values/collation.ts";
import { Unsupported } from "../values/sql-error.ts";
import type { SqlType, SqlTypeName } from "../values/sql-type.ts";
import { type ByteReader, InvalidLength } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { typeEntry } from "./type-entry.ts";
import { type Decode, decoder } from "./value-codec.ts";

/** @param database the session's, which the info of a CLR type names */
export function writeTypeInfo(out: ByteWriter, type: SqlType, nullable: boolean, database = ""): void {
  const entry = typeEntry(type);
  if (!nullable && entry.fixed !== undefined) {
    out.uint8(entry.fixed.token);
    return;
  }
  out.uint8(entry.token);
  entry.writeInfo(out, type, database);
}

export interface ReceivedType {
  readonly token: number;
  readonly type: SqlType;
  readonly decode: Decode;
}

/** The token is none that the server knows: 8009 in an RPC request, 4816 in a bulk load. */
export class UnknownType extends Error {
  override readonly name = "UnknownType";
  readonly typeToken: number;

  constructor(typeToken: number) {
    super(`data type 0x${typeToken.toString(16)}`);
    this.typeToken = typeToken;
  }
}

const FIXED: Readonly<Record<number, SqlTypeName>> = {
  0x30: "tinyint",
  0x32: "bit",
  0x34: "smallint",
  0x38: "int",
  0x3a: "smalldatetime",
  0x3b: "real",
  0x3c: "money",
  0x3d: "datetime",
  0x3e: "float",
  0x7a: "smallmoney",
  0x7f: "bigint",
};

/** Tokens followed by one byte of size, which tells the types apart. */
const SIZED: Readonly<Record<number, Readonly<Record<number, SqlTypeName>>>> = {
  0x24: { 16: "uniqueidentifier" },
  0x26: { 1: "tinyint", 2: "smallint", 4: "int", 8: "bigint" },
  0x68: { 1: "bit" },
  0x6d: { 4: "real", 8: "float" },
  0x6e: { 4: "smallmoney", 8: "money" },
  0x6f: { 4: "smalldatetime", 8: "datetime" },
};

const SCALED: Readonly<Record<number, "time" | "datetime2" | "datetimeoffset">> = {
  0x29: "time",
  0x2a: "datetime2",
  0x2b: "datetimeoffset",
};

const DECIMALS: Readonly<Record<number, "decimal" | "numeric">> = {
  0x37: "decimal",
  0x3f: "numeric",
  0x6a: "decimal",
  0x6c: "numeric",
};

/** Character types: bytes of a unit, and bytes of the length in TYPE_INFO (4: text and ntext). */
const CHARACTERS: Readonly<Record<number, readonly [name: SqlTypeName, unit: 1 | 2]>> = {
  0xa7: ["varchar", 1],
  0xaf: ["char", 1],
  0xe7: ["nvarchar", 2],
  0xef: ["nchar", 2],
};

const UDT = 0xf0;

const BINARIES: Readonly<Record<number, SqlTypeName>> = { 0xa5: "varbinary", 0xad: "binary" };

function readCollation(input: ByteReader): string {
  const wire = input.slice(5);
  const name = collationFromWire(wire);
  if (name === undefined) throw new Unsupported(`collation 0x${wire.toString("hex")}`);
  return name;
}

function readSqlType(input: ByteReader, token: number): SqlType {
  const sized = SIZED[token];
  if (sized !== undefined) {
    const size = input.uint8();
    const name = sized[size];
    if (name === undefined) throw new InvalidLength(token, size);
    return { name };
  }
  const scaled = SCALED[token];
  if (scaled !== undefined) {
    const scale = input.uint8();
    if (scale > 7) throw new InvalidLength(token, scale);
    return { name: scaled, scale };
  }
  const decimal = DECIMALS[token];
  if (decimal !== undefined) {
    input.uint8();
    const [precision, scale] = [input.uint8(), input.uint8()];
    if (precision < 1 || precision > 38 || scale > precision) throw new InvalidLength(token, precision);
    return { name: decimal, precision, scale };
  }
  const character = CHARACTERS[token];
  if (character !== undefined) {
    const [name, unit] = character;
    const bytes = input.uint16();
    const collation = readCollation(input);
    if (bytes === 0xffff) return { name, length: -1, collation };
    if (bytes > 8000) throw new InvalidLength(token, bytes);
    // Clients declare a NULL with length 0, which no type has.
    return { name, length: Math.max(1, Math.ceil(bytes / unit)), collation };
  }
  const binary = BINARIES[token];
  if (binary !== undefined) {
    const bytes = input.uint16();
    if (bytes === 0xffff) return { name: binary, length: -1 };
    if (bytes > 8000) throw new InvalidLength(token, bytes);
    return { name: binary, length: Math.max(1, bytes) };
  }
  return readRareType(input, token);
}

function readRareType(input: ByteReader, token: number): SqlType {
  switch (token) {
    case 0x28:
      return { name: "date" };
    case 0x22:
      input.uint32();
      return { name: "image" };
    case 0x23:
    case 0x63:
      input.uint32();
      return { name: token === 0x23 ? "text" : "ntext", collation: readCollation(input) };
    case 0x62:
      input.uint32();
      return { name: "sql_variant" };
    case 0xf1:
      if (input.uint8() !== 0) throw new Unsupported("xml with a schema collection");
      return { name: "xml" };
    case UDT:
      throw new Unsupported("a parameter of a CLR type");
    case 0xf3:
      throw new Unsupported("a table-valued parameter");
    default:
      throw new UnknownType(token);
  }
}

/**
 * @param textPointers true in rows (bulk load), false in RPC parameters: only rows have them before text, ntext, image.
 * @throws NOT_ENOUGH_BYTES, InvalidLength, UnknownType, Unsupported
 */
export function readTypeInfo(input: ByteReader, textPointers: boolean): ReceivedType {
  const token = input.uint8();
  // A bulk load takes CLR values as varbinary ([MS-TDS] 2.2.6.1).
  if (token === UDT && textPointers) throw new UnknownType(token);
  const fixed = FIXED[token];
  if (fixed !== undefined) {
    const type: SqlType = { name: fixed };
    const entry = typeEntry(type);
    return { token, type, decode: decoder({ token, form: "fixed", size: entry.fixed!.size, raw: entry.raw(type) }) };
  }
  if (token === 0x1f) {
    // NULLTYPE: an untyped NULL; the server takes it for an int.
    return { token, type: { name: "int" }, decode: () => null };
  }
  const type = readSqlType(input, token);
  const entry = typeEntry(type);
  const form = entry.form(type);
  return {
    token,
    type,
    decode: decoder({
      token,
      form: form === "text" && !textPointers ? "bare-text" : form,
      size: 0,
      raw: entry.raw(type),
    }),
  };
}
