import { afterEach, expect } from "vitest";
import { Connection } from "tedious";
import type { BulkColumn, ResponseSink, SessionHandler } from "../emulator/tds/session-handler.ts";
import { startEmulator, type Emulator } from "../emulator/start-emulator.ts";
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

const open: { emulator: Emulator; connections: Connection[] }[] = [];

afterEach(async () => {
  for (const { emulator, connections } of open.splice(0)) {
    for (const connection of connections) connection.close();
    await emulator.close();
    expect(emulator.unsupported).toEqual([]);
  }
});

export interface WireEnd {
  readonly emulator: Emulator;
  connect(): Promise<Connection>;
}

/** The emulator's wire in front of the session; ends with the test. */
export async function serveWire(
  session: WireSession,
  { encrypt = false, packetSize = 4096 }: { encrypt?: boolean; packetSize?: number } = {},
): Promise<WireEnd> {
  const emulator = await startEmulator({
    encryption: encrypt ? "required" : "not-supported",
    createFactory: () => ({ openSession: () => session }),
  });
  const connections: Connection[] = [];
  open.push({ emulator, connections });
  return {
    emulator,
    async connect() {
      const connection = new Connection({
        server: "localhost",
        authentication: { type: "default", options: { userName: "sa", password: emulator.password } },
        options: { port: emulator.port, trustServerCertificate: true, encrypt, packetSize, cancelTimeout: 500 },
      });
      connections.push(connection);
      connection.on("error", () => {}); // told by the requests too
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      return connection;
    },
  };
}
