import { Connection } from "tedious";
import type { BenchCase } from "../bench-case.ts";
import type { ServerPorts } from "../wire/start-server.ts";

/** Between which servers rows of which case are copied. */
export interface CopyEnds {
  readonly benchCase: BenchCase;
  /** Of the rowset that the source sends, on average. */
  readonly bytesPerRow: number;
  readonly source: ServerPorts;
  readonly sink: ServerPorts;
}

/** Copies so many rows from the one server to the other; its connections are open. @returns the rows that the sink has taken */
export type Copy = (rows: number) => Promise<number>;

/** To a server of the bench or an emulator on loopback, by the driver's defaults; without TLS unless `encrypt`. */
export async function connect(
  port: number,
  login: { readonly user: string; readonly password: string; readonly database?: string } = {
    user: "sa",
    password: "",
  },
  encrypt = false,
): Promise<Connection> {
  const connection = new Connection({
    server: "127.0.0.1",
    authentication: { type: "default", options: { userName: login.user, password: login.password } },
    options: {
      port,
      encrypt,
      trustServerCertificate: true,
      requestTimeout: 0,
      ...(login.database !== undefined && { database: login.database }),
    },
  });
  connection.on("error", () => undefined); // told by the requests too
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  return connection;
}

/** The statement that the source answers with so many rows. */
export function selectText(rows: number, table: string): string {
  return `SELECT TOP (${rows}) * FROM ${table}`;
}
