import type sql from "mssql";
import { parseAdoText } from "./ado-text.ts";
import { secretForms } from "../secret-forms.ts";
import { keepLoginErrorNumber } from "./keep-login-error-number.ts";

/** One of the two databases, read from its setting. */
export interface DatabaseSetting {
  /** `mssql://host:port/database`, without credentials: for Redis, logs and answers. */
  readonly url: string;
  /** Equal for two settings that lead to the same database by what the texts tell. */
  readonly identity: string;
  readonly secrets: readonly string[];
  readonly config: sql.config;
}

export type DatabaseSettingResult =
  { readonly ok: true; readonly value: DatabaseSetting } | { readonly ok: false; readonly problems: readonly string[] };

interface Address {
  readonly server: string;
  readonly port: number | undefined;
  readonly instance: string | undefined;
}

/** Reading collects every problem; none of them repeats a value that may be secret. */
interface Reading {
  readonly options: Map<string, string>;
  readonly problems: string[];
  /** The password as the URL spells it. */
  spelledPassword: string | undefined;
}

/** Option names with blanks and underscores taken out, in lower case, and the name each is known by here. */
const aliases: Readonly<Record<string, string>> = {
  datasource: "server",
  address: "server",
  addr: "server",
  networkaddress: "server",
  initialcatalog: "database",
  userid: "user",
  uid: "user",
  username: "user",
  pwd: "password",
  connecttimeout: "connectiontimeout",
  timeout: "connectiontimeout",
  commandtimeout: "requesttimeout",
  trustedconnection: "integratedsecurity",
};

const known: ReadonlySet<string> = new Set([
  ...["server", "port", "instancename", "database", "user", "password", "authentication", "clientid", "clientsecret"],
  ...["tenantid", "encrypt", "trustservercertificate", "connectiontimeout", "requesttimeout", "packetsize"],
  ...["multisubnetfailover", "integratedsecurity", "applicationintent"],
]);

/** Pool, retry and naming options of other drivers: without meaning here, and harmless. */
const ignored: ReadonlySet<string> = new Set([
  ...["applicationname", "persistsecurityinfo", "pooling", "minpoolsize", "maxpoolsize", "connectionlifetime"],
  ...["loadbalancetimeout", "multipleactiveresultsets", "connectretrycount", "connectretryinterval", "workstationid"],
  ...["wsid", "enlist", "poolblockingperiod", "transparentnetworkipresolution", "currentlanguage", "language"],
  ...["typesystemversion", "replication", "asynchronousprocessing", "userinstance", "ipaddresspreference"],
]);

/**
 * Reads `mssql://user:password@host:port/database?encrypt=...` or an ADO connection string.
 * @param poolMax connections that may be open at once
 */
export function parseDatabaseSetting(text: string, poolMax: number): DatabaseSettingResult {
  const reading: Reading = { options: new Map(), problems: [], spelledPassword: undefined };
  if (/^(mssql|sqlserver):\/\//i.test(text)) readUrl(text, reading);
  else readAdo(text, reading);
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };

  const address = addressOf(reading);
  const database = reading.options.get("database") ?? "";
  if (database === "") reading.problems.push("names no database");
  const authentication = authenticationOf(reading);
  const options = driverOptions(reading, address);
  const config: sql.config = {
    server: address.server,
    ...(address.instance === undefined ? { port: address.port ?? 1433 } : {}),
    database,
    connectionTimeout: seconds(reading, "connectiontimeout", 15) * 1000,
    requestTimeout: seconds(reading, "requesttimeout", 120) * 1000,
    pool: { max: poolMax, min: 0, idleTimeoutMillis: 60_000, acquireTimeoutMillis: 30_000 },
    // The default asks the server `SELECT 1` at each use of a connection: a round trip more than is needed.
    validateConnection: "socket",
    beforeConnect: keepLoginErrorNumber,
    options,
    ...authentication,
  };
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
  const place = address.instance === undefined ? `${address.port ?? 1433}` : address.instance.toLowerCase();
  const secrets = ["password", "clientsecret"].flatMap((name) => reading.options.get(name) ?? []);
  const { spelledPassword } = reading;
  if (spelledPassword !== undefined && !secrets.flatMap(secretForms).includes(spelledPassword)) {
    secrets.push(spelledPassword);
  }
  const host = address.server.toLowerCase().replace(/\.$/, "");
  return {
    ok: true,
    value: {
      url: `mssql://${host}${address.instance === undefined ? ":" : "/"}${place}/${encodeURIComponent(database)}`,
      identity: JSON.stringify([isLocal(host) ? "localhost" : host, place, database.toLowerCase()]),
      secrets,
      config,
    },
  };
}

