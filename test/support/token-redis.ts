import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { takeRespCommand } from "./take-resp-command.ts";

/** A Redis that takes tokens for passwords, as a managed one does, and tells who logged in with what. */
export interface TokenRedis {
  readonly url: string;
  /** `user password` of every AUTH that was taken, in order, with the number of its connection. */
  readonly logins: { readonly connection: number; readonly user: string; readonly password: string }[];
  /** What is taken from now on; what stands stays. */
  accept(user: string, ...passwords: readonly string[]): void;
  connections(): number;
  values(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Knows AUTH, CLIENT, SET, GET and PING, in RESP 2; anything else is an error. */
export async function startTokenRedis(): Promise<TokenRedis> {
  const logins: { connection: number; user: string; password: string }[] = [];
  const values = new Map<string, string>();
  const sockets = new Set<Socket>();
  const accepted = { user: "", passwords: new Set<string>() };
  let count = 0;
  const server = createServer((socket) => {
    const connection = ++count;
    let authenticated = false;
    let rest = "";
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    const answer = ([name = "", ...args]: readonly string[]): string => {
      if (name === "AUTH") {
        const [user = "", password = ""] = args;
        authenticated = user === accepted.user && accepted.passwords.has(password);
        if (!authenticated) return "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
        logins.push({ connection, user, password });
        return "+OK\r\n";
      }
      if (!authenticated) return "-NOAUTH Authentication required.\r\n";
      if (name === "CLIENT") return "+OK\r\n";
      if (name === "PING") return "+PONG\r\n";
      if (name === "SET") {
        values.set(args[0] ?? "", args[1] ?? "");
        return "+OK\r\n";
      }
      if (name === "GET") {
        const value = values.get(args[0] ?? "");
        return value === undefined ? "$-1\r\n" : `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
      }
      return "-ERR unknown command\r\n";
    };
    socket.on("data", (data) => {
      rest += data.toString("latin1");
      for (;;) {
        const command = takeRespCommand(rest);
        if (command === undefined) return;
        rest = rest.slice(command.length);
        socket.write(answer(command.words));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logins,
    accept: (user, ...passwords) => {
      accepted.user = user;
      accepted.passwords = new Set(passwords);
    },
    connections: () => sockets.size,
    values: () => values,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
