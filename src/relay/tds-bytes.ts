/** Token types that the relay meets ([MS-TDS] 2.2.4.2). */
export const TOKEN = {
  returnStatus: 0x79,
  colMetadata: 0x81,
  order: 0xa9,
  error: 0xaa,
  info: 0xab,
  row: 0xd1,
  nbcRow: 0xd2,
  envChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

/** [MS-TDS] 2.2.3.1: type, status, length of the whole packet (big-endian), SPID, packet number, window. */
export const PACKET_HEADER_BYTES = 8;

/** [MS-TDS] 2.2.3.1.1 */
export const PACKET_TYPE = { answer: 0x04, bulkLoad: 0x07 } as const;

/** [MS-TDS] 2.2.3.1.2 */
export const PACKET_STATUS = { endOfMessage: 0x01 } as const;

/** The bytes are no valid TDS, or TDS that the relay does not know. The connection they came from is of no more use. */
export class WireFormatError extends Error {
  override readonly name = "WireFormatError";
}

/** Thrown by a reader that needs bytes beyond the end of its buffer: try again when more have come. */
export class NeedMoreBytes extends Error {
  override readonly name = "NeedMoreBytes";
}

export function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
