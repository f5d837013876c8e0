import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { skipAllHeaders } from "../../emulator/tds/all-headers.ts";
import { ByteReader } from "../../emulator/tds/byte-reader.ts";
import { ByteWriter } from "../../emulator/tds/byte-writer.ts";
import { readLogin } from "../../emulator/tds/login7.ts";
import { writeLoginResponse } from "../../emulator/tds/login-response.ts";
import { DEFAULT_PACKET_SIZE, PacketCutter, PacketStatus, PacketType, type Packet } from "../../emulator/tds/packet.ts";
import { Encryption, preloginAnswer, readPrelogin } from "../../emulator/tds/prelogin.ts";
import type { SessionHandler } from "../../emulator/tds/session-handler.ts";
import { Token, writeDone } from "../../emulator/tds/tokens.ts";
import { DEFAULT_COLLATION } from "../../emulator/values/collation.ts";
import { packets } from "./row-stream.ts";

const serverVersion = [16, 0, 4135] as const;

/** What a server of the bench says to one client that has logged in. What is missing here ends the connection. */
export interface WireScript {
  onBatch(text: string): void;
  onRpc?(): void;
  /** Each packet of a bulk load as it comes. */
  onBulkPacket?(payload: Buffer, last: boolean): void;
}

/** A DONE as a whole answer. */
export function doneAnswer(): Buffer {
  const out = new ByteWriter(16);
  writeDone(out, Token.done, 0, 0);
  return packets(out.written(), true);
}

/**
 * A TDS server on loopback that takes every login without encryption and says nothing but what its script says.
 * @returns its port
 */
export async function startWireServer(script: (socket: Socket) => WireScript): Promise<number> {
  const server = createServer((socket) => serve(socket, script));
  return listen(server);
}

/** On loopback. @returns the port */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function serve(socket: Socket, makeScript: (socket: Socket) => WireScript): void {
  socket.setNoDelay(true);
  socket.on("error", () => undefined); // a client that ends its process
  const script = makeScript(socket);
  let parts: Buffer[] = [];
  const cutter = new PacketCutter((packet) => {
    const last = (packet.status & PacketStatus.endOfMessage) !== 0;
    if (packet.type === PacketType.bulk) {
      if (script.onBulkPacket === undefined) throw new Error("a bulk load is not in the script");
      script.onBulkPacket(packet.payload, last);
      return;
    }
    parts.push(packet.payload);
    if (!last) return;
    const message = Buffer.concat(parts);
    parts = [];
    answer(socket, script, packet, message);
  });
  socket.on("data", (chunk) => {
    try {
      cutter.push(chunk);
    } catch (error) {
      console.error(error);
      socket.destroy();
    }
  });
}

function answer(socket: Socket, script: WireScript, { type }: Packet, message: Buffer): void {
  switch (type) {
    case PacketType.prelogin:
      socket.write(packets(preloginAnswer(readPrelogin(message), Encryption.notSupported, serverVersion), true));
      return;
    case PacketType.login:
      socket.write(packets(loginAnswer(message), true));
      return;
    case PacketType.batch:
      script.onBatch(batchText(message));
      return;
    case PacketType.rpc:
      if (script.onRpc !== undefined) {
        script.onRpc();
        return;
      }
  }
  throw new Error(`a message of type ${type} is not in the script`);
}

function loginAnswer(message: Buffer): Buffer {
  const login = readLogin(message);
  const asked = login.packetSize;
  if (asked !== DEFAULT_PACKET_SIZE)
    throw new Error(`packets of ${asked} bytes: what is replayed was prepared for others`);
  const out = new ByteWriter();
  // The answer tells no more of a session than this.
  const session = { database: "bench", collation: DEFAULT_COLLATION } as SessionHandler;
  writeLoginResponse(out, login, session, serverVersion);
  return out.written();
}

function batchText(message: Buffer): string {
  const input = new ByteReader(message);
  skipAllHeaders(input);
  return input.ucs2(input.remaining >> 1);
}
