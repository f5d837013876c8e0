// [MS-TDS] 2.2.5 Grammar Definition for Token Description: little-endian numbers, B_VARCHAR, US_VARCHAR.

/**
 * Thrown when the bytes end before the item does: in a stream, wait for more and read the item again from its start;
 * in a complete message, the message is wrong. One object, since it is thrown at each packet boundary of a bulk load.
 */
class NotEnoughBytes extends Error {
  override readonly name = "NotEnoughBytes";
}

export const NOT_ENOUGH_BYTES = new NotEnoughBytes("the message ends in the middle of an item");

/** A length that its type cannot have: 8016 in an RPC request, 4815 in a bulk load. */
export class InvalidLength extends Error {
  override readonly name = "InvalidLength";
  readonly typeToken: number;

  constructor(typeToken: number, length: number) {
    super(`length ${length} for data type 0x${typeToken.toString(16)}`);
    this.typeToken = typeToken;
  }
}

/** A place in received bytes. Every method throws NOT_ENOUGH_BYTES rather than read beyond the end. */
export class ByteReader {
  buffer: Buffer;
  view: DataView;
  position = 0;
  end: number;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    this.end = buffer.length;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves over `bytes` and tells where they began. */
  take(bytes: number): number {
    const start = this.position;
    if (start + bytes > this.end) throw NOT_ENOUGH_BYTES;
    this.position = start + bytes;
    return start;
  }

  uint8(): number {
    if (this.position >= this.end) throw NOT_ENOUGH_BYTES;
    return this.buffer[this.position++]!;
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  int16(): number {
    return this.view.getInt16(this.take(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  uint64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  int64(): bigint {
    return this.view.getBigInt64(this.take(8), true);
  }

  /** A view, not a copy: valid as long as the message is. */
  slice(bytes: number): Buffer {
    const start = this.take(bytes);
    return this.buffer.subarray(start, start + bytes);
  }

  ucs2(characters: number): string {
    const start = this.take(characters * 2);
    return this.buffer.toString("utf16le", start, start + characters * 2);
  }

  bVarchar(): string {
    return this.ucs2(this.uint8());
  }

  usVarchar(): string {
    return this.ucs2(this.uint16());
  }
}
