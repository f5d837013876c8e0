import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config.ts";
import { describeError } from "../../../src/describe-error.ts";
import { invocationError } from "../../../src/invocation-error.ts";
import { createLog, redactor } from "../../../src/log.ts";
import { hardPasswords, leaks, spellings } from "../../support/canaries.ts";

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const inUrl = (text: string): string => encodeURIComponent(text).replaceAll("'", "%27");

function secretsOf(env: Record<string, string>): readonly string[] {
  const result = readConfig(env);
  if (!result.ok) throw new Error(result.problems.map(({ problem }) => problem).join("; "));
  return result.config.secrets;
}

describe.each(hardPasswords)("the password %j", (password) => {
  const mssqlUrl = `mssql://sa:${inUrl(password)}@h:1433/db`;
  const ado = `Server=h;Database=db2;User Id=sa;Password=${quoted(password)};Encrypt=true`;
  const servicePrincipal = `Server=h;Database=db3;Authentication=Active Directory Service Principal;Client ID=id;Tenant ID=t;Client Secret=${quoted(password)}`;
  const redisUrl = `redis://user:${inUrl(password)}@h:6379`;
  const plain = "mssql://sa:other-pw@h:1433/other";

  it.each([
    ["MSSQL_PRIMARY_URL as a URL", { MSSQL_PRIMARY_URL: mssqlUrl, MSSQL_REPLICA_URL: plain, REDIS_URL: "redis://h" }],
    ["MSSQL_PRIMARY_URL as ADO", { MSSQL_PRIMARY_URL: ado, MSSQL_REPLICA_URL: plain, REDIS_URL: "redis://h" }],
    ["a client secret", { MSSQL_PRIMARY_URL: plain, MSSQL_REPLICA_URL: servicePrincipal, REDIS_URL: "redis://h" }],
    ["REDIS_URL", { MSSQL_PRIMARY_URL: plain, MSSQL_REPLICA_URL: ado.replace("db2", "db4"), REDIS_URL: redisUrl }],
  ])("is hidden in every spelling when it comes from %s", (_, env) => {
    const redact = redactor(secretsOf(env));
    const lines: string[] = [];
    const log = createLog((_level, line) => lines.push(line), redact);
    for (const spelling of spellings(password)) {
      log.error(`failed with ${spelling}`, { text: `a ${spelling} b`, nested: [{ deep: spelling }] });
      log.warn("connect", { error: new Error("outer", { cause: new Error(`driver says ${spelling}!`) }) });
    }
    // A driver that repeats its whole setting.
    for (const setting of Object.values(env)) {
      log.error("connect", { error: new Error(`Failed to connect with ${setting} (state 1)`) });
      const thrown = invocationError(new Error(`with ${setting}`, { cause: new Error(setting) }), redact);
      lines.push(inspect(thrown, { depth: 9 }));
    }
    const texts = [
      ...lines,
      ...lines.filter((line) => line.startsWith("{")).map((line) => JSON.stringify(JSON.parse(line))),
    ];
    expect(texts.filter((text) => leaks(text, password, "other-pw").length > 0)).toEqual([]);
    expect(texts.join("\n")).not.toContain("canary");
  });
});

describe("credentials that the settings do not name", () => {
  const redact = redactor([]);
  it.each([
    "mssql://sa:canary@h/db",
    "mssql://sa:canary/1@can@ary@h/db",
    `redis://:canary"'x@h`,
    "Server=h;Password=canary words with blanks;Database=d",
    `Server=h;Pwd="canary""canary";x=y`,
    "Server=h;pwd='canary''canary';x=y",
    `Password="canary without an end`,
    "Client Secret=canary",
    "client_secret=canary&grant_type=x",
    '{"password":"can\\"ary canary","user":"sa"}',
    '{"client_secret": "canary"}',
    "AccountKey=canary==;EndpointSuffix=core.windows.net",
    "SharedAccessKey=canary=",
    "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJjYW5hcnkifQ.canarysignature",
  ])("are hidden: %s", (text) => {
    expect(redact(`before ${text}`)).not.toContain("canary");
    expect(redact(`before ${text}`)).toContain("before ");
  });

  it.each([
    "mssql://h:1433/db",
    "Login failed for user 'sa'. (SQL error 18456)",
    "user or password are wrong; check MSSQL_PRIMARY_URL",
    "CREATE LOGIN [login] in master",
    "rows 1..5 of a@b.c",
  ])("leaves %s as it is", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("problems of settings", () => {
  it.each([
    ["an unquoted ;", "Server=h;Database=d;User Id=sa;Password=can;ary=1;x canary=2"],
    ["an unquoted ; and no =", "Server=h;Database=d;User Id=sa;Password=can;canary"],
    ["a quote without its end", `Server=h;Database=d;User Id=sa;Password="canary;Encrypt=true`],
    ["a ? in a URL", "mssql://sa:12?canary=x@h:1433/db"],
    ["a ? and an &", "mssql://sa:12?a&canary@h:1433/db"],
    ["a # in a URL", "mssql://sa:12#canary@h:1433/db"],
    ["a / in a URL", "mssql://sa:12/canary@h:1433/db"],
    ["an @ in a URL", "mssql://sa:can@ary@h:1433/db?canary=1@"],
    ["a % in a URL", "mssql://sa:canary%zz@h/db"],
    ["a wrong port", "mssql://sa:canary@h:99999/db"],
    ["an unknown authentication", "Server=h;Database=d;Authentication=canary;Password=canary"],
    ["a wrong number", "Server=h;Database=d;User Id=sa;Password=p;Connect Timeout=canary;Packet Size=canary"],
  ])("never repeat a password with %s", (_, setting) => {
    const result = readConfig({
      MSSQL_PRIMARY_URL: setting,
      MSSQL_REPLICA_URL: setting,
      REDIS_URL: `redis://:canary%zz@h`,
    });
    expect(result.ok).toBe(false);
    const text = result.ok ? "" : JSON.stringify(result.problems);
    expect(text).not.toMatch(/canary|ary@|can@/);
  });

  it("knows the secrets that belong to libraries", () => {
    const secrets = secretsOf({
      MSSQL_PRIMARY_URL: "mssql://sa:pw1@h/a",
      MSSQL_REPLICA_URL: "mssql://sa:pw2@h/b",
      REDIS_URL: "redis://h",
      AZURE_CLIENT_SECRET: "canary-1",
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=canary-2,other=canary-3",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x=canary-4",
    });
    expect(secrets).toEqual(["pw1", "pw2", "canary-1", "canary-2", "canary-3", "canary-4"]);
  });
});

describe("lines of the log", () => {
  const hostile = 'x\r\n{"level":"info","event":"forged"}\n\u2028\u2029\u0085\u001b[2J\u202eevil\u2066\u007f';

  it("are one line a record, without controls, and read back as they were", () => {
    const lines: string[] = [];
    const log = createLog((_level, line) => lines.push(line), redactor([]));
    log.with({ table: hostile }).info(hostile, { [hostile]: hostile, error: new Error(hostile) });
    const [line = ""] = lines;
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    expect(JSON.parse(line)).toMatchObject({ table: hostile, event: hostile, [hostile]: hostile });
  });

  it("are one line for an error, too", () => {
    const text = describeError(new Error(hostile, { cause: new Error("b\nc") }));
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(invocationError(new Error(hostile), redactor([])).message).not.toContain("\n");
  });
});
