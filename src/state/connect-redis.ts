import { createClient, ErrorReply } from "redis";
import { EntraLogin, type RenewalPace, type TokenSource } from "./entra-login.ts";

/** Redis cannot be reached, does not answer in time, or refuses every command (read-only, out of memory, no rights). */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
}

export interface RedisOptions {
  /** ms for the connection to stand. */
  readonly connectTimeoutMs?: number;
  /** ms for the answer to a command. */
  readonly commandTimeoutMs?: number;
  /** Where the tokens of Microsoft Entra come from, which take the place of a password; asked for once, at first use. */
  readonly tokens?: (() => Promise<TokenSource>) | undefined;
  readonly renewalPace?: RenewalPace | undefined;
}

/** A client, and what is renewed for it. */
interface Standing {
  readonly client: RedisClient;
  readonly login: EntraLogin | undefined;
}

/** One connection to one node, RESP 2: spoken by every Redis from 6 on, Azure's managed ones included. */
export type RedisClient = ReturnType<typeof connectClient>;

/**
 * A connection that is made at first use and again at the next use after it was lost; nothing reconnects in the
 * background and nothing waits in a queue. A command whose answer is lost or late may or may not have taken effect.
 */
export class RedisConnection {
  readonly #url: string;
  readonly #options: RedisOptions & Required<Pick<RedisOptions, "connectTimeoutMs" | "commandTimeoutMs">>;
  #standing: Promise<Standing> | undefined;
  /** What `#standing` has become, once it has. */
  #live: Standing | undefined;
  #tokens: Promise<TokenSource> | undefined;
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
    let standing: Standing;
    try {
      standing = await this.#open();
    } catch (error) {
      throw new RedisUnavailable(`${what}: connect to Redis at ${place(this.#url)}${this.#advice(error)}`, {
        cause: error,
      });
    }
    try {
      return await within(this.#options.commandTimeoutMs, commands(standing.client));
    } catch (error) {
      if (error instanceof CommandTimeout) this.#drop(standing);
      throw new RedisUnavailable(`${what} in Redis`, { cause: error });
    }
  }

  /** Ends the connection; later uses are refused. */
  close(): void {
    this.#closed = true;
    this.#standing?.then(end, () => undefined);
    this.#standing = undefined;
  }

  async #open(): Promise<Standing> {
    if (this.#closed) throw new Error("the connection is closed");
    if (this.#live?.client.isReady === false) this.#drop(this.#live);
    this.#standing ??= this.#connect();
    return this.#standing;
  }

  async #connect(): Promise<Standing> {
    let standing: Standing | undefined;
    try {
      const login = await this.#login(() => {
        // The next use connects anew, with a token of its own, and reports what is wrong.
        if (standing !== undefined) this.#drop(standing);
      });
      const client = connectClient(this.#url, this.#options.connectTimeoutMs, login);
      standing = { client, login };
      // Without a listener a lost connection would end the process; the next use reports it.
      client.on("error", () => login?.stop());
      await within(this.#options.connectTimeoutMs * 2, client.connect());
      this.#live = standing;
      return standing;
    } catch (error) {
      this.#standing = undefined;
      if (standing !== undefined) end(standing);
      throw error;
    }
  }

  async #login(onLost: () => void): Promise<EntraLogin | undefined> {
    const { tokens, renewalPace } = this.#options;
    if (tokens === undefined) return undefined;
    this.#tokens ??= tokens().catch((error: unknown) => {
      this.#tokens = undefined;
      throw error;
    });
    return new EntraLogin(await this.#tokens, onLost, renewalPace);
  }

  #drop(standing: Standing): void {
    if (this.#live === standing) this.#standing = this.#live = undefined;
    end(standing);
  }

  /** What helps, where Redis itself says why it refuses the connection. https://redis.io/docs/latest/commands/auth/ */
  #advice(error: unknown): string {
    if (!(error instanceof ErrorReply)) return "";
    const entra = this.#options.tokens !== undefined;
    const [, code] = /^(WRONGPASS|NOAUTH|NOPERM)\b/.exec(error.message) ?? [];
    switch (code) {
      case "WRONGPASS":
        return entra
          ? " (what helps: add the app's identity, by its object id, to the users of the Redis: Authentication, Microsoft Entra)"
          : " (what helps: correct the user and password in REDIS_URL)";
      case "NOAUTH":
        return " (what helps: write the password into REDIS_URL, or REDIS_AUTH=entra for Azure Managed Redis)";
      case "NOPERM":
        return " (what helps: ACL SETUSER for the user of REDIS_URL: keys under REDIS_KEY_PREFIX, and the commands that the error names)";
      default:
        return "";
    }
  }
}

function end({ client, login }: Standing): void {
  login?.stop();
  client.destroy();
}

/**
 * What was read; undefined where the key holds another type than the command is for. Any other error passes.
 * @param onWrongType told so
 */
export async function unlessWrongType<T>(reading: Promise<T>, onWrongType: () => void): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ErrorReply && error.message.startsWith("WRONGTYPE"))) throw error;
    onWrongType();
    return undefined;
  }
}

class CommandTimeout extends Error {}

function connectClient(url: string, connectTimeout: number, login: EntraLogin | undefined) {
  return createClient({
    url,
    ...(login === undefined ? {} : { credentialsProvider: login }),
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
