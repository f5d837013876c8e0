import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { describeError } from "../../../src/describe-error.ts";
import type { AccessToken, TokenSource } from "../../../src/state/entra-login.ts";
import { RedisConnection, RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { startTokenRedis, type TokenRedis } from "../../support/token-redis.ts";

const oid = "11111111-2222-3333-4444-555555555555";
const pace = { leastMs: 10, marginMs: 60_000 };

function jwt(claims: object, serial = 0): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part({ ...claims, serial })}.canary-signature-${serial}`;
}

/** Gives what it is told to; a token that is about to end is renewed as soon as the pace allows. */
class FakeSource implements TokenSource {
  next: () => Promise<AccessToken | null> = () => Promise.resolve(tokenOf(jwt({ oid })));
  readonly scopes: string[] = [];
  readonly signals: AbortSignal[] = [];
  getToken(scope: string, { abortSignal }: { readonly abortSignal: AbortSignal }): Promise<AccessToken | null> {
    this.scopes.push(scope);
    this.signals.push(abortSignal);
    return this.next();
  }
}

function tokenOf(token: string, lastsMs = 3_600_000): AccessToken {
  return { token, expiresOnTimestamp: Date.now() + lastsMs };
}

describe("Redis with tokens of Microsoft Entra", () => {
  let redis: TokenRedis;
  let source: FakeSource;
  let connection: RedisConnection;

  beforeEach(async () => {
    redis = await startTokenRedis();
    source = new FakeSource();
    connection = new RedisConnection(redis.url, { tokens: () => Promise.resolve(source), renewalPace: pace });
    redis.accept(oid, jwt({ oid }));
  });
  afterEach(async () => {
    connection.close();
    await redis.close();
  });

  const set = (value: string) => connection.run("set k", (client) => client.set("k", value));
  async function failure(): Promise<string> {
    const error: unknown = await set("x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RedisUnavailable);
    return describeError(error);
  }

  it("logs in with the object id and the token, asked for Redis", async () => {
    expect(await set("a")).toBe("OK");
    expect(redis.logins).toEqual([{ connection: 1, user: oid, password: jwt({ oid }) }]);
    expect(source.scopes).toEqual(["https://redis.azure.com/.default"]);
    expect([...redis.values().values()]).toEqual(["a"]);
  });

  it("sends the next token on the living connection, and each only once", async () => {
    let serial = 0;
    redis.accept(oid, jwt({ oid }, 1), jwt({ oid }, 2), jwt({ oid }, 3));
    // The second answer is the first token again, as a cache gives it.
    source.next = () => Promise.resolve(tokenOf(jwt({ oid }, [1, 1, 2, 3][Math.min(serial++, 3)]), 50_000));
    await set("a");
    await vi.waitUntil(() => redis.logins.length >= 3);
    expect(redis.logins.map(({ password }) => password)).toEqual([1, 2, 3].map((number) => jwt({ oid }, number)));
    expect(redis.logins.every((login) => login.connection === 1)).toBe(true);
    expect(await set("b")).toBe("OK");
  });

  it("tries again while the token lasts, and goes on with the next", async () => {
    let asked = 0;
    source.next = () => {
      asked += 1;
      if (asked > 1 && asked < 4) return Promise.reject(new Error("the identity endpoint is away"));
      return Promise.resolve(tokenOf(jwt({ oid }, asked), 50_000));
    };
    redis.accept(oid, jwt({ oid }, 1), jwt({ oid }, 4), jwt({ oid }, 5), jwt({ oid }, 6));
    await set("a");
    await vi.waitUntil(() => redis.logins.length >= 2);
    expect(redis.logins[1]).toEqual({ connection: 1, user: oid, password: jwt({ oid }, 4) });
  });

  it("gives the connection up where no token follows, and says why at the next use", async () => {
    await set("a");
    connection.close();
    connection = new RedisConnection(redis.url, { tokens: () => Promise.resolve(source), renewalPace: pace });
    let first = true;
    source.next = () => {
      if (!first) return Promise.reject(new Error("the identity endpoint is away"));
      first = false;
      return Promise.resolve(tokenOf(jwt({ oid }), 30));
    };
    await set("b");
    await vi.waitUntil(() => redis.connections() === 0);
    const text = await failure();
    expect(text).toMatch(/set k: connect to Redis at 127\.0\.0\.1:\d+: get a token of Microsoft Entra for https:/);
    expect(text).toMatch(/what helps: give the app a managed identity.*the identity endpoint is away/);
    source.next = () => Promise.resolve(tokenOf(jwt({ oid })));
    expect(await set("c")).toBe("OK");
  });

  it("gives the connection up where Redis refuses the next token", async () => {
    let serial = 0;
    source.next = () => Promise.resolve(tokenOf(jwt({ oid }, serial++), 50_000));
    await set("a");
    await vi.waitUntil(() => redis.connections() === 0);
    // One that lasts: no renewal comes between the login and its answer.
    source.next = () => Promise.resolve(tokenOf(jwt({ oid }, 99)));
    const text = await failure();
    expect(text).toMatch(/what helps: add the app's identity, by its object id/);
    expect(text).not.toContain("canary");
  });

  it.each([
    ["nobody", () => Promise.resolve(null), "there is none"],
    ["text that is no JWT", () => Promise.resolve(tokenOf("canary-token")), "no object id"],
    [
      "a token of an application without object id",
      () => Promise.resolve(tokenOf(jwt({ sub: "canary" }))),
      "object id",
    ],
    ["a token whose claims are no object", () => Promise.resolve(tokenOf("canary.bnVsbA.canary")), "object id"],
    ["an error", () => Promise.reject(new Error("CredentialUnavailableError: no identity")), "no identity"],
  ])("says what is wrong where %s answers", async (_, next, expected) => {
    source.next = next;
    const text = await failure();
    expect(text).toContain(expected);
    expect(text).toContain("what helps");
    expect(text).not.toContain("canary");
    await vi.waitUntil(() => redis.connections() === 0);
  });

  it("leaves no timer and no question behind: dropped, closed, in the middle of a renewal", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    let answer: (token: AccessToken) => void = () => undefined;
    const pending = new Promise<AccessToken>((resolve) => (answer = resolve));
    let asked = 0;
    source.next = () => (asked++ === 0 ? Promise.resolve(tokenOf(jwt({ oid }), 50_000)) : pending);
    await set("a");
    await vi.waitUntil(() => asked === 2);
    connection.close();
    await vi.waitUntil(() => source.signals.at(-1)?.aborted === true);
    answer(tokenOf(jwt({ oid }, 2)));
    await new Promise((turn) => setImmediate(turn));
    expect(asked).toBe(2);
    expect(redis.logins).toHaveLength(1);
    expect(unhandled).toEqual([]);
    process.off("unhandledRejection", note);
  });

  it("stops renewing where the connection is lost", async () => {
    source.next = () => Promise.resolve(tokenOf(jwt({ oid }), 50_000));
    await set("a");
    await redis.close();
    await vi.waitUntil(() => source.signals.at(-1)?.aborted === true);
    redis = await startTokenRedis();
  });
});
