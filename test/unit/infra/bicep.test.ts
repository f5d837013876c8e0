import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../../src/config.ts";

const project = join(import.meta.dirname, "../../..");
const read = (file: string): string => readFileSync(join(project, file), "utf8");
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

const modules = readdirSync(join(project, "infra/modules")).map((file) => `infra/modules/${file}`);
const templates = ["infra/main.bicep", ...modules];
const parameterFiles = readdirSync(join(project, "infra")).filter((file) => file.endsWith(".bicepparam"));
const main = read("infra/main.bicep");
const functionApp = read("infra/modules/function-app.bicep");
const appSettings = read("infra/modules/app-settings.bicep");

/** Settings of the app with the values that it has where none is given. */
const defaults = new Map(
  [
    ...(/const examples = \{([^]*?)\} as const/.exec(read("src/config.ts"))?.[1] ?? "").matchAll(
      /^ {2}([A-Z]\w+): "(.*)",$/gm,
    ),
  ].map(([, name = "", value = ""]) => [name, value]),
);

/** What telemetry, identities and the log-in at Redis read besides. */
const otherSettings = [
  ...all(read("src/telemetry/telemetry-setting.ts"), /text\("([A-Z]\w+)"\)/g),
  ...all(read("src/config.ts"), /env\["([A-Z]\w+)"\]/g),
  // The exporter itself: https://learn.microsoft.com/azure/azure-monitor/app/statsbeat
  "APPLICATION_INSIGHTS_NO_STATSBEAT",
];

/** What the platform reads: https://learn.microsoft.com/azure/azure-functions/functions-app-settings */
const platformSettings = [
  ...["blobServiceUri", "queueServiceUri", "tableServiceUri", "credential", "clientId"].map(
    (part) => `AzureWebJobsStorage__${part}`,
  ),
  ...["FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE"],
  "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
  "AzureWebJobs.syncModules.Disabled",
];