function readUrl(text: string, reading: Reading): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    reading.problems.push("is no URL; characters like @ : / # ? in the password are written as %40 %3A %2F %23 %3F");
    return;
  }
  try {
    reading.options.set("server", decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1"));
    if (url.port !== "") reading.options.set("port", url.port);
    if (url.username !== "") reading.options.set("user", decodeURIComponent(url.username));
    if (url.password !== "") {
      reading.options.set("password", decodeURIComponent(url.password));
      reading.spelledPassword = url.password;
    }
    const path = url.pathname.split("/").filter((part) => part !== "");
    if (path.length > 2) reading.problems.push("has more than an instance and a database in its path");
    if (path.length === 2) reading.options.set("instancename", decodeURIComponent(path[0] ?? ""));
    const database = path.at(-1);
    if (database !== undefined) reading.options.set("database", decodeURIComponent(database));
  } catch {
    reading.problems.push("holds a % that begins no %-escape; a % itself is written as %25");
    return;
  }
  if (url.hash !== "") reading.problems.push("holds an unescaped #; in the password it is written as %23");
  // A ? in a password ends the authority: what looks like options may be the password's rest.
  const trusted = !url.search.includes("@");
  for (const [name, value] of url.searchParams) setOption(reading, name, value, trusted);
}

function readAdo(text: string, reading: Reading): void {
  const pairs = parseAdoText(text);
  if (pairs === undefined || pairs.size === 0) {
    reading.problems.push("is neither an mssql:// URL nor a connection string of key=value; pairs");
    return;
  }
  for (const [name, value] of pairs) {
    // An unquoted ; in a password ends it: what looks like options may be the password's rest.
    const trusted = !reading.options.has("password") && !reading.options.has("clientsecret");
    setOption(reading, name, value, trusted);
  }
}

/** @param trusted whether the name can be shown: it is no piece of a password */
function setOption(reading: Reading, name: string, value: string, trusted: boolean): void {
  const plain = name.toLowerCase().replaceAll(/[\s_]/g, "");
  const option = (Object.hasOwn(aliases, plain) ? aliases[plain] : undefined) ?? plain;
  if (known.has(option)) reading.options.set(option, value);
  else if (ignored.has(option)) return;
  else if (trusted) reading.problems.push(`has the unknown option '${name}'`);
  else {
    reading.problems.push(
      "has an unknown option after the password: in a connection string a password with ; or quotes stands in quotes, in a URL ; ? & are written as %3B %3F %26",
    );
  }
}

/** `tcp:host,port`, `host\instance`, `.` and `(local)`. */
function addressOf(reading: Reading): Address {
  const { options, problems } = reading;
  let server = (options.get("server") ?? "").trim().replace(/^tcp:/i, "");
  if (/^(np|lpc|admin):/i.test(server)) problems.push("names a protocol other than tcp");
  let portText = options.get("port");
  const withPort = /^(.*),\s*([^,]*)$/.exec(server);
  if (withPort?.[1] !== undefined) [server, portText] = [withPort[1].trim(), withPort[2]];
  let instance = options.get("instancename");
  const withInstance = /^([^\\]*)\\(.*)$/.exec(server);
  if (withInstance?.[1] !== undefined) [server, instance] = [withInstance[1].trim(), withInstance[2]];
  if (server === "." || server.toLowerCase() === "(local)") server = "localhost";
  if (server.toLowerCase().startsWith("(localdb)")) problems.push("names LocalDB, which is not reachable by TCP");
  if (server === "") problems.push("names no server");
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    problems.push("has a port that is no number from 1 to 65535");
  }
  // A port wins over an instance name, as in SqlClient: the name is only there to look the port up.
  return { server, port, instance: port === undefined && instance !== "" ? instance : undefined };
}

