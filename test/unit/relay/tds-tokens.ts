/** Tokens as a server writes them ([MS-TDS] 2.2.7), for tests of what reads them. */

export interface ColumnSpec {
  readonly name: string;
  /** TYPE_INFO ([MS-TDS] 2.2.5.6). */
  readonly typeInfo: Buffer;
  readonly nullable?: boolean;
  /** text, ntext, image: the table's name, in parts. */
  readonly table?: readonly string[];
}

const COLLATION = Buffer.of(0x09, 0x04, 0xd0, 0x00, 0x34);

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export const typeInfo = {
  int: Buffer.of(0x38),
  bigint: Buffer.of(0x7f),
  intN: (size: number) => Buffer.of(0x26, size),
  bitN: Buffer.of(0x68, 1),
  decimalN: (size: number, precision: number, scale: number) => Buffer.of(0x6a, size, precision, scale),
  guid: Buffer.of(0x24, 16),
  date: Buffer.of(0x28),
  datetime2: (scale: number) => Buffer.of(0x2a, scale),
  nvarchar: (bytes: number) => Buffer.concat([Buffer.of(0xe7), uint16(bytes), COLLATION]),
  varbinary: (bytes: number) => Buffer.concat([Buffer.of(0xa5), uint16(bytes)]),
  nvarcharMax: Buffer.concat([Buffer.of(0xe7, 0xff, 0xff), COLLATION]),
  varbinaryMax: Buffer.of(0xa5, 0xff, 0xff),
  ntext: Buffer.concat([Buffer.of(0x63), uint32(0x7fff_fffe), COLLATION]),
  image: Buffer.concat([Buffer.of(0x22), uint32(0x7fff_ffff)]),
  variant: Buffer.concat([Buffer.of(0x62), uint32(8009)]),
  xml: Buffer.of(0xf1, 0),
};

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, "utf16le")]);
}

function longText(text: string): Buffer {
  return Buffer.concat([uint16(text.length), Buffer.from(text, "utf16le")]);
}

export function colMetadata(columns: readonly ColumnSpec[]): Buffer {
  const parts = [Buffer.of(0x81), uint16(columns.length)];
  for (const column of columns) {
    parts.push(uint32(0), uint16(column.nullable === false ? 0x08 : 0x09), column.typeInfo);
    if (column.table) parts.push(Buffer.of(column.table.length), ...column.table.map(longText));
    parts.push(shortText(column.name));
  }
  return Buffer.concat(parts);
}

/** Values in the wire form of each length rule; null is the rule's own NULL. */
export const value = {
  int: (number: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(number);
    return bytes;
  },
  byte: (bytes: Buffer | null) => (bytes ? Buffer.concat([Buffer.of(bytes.length), bytes]) : Buffer.of(0)),
  ushort: (bytes: Buffer | null) => (bytes ? Buffer.concat([uint16(bytes.length), bytes]) : Buffer.of(0xff, 0xff)),
  variant: (bytes: Buffer | null) => (bytes ? Buffer.concat([uint32(bytes.length), bytes]) : uint32(0)),
  textptr: (bytes: Buffer | null) =>
    bytes ? Buffer.concat([Buffer.of(16), Buffer.alloc(24, 0x74), uint32(bytes.length), bytes]) : Buffer.of(0),
  plp: (bytes: Buffer | null, options: { chunk?: number; announced?: boolean } = {}) => {
    if (!bytes) return Buffer.alloc(8, 0xff);
    const total = options.announced === false ? uint32(0xffff_fffe) : uint32(bytes.length);
    const parts = [total, options.announced === false ? uint32(0xffff_ffff) : uint32(0)];
    const size = options.chunk ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      parts.push(uint32(piece.length), piece);
    }
    parts.push(uint32(0));
    return Buffer.concat(parts);
  },
};

export function row(...values: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(0xd1), ...values]);
}

/** An NBCROW: null stands for a NULL, which then is in the bitmap only. */
export function nbcRow(...values: readonly (Buffer | null)[]): Buffer {
  const bitmap = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((bytes, at) => {
    if (!bytes) bitmap[at >> 3]! |= 1 << (at & 7);
  });
  return Buffer.concat([Buffer.of(0xd2), bitmap, ...values.filter((bytes) => bytes !== null)]);
}

/** DONE 0xFD, DONEPROC 0xFE, DONEINPROC 0xFF. Status bits: 1 more, 2 error, 0x10 count, 0x20 attention. */
export function done(status: number, rows = 0, token = 0xfd): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(token, 0);
  bytes.writeUInt16LE(status, 1);
  bytes.writeUInt16LE(0xc1, 3);
  bytes.writeBigUInt64LE(BigInt(rows), 5);
  return bytes;
}

function counted(token: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(token), uint16(body.length), body]);
}

export function error(number: number, text: string): Buffer {
  return counted(0xaa, uint32(number), Buffer.of(1, 16), longText(text), shortText("srv"), shortText(""), uint32(1));
}

export function info(number: number, text: string): Buffer {
  return counted(0xab, uint32(number), Buffer.of(1, 0), longText(text), shortText("srv"), shortText(""), uint32(1));
}

export function envChange(type: number, body: Buffer): Buffer {
  return counted(0xe3, Buffer.of(type), body);
}

export const beginTransaction = (descriptor: Buffer) =>
  envChange(8, Buffer.concat([Buffer.of(8), descriptor, Buffer.of(0)]));
export const rollbackTransaction = (descriptor: Buffer) => envChange(10, Buffer.concat([Buffer.of(0, 8), descriptor]));

export const packetSizeChange = (size: number) =>
  envChange(4, Buffer.concat([shortText(String(size)), shortText("4096")]));

export const loginAck = counted(0xad, Buffer.of(1, 0x74, 0, 0, 4), shortText("scripted"), Buffer.of(16, 0, 0, 0));

export const order = (...columns: readonly number[]) => counted(0xa9, ...columns.map(uint16));

export const returnStatus = (status: number) => Buffer.concat([Buffer.of(0x79), uint32(status)]);
