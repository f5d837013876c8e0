/** Packets as a server writes them ([MS-TDS] 2.2.3.1), for tests of what reads them. */
export function packets(payload: Buffer, packetSize: number, last = true): Buffer {
  const room = packetSize - 8;
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length || at === 0; at += room) {
    const part = payload.subarray(at, at + room);
    const header = Buffer.of(0x04, last && at + room >= payload.length ? 1 : 0, 0, 0, 0, 0x39, parts.length >> 1, 0);
    header.writeUInt16BE(part.length + 8, 2);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
