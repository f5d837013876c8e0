import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { connect, createServer, Server, type AddressInfo, type Socket } from "node:net";
import { delimiter, join } from "node:path";
import { createRedisMock } from "js-redis-server";

export interface RedisServer {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** Which one runs: the real server, or the one in JavaScript where there is none on the PATH. */
  readonly kind: "redis-server" | "js-redis-server";
  /** Ends it and every connection to it; what it held is gone. */
  close(): Promise<void>;
  /** Forgets every key. */
  flush(): Promise<void>;
}

export interface RedisServerOptions {
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Folders in which `redis-server` is looked for. Default: the PATH. */
  readonly path?: string;
}

/** Starts an empty Redis on loopback, without persistence. For tests and the demo only. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = findProgram("redis-server", options.path ?? process.env["PATH"] ?? "");
  const port = options.port ?? 0;
  return program === undefined ? startInProcess(port) : startProgram(program, port);
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function startProgram(program: string, wantedPort: number): Promise<RedisServer> {
  const port = wantedPort === 0 ? await freePort() : wantedPort;
  const child = spawn(
    program,
    ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", String(port), "--loglevel", "warning"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const exited = once(child, "exit");
  // A program that ends with its parent's signal leaves no server behind.
  const killChild = (): void => void child.kill("SIGKILL");
  process.once("exit", killChild);
  try {
    await Promise.race([
      untilAnswering(port),
      exited.then(() => Promise.reject(new Error(`${program} ended at once on port ${port}`))),
    ]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kind: "redis-server",
    flush: async () => void (await command(port, "FLUSHALL")),
    close: async () => {
      process.removeListener("exit", killChild);
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function startInProcess(port: number): Promise<RedisServer> {
  const sockets = new Set<Socket>();
  const listen = listenOnLoopback((server) => {
    server.on("connection", (socket) => {
      // As the real server does: or the second answer of a pipeline waits for the client to acknowledge the first.
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
  });
  const starting = createRedisMock({ port });
  listen.restore();
  const redis = await starting;
  return {
    url: `redis://127.0.0.1:${redis.port}`,
    kind: "js-redis-server",
    flush: () => redis.flush(),
    close: async () => {
      // The server waits for its connections to end by themselves, and a client that reconnects never does.
      const closed = redis.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** js-redis-server listens on every interface and has no option for it: its one call of `listen` gets the host added. */
function listenOnLoopback(onServer: (server: Server) => void): { restore(): void } {
  const prototype = Server.prototype as unknown as { listen: (...args: unknown[]) => Server };
  const { listen } = prototype;
  prototype.listen = function (this: Server, ...args: unknown[]): Server {
    onServer(this);
    return listen.call(this, args[0], "127.0.0.1", ...args.slice(1));
  };
  return {
    restore: () => {
      prototype.listen = listen;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Tries every 20 ms for 10 s. */
async function untilAnswering(port: number): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      await command(port, "PING");
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`Redis on port ${port} does not answer`, { cause: error });
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** One inline command on a connection of its own. */
async function command(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write(`${text}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString();
  } finally {
    socket.destroy();
  }
}
