import { writeFileSync } from "node:fs";
import type { ConnectionPool } from "mssql";
import { database, startApp, startServers, type DemoServers } from "../demo/demo-stack.ts";
import { startOperator, type Operator } from "../demo/operator.ts";
import { connectTo } from "../demo/sql-client.ts";
import { until } from "../demo/until.ts";
import type { LocalHost } from "../host/start-host.ts";
import { AppLog } from "./app/app-log.ts";
import { millionUsage, parseMillionArguments, type MillionArguments } from "./million-arguments.ts";
import { compareProducts, type ProductComparison } from "./compare-products.ts";
import { changeProducts, fillProducts } from "./fill-products.ts";
import { MemorySampler } from "./app/memory-sampler.ts";
import { readTableLedger } from "./app/table-ledger.ts";
import { residentMegabytes } from "./resident-memory.ts";

const memoryLimit = 250;
const marks = [10, 25, 50] as const;

interface Bench {
  readonly rows: number;
  readonly servers: DemoServers;
  readonly primary: ConnectionPool;
  readonly replica: ConnectionPool;
  readonly host: LocalHost;
  readonly operator: Operator;
  readonly log: AppLog;
  readonly memory: MemorySampler;
  readonly sliceRows: number;
}

interface LoadResult {
  /** From the moment the table is enabled, the waits for the timer included. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** While rows are moved. */
  readonly rowsPerSecondInChunks: number;
  readonly ticks: number;
  readonly chunks: readonly { readonly rows: number; readonly ms: number }[];
  /** MB when that much of the table was loaded. */
  readonly rssAtPercent: Readonly<Record<string, number>>;
  readonly peakRss: number;
}

interface DeltaResult {
  /** From the moment the table is enabled again, the kill and the wait for the dead worker's lease included. */
  readonly seconds: number;
  readonly changes: number;
  readonly killedAt: { readonly position: number; readonly to: string | null };
  /** Changes that the delta had left to do when it went on. */
  readonly changesAfterKill: number;
  readonly rowsPerSecondAfterKill: number;
  /** It went on behind the position, with the same end. */
  readonly resumed: boolean;
  readonly peakRss: number;
}

async function load(bench: Bench): Promise<LoadResult> {
  const { operator, replica, log, memory, rows } = bench;
  const [startedAt, ticksBefore] = [Date.now(), log.ticks];
  await operator.call("POST", "/api/tables/Product/enable");
  const rssAtPercent: Record<string, number> = {};
  const loaded = async (): Promise<boolean> => {
    const ledger = await readTableLedger(replica, "Product");
    if (ledger === undefined) return false;
    const live = ledger.state === "live";
    for (const mark of marks) {
      if (live || ledger.synced >= (rows * mark) / 100) rssAtPercent[mark] ??= memory.current;
    }
    if (live) rssAtPercent["100"] = memory.current;
    return live;
  };
  await until("Product is live", loaded, { seconds: secondsFor(rows), everyMs: 100 });
  const seconds = since(startedAt);
  const chunks = await until("the last chunk is in the log", () => {
    const found = log.steps.filter(({ chunkRows }) => chunkRows > 0);
    const sum = found.reduce((total, { chunkRows }) => total + chunkRows, 0);
    return Promise.resolve(sum >= rows && found.map(({ chunkRows, ms }) => ({ rows: chunkRows, ms })));
  });
  const movingMs = chunks.reduce((total, { ms }) => total + ms, 0);
  return {
    seconds,
    rowsPerSecond: Math.round(rows / seconds),
    rowsPerSecondInChunks: Math.round((rows * 1000) / movingMs),
    ticks: log.ticks - ticksBefore,
    chunks,
    rssAtPercent,
    peakRss: memory.peak,
  };
}

/** The table is paused while it is changed, so that all changes are one delta. */
async function bigDelta(bench: Bench): Promise<DeltaResult> {
  const { operator, replica, log, rows, sliceRows, host, memory } = bench;
  await operator.call("POST", "/api/tables/Product/disable");
  const before = await readTableLedger(replica, "Product");
  const fillStart = Date.now();
  const lastId = await changeProducts(bench.primary, rows);
  console.log(`  changed in ${since(fillStart)} s`);
  const startedAt = Date.now();
  await operator.call("POST", "/api/tables/Product/enable");
  const half = await until(
    "two slices of the delta are applied",
    async () => {
      const ledger = await readTableLedger(replica, "Product");
      if (ledger !== undefined && ledger.to === null && ledger.watermark !== before?.watermark) {
        throw new Error(`the delta was over before two slices of ${sliceRows} rows were seen`);
      }
      return ledger?.position !== null && ledger !== undefined && ledger.position >= 2 * sliceRows && ledger;
    },
    { seconds: secondsFor(rows), everyMs: 20 },
  );
  await host.kill("SIGKILL");
  // The last commit may have been made between the look and the kill.
  const killed = (await readTableLedger(replica, "Product")) ?? half;
  console.log(`  killed at position ${killed.position} of ${lastId}, ${since(startedAt)} s after the start`);
  let [resumed, position, lost] = [true, killed.position ?? 0, ""];
  const stepsBefore = log.steps.length;
  await until(
    "the delta is applied",
    async () => {
      const ledger = await readTableLedger(replica, "Product");
      if (ledger === undefined) return false;
      if (ledger.watermark !== before?.watermark) return log.steps.length > stepsBefore;
      if (ledger.to !== killed.to || ledger.position === null || ledger.position < position) {
        resumed = false;
        lost ||= `position ${ledger.position} up to ${ledger.to} came after ${position} up to ${killed.to}`;
      } else position = ledger.position;
      return false;
    },
    { seconds: secondsFor(rows), everyMs: 20 },
  );
  const seconds = since(startedAt);
  const [step] = log.steps.slice(stepsBefore);
  const left = lastId - (killed.position ?? 0);
  if (step?.changes !== left) {
    resumed = false;
    lost ||= `${left} changes were left behind the position, and ${step?.changes} were read`;
  }
  if (!resumed) console.log(`  the delta did not go on at its position: ${lost}`);
  return {
    seconds,
    changes: lastId,
    killedAt: { position: killed.position ?? 0, to: killed.to },
    changesAfterKill: step?.changes ?? 0,
    rowsPerSecondAfterKill: step === undefined ? 0 : Math.round((step.changes * 1000) / step.ms),
    resumed,
    peakRss: memory.peak,
  };
}

