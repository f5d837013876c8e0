import type sql from "mssql";
import { type DatabaseSetting, parseDatabaseSetting } from "./config/database-setting.ts";
import { type RedisAuth, redisAuths, redisSecrets, redisUrlProblem } from "./config/redis-setting.ts";
import { scheduleProblem } from "./config/schedule.ts";

export interface DatabaseConfig {
  /** Ready for `new ConnectionPool`. */
  readonly config: sql.config;
  /** `mssql://host:port/database`, without credentials: for Redis, logs and answers. */
  readonly url: string;
}

/** The settings, checked. Frozen. */
export interface Config {
  readonly primary: DatabaseConfig;
  readonly replica: DatabaseConfig;
  readonly redisUrl: string;
  readonly redisAuth: RedisAuth;
  /** The user-assigned managed identity that asks for tokens; undefined: the only one there is. */
  readonly azureClientId: string | undefined;
  readonly redisKeyPrefix: string;
  readonly syncSchedule: string;
  readonly moduleSyncSchedule: string;
  /** When all live tables are to be compared with the primary's; undefined: only when an operator asks. */
  readonly verifySchedule: string | undefined;
  /** Tables synced at the same time. */
  readonly syncThreads: number;
  /** Rows of a full-load chunk; "auto": what takes about one timer period. */
  readonly fullLoadChunkRows: number | "auto";
  /** Rows of a delta that are applied in one transaction. */
  readonly deltaSliceRows: number;
  /** How rows travel; "auto": relayed, by the driver where the replica refuses that. */
  readonly rowTransport: "auto" | "relay" | "driver";
  /** No step starts after this. */
  readonly tickBudgetSeconds: number;
  /** Views that only the replica has are dropped, whoever made them. */
  readonly dropUnknownViews: boolean;
  /** What no log line, answer or Redis value may contain. */
  readonly secrets: readonly string[];
}