describe.each(templates)("%s", (file) => {
  it("describes every parameter, output and property of a type", () => {
    const lines = read(file).split("\n");
    for (const [i, line] of lines.entries()) {
      if (!/^(param|output|type) |^ {2}\w+: .*(\?|string|int|bool|'|\])$/.test(line)) continue;
      if (line.startsWith("  ") && !insideType(lines, i)) continue;
      const above = lines.slice(0, i).findLastIndex((text) => text === "" || /^[^@ \])}]/.test(text));
      expect(lines.slice(above + 1, i).join("\n"), `${file}:${i + 1} ${line}`).toMatch(/^ *@description\('.{10,}'\)$/m);
    }
  });

  it("names headings of the runbook and files that exist", () => {
    const headings = new Set(
      all(read("docs/operations.md"), /^#+ (.+)$/gm).map((heading) =>
        heading
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    for (const anchor of all(read(file), /operations\.md#([\w-]+)/g)) expect(headings, file).toContain(anchor);
    for (const script of all(read(file), /\b(infra\/[\w./-]+\.(?:sql|json|kql))\b/g))
      expect(() => read(script)).not.toThrow();
  });
});

/** Whether a line stands in `type ... = {`. */
function insideType(lines: readonly string[], at: number): boolean {
  const opened = lines.slice(0, at).findLastIndex((line) => /^\S.*[{[]$/.test(line));
  return lines[opened]?.startsWith("type ") === true && !lines.slice(opened, at).includes("}");
}

describe("the app's settings", () => {
  const set = all(appSettings, /^ +'?([A-Z][\w.]+)'?: /gm);

  it("are each read by the app or by the platform", () => {
    expect(set.length).toBeGreaterThan(20);
    for (const name of set) expect([...defaults.keys(), ...otherSettings, ...platformSettings]).toContain(name);
  });

  it("have every setting of the app among them", () => {
    expect(defaults.size).toBeGreaterThan(10);
    for (const name of defaults.keys()) expect(set).toContain(name);
  });

  it("say the default that the app has", () => {
    const told = [...read("infra/modules/types.bicep").matchAll(/: ([A-Z][A-Z_]+)\. Default (.+)\.'\)/g)];
    expect(told.length).toBeGreaterThanOrEqual(10);
    for (const [, name = "", value = ""] of told) {
      const period = /^every (\d+) seconds$/.exec(value)?.[1];
      const text = period === undefined ? value.replaceAll("`", "") : `*/${period} * * * * *`;
      expect(text, name).toBe(name === "VERIFY_SCHEDULE" ? "only when asked" : defaults.get(name));
    }
  });

  it("lead to both databases and to Redis by the identity, in a form that the app understands", () => {
    const clientId = "6c2b6a43-6f5c-4b55-9d3c-0c1c9f6d1a01";
    const login = template("login")
      .replace(/\$\{userAssigned \? '([^']*)' : ''\}/, "$1")
      .replaceAll("${clientId}", clientId);
    const place = (text: string, database: string): string =>
      text
        .replace(/\$\{replace\(\w+!\.database, '"', '""'\)\}/, database.replaceAll('"', '""'))
        .replace(/\$\{\w+!\.server\}/, `${database.length}.example.com`)
        .replace(/\$\{\w+!\.port\}/, "1433")
        .replaceAll("${login}", login);
    const result = readConfig({
      MSSQL_PRIMARY_URL: place(template("primaryText"), 'a;"b" c'),
      MSSQL_REPLICA_URL: place(template("replicaText"), "Shop"),
      REDIS_URL: "rediss://redis-mssql-sync-dev.westeurope.redis.azure.net:10000",
      REDIS_AUTH: /redisAuth: ownRedis \? '(\w+)'/.exec(main)?.[1],
    });
    expect(result.ok ? [] : result.problems).toEqual([]);
    if (!result.ok) return;
    expect(result.config.primary.config).toMatchObject({
      server: "7.example.com",
      database: 'a;"b" c',
      authentication: { type: "azure-active-directory-msi-app-service", options: { clientId } },
      options: { encrypt: true },
    });
    expect(result.config.redisAuth).toBe("entra");
  });
});

/** The text of `var name = '...'` or `var name = ... : '...'`. */
function template(name: string): string {
  return new RegExp(`^var ${name} =[^]*?'((?:Server|Encrypt)=.*)'$`, "m").exec(main)?.[1] ?? "";
}

describe("the function app", () => {
  const functions = readdirSync(join(project, "functions"))
    .map((file) => read(`functions/${file}`))
    .join("\n");

  it("keeps an instance ready for each timer that always runs", () => {
    const timers = all(functions, /^app\.timer\("(\w+)"/gm);
    expect(timers.length).toBe(2);
    expect(all(functionApp, /name: 'function:(\w+)'/g).sort()).toEqual(timers.sort());
  });

  it("is looked after by a route that needs no key", () => {
    const route = /healthCheckPath: '\/api\/([\w/]+)'/.exec(functionApp)?.[1];
    expect(functions).toMatch(new RegExp(`authLevel: "anonymous",\\s+route: "${route}"`));
  });

  it("is switched by settings that name functions", () => {
    for (const name of all(appSettings, /AzureWebJobs\.(\w+)\.Disabled/g)) expect(functions).toContain(`"${name}"`);
  });
});

describe("what must not come out", () => {
  it("is a secure parameter in every template", () => {
    for (const file of ["infra/main.bicep", "infra/modules/key-vault.bicep"]) {
      for (const name of ["primaryUrl", "replicaUrl", file.endsWith("main.bicep") ? "existingRedisUrl" : "redisUrl"]) {
        expect(read(file)).toMatch(new RegExp(`@secure\\(\\)\nparam ${name} string`));
      }
    }
  });

  it("is no key: none is allowed, none is read", () => {
    expect(read("infra/modules/storage.bicep")).toContain("allowSharedKeyAccess: false");
    expect(read("infra/modules/redis.bicep")).toContain("accessKeysAuthentication: 'Disabled'");
    expect(read("infra/modules/monitoring.bicep")).toContain("DisableLocalAuth: true");
    for (const file of templates) expect(read(file), file).not.toMatch(/\blist(Keys|Secrets|AccountSas)\b|AccountKey=/);
  });
});

describe("azure.yaml", () => {
  const azd = parse(read("azure.yaml")) as {
    readonly infra: { readonly path: string; readonly module: string };
    readonly services: Readonly<
      Record<string, { readonly dist: string; readonly host: string; readonly project: string }>
    >;
  };

  it("deploys the folder that the package is made in, to the app that has the service's name", () => {
    expect(Object.keys(azd.services)).toEqual(all(main, /'azd-service-name': '(\w+)'/g));
    const [service] = Object.values(azd.services);
    expect(service).toMatchObject({ host: "function", project: ".", dist: "dist/package" });
    expect(read("infra/bundle.ts") + read("infra/package.ts")).toMatch(/"package"|dist\/package/);
    expect(main).toContain("'azd-env-name': environmentName");
  });

  it("finds the template and its parameters", () => {
    expect(() => read(`${azd.infra.path}/${azd.infra.module}.bicep`)).not.toThrow();
    expect(parameterFiles).toEqual(["dev.bicepparam", "main.bicepparam", "prod.bicepparam"]);
  });
});

describe("the Bicep compiler, where it is installed", () => {
  const bicep = (...args: string[]) =>
    spawnSync("bicep", args, { cwd: join(project, "infra"), encoding: "utf8", timeout: 60_000 });
  const installed = bicep("--version").status === 0;

  it.runIf(installed)("builds and lints everything without a word", { timeout: 120_000 }, () => {
    for (const file of templates.map((template) => template.replace("infra/", ""))) {
      expect(bicep("format", file, "--stdout").stdout.trimEnd(), file).toBe(read(`infra/${file}`).trimEnd());
    }
    // Tells what the linter finds in the modules too.
    expect(bicep("build", "main.bicep", "--stdout")).toMatchObject({ status: 0, stderr: "" });
    expect(bicep("lint", "main.bicep")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    for (const file of parameterFiles) {
      expect(bicep("build-params", file, "--stdout")).toMatchObject({ status: 0, stderr: "" });
    }
  });
});
