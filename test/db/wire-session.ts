import { afterEach, expect } from "vitest";
import { Connection } from "tedious";
import { Faults } from "../emulator/faults.ts";
import type { BulkColumn, ResponseSink, SessionHandler } from "../emulator/tds/session-handler.ts";
import { startTdsServer, type TdsServer } from "../emulator/tds/tds-server.ts";
import { DEFAULT_COLLATION } from "../emulator/values/collation.ts";
import type { SqlRow, SqlType } from "../emulator/values/sql-type.ts";

/** What executes "SQL" where only the wire is looked at: SELECT gives all rows, a bulk load is kept. */
export class WireSession implements SessionHandler {
  readonly spid = 51;
  readonly database = "master";
  readonly collation = DEFAULT_COLLATION;
  readonly columns: readonly { name: string; type: SqlType; nullable: boolean }[];
  readonly rows: readonly SqlRow[];
  readonly loads: { columns: readonly BulkColumn[]; rows: SqlRow[] }[] = [];

  constructor(columns: WireSession["columns"], rows: readonly SqlRow[]) {
    this.columns = columns;
    this.rows = rows;
  }

  async batch(text: string, sink: ResponseSink, signal: AbortSignal): Promise<void> {
    if (!text.startsWith("SELECT")) return;
    sink.columns(this.columns);
    for (const row of this.rows) {
      if (signal.aborted) return;
      await sink.row(row);
    }
    sink.done({ rowCount: BigInt(this.rows.length), inProcedure: false, command: 0xc1 });
  }

  async bulkLoad(columns: readonly BulkColumn[], batches: AsyncIterable<readonly SqlRow[]>): Promise<bigint> {
    const rows: SqlRow[] = [];
    for await (const batch of batches) rows.push(...batch);
    this.loads.push({ columns, rows });
    return BigInt(rows.length);
  }

  rpc(): Promise<void> {
    return Promise.reject(new Error("no RPC here"));
  }

  /** Asked for by errors that roll back; there is nothing to roll back. */
  transaction(): Promise<void> {
    return Promise.resolve();
  }

  reset(): void {}

  close(): void {}
}

const open: { server: TdsServer; faults: Faults; connections: Connection[]; unsupported: string[] }[] = [];

afterEach(async () => {
  for (const { server, faults, connections, unsupported } of open.splice(0)) {
    faults.clear();
    for (const connection of connections) connection.close();
    await server.close();
    expect(unsupported).toEqual([]);
  }
});

export interface WireEnd {
  readonly faults: Faults;
  connect(): Promise<Connection>;
}

/** The emulator's wire, without its engine, in front of the session; ends with the test. */
export async function serveWire(
  session: WireSession,
  { encrypt = false, packetSize = 4096 }: { encrypt?: boolean; packetSize?: number } = {},
): Promise<WireEnd> {
  const faults = new Faults();
  const unsupported: string[] = [];
  const server = await startTdsServer({
    port: 0,
    factory: { openSession: () => session },
    encryption: encrypt ? "required" : "not-supported",
    version: [16, 0, 1000],
    gate: faults,
    observer: undefined,
    onUnsupported: (text) => unsupported.push(text),
  });
  const connections: Connection[] = [];
  open.push({ server, faults, connections, unsupported });
  return {
    faults,
    async connect() {
      const connection = new Connection({
        server: "localhost",
        authentication: { type: "default", options: { userName: "sa", password: "secret" } },
        options: { port: server.port, trustServerCertificate: true, encrypt, packetSize, cancelTimeout: 500 },
      });
      connections.push(connection);
      connection.on("error", () => {}); // told by the requests too
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      return connection;
    },
  };
}
