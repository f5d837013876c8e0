import { Connection } from "tedious";
import { openRelaySource } from "../../../src/relay/relay-rows.ts";

/** What to relay: `SELECT text` from the one port into #stage (v) at the other. */
export interface RelayOrder {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface RelayReport {
  readonly rows: number;
  readonly bytes: number;
  /** How much more memory it has had than ever before, in bytes: what a collector gives back and takes again counts for nothing. */
  readonly grown: number;
  readonly failure?: string;
}

/** A process that does nothing but relay, so that its memory is that of a relay. */
async function connect(port: number): Promise<Connection> {
  const connection = new Connection({
    server: "127.0.0.1",
    authentication: { type: "default", options: { userName: "sa", password: "secret" } },
    options: { port, encrypt: false },
  });
  connection.on("error", () => {}); // told by the requests too
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  return connection;
}

async function relay(order: RelayOrder): Promise<RelayReport> {
  const [from, to] = await Promise.all([connect(order.from), connect(order.to)]);
  const before = mostMemory();
  const report = (result: { rows: number; bytes: number; failure?: string }) => ({
    ...result,
    grown: mostMemory() - before,
  });
  try {
    const options = { signal: new AbortController().signal, timeoutMs: 20_000 };
    const source = await openRelaySource(from, { text: order.text, params: [] }, options);
    const columns = [{ name: "v", declaration: "varbinary(max)" }];
    return report(await source.pipe({ connection: to, table: "#stage", columns, options: [] }));
  } catch (error) {
    return report({ rows: 0, bytes: 0, failure: (error as Error).message });
  } finally {
    from.close();
    to.close();
  }
}

/** That this process has ever had, in bytes. */
function mostMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

process.on("message", (order: RelayOrder) => {
  void relay(order).then((report) => process.send!(report));
});
process.once("disconnect", () => process.exit());
