import { LoadRefused } from "./relay-error.ts";
import { NeedMoreBytes, TOKEN, WireFormatError, hex } from "./tds-bytes.ts";

/**
 * How a column's value is laid out in a ROW token ([MS-TDS] 2.2.5.4 and 2.2.5.2):
 * - fixed: `size` bytes, never NULL
 * - byte: 1-byte length, 0 is NULL
 * - ushort: 2-byte length, 0xFFFF is NULL
 * - variant: 4-byte length, 0 is NULL
 * - textptr: 1-byte length of a text pointer (0 is NULL), pointer, 8-byte timestamp, 4-byte length, data
 * - plp: 8-byte total length (all ones is NULL, ...FE is unknown), chunks with 4-byte lengths, an empty chunk at the end
 */
export type LengthKind = "fixed" | "byte" | "ushort" | "variant" | "textptr" | "plp";

export interface LengthRule {
  readonly kind: LengthKind;
  /** fixed: the value's size; else the largest length that the value may have, in bytes. */
  readonly size: number;
}

export interface WireColumn {
  readonly name: string;
  /** TYPE_INFO's first byte. */
  readonly type: number;
  /** The whole TYPE_INFO, as it came: type, length, collation, precision, scale. */
  readonly typeInfo: Buffer;
  readonly rule: LengthRule;
  /** Of character types: LCID, flags, version and sort id, 5 bytes. */
  readonly collation?: Buffer;
  readonly precision?: number;
  readonly scale?: number;
  /** The server may leave it open ("unknown") for expressions; such a column counts as nullable. */
  readonly nullable: boolean;
  /** Why the column cannot go into a bulk load as it is ([MS-TDS] 2.2.6.1); undefined when it can. */
  readonly refusal?: string;
}

/** More columns than a SELECT can have (4,096): the stream is damaged. */
const MAX_COLUMNS = 4096;
/** server.database.schema.table */
const MAX_NAME_PARTS = 4;
/** No name comes near it; a column's description is held whole, and what would fill the memory is damaged. */
const MAX_LONG_TEXT = 4096;

const FLAG = { nullable: 0x0001, readWrite: 0x0004, encrypted: 0x0800, nullableUnknown: 0x8000 } as const;

const FIXED_SIZE: ReadonlyMap<number, number> = new Map([
  [0x30, 1], // tinyint
  [0x32, 1], // bit
  [0x34, 2], // smallint
  [0x38, 4], // int
  [0x3a, 4], // smalldatetime
  [0x3b, 4], // real
  [0x3c, 8], // money
  [0x3d, 8], // datetime
  [0x3e, 8], // float
  [0x7a, 4], // smallmoney
  [0x7f, 8], // bigint
]);

const BYTE_LENGTH_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [0x24, [16]], // uniqueidentifier
  [0x26, [1, 2, 4, 8]], // INTN
  [0x68, [1]], // BITN
  [0x6d, [4, 8]], // FLTN
  [0x6e, [4, 8]], // MONEYN
  [0x6f, [4, 8]], // DATETIMN
]);

const DECIMAL_TYPES = new Set([0x37, 0x3f, 0x6a, 0x6c]);
const NO_DECIMAL_BULK = new Set([0x37, 0x3f]);
/** The date is 3 bytes, the offset 2, the time 3 to 5 by its scale ([MS-TDS] 2.2.5.5.1). */
const SCALED_TIME_EXTRA: ReadonlyMap<number, number> = new Map([
  [0x29, 0], // time
  [0x2a, 3], // datetime2
  [0x2b, 5], // datetimeoffset
]);
const CHARACTER_TYPES = new Set([0xa7, 0xaf, 0xe7, 0xef]);
const BINARY_TYPES = new Set([0xa5, 0xad]);
const TEXT_TYPES = new Set([0x22, 0x23, 0x63]);
/** varchar, nvarchar and varbinary: the types that have a (max) form. */
const MAX_FORM_TYPES = new Set([0xa5, 0xa7, 0xe7]);

