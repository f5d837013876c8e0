import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { describe, expect, it } from "vitest";
import { startRedis } from "../../support/redis-server.ts";

describe("the Redis of demo and tests", () => {
  it("is the one in JavaScript where no redis-server is on the PATH", async () => {
    const server = await startRedis({ path: "" });
    expect(server.kind).toBe("js-redis-server");
    await server.close();
  });

  it("is the program on the PATH where there is one, and ends with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redis-"));
    const program = join(folder, "redis-server");
    // Stands for the program: it answers what is asked while it starts and is flushed, on the address it was given.
    const script = `#!${process.execPath}
      const option = (name) => process.argv[process.argv.indexOf(name) + 1];
      require("node:net").createServer((socket) => {
        socket.on("error", () => {}).on("data", (data) => socket.write(/PING/.test(data) ? "+PONG\\r\\n" : "+OK\\r\\n"));
      }).listen(Number(option("--port")), option("--bind"));`;
    writeFileSync(program, script);
    chmodSync(program, 0o755);
    const server = await startRedis({ path: folder });
    expect(server.kind).toBe("redis-server");
    await server.flush();
    await server.close();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    expect(await new Promise((done) => socket.on("error", () => done("refused")))).toBe("refused");
    rmSync(folder, { recursive: true });
  });

  it("keeps values, forgets them on flush and ends with clients connected", async () => {
    const server = await startRedis();
    const client = createClient({ url: server.url, socket: { reconnectStrategy: false } });
    client.on("error", () => undefined);
    await client.connect();
    await client.set("a", "1");
    expect(await client.get("a")).toBe("1");
    const script = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0";
    expect(await client.eval(script, { keys: ["a"], arguments: ["2"] })).toBe(0);
    await server.flush();
    expect(await client.get("a")).toBe(null);
    await server.close();
    await expect(client.get("a")).rejects.toThrow();
  });

  it("listens on loopback only", async () => {
    const server = await startRedis({ path: "" });
    const port = Number(new URL(server.url).port);
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    if (outer !== undefined) {
      const refused = await new Promise((done) => {
        const socket = connect(port, outer.address);
        socket.on("error", () => done(true)).on("connect", () => done(socket.destroy() === undefined));
      });
      expect(refused).toBe(true);
    }
    await server.close();
  });
});
