import { createRequire } from "node:module";
import { describe, expect, it, vi } from "vitest";
import { Connection, Request } from "tedious";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  DRIVER_VERSION,
  guardAnswer,
  interceptAnswer,
  isUsable,
  sendBulkLoad,
} from "../../../src/relay/driver-hook.ts";
import { type Script, startScriptedServer } from "./scripted-server.ts";
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

  it("has the streams that the hook passes by", async () => {
    const server = await startScriptedServer({ onMessage: () => {} });
    try {
      const inside = (await server.connect({ packetSize: 2048 })) as unknown as {
        readonly messageIo: Record<string, Duplex & { readonly packetSize: number }>;
        readonly socket: Duplex;
      };
      const { messageIo, socket } = inside;
      expect(messageIo["socket"]).toBe(socket);
      expect(messageIo["securePair"]).toBeUndefined();
      expect(messageIo["outgoingMessageStream"]!.packetSize).toBe(2048);
      // Both ends are piped: unpipe tells the other one.
      const unpiped: unknown[] = [];
      messageIo["incomingMessageStream"]!.on("unpipe", (from) => unpiped.push(from));
      socket.on("unpipe", (from) => unpiped.push(from));
      socket.unpipe(messageIo["incomingMessageStream"]);
      messageIo["outgoingMessageStream"]!.unpipe(socket);
      expect(unpiped).toEqual([socket, messageIo["outgoingMessageStream"]]);
    } finally {
      await server.close();
    }
  });

  it("is put back as it was", async () => {
    const server = await startScriptedServer({ onMessage: (_message, side) => side.send(done(0x10, 7)) });
    try {
      const connection = await server.connect();
      const method = (connection as unknown as Record<string, unknown>)["createTokenStreamParser"];
      const { socket } = connection as unknown as { readonly socket: Duplex };
      const listeners = () => socket.eventNames().map((event) => [event, socket.listenerCount(event)]);
      const before = listeners();
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
      expect(new Map(listeners() as [string, number][])).toEqual(new Map(before as [string, number][]));
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

describe("a bulk load's message", () => {
  const PIECE = Buffer.from(Array.from({ length: 30_000 }, (_, at) => at % 251));

  async function load(script: Script, payload: (request: Request) => AsyncIterable<readonly Buffer[]>) {
    const server = await startScriptedServer(script);
    const connection = await server.connect({ packetSize: 512 });
    const send = (of: typeof payload) =>
      new Promise<Error | undefined>((resolve) => {
        const request = new Request("", (error) => resolve(error ?? undefined));
        sendBulkLoad(connection, request, of(request));
      });
    return { server, connection, error: await send(payload), send };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is sent is asynchronous
  async function* pieces(...each: readonly (readonly Buffer[])[]): AsyncGenerator<readonly Buffer[], void, undefined> {
    yield* each;
  }

  it.each([1, 503, 504, 505, 1008, 30_000])(
    "has the bytes that were given, %d of them, in full packets",
    async (size) => {
      const lengths: number[] = [];
      const { server, connection, error } = await load(
        {
          onMessage: (_message, side) => side.send(done(0x10, 1)),
          onBulkPacket: (payload) => lengths.push(payload.length),
        },
        () => pieces([PIECE.subarray(0, size >> 1), PIECE.subarray(size >> 1, size)]),
      );
      try {
        expect(error).toBeUndefined();
        expect(server.messages[0]).toMatchObject({ type: 7, ignored: false });
        expect(server.messages[0]!.payload.equals(PIECE.subarray(0, size))).toBe(true);
        expect(lengths).toEqual(Array.from({ length: Math.ceil(size / 504) - 1 }, () => 504));
        expect(isUsable(connection)).toBe(true);
      } finally {
        await server.close();
      }
    },
  );

  it("does not wait for acknowledgements with its last packet", async () => {
    const server = await startScriptedServer({ onMessage: (_message, side) => side.send(done(0x10, 1)) });
    try {
      const connection = await server.connect();
      const noDelay = vi.spyOn((connection as unknown as { readonly socket: Socket }).socket, "setNoDelay");
      await new Promise((resolve) => sendBulkLoad(connection, new Request("", resolve), pieces([PIECE])));
      expect(noDelay).toHaveBeenCalledExactlyOnceWith(true);
    } finally {
      await server.close();
    }
  });

  it.each(["cancelled", "failed"])("is ended as one to be ignored when it is %s, and nothing follows", async (how) => {
    const script: Script = { onMessage: (_message, side) => side.send(done(0x10, 1)) };
    let over = false;
    const { server, connection, error, send } = await load(script, async function* (request) {
      try {
        for (let round = 0; ; round++) {
          await new Promise((resolve) => setImmediate(resolve));
          if (round === 5 && how === "cancelled") request.cancel();
          if (round === 5 && how === "failed") throw new Error("no more rows");
          yield [PIECE];
        }
      } finally {
        over = true;
      }
    });
    try {
      expect(error?.message).toBe(how === "cancelled" ? "Canceled." : "no more rows");
      await expect.poll(() => over).toBe(true);
      expect(server.messages).toHaveLength(1);
      expect(server.messages[0]).toMatchObject({ type: 7, ignored: true });
      expect(isUsable(connection)).toBe(true);
      expect(await send(() => pieces([PIECE]))).toBeUndefined();
      expect(server.messages).toHaveLength(2);
      expect(server.messages[1]!.payload.equals(PIECE)).toBe(true);
    } finally {
      await server.close();
    }
  });

  it.each([1, 3])("waits while the server does not read, with %d pieces at a time", async (count) => {
    let given = 0;
    const server = await startScriptedServer({ onMessage: () => {} });
    try {
      const connection = await server.connect();
      for (const socket of server.sockets) socket.pause();
      const outcome = new Promise<Error | undefined>((resolve) => {
        const request = new Request("", (error) => resolve(error ?? undefined));
        const endless = async function* () {
          for (;;) {
            given++;
            await new Promise((resolve) => setImmediate(resolve));
            yield Array.from({ length: count }, () => PIECE);
          }
        };
        sendBulkLoad(connection, request, endless());
      });
      let seen = -1;
      await expect
        .poll(() => {
          const still = given === seen;
          seen = given;
          return still;
        })
        .toBe(true);
      expect(given).toBeLessThan(1000);
      connection.close();
      expect(await outcome).toBeDefined();
    } finally {
      await server.close();
    }
  });
});
