import { once } from "node:events";
import { createServer } from "node:net";
import type { LogLine } from "../host/worker/worker-message.ts";
import { database, databaseUrl, startApp, startServers } from "./demo-stack.ts";
import type { SqlServer } from "./sql-client.ts";

/** The ports of docker-compose and of func; any free one where another program has one. */
const usualPorts = { primary: 1434, replica: 1435, redis: 6379, app: 7071 };

/** Starts the demo's servers and the app, prints where they are, and ends everything on Ctrl-C. */
export async function serve(): Promise<void> {
  const ports = {
    primary: await freeOr(usualPorts.primary),
    replica: await freeOr(usualPorts.replica),
    redis: await freeOr(usualPorts.redis),
    app: await freeOr(usualPorts.app),
  };
  console.log("starting two SQL Server emulators, Redis and the app");
  const servers = await startServers(ports);
  try {
    const host = await startApp(servers, { port: ports.app, onLog: printTrouble });
    const { url, key, masterKey } = host;
    console.log(`
app       ${url}   function key ${key}   master key ${masterKey}
primary   ${adoText(servers.primary.server)}
replica   ${adoText(servers.replica.server)}
          ${databaseUrl(servers.primary.server)}
          ${databaseUrl(servers.replica.server)}
redis     ${servers.redis.url} (${servers.redis.kind})

The primary has the tables of test/demo/scenario/primary.sql, all of them empty and, for the app, paused, and views,
procedures and functions on them, which follow once the tables are there.
  curl -H "x-functions-key: ${key}" ${url}/api/tables
  curl -H "x-functions-key: ${key}" -X POST ${url}/api/tables/User/enable
  curl -H "x-functions-key: ${key}" ${url}/api/modules
  redis-cli -u ${servers.redis.url} SET mssql_sync:enabled:User true

Ctrl-C ends everything; nothing is kept.`);
    const stopped = new AbortController();
    process.once("SIGINT", () => stopped.abort()).once("SIGTERM", () => stopped.abort());
    await once(stopped.signal, "abort");
    console.log("\nstopping");
    await host.stop();
  } finally {
    await servers.close();
  }
}

function adoText({ host, port, user, password }: SqlServer): string {
  return `Server=${host},${port};Database=${database};User Id=${user};Password=${password};Encrypt=true;TrustServerCertificate=true`;
}

function printTrouble({ level, category, message }: LogLine): void {
  if (level === "warning" || level === "error" || level === "critical")
    console.error(`${level} ${category}: ${message}`);
}

async function freeOr(port: number): Promise<number> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(0));
    server.listen(port, "127.0.0.1", () => server.close(() => done(port)));
  });
}
