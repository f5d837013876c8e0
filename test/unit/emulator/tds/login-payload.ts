/** A LOGIN7 message ([MS-TDS] 2.2.6.4) made by hand, for what no driver here sends. */
export interface LoginFields {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly appName?: string;
  readonly tdsVersion?: number;
  readonly packetSize?: number;
  /** OptionFlags2; 0x80 is integrated security. */
  readonly optionFlags2?: number;
  /** Feature extension block without its terminator: id, four bytes of length, data. */
  readonly features?: Buffer;
}

const FIXED = 94;

export function loginPayload(fields: LoginFields): Buffer {
  const head = Buffer.alloc(FIXED);
  head.writeUInt32LE(fields.tdsVersion ?? 0x74000004, 4);
  head.writeUInt32LE(fields.packetSize ?? 4096, 8);
  head[25] = fields.optionFlags2 ?? 0;
  const tail: Buffer[] = [];
  let end = FIXED;
  const put = (at: number, bytes: Buffer): void => {
    head.writeUInt16LE(end, at);
    head.writeUInt16LE(bytes.length / 2, at + 2);
    tail.push(bytes);
    end += bytes.length;
  };
  const ucs2 = (text = ""): Buffer => Buffer.from(text, "utf16le");
  const swapped = ucs2(fields.password).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5);
  put(36, ucs2("host"));
  put(40, ucs2(fields.user));
  put(44, Buffer.from(swapped));
  put(48, ucs2(fields.appName ?? "by-hand"));
  put(52, ucs2("server"));
  put(60, ucs2("library"));
  put(64, ucs2());
  put(68, ucs2(fields.database));
  if (fields.features !== undefined) {
    head[27] = 0x10;
    head.writeUInt16LE(end, 56);
    head.writeUInt16LE(4, 58);
    const pointer = Buffer.alloc(4);
    pointer.writeUInt32LE(end + 4, 0);
    tail.push(pointer, fields.features, Buffer.from([0xff]));
    end += 5 + fields.features.length;
  }
  head.writeUInt32LE(end, 0);
  return Buffer.concat([head, ...tail]);
}

/** Version and one encryption byte. */
export function preloginPayload(encryption: number): Buffer {
  return Buffer.from(`00000b00060100110001ff0000000000${"00"}${encryption.toString(16).padStart(2, "0")}`, "hex");
}
