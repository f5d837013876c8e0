import { createClient, ErrorReply } from "redis";

/** Redis cannot be reached, does not answer in time, or refuses every command (read-only, out of memory, no rights). */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
}

export interface RedisOptions {
  /** ms for the connection to stand. */
  readonly connectTimeoutMs?: number;
  /** ms for the answer to a command. */
  readonly commandTimeoutMs?: number;
}

/** One connection to one node, RESP 2: spoken by every Redis from 6 on, Azure's managed ones included. */
export type RedisClient = ReturnType<typeof connectClient>;

/**
 * A connection that is made at first use and again at the next use after it was lost; nothing reconnects in the
 * background and nothing waits in a queue. A command whose answer is lost or late may or may not have taken effect.
 */
export class RedisConnection {
  readonly #url: string;
  readonly #options: Required<RedisOptions>;
  #client: Promise<RedisClient> | undefined;
  /** What `#client` has become, once it has. */
  #live: RedisClient | undefined;
  #closed = false;

  constructor(url: string, options: RedisOptions = {}) {
    this.#url = url;
    this.#options = { connectTimeoutMs: 5_000, commandTimeoutMs: 5_000, ...options };
  }

  /**
   * Runs commands. What is issued in the same turn goes out as one pipeline.
   * @param what for the error: `read the flags of 5 tables`
   * @throws RedisUnavailable with its cause
   */
  async run<T>(what: string, commands: (client: RedisClient) => Promise<T>): Promise<T> {
    let client: RedisClient;
    try {
      client = await this.#open();
    } catch (error) {
      throw new RedisUnavailable(`${what}: connect to Redis at ${place(this.#url)}`, { cause: error });
    }
    try {
      return await within(this.#options.commandTimeoutMs, commands(client));
    } catch (error) {
      if (error instanceof CommandTimeout) this.#drop(client);
      throw new RedisUnavailable(`${what} in Redis`, { cause: error });
    }
  }

  /** Ends the connection; later uses are refused. */
  close(): void {
    this.#closed = true;
    this.#client?.then(
      (client) => client.destroy(),
      () => undefined,
    );
    this.#client = undefined;
  }

  async #open(): Promise<RedisClient> {
    if (this.#closed) throw new Error("the connection is closed");
    if (this.#live?.isReady === false) this.#drop(this.#live);
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<RedisClient> {
    const client = connectClient(this.#url, this.#options.connectTimeoutMs);
    // Without a listener a lost connection would end the process; the next use reports it.
    client.on("error", () => undefined);
    try {
      await within(this.#options.connectTimeoutMs * 2, client.connect());
      this.#live = client;
      return client;
    } catch (error) {
      this.#client = undefined;
      client.destroy();
      throw error;
    }
  }

  #drop(client: RedisClient): void {
    if (this.#live === client) this.#client = this.#live = undefined;
    client.destroy();
  }
}

/** Whether Redis answered that the key holds another type than the command is for. */
export function isWrongType(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith("WRONGTYPE");
}

class CommandTimeout extends Error {}

function connectClient(url: string, connectTimeout: number) {
  return createClient({
    url,
    name: "mssql_sync",
    RESP: 2,
    disableOfflineQueue: true,
    socket: { connectTimeout, reconnectStrategy: false },
  });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandTimeout(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function place(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? "6379" : port}`;
}
