import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a server on loopback that lets a client's bytes pass a few at a time. */
export interface SlowProxy {
  readonly port: number;
  /** Client's bytes that have passed. */
  readonly passed: number;
  close(): Promise<void>;
}

export interface SlowProxyOptions {
  readonly bytesPerTurn: number;
  /** Called with each turn, after its bytes have passed. */
  readonly onTurn: () => void;
}

/** One turn of the event loop passes so many bytes on; what the server says passes at once. */
export async function startSlowProxy(port: number, options: SlowProxyOptions): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  let passed = 0;
  const server = createServer({ noDelay: true, highWaterMark: options.bytesPerTurn }, (client) => {
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined); // ends that break off are part of the tests
    }
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
    upstream.pipe(client);
    const pass = () => {
      if (client.destroyed) return;
      const bytes = (client.read(Math.min(options.bytesPerTurn, client.readableLength)) as Buffer | null) ?? undefined;
      if (bytes === undefined) {
        client.once("readable", () => setImmediate(pass));
        return;
      }
      upstream.write(bytes);
      passed += bytes.length;
      options.onTurn();
      setImmediate(pass);
    };
    client.once("readable", pass);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get passed() {
      return passed;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
