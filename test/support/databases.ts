import { randomBytes } from "node:crypto";
import sql from "mssql";
import { Connection } from "tedious";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import type { Faults } from "../emulator/faults.ts";
import { type Emulator, startEmulator } from "../emulator/start-emulator.ts";

/** A database that a test file made for itself. */
export interface TestDatabase {
  /** As MSSQL_PRIMARY_URL or MSSQL_REPLICA_URL takes it. */
  readonly url: string;
  readonly name: string;
  /** Its server, where that is an emulator. */
  readonly emulator: Emulator | undefined;
  /** Runs a script; lines that hold only GO end a batch. @throws Error with the batch that failed */
  run(script: string): Promise<void>;
  /** The rows of the last rowset of one batch; bigint columns are decimal text. */
  rows(query: string): Promise<Record<string, unknown>[]>;
  /**
   * Makes a user, and a login for it that no other test has, and runs the script that gives it its rights.
   * @returns the setting to connect by that login
   */
  addUser(user: string, grants: string): Promise<string>;
}

export interface TestDatabases {
  /** With Change Tracking on. */
  readonly primary: TestDatabase;
  readonly replica: TestDatabase;
  /** What can happen to the replica, where it is an emulator; the primary's are at `primary.emulator`. */
  readonly faults: Faults | undefined;
  /** How many requests this process sends to both servers under an application name while `work` runs. */
  countRoundTrips(app: string, work: () => Promise<void>): Promise<number>;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** ALLOW_SNAPSHOT_ISOLATION on the primary. Default true. */
  readonly snapshot?: boolean;
  /** Emulators that run already and go on running; `close` drops the databases. Default: two of their own. */
  readonly emulators?: { readonly primary: Emulator; readonly replica: Emulator };
}

/**
 * A primary and a replica database with fresh names: on two emulators, started for this, or on the servers that
 * SQLSERVER_PRIMARY_URL and SQLSERVER_REPLICA_URL name (login with the right to create databases). `close` drops them.
 */
export async function openTestDatabases(options: TestDatabaseOptions = {}): Promise<TestDatabases> {
  const name = `mssql_sync_test_${randomBytes(6).toString("hex")}`;
  const primary = await openServer("SQLSERVER_PRIMARY_URL", `${name}_p`, options.emulators?.primary);
  let replica: OpenDatabase | undefined;
  try {
    await primary.database.run(`ALTER DATABASE [${primary.database.name}]
      SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
    GO
    ALTER DATABASE [${primary.database.name}] SET ALLOW_SNAPSHOT_ISOLATION ${(options.snapshot ?? true) ? "ON" : "OFF"};`);
    replica = await openServer("SQLSERVER_REPLICA_URL", `${name}_r`, options.emulators?.replica);
  } catch (error) {
    await primary.close();
    throw error;
  }
  const closing = [primary, replica];
  return {
    primary: primary.database,
    replica: replica.database,
    faults: replica.database.emulator?.faults,
    countRoundTrips,
    close: async () => {
      const results = await Promise.allSettled(closing.map((each) => each.close()));
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw new Error("drop the test's databases", { cause: failed.reason });
    },
  };
}

/** Of every login that `addUser` makes. */
export const loginPassword = "Login-Password-1";

interface OpenDatabase {
  readonly database: TestDatabase;
  close(): Promise<void>;
}

async function openServer(variable: string, name: string, running?: Emulator): Promise<OpenDatabase> {
  const setting = process.env[variable];
  const own = setting === undefined && running === undefined ? await startEmulator() : undefined;
  const emulator = setting === undefined ? (running ?? own) : undefined;
  const serverUrl = emulator?.url ?? setting ?? "";
  const url = withDatabase(serverUrl, name);
  let master: sql.ConnectionPool | undefined;
  let pool: sql.ConnectionPool;
  try {
    master = await connect(withDatabase(serverUrl, "master"));
    await master.request().batch(`CREATE DATABASE [${name}];`);
    pool = await connect(url);
  } catch (error) {
    await master?.close();
    await own?.close();
    throw error;
  }
  const server = master;
  const logins: string[] = [];
  const run = async (script: string): Promise<void> => {
    for (const batch of batches(script)) await runBatch(pool, batch);
  };
  return {
    database: {
      url,
      name,
      emulator,
      run,
      rows: async (query) => {
        const sets = (await runBatch(pool, query)).recordsets as unknown as Record<string, unknown>[][];
        return (sets.at(-1) ?? []).map((row) => ({ ...row }));
      },
      addUser: async (user, grants) => {
        const login = `${name}_${user}`;
        await run(
          `CREATE LOGIN [${login}] WITH PASSWORD = '${loginPassword}';\nGO\nCREATE USER ${user} FOR LOGIN [${login}];`,
        );
        logins.push(login);
        await run(grants);
        return withLogin(url, login);
      },
    },
    close: async () => {
      await pool.close();
      if (own === undefined) {
        await server.request().batch(`ALTER DATABASE [${name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;`);
        await server.request().batch(`DROP DATABASE [${name}];`);
        for (const login of logins) await server.request().batch(`DROP LOGIN [${login}];`);
      }
      await server.close();
      await own?.close();
    },
  };
}

interface CountedConnection {
  makeRequest: (this: CountedConnection, ...args: unknown[]) => unknown;
  readonly config: { readonly options: { readonly appName?: string } };
}

/** Counts in the driver, through which every request passes: it works for all servers alike. */
async function countRoundTrips(app: string, work: () => Promise<void>): Promise<number> {
  const prototype = Connection.prototype as unknown as CountedConnection;
  const send = prototype.makeRequest;
  let count = 0;
  prototype.makeRequest = function (...args) {
    if (this.config.options.appName === app) count++;
    return send.apply(this, args);
  };
  try {
    await work();
  } finally {
    prototype.makeRequest = send;
  }
  return count;
}

async function runBatch(pool: sql.ConnectionPool, batch: string): Promise<sql.IResult<unknown>> {
  try {
    return await pool.request().batch(batch);
  } catch (error) {
    throw new Error(`run ${batch.trim()}`, { cause: error });
  }
}

function batches(script: string): string[] {
  return script.split(/^\s*GO\s*$/im).filter((batch) => batch.trim() !== "");
}

/** The setting with another database in it. */
function withDatabase(setting: string, database: string): string {
  if (!/^(mssql|sqlserver):\/\//i.test(setting)) return `${setting};Database=${database}`;
  const url = new URL(setting);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function withLogin(setting: string, login: string): string {
  if (!/^(mssql|sqlserver):\/\//i.test(setting)) {
    const others = setting.split(";").filter((part) => !/^\s*(user id|uid|user|password|pwd)\s*=/i.test(part));
    return [...others, `User Id=${login}`, `Password=${loginPassword}`].join(";");
  }
  const url = new URL(setting);
  url.username = login;
  url.password = loginPassword;
  return url.href;
}

/** Connects under a name that is not the product's: the statement log tells the two apart. */
async function connect(setting: string): Promise<sql.ConnectionPool> {
  const parsed = parseDatabaseSetting(setting, 8);
  if (!parsed.ok) throw new Error(`connect to a test server: its setting ${parsed.problems.join("; ")}`);
  const { config } = parsed.value;
  const pool = new sql.ConnectionPool({ ...config, options: { ...config.options, appName: "mssql_sync tests" } });
  pool.on("error", () => undefined);
  return pool.connect();
}