function authenticationOf(reading: Reading): Pick<sql.config, "user" | "password" | "authentication"> {
  const { options, problems } = reading;
  const need = (name: string, what: string): string => {
    const value = options.get(name) ?? "";
    if (value === "") problems.push(`has no ${what}`);
    return value;
  };
  if (/^(true|yes|sspi)$/i.test(options.get("integratedsecurity") ?? "")) {
    problems.push(
      "asks for Windows authentication, which is not supported: give a SQL login or Authentication=Active Directory ...",
    );
    return {};
  }
  const clientId = options.get("clientid") ?? options.get("user");
  const kind = (options.get("authentication") ?? "").toLowerCase().replaceAll(/[\s-]/g, "");
  switch (kind) {
    case "":
    case "sqlpassword": {
      const hint = "(or Authentication=Active Directory Default for Entra)";
      return { user: need("user", `user ${hint}`), password: need("password", "password") };
    }
    case "activedirectorydefault":
    case "activedirectoryworkloadidentity":
      return {
        authentication: { type: "azure-active-directory-default", options: clientId === undefined ? {} : { clientId } },
      };
    case "activedirectorymanagedidentity":
    case "activedirectorymsi":
      return {
        authentication: {
          type: "azure-active-directory-msi-app-service",
          options: clientId === undefined ? {} : { clientId },
        },
      };
    case "activedirectoryserviceprincipal": {
      const secret = options.get("clientsecret") ?? options.get("password") ?? "";
      if (clientId === undefined || clientId === "") problems.push("has no Client ID of the service principal");
      if (secret === "") problems.push("has no Client Secret of the service principal");
      return {
        authentication: {
          type: "azure-active-directory-service-principal-secret",
          options: { clientId: clientId ?? "", clientSecret: secret, tenantId: need("tenantid", "Tenant ID") },
        },
      };
    }
    case "activedirectorypassword":
      return {
        authentication: {
          type: "azure-active-directory-password",
          options: {
            userName: need("user", "user"),
            password: need("password", "password"),
            clientId: need("clientid", "Client ID of the application"),
            tenantId: options.get("tenantid") ?? "common",
          },
        },
      };
    default:
      problems.push(
        "has an Authentication that is not supported; supported: Sql Password, Active Directory Default, " +
          "Active Directory Managed Identity, Active Directory Service Principal, Active Directory Password",
      );
      return {};
  }
}

function driverOptions(reading: Reading, address: Address): NonNullable<sql.config["options"]> {
  const { options, problems } = reading;
  const encrypt = (options.get("encrypt") ?? "true").toLowerCase();
  const encryption = {
    true: true,
    yes: true,
    mandatory: true,
    false: false,
    no: false,
    optional: false,
    strict: "strict",
  };
  if (!Object.hasOwn(encryption, encrypt)) problems.push("has an encrypt that is none of true, false, strict");
  if (/^readonly$/i.test(options.get("applicationintent") ?? "")) {
    problems.push("asks for a readable secondary, where Change Tracking cannot be read: leave ApplicationIntent out");
  }
  const packetSize = options.get("packetsize");
  if (packetSize !== undefined && !(Number(packetSize) >= 512 && Number(packetSize) <= 32_767)) {
    problems.push("has a packet size that is not between 512 and 32767");
  }
  return {
    appName: "mssql_sync",
    encrypt: encryption[encrypt as keyof typeof encryption],
    trustServerCertificate: flag(reading, "trustservercertificate"),
    // Failed attempts are counted, reported and repeated by the app itself.
    maxRetriesOnTransientErrors: 0,
    useUTC: true,
    // What indexed views and computed columns with indexes demand of every session that writes:
    // https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql
    enableAnsiNull: true,
    enableAnsiNullDefault: true,
    enableAnsiPadding: true,
    enableAnsiWarnings: true,
    enableArithAbort: true,
    enableConcatNullYieldsNull: true,
    enableQuotedIdentifier: true,
    enableNumericRoundabort: false,
    ...(address.instance === undefined ? {} : { instanceName: address.instance }),
    ...(packetSize === undefined ? {} : { packetSize: Number(packetSize) }),
    ...(flag(reading, "multisubnetfailover") ? { multiSubnetFailover: true } : {}),
  };
}

function flag(reading: Reading, name: string): boolean {
  const value = reading.options.get(name) ?? "false";
  if (/^(true|yes|1)$/i.test(value)) return true;
  if (!/^(false|no|0|)$/i.test(value)) reading.problems.push(`has a value of ${name} that is neither true nor false`);
  return false;
}

function seconds(reading: Reading, name: string, fallback: number): number {
  const value = reading.options.get(name);
  if (value === undefined) return fallback;
  if (!/^\d{1,6}$/.test(value)) reading.problems.push(`has a ${name} that is no number of seconds`);
  return Number(value);
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
