// [MS-TDS] 2.2.5.3 Packet Data Stream Headers - ALL_HEADERS Rule Definition
import type { ByteReader } from "./byte-reader.ts";

/**
 * Moves past the headers (query notifications, transaction descriptor, trace activity). Without MARS the connection
 * has one transaction, so its descriptor tells nothing new.
 * @throws Error when the total length is none
 */
export function skipAllHeaders(input: ByteReader): void {
  const start = input.position;
  const total = input.uint32();
  if (total < 4) throw new RangeError(`ALL_HEADERS of ${total} bytes`);
  input.position = start;
  input.take(total);
}
