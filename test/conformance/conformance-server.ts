import { randomBytes } from "node:crypto";
import sql from "mssql";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import { startEmulator } from "../emulator/start-emulator.ts";
import type { Emulator } from "../emulator/start-emulator.ts";

/** Where the scripts run: an emulator of their own, or the server that SQLSERVER_PRIMARY_URL names. */
export interface ConformanceServer {
  /** Undefined on a real server. */
  readonly emulator: Emulator | undefined;
  /** A fresh database; dropped again when `work` is done. */
  withDatabase<T>(work: (connect: () => Promise<sql.ConnectionPool>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openConformanceServer(): Promise<ConformanceServer> {
  const setting = process.env["SQLSERVER_PRIMARY_URL"];
  const emulator = setting === undefined ? await startEmulator() : undefined;
  const url = emulator?.url ?? setting ?? "";
  const master = await openSingle(url, "master");
  return {
    emulator,
    withDatabase: async (work) => {
      const name = `conformance_${randomBytes(6).toString("hex")}`;
      await master.request().batch(`CREATE DATABASE [${name}]`);
      const open: sql.ConnectionPool[] = [];
      try {
        return await work(async () => {
          const pool = await openSingle(url, name);
          open.push(pool);
          return pool;
        });
      } finally {
        for (const pool of open) await pool.close();
        await master.request().batch(`ALTER DATABASE [${name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE`);
        await master.request().batch(`DROP DATABASE [${name}]`);
      }
    },
    close: async () => {
      await master.close();
      await emulator?.close();
    },
  };
}

/** One connection, so that what a batch leaves behind (SET, #temp, transactions) is there for the next. */
async function openSingle(setting: string, database: string): Promise<sql.ConnectionPool> {
  const parsed = parseDatabaseSetting(setting, 1);
  if (!parsed.ok) throw new Error(`connect to the server of the scripts: its setting ${parsed.problems.join("; ")}`);
  const { config } = parsed.value;
  const pool = new sql.ConnectionPool({
    ...config,
    database,
    pool: { min: 1, max: 1 },
    options: { ...config.options, appName: "conformance" },
  });
  pool.on("error", () => undefined);
  return pool.connect();
}
