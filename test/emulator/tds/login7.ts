// [MS-TDS] 2.2.6.4 LOGIN7
import type { Login } from "./session-handler.ts";

export interface LoginRequest extends Login {
  /** Big-endian as in LOGINACK: 0x74000004 is TDS 7.4. */
  readonly tdsVersion: number;
  readonly packetSize: number;
  readonly language: string;
  readonly integratedSecurity: boolean;
  /** Ids of the feature extensions asked for; 0x0a is UTF8_SUPPORT. */
  readonly features: ReadonlySet<number>;
}

export const Feature = { sessionRecovery: 0x01, fedAuth: 0x02, columnEncryption: 0x04, utf8Support: 0x0a } as const;

/** The longest fixed part: up to and including cbSSPILong. */
const FIXED_BYTES = 94;
const INTEGRATED_SECURITY = 0x80;
const READ_ONLY_INTENT = 0x20;
const EXTENSION = 0x10;

/** Each byte XOR 0xA5 with its halves exchanged: 2.2.6.4, "Password". */
function plainPassword(bytes: Buffer): string {
  const plain = Buffer.from(bytes.map((byte) => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 0xff));
  return plain.toString("utf16le");
}

function readFeatures(payload: Buffer, at: number): Set<number> {
  const features = new Set<number>();
  let position = at;
  for (let id = payload.readUInt8(position); id !== 0xff; id = payload.readUInt8(position)) {
    features.add(id);
    position += 5 + payload.readUInt32LE(position + 1);
  }
  return features;
}

/** @throws Error when it is structurally invalid (17832: the server closes the connection) */
export function readLogin(payload: Buffer): LoginRequest {
  if (payload.length < FIXED_BYTES) throw new RangeError(`LOGIN7 of ${payload.length} bytes`);
  if (payload.readUInt32LE(0) !== payload.length) throw new RangeError("LOGIN7: length does not match");
  const field = (at: number): Buffer => {
    const offset = payload.readUInt16LE(at);
    const end = offset + payload.readUInt16LE(at + 2) * 2;
    if (end > payload.length) throw new RangeError(`LOGIN7: field at ${at} lies outside the message`);
    return payload.subarray(offset, end);
  };
  const text = (at: number): string => field(at).toString("utf16le");
  const hasExtension = (payload.readUInt8(27) & EXTENSION) !== 0;
  return {
    tdsVersion: payload.readUInt32LE(4),
    packetSize: payload.readUInt32LE(8),
    integratedSecurity: (payload.readUInt8(25) & INTEGRATED_SECURITY) !== 0,
    readOnlyIntent: (payload.readUInt8(26) & READ_ONLY_INTENT) !== 0,
    hostName: text(36),
    user: text(40),
    password: plainPassword(field(44)),
    appName: text(48),
    language: text(64),
    database: text(68),
    features: hasExtension ? readFeatures(payload, payload.readUInt32LE(payload.readUInt16LE(56))) : new Set<number>(),
  };
}
