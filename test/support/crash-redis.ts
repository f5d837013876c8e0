import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A command that has arrived from the client, and the chance to end the connection there. */
export interface RedisMoment {
  /** before: Redis has not got it. after: it has taken effect, and the client does not know. */
  readonly step: "before" | "after";
  /** The command's name in capitals. */
  readonly command: string;
  /** Its first key; "" where it has none. */
  readonly key: string;
  /** Whether it came in one pipeline behind another: then before it is the same moment as after that one. */
  readonly pipelined: boolean;
  /** Ends this connection as a failing network does: what has not been delivered is lost. */
  drop(): void;
  /** Before only: the client gets this error, `READONLY ...`, and Redis never gets the command. */
  refuse(error: string): void;
}

/** The way of a process to Redis, on which commands go one after the other, however they were sent. */
export interface RedisGate {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** Asked at every command, before and after it; nothing passes on that connection until it is settled. */
  onMoment: ((moment: RedisMoment) => void | Promise<void>) | undefined;
  /** Ends all connections, on both sides, and takes no others until `open`. */
  shut(): void;
  open(): void;
  close(): void;
}

/** @param target URL of the server */
export async function startRedisGate(target: string): Promise<RedisGate> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer();
  let isOpen = true;
  const gate: RedisGate = {
    url: "",
    onMoment: undefined,
    shut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      isOpen = true;
    },
    close: () => {
      server.close();
      gate.shut();
    },
  };
  server.on("connection", (client) => {
    if (!isOpen) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), "127.0.0.1");
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      // A reset connection is an ordinary end here: "close" follows.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    new GatedConnection(client, upstream, (moment) => gate.onMoment?.(moment)).start();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(gate, { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

class GatedConnection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #reach: (moment: RedisMoment) => void | Promise<void>;
  #requests = Buffer.alloc(0);
  #answers = Buffer.alloc(0);
  #answered: ((answer: Buffer) => void) | undefined;
  #busy = false;

  constructor(client: Socket, upstream: Socket, reach: (moment: RedisMoment) => void | Promise<void>) {
    this.#client = client;
    this.#upstream = upstream;
    this.#reach = reach;
  }

  start(): void {
    this.#client.on("data", (bytes: Buffer) => {
      this.#requests = Buffer.concat([this.#requests, bytes]);
      if (!this.#busy) void this.#run();
    });
    this.#upstream.on("data", (bytes: Buffer) => {
      this.#answers = Buffer.concat([this.#answers, bytes]);
      const end = valueEnd(this.#answers, 0);
      if (end === undefined) return;
      const answer = this.#answers.subarray(0, end);
      this.#answers = this.#answers.subarray(end);
      this.#answered?.(answer);
    });
  }

  /** The commands that have arrived, one after the other. */
  async #run(): Promise<void> {
    this.#busy = true;
    let pipelined = false;
    for (let end = valueEnd(this.#requests, 0); end !== undefined; end = valueEnd(this.#requests, 0)) {
      const request = this.#requests.subarray(0, end);
      this.#requests = this.#requests.subarray(end);
      const command = { ...readCommand(request), pipelined };
      pipelined = true;
      const refusal = await this.#passes({ step: "before", ...command });
      if (this.#client.destroyed) return;
      if (refusal !== undefined) {
        this.#client.write(`-${refusal}\r\n`);
        continue;
      }
      const answer = new Promise<Buffer>((resolve) => (this.#answered = resolve));
      this.#upstream.write(request);
      const bytes = await answer;
      await this.#passes({ step: "after", ...command });
      if (this.#client.destroyed) return;
      this.#client.write(bytes);
    }
    this.#busy = false;
  }

  /** @returns the error that the client is to get instead of an answer */
  async #passes(moment: Omit<RedisMoment, "drop" | "refuse">): Promise<string | undefined> {
    let refusal: string | undefined;
    await this.#reach({
      ...moment,
      drop: () => this.#client.destroy(),
      refuse: (error) => {
        refusal = error;
      },
    });
    return refusal;
  }
}

/** Where the value that starts at `at` ends; undefined while it is not there whole. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function valueEnd(bytes: Buffer, at: number): number | undefined {
  const line = bytes.indexOf("\r\n", at, "latin1");
  if (line < 0) return undefined;
  const size = Number(bytes.toString("latin1", at + 1, line));
  switch (bytes.toString("latin1", at, at + 1)) {
    case "+":
    case "-":
    case ":":
      return line + 2;
    case "$": {
      const end = size < 0 ? line + 2 : line + 2 + size + 2;
      return end <= bytes.length ? end : undefined;
    }
    case "*": {
      let end: number | undefined = line + 2;
      for (let item = 0; item < size && end !== undefined; item++) end = valueEnd(bytes, end);
      return end;
    }
    default:
      throw new Error(`a Redis value begins with ${bytes.toString("latin1", at, at + 1)}`);
  }
}

/** Of an array of bulk strings, as clients send it. */
function readCommand(request: Buffer): { command: string; key: string } {
  const parts = request.toString("utf8").split("\r\n").slice(2);
  const words = parts.filter((_, at) => at % 2 === 0);
  const command = (words[0] ?? "").toUpperCase();
  // EVAL script number-of-keys key ...: the script has line breaks of its own kind only.
  return { command, key: words[command === "EVAL" ? 3 : 1] ?? "" };
}
