import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { describeError } from "../../../src/describe-error.ts";
import { RedisConnection, RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { startRedis } from "../../support/redis-server.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function connectionTo(url: string, options = {}): RedisConnection {
  const connection = new RedisConnection(url, options);
  closers.push(() => connection.close());
  return connection;
}

function set(connection: RedisConnection, value: string) {
  return connection.run("set k", (client) => client.set("k", value));
}

/** A server that answers the first commands of a connection and then is silent. */
async function silentServer(answer: (data: string) => string | undefined): Promise<{ url: string; server: Server }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const text = answer(data.toString());
      if (text !== undefined) socket.write(text);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe("RedisConnection", () => {
  it("connects at first use, once for all that use it at the same time", async () => {
    const redis = await startRedis();
    closers.push(() => redis.close());
    const connection = connectionTo(redis.url);
    expect(await Promise.all(["a", "b", "c"].map((value) => set(connection, value)))).toEqual(["OK", "OK", "OK"]);
  });

  it("fails at once where nothing listens, naming the place and no credentials", async () => {
    const connection = connectionTo("redis://user:canary@127.0.0.1:1");
    const error: unknown = await set(connection, "a").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RedisUnavailable);
    expect(describeError(error)).toMatch(/set k: connect to Redis at 127\.0\.0\.1:1.*ECONNREFUSED/);
    expect(describeError(error)).not.toContain("canary");
  });

  it("comes back after Redis was restarted", async () => {
    const first = await startRedis();
    const connection = connectionTo(first.url);
    await set(connection, "a");
    await first.close();
    await expect(set(connection, "b")).rejects.toBeInstanceOf(RedisUnavailable);
    const second = await startRedis({ port: Number(new URL(first.url).port) });
    closers.push(() => second.close());
    expect(await set(connection, "c")).toBe("OK");
  });

  it("gives up on a server that takes the connection and never answers", async () => {
    const { url } = await silentServer(() => undefined);
    const connection = connectionTo(url, { connectTimeoutMs: 60, commandTimeoutMs: 100 });
    await expect(set(connection, "a")).rejects.toBeInstanceOf(RedisUnavailable);
  });

  it("gives up on a command without an answer and connects anew for the next", async () => {
    let connections = 0;
    const { url } = await silentServer((data) => {
      if (data.includes("SET\r\n")) return undefined;
      return "+OK\r\n".repeat(data.split("CLIENT").length - 1 || 1);
    }).then(({ url, server }) => {
      server.on("connection", () => (connections += 1));
      return { url };
    });
    const connection = connectionTo(url, { commandTimeoutMs: 100 });
    for (const value of ["a", "b"]) {
      const error: unknown = await set(connection, value).catch((thrown: unknown) => thrown);
      expect(describeError(error)).toContain("no answer within 100 ms");
    }
    expect(connections).toBe(2);
  });

  it("wraps what Redis refuses", async () => {
    const redis = await startRedis();
    closers.push(() => redis.close());
    const connection = connectionTo(redis.url);
    await set(connection, "a");
    const error: unknown = await connection.run("push k", (client) => client.lPush("k", "x")).catch((e: unknown) => e);
    expect(describeError(error)).toMatch(/push k in Redis: WRONGTYPE/);
  });

  it("refuses to be used after it was closed", async () => {
    const connection = connectionTo("redis://127.0.0.1:1");
    connection.close();
    await expect(set(connection, "a")).rejects.toBeInstanceOf(RedisUnavailable);
  });
});
