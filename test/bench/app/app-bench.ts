import type { ConnectionPool } from "mssql";
import { relayTransport } from "../../../src/relay/relay-rows.ts";
import { database, startApp, startServers } from "../../demo/demo-stack.ts";
import { startOperator, type Operator } from "../../demo/operator.ts";
import { connectTo, type SqlServer } from "../../demo/sql-client.ts";
import { until } from "../../demo/until.ts";
import type { LocalHost } from "../../host/start-host.ts";
import type { BenchCase } from "../bench-case.ts";
import { connect, selectText } from "../copy/copy.ts";
import type { ServerPorts } from "../wire/start-server.ts";
import { createTableText, stagingColumns } from "../wire/wire-form.ts";
import { AppLog } from "./app-log.ts";
import { readTableLedger } from "./table-ledger.ts";

export const benchTable = "BenchRow";

/** The app between two emulators, with a table on the primary that it has not loaded yet. */
export interface AppBench {
  readonly rows: number;
  readonly primary: ConnectionPool;
  readonly host: LocalHost;
  readonly operator: Operator;
  readonly log: AppLog;
  /** How long the app may take before it counts as hanging. */
  readonly patienceSeconds: number;
  /** Enables the table and waits until it is live on the replica. @throws Error when it has not as many rows then */
  load(): Promise<void>;
  close(): Promise<void>;
}

/** Rows come from the bench's source, the same bytes that the other paths copy. */
export async function startAppBench(benchCase: BenchCase, rows: number, source: ServerPorts): Promise<AppBench> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  const log = new AppLog(benchTable);
  try {
    const servers = await startServers();
    closing.push(() => servers.close());
    const primary = await connectTo(servers.primary.server, database);
    closing.push(() => primary.close());
    const replica = await connectTo(servers.replica.server, database);
    closing.push(() => replica.close());
    await primary.request().batch(createTableText(benchCase, `dbo.${benchTable}`));
    await primary.request().batch(`ALTER TABLE dbo.${benchTable} ENABLE CHANGE_TRACKING;`);
    await fill(benchCase, rows, source, servers.primary.server);
    const host = await startApp(servers, { settings: { FULL_LOAD_CHUNK_ROWS: "auto" }, onLog: log.take });
    closing.push(() => host.stop());
    const operator = await startOperator(servers.redis.url, () => host);
    closing.push(() => operator.close());
    const patienceSeconds = 120 + rows / 2_000;
    const load = (): Promise<void> => loadTable(operator, replica, rows, patienceSeconds);
    return { rows, primary, host, operator, log, patienceSeconds, load, close };
  } catch (cause) {
    await close();
    throw explained(cause, log);
  }
}

/** With what the app has logged as errors. */
export function explained(cause: unknown, log: AppLog): Error {
  const errors = log.lastErrors.map((text) => `\n  ${text}`).join("");
  return new Error(`bench the app${errors === "" ? "" : `; its last errors:${errors}`}`, { cause });
}

async function fill(benchCase: BenchCase, rows: number, source: ServerPorts, server: SqlServer): Promise<void> {
  const from = await connect(source.tds);
  const to = await connect(server.port, { user: server.user, password: server.password, database });
  try {
    const options = { signal: new AbortController().signal, timeoutMs: 120_000 };
    const text = selectText(rows, `${benchCase.name}_distinct`);
    const read = await relayTransport.openSource(from, { text, params: [] }, options);
    const columns = stagingColumns(benchCase, "native");
    await read.pipe({ connection: to, table: `[dbo].[${benchTable}]`, columns, options: ["KEEP_NULLS"] });
  } finally {
    from.close();
    to.close();
  }
}

async function loadTable(
  operator: Operator,
  replica: ConnectionPool,
  rows: number,
  patienceSeconds: number,
): Promise<void> {
  await operator.call("POST", `/api/tables/${benchTable}/enable`);
  const isLive = async (): Promise<boolean> => (await readTableLedger(replica, benchTable))?.state === "live";
  await until(`${benchTable} is live`, isLive, { seconds: patienceSeconds, everyMs: 50 });
  const { recordset } = await replica
    .request()
    .query<{ rows: number }>(`SELECT COUNT(*) AS rows FROM dbo.${benchTable};`);
  const loaded = recordset[0]?.rows;
  if (loaded !== rows) throw new Error(`the replica has ${loaded} rows, not ${rows}`);
}
