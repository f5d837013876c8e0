import { readFileSync } from "node:fs";
import sql from "mssql";

/** A SQL Server as the demo's operator reaches it. */
export interface SqlServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A pool of its own under an application name that is not the product's. */
export async function connectTo(server: SqlServer, database: string, connections = 4): Promise<sql.ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database,
    requestTimeout: 120_000,
    pool: { max: connections, min: 0 },
    options: { encrypt: true, trustServerCertificate: true, appName: "demo operator" },
  });
  pool.on("error", () => undefined);
  try {
    return await pool.connect();
  } catch (error) {
    throw new Error(`connect to ${server.host}:${server.port}, database ${database}`, { cause: error });
  }
}

/** The batches of a script: as sqlcmd does, a line that holds only GO ends one. */
export function splitBatches(script: string): string[] {
  return script
    .split(/^[ \t]*GO[ \t]*;?[ \t]*$/im)
    .map((batch) => batch.trim())
    .filter((batch) => batch.split("\n").some((line) => line.trim() !== "" && !line.trim().startsWith("--")));
}

/** Runs a script as sqlcmd would: batch after batch on one connection that starts in master. */
export async function runScript(server: SqlServer, file: string): Promise<void> {
  // One connection: USE must hold for the batches that follow.
  const session = await connectTo(server, "master", 1);
  try {
    for (const batch of splitBatches(readFileSync(file, "utf8"))) {
      try {
        await session.request().batch(batch);
      } catch (error) {
        throw new Error(`${file}:\n${batch}`, { cause: error });
      }
    }
  } finally {
    await session.close();
  }
}
