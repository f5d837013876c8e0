import { join } from "node:path";
import { startRedis, type RedisServer } from "../support/redis-server.ts";
import { startHost, type LocalHost } from "../host/start-host.ts";
import type { LogLine } from "../host/worker/worker-message.ts";
import { startEmulatorProcess, type EmulatorProcess } from "./emulator-process.ts";
import { runScript, type SqlServer } from "./sql-client.ts";

export const projectFolder = join(import.meta.dirname, "../..");
export const database = "testct";
const scenario = join(import.meta.dirname, "scenario");

/** Two SQL Server emulators in processes of their own, and Redis. */
export interface DemoServers {
  readonly primary: EmulatorProcess;
  readonly replica: EmulatorProcess;
  readonly redis: RedisServer;
  close(): Promise<void>;
}

export interface DemoPorts {
  readonly primary: number;
  readonly replica: number;
  readonly redis: number;
}

/** Starts them and runs the operator's scripts: the primary has its tables, the replica is an empty database. */
export async function startServers(ports: DemoPorts = { primary: 0, replica: 0, redis: 0 }): Promise<DemoServers> {
  const starting = [
    startEmulatorProcess("primary", ports.primary),
    startEmulatorProcess("replica", ports.replica),
    startRedis({ port: ports.redis }),
  ] as const;
  const close = async (): Promise<void> => {
    for (const server of await Promise.allSettled(starting)) {
      if (server.status === "fulfilled") await server.value.close();
    }
  };
  try {
    const [primary, replica, redis] = await Promise.all(starting);
    await Promise.all([
      runScript(primary.server, join(scenario, "primary.sql")),
      runScript(replica.server, join(scenario, "replica.sql")),
    ]);
    return { primary, replica, redis, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `mssql://` URL of the demo's database on a server, as MSSQL_PRIMARY_URL takes it. */
export function databaseUrl(server: SqlServer): string {
  const login = `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}`;
  return `mssql://${login}@${server.host}:${server.port}/${database}?encrypt=true&trustServerCertificate=true`;
}

/** The built function app on these servers. Settings of this process's environment reach it too. */
export async function startApp(
  servers: DemoServers,
  options: {
    readonly settings?: Record<string, string>;
    readonly port?: number;
    readonly onLog: (line: LogLine) => void;
  },
): Promise<LocalHost> {
  return startHost({
    cwd: projectFolder,
    port: options.port ?? 0,
    onLog: options.onLog,
    settings: {
      MSSQL_PRIMARY_URL: databaseUrl(servers.primary.server),
      MSSQL_REPLICA_URL: databaseUrl(servers.replica.server),
      REDIS_URL: servers.redis.url,
      REDIS_KEY_PREFIX: "mssql_sync",
      ...options.settings,
    },
  });
}
