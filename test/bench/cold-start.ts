import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startHost } from "../host/start-host.ts";
import { openTestDatabases } from "../support/databases.ts";
import { startRedis } from "../support/redis-server.ts";

const usage = `npm run bench:cold-start -- [--rounds N]
  Starts the app's worker from the bundled package and from the files of dist/functions, in turns, and measures the time
  from the start of the process to the first answer of the app, and to the first that has asked both databases and Redis.
  --rounds N   1 to 50, default 7
  Exit code: 0 the bundled one gives its first answer within 60 % of the other's time; 1 otherwise; 2 wrong arguments.`;

const root = join(import.meta.dirname, "../..");
const folders = { files: root, bundle: join(root, "dist/package") } as const;

type Settings = Readonly<Record<string, string>>;

interface Start {
  /** ms */
  readonly firstAnswer: number;
  readonly withDatabases: number;
}

async function start(cwd: string, settings: Settings): Promise<Start> {
  const startedAt = performance.now();
  const host = await startHost({ settings, cwd });
  const call = async (method: string, path: string, status: number): Promise<number> => {
    const response = await fetch(`${host.url}${path}`, { method, headers: { "x-functions-key": host.key } });
    const text = await response.text();
    if (response.status !== status) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return performance.now() - startedAt;
  };
  try {
    // A wrong parameter is answered by the app itself, without a database.
    const firstAnswer = await call("POST", "/api/modules/sync?confirm=maybe", 400);
    return { firstAnswer, withDatabases: await call("GET", "/api/tables", 200) };
  } finally {
    await host.stop();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rounds: { type: "string" }, help: { type: "boolean", short: "h" } } });
  const rounds = Number(values.rounds ?? 7);
  if (values.help === true || !Number.isInteger(rounds) || rounds < 1 || rounds > 50) {
    console.error(usage);
    return values.help === true ? 0 : 2;
  }
  if (!existsSync(folders.bundle)) throw new Error(`${folders.bundle} is missing: run "npm run bundle" first`);
  const databases = await openTestDatabases();
  const redis = await startRedis();
  const settings: Settings = {
    MSSQL_PRIMARY_URL: databases.primary.url,
    MSSQL_REPLICA_URL: databases.replica.url,
    REDIS_URL: redis.url,
    "AzureWebJobs.syncTables.Disabled": "true",
    "AzureWebJobs.syncModules.Disabled": "true",
  };
  const starts = { files: [] as Start[], bundle: [] as Start[] };
  try {
    // The first start makes the ledger and warms the disk's cache.
    await start(folders.files, settings);
    await start(folders.bundle, settings);
    for (let round = 0; round < rounds; round++) {
      starts.files.push(await start(folders.files, settings));
      starts.bundle.push(await start(folders.bundle, settings));
    }
  } finally {
    await redis.close();
    await databases.close();
  }
  const percentOf = (what: keyof Start): number => {
    const [files, bundle] = [starts.files, starts.bundle].map((all) => median(all.map((each) => each[what])));
    const percent = (100 * (bundle ?? NaN)) / (files ?? NaN);
    console.log(
      `${what.padEnd(14)} files ${files?.toFixed(0)} ms, bundle ${bundle?.toFixed(0)} ms: ${percent.toFixed(0)} %`,
    );
    return percent;
  };
  const first = percentOf("firstAnswer");
  percentOf("withDatabases");
  return first <= 60 ? 0 : 1;
}

process.exitCode = await main();