/** Reads little-endian numbers and counted strings, and throws NeedMoreBytes at the end of the buffer. */
class ByteReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new NeedMoreBytes("the token goes on in the next packet");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint8(): number {
    return this.take(1).readUInt8(0);
  }

  uint16(): number {
    return this.take(2).readUInt16LE(0);
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** B_VARCHAR: the length in characters, 1 byte. */
  shortText(): string {
    return this.take(this.uint8() * 2).toString("utf16le");
  }

  /** US_VARCHAR: the length in characters, 2 bytes. */
  longText(): string {
    const length = this.uint16();
    if (length > MAX_LONG_TEXT) throw new WireFormatError(`a name of ${length} characters in COLMETADATA`);
    return this.take(length * 2).toString("utf16le");
  }
}

/**
 * Parses a COLMETADATA token ([MS-TDS] 2.2.7.4, TDS 7.2 and later) that may come in pieces; at most one column's description is
 * looked at twice.
 */
export class ColMetadataParser {
  readonly #columns: WireColumn[] = [];
  #count = -1;

  /** Undefined until the token is complete. */
  get columns(): readonly WireColumn[] | undefined {
    return this.#columns.length === this.#count ? this.#columns : undefined;
  }

  /**
   * @param at where the token begins (first call), else what the last call returned, in a buffer that holds more
   * @returns up to where the bytes are used
   * @throws WireFormatError for a type that is not known, or sizes that cannot be
   */
  read(bytes: Buffer, at: number): number {
    const reader = new ByteReader(bytes, at);
    let used = at;
    try {
      if (this.#count < 0) {
        if (reader.uint8() !== TOKEN.colMetadata) throw new WireFormatError("no COLMETADATA token");
        const count = reader.uint16();
        if (count === 0 || count > MAX_COLUMNS) throw new WireFormatError(`COLMETADATA with ${count} columns`);
        this.#count = count;
        used = reader.at;
      }
      while (this.#columns.length < this.#count) {
        this.#columns.push(parseColumn(reader));
        used = reader.at;
      }
    } catch (error) {
      if (!(error instanceof NeedMoreBytes)) throw error;
    }
    return used;
  }
}

function parseColumn(reader: ByteReader): WireColumn {
  reader.uint32(); // UserType: of the source's database only
  const flags = reader.uint16();
  const start = reader.at;
  const type = reader.uint8();
  const info = parseTypeInfo(type, reader);
  const typeInfo = Buffer.from(reader.bytes.subarray(start, reader.at));
  if (TEXT_TYPES.has(type)) {
    const parts = reader.uint8();
    if (parts > MAX_NAME_PARTS) throw new WireFormatError(`a table's name of ${parts} parts in COLMETADATA`);
    for (let part = 0; part < parts; part++) reader.longText();
  }
  const refusal = (flags & FLAG.encrypted) !== 0 ? "it is encrypted (Always Encrypted)" : info.refusal;
  return {
    name: reader.shortText(),
    type,
    typeInfo,
    rule: info.rule,
    nullable: (flags & (FLAG.nullable | FLAG.nullableUnknown)) !== 0,
    ...(info.collation && { collation: info.collation }),
    ...(info.precision !== undefined && { precision: info.precision }),
    ...(info.scale !== undefined && { scale: info.scale }),
    ...(refusal !== undefined && { refusal }),
  };
}

type TypeInfo = Pick<WireColumn, "rule" | "collation" | "precision" | "scale" | "refusal">;