async function compare(bench: Bench): Promise<ProductComparison> {
  const startedAt = Date.now();
  const comparison = await compareProducts(bench.primary, bench.replica);
  const { rows, differences, first } = comparison;
  const verdict = differences === 0 ? "equal" : `${differences} differences or more: ${first}`;
  console.log(`  compared ${rows} rows in ${since(startedAt)} s: ${verdict}`);
  return comparison;
}

async function run({ rows, json }: MillionArguments): Promise<boolean> {
  const sliceRows = Math.min(100_000, Math.floor(rows / 10));
  console.log(`starting two SQL Server emulators, Redis and the app; DELTA_SLICE_ROWS=${sliceRows}`);
  const servers = await startServers();
  const log = new AppLog("Product");
  const closing: (() => unknown)[] = [() => servers.close()];
  try {
    const primary = await connectTo(servers.primary.server, database);
    closing.push(() => primary.close());
    const replica = await connectTo(servers.replica.server, database);
    closing.push(() => replica.close());
    const fillStart = Date.now();
    await fillProducts(primary, rows);
    console.log(`Product: ${rows} rows filled in ${since(fillStart)} s`);
    const host = await startApp(servers, {
      settings: { FULL_LOAD_CHUNK_ROWS: "auto", DELTA_SLICE_ROWS: String(sliceRows) },
      onLog: log.take,
    });
    closing.push(() => host.stop());
    const operator = await startOperator(servers.redis.url, () => host);
    closing.push(() => operator.close());
    const memory = new MemorySampler(() => host.pid);
    closing.push(() => memory.stop());
    const bench = { rows, servers, primary, replica, host, operator, log, memory, sliceRows };

    console.log("full load");
    const loaded = await load(bench);
    console.log(`  ${rows} rows in ${loaded.seconds} s: ${loaded.rowsPerSecond} rows/s, ${loaded.ticks} ticks`);
    console.log(`  without the waits for the timer: ${loaded.rowsPerSecondInChunks} rows/s`);
    console.log(`  chunks: ${loaded.chunks.map((chunk) => `${chunk.rows} in ${chunk.ms} ms`).join(", ")}`);
    const at = Object.entries(loaded.rssAtPercent).map(([percent, rss]) => `${rss} MB at ${percent}%`);
    console.log(`  RSS of the app: ${at.join(", ")}; peak ${loaded.peakRss} MB`);
    const afterLoad = await compare(bench);

    console.log("big delta");
    const delta = await bigDelta(bench);
    console.log(
      `  ${delta.changes} changes in ${delta.seconds} s with one kill; behind the position ${delta.changesAfterKill} at ${delta.rowsPerSecondAfterKill} rows/s`,
    );
    const afterDelta = await compare(bench);

    const emulatorRss = {
      primary: residentMegabytes(servers.primary.pid),
      replica: residentMegabytes(servers.replica.pid),
    };
    const equal = afterLoad.differences === 0 && afterDelta.differences === 0;
    const result = {
      rows,
      equal,
      resumed: delta.resumed,
      peakRss: memory.peak,
      memoryLimit,
      load: loaded,
      delta,
      emulatorRss,
    };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
    console.log(`RSS of the app: peak ${memory.peak} MB, limit ${memoryLimit} MB`);
    console.log(`RSS of the emulators: primary ${emulatorRss.primary} MB, replica ${emulatorRss.replica} MB`);
    const passed = equal && delta.resumed && memory.peak <= memoryLimit;
    console.log(passed ? "passed" : "FAILED");
    return passed;
  } catch (error) {
    const errors = log.lastErrors.map((text) => `\n  ${text}`).join("");
    throw new Error(`the bench failed${errors === "" ? "" : `; the app's last errors:${errors}`}`, { cause: error });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** How long a phase may take before it counts as hanging. */
function secondsFor(rows: number): number {
  return 120 + rows / 2_000;
}

function since(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 100) / 10;
}

/** The message of an error and of everything that caused it, one line each. */
function explain(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    lines.push(`${"  ".repeat(lines.length)}${at instanceof Error ? at.message : JSON.stringify(at)}`);
  }
  return lines.join("\n");
}

async function main(): Promise<number> {
  let options: MillionArguments;
  try {
    options = parseMillionArguments(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options.help) {
    console.log(millionUsage);
    return 0;
  }
  try {
    return (await run(options)) ? 0 : 1;
  } catch (error) {
    console.error(`\n${explain(error)}`);
    return 1;
  }
}

process.exitCode = await main();
