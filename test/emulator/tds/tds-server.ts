// [MS-TDS] 2.1 Transport: the listening side.
import { type Server, type Socket, createServer } from "node:net";
import { createSecureContext } from "node:tls";
import { type ConnectionOptions, serveConnection } from "./connection.ts";
import { Link } from "./link.ts";
import { selfSignedCertificate } from "./self-signed-certificate.ts";

export interface TdsServerOptions extends Omit<ConnectionOptions, "secureContext"> {
  /** 0 takes a free one. */
  readonly port: number;
}

export interface TdsServer {
  readonly port: number;
  /** PEM, for clients that want to check it (`cryptoCredentialsDetails.ca`). */
  readonly certificate: string;
  /** Stops listening, ends every connection and settles when all sessions are closed. */
  close(): Promise<void>;
  /** Listens again, on the same port. @throws Error when somebody else has taken it */
  open(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Listens on loopback only. @throws Error (EADDRINUSE ...) when it cannot listen */
export async function startTdsServer(options: TdsServerOptions): Promise<TdsServer> {
  const { key, cert } = selfSignedCertificate(new Date());
  // TDS 7.x wraps the handshake, which TLS 1.3 does not survive: it goes on after the handshake is over.
  const secureContext = createSecureContext({ key, cert, maxVersion: "TLSv1.2" });
  const links = new Set<Link>();
  const served = new Set<Promise<void>>();
  const newServer = (): Server =>
    createServer((socket: Socket) => {
      const link = new Link(socket);
      links.add(link);
      const serving = serveConnection(link, { ...options, secureContext }).finally(() => {
        links.delete(link);
        served.delete(serving);
      });
      served.add(serving);
    });
  let server = newServer();
  await listen(server, options.port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listening on no port");
  return {
    port: address.port,
    certificate: cert,
    async open() {
      if (server.listening) return;
      const again = newServer();
      await listen(again, address.port);
      server = again;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const link of links) link.destroy();
      await Promise.all([...served]);
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: HOST }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
