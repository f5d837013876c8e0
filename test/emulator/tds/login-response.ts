// [MS-TDS] 2.2.7.14 LOGINACK, 2.2.7.11 FEATUREEXTACK, and the environment that follows a successful LOGIN7.
import type { ByteWriter } from "./byte-writer.ts";
import { Feature, type LoginRequest } from "./login7.ts";
import { DEFAULT_PACKET_SIZE, LEAST_PACKET_SIZE, MOST_PACKET_SIZE } from "./packet.ts";
import type { SessionHandler } from "./session-handler.ts";
import { Token, writeDone, writeEnvChange, writeInfo, writePacketSize } from "./tokens.ts";

const TDS_7_4 = 0x74000004;
/** 7.3 B: below it there is no NBCROW, below 7.3 A no date, time, datetime2 and datetimeoffset. */
export const LEAST_TDS_VERSION = 0x730b0003;

const PROGRAM = "Microsoft SQL Server";

/** What the server makes of the client's wish: 0 means the default. */
export function agreedPacketSize(asked: number): number {
  return asked === 0 ? DEFAULT_PACKET_SIZE : Math.min(MOST_PACKET_SIZE, Math.max(LEAST_PACKET_SIZE, asked));
}

/** The whole answer to a LOGIN7 that succeeded, up to its DONE. */
export function writeLoginResponse(
  out: ByteWriter,
  login: LoginRequest,
  session: SessionHandler,
  version: readonly [major: number, minor: number, build: number],
): void {
  const { database, collation } = session;
  writeEnvChange(out, { kind: "database", value: database, old: "master" });
  const info = { severity: 0, line: 1 };
  writeInfo(out, { ...info, number: 5701, state: 2, text: `Changed database context to '${database}'.` });
  writeEnvChange(out, { kind: "collation", value: collation, old: "" });
  writeEnvChange(out, { kind: "language", value: "us_english", old: "" });
  writeInfo(out, { ...info, number: 5703, state: 1, text: "Changed language setting to us_english." });

  out.uint8(Token.loginAck);
  out.uint16(1 + 4 + 1 + PROGRAM.length * 2 + 4);
  // Interface SQL_TSQL; the version in big-endian order.
  out.uint8(1);
  const tdsVersion = Math.min(login.tdsVersion, TDS_7_4);
  for (const shift of [24, 16, 8, 0]) out.uint8((tdsVersion >>> shift) & 0xff);
  out.bVarchar(PROGRAM);
  out.uint8(version[0]);
  out.uint8(version[1]);
  out.uint8(version[2] >> 8);
  out.uint8(version[2] & 0xff);

  writePacketSize(out, agreedPacketSize(login.packetSize), DEFAULT_PACKET_SIZE);
  if (login.features.has(Feature.utf8Support)) {
    // The others (session recovery, column encryption ...) are not acknowledged: the client goes on without them.
    out.uint8(Token.featureExtAck);
    out.uint8(Feature.utf8Support);
    out.uint32(1);
    out.uint8(1);
    out.uint8(0xff);
  }
  writeDone(out, Token.done, 0, 0);
}