/** One wrong or missing setting. The text never repeats a value that may hold a credential. */
export interface SettingProblem {
  readonly variable: string;
  readonly problem: string;
  readonly example: string;
}

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly SettingProblem[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const examples = {
  MSSQL_PRIMARY_URL: "mssql://sa:Password123!@localhost:1434/testct?encrypt=true&trustServerCertificate=true",
  MSSQL_REPLICA_URL: "Server=tcp:replica.example.com,1433;Database=testct;Authentication=Active Directory Default",
  REDIS_URL: "redis://localhost:6379",
  REDIS_AUTH: "url",
  REDIS_KEY_PREFIX: "mssql_sync",
  SYNC_SCHEDULE: "*/5 * * * * *",
  MODULE_SYNC_SCHEDULE: "*/30 * * * * *",
  VERIFY_SCHEDULE: "0 0 3 * * 6",
  SYNC_THREADS: "4",
  FULL_LOAD_CHUNK_ROWS: "5000",
  DELTA_SLICE_ROWS: "100000",
  ROW_TRANSPORT: "auto",
  TICK_BUDGET_SECONDS: "60",
  DROP_UNKNOWN_VIEWS: "true",
} as const;

type Variable = keyof typeof examples;

/** Connections beside those of the tables in work: the tick's own reads, HTTP functions, a renewal of the ledger. */
const spareConnections = 4;

/** Reads all settings and reports all that is wrong with them; pure. An empty value counts as missing. */
export function readConfig(env: Environment): ConfigResult {
  const problems: SettingProblem[] = [];
  const report = (variable: Variable, problem: string): void => {
    problems.push({ variable, problem, example: examples[variable] });
  };
  const text = (variable: Variable): string => env[variable]?.trim() ?? "";

  const integer = (variable: Variable, max: number): number => {
    const value = text(variable) || examples[variable];
    const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (number >= 1 && number <= max) return number;
    report(variable, `is '${value}', it must be a whole number from 1 to ${max.toLocaleString("en-US")}`);
    return 1;
  };
  const flag = (variable: Variable): boolean => {
    const value = text(variable) || examples[variable];
    if (!/^(true|false)$/i.test(value)) report(variable, `is '${value}', it must be true or false`);
    return value.toLowerCase() === "true";
  };
  const rowTransport = (): Config["rowTransport"] => {
    const value = (text("ROW_TRANSPORT") || examples.ROW_TRANSPORT).toLowerCase();
    if (value === "auto" || value === "relay" || value === "driver") return value;
    report("ROW_TRANSPORT", `is '${value}', it must be auto, relay or driver`);
    return "auto";
  };
  const schedule = (variable: "SYNC_SCHEDULE" | "MODULE_SYNC_SCHEDULE"): string => {
    const value = text(variable) || examples[variable];
    const problem = scheduleProblem(value);
    if (problem !== undefined) report(variable, `is '${value}', which ${problem}`);
    return value;
  };
  const verifySchedule = text("VERIFY_SCHEDULE");
  const verifyProblem = verifySchedule === "" ? undefined : scheduleProblem(verifySchedule);
  if (verifyProblem !== undefined) report("VERIFY_SCHEDULE", `is '${verifySchedule}', which ${verifyProblem}`);
  const syncThreads = integer("SYNC_THREADS", 64);
  const database = (variable: "MSSQL_PRIMARY_URL" | "MSSQL_REPLICA_URL"): DatabaseSetting | undefined => {
    const value = text(variable);
    if (value === "") {
      report(variable, "is missing");
      return undefined;
    }
    const result = parseDatabaseSetting(value, syncThreads + spareConnections);
    if (result.ok) return result.value;
    for (const problem of result.problems) report(variable, problem);
    return undefined;
  };

  const primary = database("MSSQL_PRIMARY_URL");
  const replica = database("MSSQL_REPLICA_URL");
  if (primary !== undefined && replica !== undefined && primary.identity === replica.identity) {
    report("MSSQL_REPLICA_URL", `leads to the same database as MSSQL_PRIMARY_URL (${primary.url})`);
  }
  const redisUrl = text("REDIS_URL");
  const authWord = (text("REDIS_AUTH") || examples.REDIS_AUTH).toLowerCase();
  const redisAuth = redisAuths.find((auth) => auth === authWord);
  // Other programs keep the password in a variable of this name: the value is not repeated.
  if (redisAuth === undefined) report("REDIS_AUTH", "must be url (log in by what REDIS_URL says) or entra");
  const redisProblem = redisUrlProblem(redisUrl, redisAuth);
  if (redisProblem !== undefined) report("REDIS_URL", redisProblem);
  const redisKeyPrefix = text("REDIS_KEY_PREFIX") || examples.REDIS_KEY_PREFIX;
  if (!/^[\w.:{}-]{1,100}$/.test(redisKeyPrefix) || redisKeyPrefix.endsWith(":")) {
    report("REDIS_KEY_PREFIX", "may hold letters, digits and . _ - : { }, and does not end in a colon");
  }
  const chunk = text("FULL_LOAD_CHUNK_ROWS").toLowerCase();
  const config = {
    redisUrl,
    redisAuth: redisAuth ?? examples.REDIS_AUTH,
    azureClientId: env["AZURE_CLIENT_ID"]?.trim() || undefined,
    redisKeyPrefix,
    syncSchedule: schedule("SYNC_SCHEDULE"),
    moduleSyncSchedule: schedule("MODULE_SYNC_SCHEDULE"),
    verifySchedule: verifySchedule === "" ? undefined : verifySchedule,
    syncThreads,
    fullLoadChunkRows: chunk === "auto" ? ("auto" as const) : integer("FULL_LOAD_CHUNK_ROWS", 1_000_000),
    deltaSliceRows: integer("DELTA_SLICE_ROWS", 10_000_000),
    rowTransport: rowTransport(),
    // Below the 10 minutes after which the host ends an invocation, with room for the step that is running.
    tickBudgetSeconds: integer("TICK_BUDGET_SECONDS", 480),
    dropUnknownViews: flag("DROP_UNKNOWN_VIEWS"),
  };
  if (problems.length > 0 || primary === undefined || replica === undefined) return { ok: false, problems };
  return {
    ok: true,
    config: Object.freeze({
      ...config,
      primary: Object.freeze({ config: primary.config, url: primary.url }),
      replica: Object.freeze({ config: replica.config, url: replica.url }),
      secrets: Object.freeze([
        ...primary.secrets,
        ...replica.secrets,
        ...redisSecrets(redisUrl),
        ...foreignSecrets(env),
      ]),
    }),
  };
}

/**
 * The schedule to register a timer with. A wrong one falls back to the default: the host would leave the function out
 * with one line of log, and replication would be silently dead; as it is, every tick fails with the setting's problem.
 */
export function timerSchedule(env: Environment, variable: "SYNC_SCHEDULE" | "MODULE_SYNC_SCHEDULE"): string {
  const value = env[variable]?.trim() ?? "";
  return value === "" || scheduleProblem(value) !== undefined ? examples[variable] : value;
}

/** The schedule to register the timer of the sweep with; undefined, no timer, where none is set or the setting is wrong. */
export function verifyTimerSchedule(env: Environment): string | undefined {
  const value = env["VERIFY_SCHEDULE"]?.trim() ?? "";
  return value === "" || scheduleProblem(value) !== undefined ? undefined : value;
}

/** One line for a person: the variable, what is wrong, and how it may look. */
export function describeProblem({ variable, problem, example }: SettingProblem): string {
  return `${variable} ${problem}. Example: ${variable}=${example}`;
}

/** Secrets of the libraries' own settings, which this app only passes by: an identity's, and those of the OTLP receiver. */
function foreignSecrets(env: Environment): string[] {
  const headers = Object.entries(env).filter(([name]) => /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name));
  const values = headers.flatMap(([, text = ""]) => text.split(",").map((pair) => pair.replace(/^[^=]*=/, "").trim()));
  const own = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD"];
  return [...own.map((name) => env[name] ?? ""), ...values].filter((secret) => secret !== "");
}