/** [MS-TDS] 2.2.5.6; the type byte has been read. */
function parseTypeInfo(type: number, reader: ByteReader): TypeInfo {
  const fixed = FIXED_SIZE.get(type);
  if (fixed !== undefined) return { rule: { kind: "fixed", size: fixed } };

  const sizes = BYTE_LENGTH_SIZES.get(type);
  if (sizes) {
    const size = reader.uint8();
    if (!sizes.includes(size)) throw new WireFormatError(`type ${hex(type)} with a length of ${size}`);
    return { rule: { kind: "byte", size } };
  }
  if (type === 0x28) return { rule: { kind: "byte", size: 3 } }; // date
  const extra = SCALED_TIME_EXTRA.get(type);
  if (extra !== undefined) {
    const scale = reader.uint8();
    if (scale > 7) throw new WireFormatError(`type ${hex(type)} with a scale of ${scale}`);
    return { rule: { kind: "byte", size: (scale <= 2 ? 3 : scale <= 4 ? 4 : 5) + extra }, scale };
  }
  if (DECIMAL_TYPES.has(type)) return parseDecimal(type, reader);
  if (CHARACTER_TYPES.has(type)) {
    const rule = longRule(type, reader.uint16());
    return { rule, collation: Buffer.from(reader.take(5)) };
  }
  if (BINARY_TYPES.has(type)) return { rule: longRule(type, reader.uint16()) };
  if (TEXT_TYPES.has(type)) {
    const rule: LengthRule = { kind: "textptr", size: reader.uint32() };
    const refusal = "text, ntext and image travel as their (max) types: cast it in the SELECT";
    return type === 0x22 ? { rule, refusal } : { rule, collation: Buffer.from(reader.take(5)), refusal };
  }
  if (type === 0x62) return { rule: { kind: "variant", size: reader.uint32() } }; // sql_variant
  if (type === 0xf1) {
    if (reader.uint8() !== 0) {
      reader.shortText(); // database and owning schema of the XML schema collection, and its name
      reader.shortText();
      reader.longText();
    }
    return { rule: { kind: "plp", size: Infinity }, refusal: "a bulk load takes no xml: cast it to nvarchar(max)" };
  }
  if (type === 0xf0) {
    reader.uint16(); // largest size
    for (let part = 0; part < 3; part++) reader.shortText(); // database, schema, type
    reader.longText(); // assembly-qualified name
    return {
      rule: { kind: "plp", size: Infinity },
      refusal: "a bulk load takes no CLR type: cast it to varbinary(max)",
    };
  }
  throw new WireFormatError(`a column of type ${hex(type)}, which is not known`);
}

function parseDecimal(type: number, reader: ByteReader): TypeInfo {
  const size = reader.uint8();
  const precision = reader.uint8();
  const scale = reader.uint8();
  if (size < 1 || size > 17 || precision < 1 || precision > 38 || scale > precision) {
    throw new WireFormatError(`decimal(${precision},${scale}) of ${size} bytes`);
  }
  const rule: LengthRule = { kind: "byte", size };
  // DECIMALTYPE and NUMERICTYPE are refused in a bulk load; servers since 7.0 send DECIMALN and NUMERICN.
  if (NO_DECIMAL_BULK.has(type)) return { rule, precision, scale, refusal: `a bulk load takes no type ${hex(type)}` };
  return { rule, precision, scale };
}

function longRule(type: number, size: number): LengthRule {
  if (size !== 0xffff) return { kind: "ushort", size };
  if (!MAX_FORM_TYPES.has(type)) throw new WireFormatError(`type ${hex(type)} has no (max) form`);
  return { kind: "plp", size: Infinity };
}

/**
 * Writes the COLMETADATA that opens a bulk load ([MS-TDS] 2.2.6.1) of rows with these columns. TYPE_INFO goes out as it came in,
 * so the rows need no change.
 *
 * @throws LoadRefused naming every column that a bulk load cannot take
 */
export function writeBulkColMetadata(columns: readonly WireColumn[]): Buffer {
  const refused = columns.filter((column) => column.refusal !== undefined);
  if (refused.length > 0) {
    throw new LoadRefused(
      `columns that cannot be relayed: ${refused.map((column) => `${column.name} (${column.refusal})`).join("; ")}`,
    );
  }
  const head = Buffer.alloc(3);
  head.writeUInt8(TOKEN.colMetadata, 0);
  head.writeUInt16LE(columns.length, 1);
  const parts: Buffer[] = [head];
  for (const column of columns) {
    const before = Buffer.alloc(6);
    before.writeUInt16LE(FLAG.readWrite | (column.nullable ? FLAG.nullable : 0), 4);
    const name = Buffer.from(column.name, "utf16le");
    parts.push(before, column.typeInfo, Buffer.of(name.length / 2), name);
  }
  return Buffer.concat(parts);
}

/** The DONE token that ends a bulk load: DONE_FINAL, no count. */
export function writeBulkDone(): Buffer {
  const done = Buffer.alloc(13);
  done.writeUInt8(TOKEN.done, 0);
  return done;
}
