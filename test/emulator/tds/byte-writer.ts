// [MS-TDS] 2.2.5 Grammar Definition for Token Description: little-endian numbers, B_VARCHAR, US_VARCHAR.

const INITIAL_BYTES = 128 * 1024;

/**
 * Bytes on their way out, in one growing buffer that is used again after each `clear`. Callers that write many numbers
 * in a row call `ensure` once and then use `buffer`, `view` and `position` themselves.
 */
export class ByteWriter {
  buffer: Buffer;
  view: DataView;
  position = 0;

  constructor(bytes = INITIAL_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, bytes);
  }

  /** Makes room for `bytes` more; afterwards `buffer` and `view` may be others. */
  ensure(bytes: number): void {
    if (this.position + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.position + bytes));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }

  /** Forgets what was written; a buffer that one huge value made big is given back. */
  clear(): void {
    this.position = 0;
    if (this.buffer.length > 16 * INITIAL_BYTES) {
      this.buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
      this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, INITIAL_BYTES);
    }
  }

  written(): Buffer {
    return this.buffer.subarray(0, this.position);
  }

  uint8(value: number): void {
    this.ensure(1);
    this.buffer[this.position++] = value;
  }

  uint16(value: number): void {
    this.ensure(2);
    this.view.setUint16(this.position, value, true);
    this.position += 2;
  }

  int16(value: number): void {
    this.uint16(value & 0xffff);
  }

  uint32(value: number): void {
    this.ensure(4);
    this.view.setUint32(this.position, value, true);
    this.position += 4;
  }

  int32(value: number): void {
    this.uint32(value >>> 0);
  }

  uint64(value: bigint): void {
    this.ensure(8);
    this.view.setBigUint64(this.position, value, true);
    this.position += 8;
  }

  int64(value: bigint): void {
    this.ensure(8);
    this.view.setBigInt64(this.position, value, true);
    this.position += 8;
  }

  bytes(value: Uint8Array): void {
    this.ensure(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
  }

  ucs2(text: string): void {
    this.ensure(text.length * 2);
    if (text.length < 24) {
      // For short texts the call into native code costs more than the loop.
      const { buffer } = this;
      let at = this.position;
      for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        buffer[at++] = unit & 0xff;
        buffer[at++] = unit >>> 8;
      }
      this.position = at;
    } else {
      this.position += this.buffer.write(text, this.position, "utf16le");
    }
  }

  /** One byte of length in characters; what is longer than 255 is cut. */
  bVarchar(text: string): void {
    const cut = text.slice(0, 255);
    this.uint8(cut.length);
    this.ucs2(cut);
  }

  /** Two bytes of length in characters; what is longer than 65,535 is cut. */
  usVarchar(text: string): void {
    const cut = text.slice(0, 0xffff);
    this.uint16(cut.length);
    this.ucs2(cut);
  }
}
