import { createEngine, Engine } from "./engine/engine.ts";
import { Faults } from "./faults.ts";
import { ServerControl } from "./server-control.ts";
import { StatementLog } from "./statement-log.ts";
import { EmulatorClock } from "./storage/emulator-clock.ts";
import type { ServerEncryption } from "./tds/prelogin.ts";
import type { SessionFactory } from "./tds/session-handler.ts";
import { startTdsServer } from "./tds/tds-server.ts";

export const DEFAULT_PASSWORD = "Password123!";

/** @@VERSION's numbers: SQL Server 2022 CU14. */
const VERSION = [16, 0, 4135] as const;

export interface EmulatorOptions {
  /** Default 0: a free one. Always on 127.0.0.1. */
  readonly port?: number;
  /** Of the login sa. Default Password123! */
  readonly password?: string;
  /** "required" refuses clients that cannot encrypt. Default "supported". */
  readonly encryption?: ServerEncryption;
  /** File for the statement log. Default: the environment's EMULATOR_STATEMENT_LOG; "" writes none. */
  readonly statementLog?: string;
  /** What executes the SQL. Default: the engine. */
  readonly createFactory?: (context: { clock: EmulatorClock; password: string }) => SessionFactory;
}

export interface Emulator {
  /** `mssql://sa:<password>@127.0.0.1:<port>?encrypt=true&trustServerCertificate=true`, database master. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  /** PEM of the certificate that this emulator made for itself. */
  readonly certificate: string;
  readonly faults: Faults;
  readonly clock: ControllableClock;
  /** Backups, failovers, full disks and the like; see the list in faults.ts. @throws Error where `createFactory` was given */
  readonly server: ServerControl;
  /** What was asked and is not known here, and defects: a test asserts that it is empty. */
  readonly unsupported: string[];
  /** `url` with a database. */
  databaseUrl(database: string): string;
  /** Releases all faults, ends every connection, settles when all sessions are closed. */
  close(): Promise<void>;
}

/** Milliseconds since 1970 UTC. It runs on by itself from where it is put. */
export interface ControllableClock {
  now(): number;
  advance(milliseconds: number): void;
  set(milliseconds: number): void;
}

/** A SQL Server on a port of this machine. @throws Error when it cannot listen (EADDRINUSE) */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const password = options.password ?? DEFAULT_PASSWORD;
  const clock = new EmulatorClock();
  const faults = new Faults();
  const unsupported: string[] = [];
  const logFile = options.statementLog ?? process.env["EMULATOR_STATEMENT_LOG"] ?? "";
  const context = { clock, password };
  const factory = (options.createFactory ?? createEngine)(context);
  const server = await startTdsServer({
    port: options.port ?? 0,
    factory,
    encryption: options.encryption ?? "supported",
    version: VERSION,
    gate: faults,
    observer: logFile === "" ? undefined : new StatementLog(logFile),
    onUnsupported: (text) => unsupported.push(text),
  });
  let control: ServerControl | undefined;
  const databaseUrl = (database: string): string =>
    `mssql://sa:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${encodeURIComponent(database)}` +
    "?encrypt=true&trustServerCertificate=true";
  return {
    url: databaseUrl("master"),
    port: server.port,
    password,
    certificate: server.certificate,
    faults,
    clock: {
      now: () => clock.now(),
      advance: (milliseconds) => clock.advance(milliseconds),
      set: (milliseconds) => clock.advance(milliseconds - clock.now()),
    },
    get server() {
      if (factory instanceof Engine) return (control ??= new ServerControl(factory, server));
      throw new Error("only the emulator's own engine can be operated");
    },
    unsupported,
    databaseUrl,
    async close() {
      faults.clear();
      await server.close();
    },
  };
}
