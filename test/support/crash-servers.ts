import { createHash } from "node:crypto";
import { serialize } from "node:v8";
import sql from "mssql";
import { createClient } from "redis";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import type { Engine } from "../emulator/engine/engine.ts";
import { createEngine } from "../emulator/engine/engine.ts";
import { type Emulator, startEmulator } from "../emulator/start-emulator.ts";
import type { DatabaseImage } from "../emulator/storage/database-image.ts";
import { type RedisGate, startRedisGate } from "./crash-redis.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** One of the two databases, on an emulator of its own. */
export interface CrashDatabase {
  readonly name: string;
  /** As MSSQL_PRIMARY_URL or MSSQL_REPLICA_URL takes it. */
  readonly url: string;
  readonly emulator: Emulator;
  /** Statements that need not stand alone in a batch. @returns the rows of the last that gave some */
  run(batch: string): Promise<Record<string, unknown>[]>;
}

/** Everything that the servers hold at one moment. */
export interface Moment {
  readonly primary: DatabaseImage;
  readonly replica: DatabaseImage;
  readonly redis: ReadonlyMap<string, string | Readonly<Record<string, string>>>;
  /** The servers' clocks, ms since 1970. */
  readonly clocks: { readonly primary: number; readonly replica: number };
}

export interface CrashServers {
  readonly primary: CrashDatabase;
  readonly replica: CrashDatabase;
  /** The app's way to Redis. */
  readonly redis: RedisGate;
  /** Every key under the prefix, without it; hashes as objects. */
  redisKeys(): Promise<Map<string, string | Record<string, string>>>;
  /** Sets a key as an operator does. */
  readonly setKey: (name: string, value: string) => Promise<void>;
  /** What ten seconds do to the leases of processes that are gone. */
  expireLeases(): Promise<void>;
  take(): Promise<Moment>;
  /** Puts everything back to that moment, as if nothing had happened since: no restore that the product could notice. */
  putBack(moment: Moment): Promise<void>;
  /** Equal where both databases and Redis hold the same, but for the real time in a report, the words of an error and a lease's token. */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

export const redisPrefix = "mssql_sync";
/** The one key that is a hash. */
const hashKey = `${redisPrefix}:modules`;

/** Two emulators, each with a database, and Redis; plain connections without TLS, since thousands of them are made. */
export async function startCrashServers(): Promise<CrashServers> {
  const primary = await startDatabase("crash_primary");
  const replica = await startDatabase("crash_replica");
  const redis = await startRedis();
  const gate = await startRedisGate(redis.url);
  const client = createClient({ url: redis.url, RESP: 2 });
  await client.connect();
  await primary.run(`ALTER DATABASE crash_primary SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
    ALTER DATABASE crash_primary SET ALLOW_SNAPSHOT_ISOLATION ON;`);
  const keyNames = (): Promise<string[]> => client.keys(`${redisPrefix}:*`);
  const redisKeys: CrashServers["redisKeys"] = async () => {
    const keys = (await keyNames()).sort();
    const plain = keys.filter((key) => key !== hashKey);
    const [values, hash] = await Promise.all([
      plain.length === 0 ? [] : client.mGet(plain),
      plain.length === keys.length ? undefined : client.hGetAll(hashKey),
    ]);
    const found = new Map<string, string | Record<string, string>>();
    plain.forEach((key, at) => found.set(key.slice(redisPrefix.length + 1), values[at] ?? ""));
    if (hash !== undefined) found.set("modules", { ...hash });
    return found;
  };
  const take: CrashServers["take"] = async () => ({
    primary: await primary.emulator.server.backup(primary.name),
    replica: await replica.emulator.server.backup(replica.name),
    redis: await redisKeys(),
    clocks: { primary: primary.emulator.clock.now(), replica: replica.emulator.clock.now() },
  });
  return {
    primary,
    replica,
    redis: gate,
    redisKeys,
    setKey: async (name, value) => void (await client.set(`${redisPrefix}:${name}`, value)),
    expireLeases: async () => {
      const leases = (await keyNames()).filter((key) => /:(lease|app_lease):/.test(key));
      if (leases.length > 0) await client.del(leases);
    },
    take,
    fingerprint: async () => fingerprintOf(await take()),
    putBack: async (moment) => {
      await Promise.all([primary.putBack(moment.primary), replica.putBack(moment.replica), redis.flush()]);
      for (const { emulator, name } of [primary, replica]) {
        emulator.clock.set(name === primary.name ? moment.clocks.primary : moment.clocks.replica);
      }
      await Promise.all(
        [...moment.redis].map(([key, value]) =>
          typeof value === "string"
            ? client.set(`${redisPrefix}:${key}`, value)
            : client.hSet(`${redisPrefix}:${key}`, value),
        ),
      );
    },
    close: () => closeAll(client, gate, redis, primary, replica),
  };
}

function fingerprintOf({ primary, replica, redis }: Moment): string {
  const databases = [primary, replica].map(({ tables, objects, tracking }) => ({
    rows: [...tables].map(([id, { rows }]) => [id, rows.map((row) => [...row])]),
    objects: objects.map(({ objectId, name, kind }) => [objectId, name, kind]),
    versions: tracking?.commits.length,
  }));
  const keys = [...redis].map(([key, value]) => {
    if (/^(lease|app_lease):/.test(key)) return [key];
    if (typeof value !== "string" || !value.startsWith("{")) return [key, value];
    return [key, { ...(JSON.parse(value) as object), updatedAt: "", what: "" }];
  });
  return createHash("sha256").update(serialize({ databases, keys })).digest("hex");
}

async function closeAll(
  client: { destroy(): void },
  gate: RedisGate,
  redis: RedisServer,
  ...databases: readonly OpenDatabase[]
): Promise<void> {
  client.destroy();
  gate.close();
  await redis.close();
  for (const database of databases) await database.close();
}

interface OpenDatabase extends CrashDatabase {
  putBack(image: DatabaseImage): Promise<void>;
  close(): Promise<void>;
}

async function startDatabase(name: string): Promise<OpenDatabase> {
  let engine: Engine | undefined;
  const emulator = await startEmulator({
    encryption: "not-supported",
    createFactory: (context) => (engine = createEngine(context)),
  });
  const url = (database: string): string => emulator.databaseUrl(database).replace("encrypt=true", "encrypt=false");
  const pool = await connect(url("master"));
  await pool.request().batch(`CREATE DATABASE ${name};`);
  return {
    name,
    url: url(name),
    emulator,
    run: async (batch) => {
      // The session stays in master: what puts the database back ends all sessions in it.
      const result = await pool.request().batch(`USE ${name};\n${batch}\nUSE master;`);
      const rowsets = result.recordsets as unknown as Record<string, unknown>[][];
      return (rowsets.at(-1) ?? []).map((row) => ({ ...row }));
    },
    putBack: async (image) => {
      await emulator.server.restore(image);
      const restored = engine?.server.findDatabase(name);
      if (restored === undefined) throw new Error(`put ${name} back: it is not there`);
      restored.recoveryForkGuid = image.recoveryForkGuid;
      restored.firstRecoveryForkGuid = image.firstRecoveryForkGuid;
    },
    close: async () => {
      await pool.close();
      await emulator.close();
    },
  };
}

/** Connects under a name that is not the product's: faults tell the two apart. */
async function connect(url: string): Promise<sql.ConnectionPool> {
  const parsed = parseDatabaseSetting(url, 2);
  if (!parsed.ok) throw new Error(`connect to a test server: its setting ${parsed.problems.join("; ")}`);
  const { config } = parsed.value;
  const pool = new sql.ConnectionPool({ ...config, options: { ...config.options, appName: "mssql_sync tests" } });
  pool.on("error", () => undefined);
  return pool.connect();
}
