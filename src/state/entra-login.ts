import type { RedisClientOptions } from "redis";

/** What Redis takes as a password for a while. */
export interface AccessToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresOnTimestamp: number;
}

/** Gives tokens, cached ones while they last: TokenCredential of @azure/identity. */
export interface TokenSource {
  getToken(scope: string, options: { readonly abortSignal: AbortSignal }): Promise<AccessToken | null>;
}

/** https://learn.microsoft.com/azure/redis/entra-for-authentication */
export const redisScope = "https://redis.azure.com/.default";

/** ms. Azure advises to renew 3 minutes before the end at the latest. */
export interface RenewalPace {
  /** Between two attempts. */
  readonly leastMs: number;
  /** Before a token's end, when the next one must be there. */
  readonly marginMs: number;
}

const usualPace: RenewalPace = { leastMs: 10_000, marginMs: 300_000 };

/** Share of a token's life after which the next one is asked for. */
const renewalShare = 0.7;

type Provider = Extract<RedisClientOptions["credentialsProvider"], { type: "streaming-credentials-provider" }>;
type Listener = Parameters<Provider["subscribe"]>[0];
type Subscription = Awaited<ReturnType<Provider["subscribe"]>>;

/**
 * The login of one connection to Redis by Microsoft Entra: user is the identity's object id, password a token, which is
 * renewed on the living connection. Its timer never keeps the process alive, and ends with `stop`.
 */
export class EntraLogin implements Provider {
  readonly type = "streaming-credentials-provider";
  readonly #source: TokenSource;
  readonly #onLost: (error: Error) => void;
  readonly #pace: RenewalPace;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param onLost told when the connection cannot be kept: no further token, or Redis refused one */
  constructor(source: TokenSource, onLost: (error: Error) => void, pace: RenewalPace = usualPace) {
    this.#source = source;
    this.#onLost = onLost;
    this.#pace = pace;
  }

  /** For the client, once. @throws Error that says what helps, with its cause */
  async subscribe(listener: Listener): Promise<Subscription> {
    const first = await this.#token();
    this.#renewLater(listener, first);
    return [credentials(first), { dispose: () => this.stop() }];
  }

  /** From the client: Redis refused a renewed token. */
  readonly onReAuthenticationError = (error: Error): void => {
    if (!this.#stopped.signal.aborted) this.#onLost(error);
  };

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  async #token(): Promise<AccessToken> {
    try {
      const token = await this.#source.getToken(redisScope, { abortSignal: this.#stopped.signal });
      if (token === null) throw new Error("there is none");
      objectId(token);
      return token;
    } catch (error) {
      throw new Error(
        `get a token of Microsoft Entra for ${redisScope} (what helps: give the app a managed identity; AZURE_CLIENT_ID names a user-assigned one)`,
        { cause: error },
      );
    }
  }

  #renewLater(listener: Listener, token: AccessToken, failed = false): void {
    if (this.#stopped.signal.aborted) return;
    const left = token.expiresOnTimestamp - Date.now();
    const wish = failed ? 0 : Math.min(left * renewalShare, left - this.#pace.marginMs);
    const wait = Math.max(wish, this.#pace.leastMs);
    this.#timer = setTimeout(() => void this.#renew(listener, token), wait).unref();
  }

  /** Never throws: nobody waits for it. */
  async #renew(listener: Listener, old: AccessToken): Promise<void> {
    try {
      const token = await this.#token();
      if (this.#stopped.signal.aborted) return;
      if (token.token !== old.token) listener.onNext(credentials(token));
      this.#renewLater(listener, token);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      if (Date.now() < old.expiresOnTimestamp) this.#renewLater(listener, old, true);
      else this.#onLost(error as Error);
    }
  }
}

function credentials(token: AccessToken): { username: string; password: string } {
  return { username: objectId(token), password: token.token };
}

/**
 * The claim `oid` of the token, which is a JWT: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 * @throws Error that repeats nothing of the token
 */
function objectId({ token }: AccessToken): string {
  let oid: unknown;
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    oid = (claims as { readonly oid?: unknown } | null)?.oid;
  } catch {
    // A parser's own words would quote the token.
  }
  if (typeof oid !== "string" || oid === "") throw new Error("the token names no object id (oid)");
  return oid;
}
