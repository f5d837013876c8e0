import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { Connection, Request } from "tedious";
import { DRIVER_VERSION, guardAnswer, interceptAnswer, isUsable } from "../../../src/relay/driver-hook.ts";
import { startScriptedServer } from "./scripted-server.ts";
import { done } from "./tds-tokens.ts";

const require = createRequire(import.meta.url);

describe("the driver's inside", () => {
  it("is that of the version the hook was written for, pinned exactly, and mssql uses the same", () => {
    expect((require("tedious/package.json") as { version: string }).version).toBe(DRIVER_VERSION);
    const { dependencies } = require("../../../package.json") as { dependencies: Record<string, string> };
    expect(dependencies["tedious"]).toBe(DRIVER_VERSION);
    const fromMssql = createRequire(require.resolve("mssql"));
    expect(fromMssql.resolve("tedious")).toBe(require.resolve("tedious"));
  });

  it("has the methods that the hook replaces and calls", () => {
    const prototype = Connection.prototype as unknown as Record<string, unknown>;
    expect(prototype["createTokenStreamParser"]).toBeTypeOf("function");
    expect(prototype["makeRequest"]).toBeTypeOf("function");
    expect(prototype["STATE"]).toHaveProperty("LOGGED_IN.name", "LoggedIn");
    expect(prototype["STATE"]).toHaveProperty("FINAL.name", "Final");
  });

  it("is put back as it was", async () => {
    const server = await startScriptedServer({ onMessage: (_message, side) => side.send(done(0x10, 7)) });
    try {
      const connection = await server.connect();
      const method = (connection as unknown as Record<string, unknown>)["createTokenStreamParser"];
      const seen: Buffer[] = [];
      await new Promise<void>((resolve, reject) => {
        const request = new Request("SELECT 1", (error) => (error ? reject(error) : resolve()));
        const { answer, restore } = interceptAnswer(
          connection,
          {
            onActivity: () => {
              for (let chunk = answer.read(); chunk; chunk = answer.read()) {
                seen.push(chunk);
                answer.feed(chunk);
              }
              if (answer.ended) answer.endTokens();
            },
            onError: reject,
          },
          () => connection.execSqlBatch(request),
        );
        request.on("requestCompleted", restore);
      });
      expect(Buffer.concat(seen).equals(done(0x10, 7))).toBe(true);
      expect((connection as unknown as Record<string, unknown>)["createTokenStreamParser"]).toBe(method);
      expect(Object.hasOwn(connection, "createTokenStreamParser")).toBe(false);
      expect(isUsable(connection)).toBe(true);
    } finally {
      await server.close();
    }
  });

  it("is put back behind a guarded request, which an answer that cannot be read ends with an error", async () => {
    const server = await startScriptedServer({
      onMessage: (message, side) => side.send(message.text === "good" ? done(0x10, 7) : Buffer.alloc(9, 0x55)),
    });
    try {
      const connection = await server.connect();
      const run = (text: string) =>
        new Promise<string | undefined>((resolve) => {
          const request = new Request(text, (error) => {
            restore();
            resolve(error?.message);
          });
          const restore = guardAnswer(
            connection,
            (error) => resolve(error.message),
            () => connection.execSqlBatch(request),
          );
        });
      expect(await run("good")).toBeUndefined();
      expect(Object.hasOwn(connection, "createTokenStreamParser")).toBe(false);
      expect(isUsable(connection)).toBe(true);
      expect(await run("bad")).toBe("Unknown type: 85");
    } finally {
      await server.close();
    }
  });

  it("refuses what is no connection of this driver", () => {
    expect(() => isUsable({} as Connection)).toThrow(/tedious 19\.2\.2/);
  });
});
