import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { takeRespCommand } from "./take-resp-command.ts";

/** A Redis behind a password: what a client says before AUTH is refused, what it says after it goes to the server. */
export interface LockedRedis {
  /** Without the password. */
  readonly address: string;
  close(): Promise<void>;
}

/** @param url of a Redis without a password */
export async function lockRedis(url: string, password: string): Promise<LockedRedis> {
  const behind = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket.setNoDelay(true));
    socket.on("close", () => sockets.delete(socket));
    return socket.on("error", () => socket.destroy());
  };
  const server = createServer((socket) => {
    let rest = "";
    keep(socket);
    const onData = (data: Buffer): void => {
      rest += data.toString("latin1");
      for (;;) {
        const command = takeRespCommand(rest);
        if (command === undefined) return;
        rest = rest.slice(command.length);
        const [name, ...args] = command.words;
        if (name !== "AUTH") socket.write("-NOAUTH Authentication required.\r\n");
        else if (args.at(-1) !== Buffer.from(password).toString("latin1")) {
          socket.write("-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        } else {
          socket.write("+OK\r\n");
          socket.off("data", onData);
          const upstream = keep(connect(Number(behind.port), behind.hostname));
          upstream.write(rest, "latin1");
          socket.pipe(upstream).pipe(socket);
          return;
        }
      }
    };
    socket.on("data", onData);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
