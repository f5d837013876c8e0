import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Connection } from "tedious";
import { done, loginAck, packetSizeChange } from "./tds-tokens.ts";

/** A message from the client, its packets put together. */
export interface ClientMessage {
  /** 1 batch, 3 RPC, 6 ATTENTION, 7 bulk load, 14 transaction manager. */
  readonly type: number;
  readonly payload: Buffer;
  /** Ended with the IGNORE bit. */
  readonly ignored: boolean;
  /** A batch's text. */
  readonly text: string;
}

/** What the script says to one client. */
export class ServerSide {
  readonly socket: Socket;
  packetSize = 4096;
  #packetId = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Sends a whole message, cut into packets of `size` bytes with their header. */
  send(payload: Buffer, size = this.packetSize): void {
    const room = size - 8;
    for (let at = 0; at < payload.length || at === 0; at += room) {
      this.packet(payload.subarray(at, at + room), at + room >= payload.length);
    }
  }

  /** Sends one packet. @returns false when the client does not keep up */
  packet(payload: Buffer, last: boolean): boolean {
    const header = Buffer.of(0x04, last ? 1 : 0, 0, 0, 0, 0, (this.#packetId = (this.#packetId + 1) & 0xff), 0);
    header.writeUInt16BE(payload.length + 8, 2);
    this.socket.write(header);
    return this.socket.write(payload);
  }
}

export interface ScriptedServer {
  readonly port: number;
  /** Everything that clients have sent since they logged in. */
  readonly messages: readonly ClientMessage[];
  /** Sockets that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** By another port: through a proxy. */
  connect(options?: { packetSize?: number; cancelTimeout?: number; port?: number }): Promise<Connection>;
  close(): Promise<void>;
}

export interface Script {
  /** Called with each whole message after the login. ATTENTION is answered by the server itself unless `onAttention` is there. */
  onMessage(message: ClientMessage, server: ServerSide): void;
  onAttention?(server: ServerSide): void;
  /** Bulk loads of any size: only the last packet's payload is kept in the message. */
  readonly keepsBulk?: false;
  /** Called with each packet of a bulk load that is not its last. */
  onBulkPacket?(payload: Buffer, server: ServerSide): void;
}

/** A TDS server on loopback that says what its script says, and no more. It takes every login. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const messages: ClientMessage[] = [];
  const sockets = new Set<Socket>();
  const connections: Connection[] = [];
  // Header and payload are written one by one; without noDelay each answer waits for the client's acknowledgement.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // clients that break off are part of the tests
    serve(socket, script, messages);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    port,
    messages,
    sockets,
    async connect(options = {}) {
      const connection = new Connection({
        server: "127.0.0.1",
        authentication: { type: "default", options: { userName: "sa", password: "secret" } },
        options: {
          port: options.port ?? port,
          encrypt: false,
          packetSize: options.packetSize ?? 4096,
          cancelTimeout: options.cancelTimeout ?? 5000,
        },
      });
      connections.push(connection);
      connection.on("error", () => {}); // a broken connection is told by the request's callback too
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      return connection;
    },
    async close() {
      for (const connection of connections) connection.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function serve(socket: Socket, script: Script, messages: ClientMessage[]): void {
  const side = new ServerSide(socket);
  let bytes = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let loggedIn = false;
  socket.on("data", (chunk) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    while (bytes.length >= 8 && bytes.length >= bytes.readUInt16BE(2)) {
      const packet = bytes.subarray(0, bytes.readUInt16BE(2));
      bytes = bytes.subarray(packet.length);
      const type = packet[0]!;
      const payload = packet.subarray(8);
      if (type === 7 && script.keepsBulk === false) parts = [];
      parts.push(payload);
      if ((packet[1]! & 1) === 0) {
        if (type === 7) script.onBulkPacket?.(payload, side);
        continue;
      }
      const message: ClientMessage = {
        type,
        payload: Buffer.concat(parts),
        ignored: (packet[1]! & 2) !== 0,
        get text() {
          // Behind the ALL_HEADERS of TDS 7.2 and later.
          return this.payload.subarray(this.payload.readUInt32LE(0)).toString("utf16le");
        },
      };
      parts = [];
      if (loggedIn) {
        messages.push(message);
        answer(message, side, script);
      } else {
        loggedIn = logIn(message, side);
      }
    }
  });
}

/** @returns whether the login is over: the driver's SET statements have been answered */
function logIn(message: ClientMessage, side: ServerSide): boolean {
  if (message.type === 0x12) {
    // VERSION and ENCRYPTION (not supported), then the terminator.
    side.send(Buffer.of(0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2));
    return false;
  }
  if (message.type === 0x10) {
    side.packetSize = message.payload.readUInt32LE(8);
    side.send(Buffer.concat([packetSizeChange(side.packetSize), loginAck, done(0)]));
    return false;
  }
  side.send(done(0));
  return true;
}

function answer(message: ClientMessage, side: ServerSide, script: Script): void {
  // A request that its client gave up is not looked at ([MS-TDS] 2.2.1.7); of bulk loads the script says what becomes of them.
  if (message.ignored && message.type !== 7) side.send(done(2));
  else if (message.type !== 6) script.onMessage(message, side);
  else if (script.onAttention) script.onAttention(side);
  else side.send(done(0x20));
}
