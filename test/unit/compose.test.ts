import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import { readConfig } from "../../src/config.ts";

const project = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(project, file), "utf8");

interface Service {
  readonly image: string;
  readonly container_name?: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

// "<<" as Docker Compose reads it.
const compose = parse(read("docker-compose.yml"), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const { Values: settings } = JSON.parse(read("local.settings.example.json")) as { Values: Record<string, string> };

/** The service that publishes a port of this machine, and its own port behind it. */
function publishedAt(port: number): { readonly service: string; readonly port: number } | undefined {
  for (const [service, { ports = [] }] of services) {
    for (const published of ports) {
      const [, host, own] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(published) ?? [];
      if (Number(host) === port) return { service, port: Number(own) };
    }
  }
  return undefined;
}

describe("docker-compose.yml", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const fits = ajv.compile(JSON.parse(read("test/support/compose-spec.json")) as object);

  it("is what the Compose Specification says", () => {
    expect(fits(compose) ? [] : fits.errors).toEqual([]);
  });

  it.each([
    ["a service without a known word", { services: { a: { image: "a:1", port: ["1:1"] } } }],
    ["ports that are no list", { services: { a: { image: "a:1", ports: "1:1" } } }],
    ["a dependency without a condition", { services: { a: { image: "a:1", depends_on: { b: {} } } } }],
  ])("would not be with %s", (_, broken) => {
    expect(fits(broken)).toBe(false);
  });

  it.each(services)("pins the image of %s to one version", (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:(\d+\.\d+\.\d+[\w.-]*|\d{4}-CU\d+(-GDR\d+)?-ubuntu-\d\d\.\d\d)$/);
  });

  it.each(services)("publishes nothing of %s beyond loopback", (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services.filter(([, { ports }]) => ports !== undefined))("looks after the health of %s", (_, service) => {
    expect(service.healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/);
  });

  it.each(services)("knows all that %s waits for", (_, { depends_on = {} }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(compose.services[name]).toBeDefined();
      if (condition === "service_healthy") expect(compose.services[name]?.healthcheck?.disable).not.toBe(true);
    }
  });

  it.each(services)("declares the volumes of %s", (_, { volumes = [] }) => {
    for (const volume of volumes) {
      const [source = ""] = volume.split(":");
      if (!source.startsWith(".")) expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it("names the Redis container as the README's commands do", () => {
    expect(compose.services["redis"]?.container_name).toBe("redis_sync_state");
    expect(read("README.md")).toContain("docker exec redis_sync_state redis-cli");
  });

  it("runs the demo's SQL on the primary only with --profile demo", () => {
    expect(services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)).toEqual([
      "init-primary",
    ]);
    expect(compose.services["init-primary"]?.profiles).toEqual(["demo"]);
    expect(compose.services["init-primary"]?.command?.join("\n")).toContain("-i /scenario/primary.sql");
  });

  it("gives each published port to one service", () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(":")[1]));
    expect(new Set(ports)).toEqual(new Set(["1434", "1435", "6379", "10000", "10001", "10002"]));
    expect(ports).toHaveLength(6);
  });
});

describe("local.settings.example.json on docker-compose.yml", () => {
  it("is right in itself", () => {
    const result = readConfig(settings);
    expect(result.ok ? [] : result.problems).toEqual([]);
  });

  it.each([
    ["MSSQL_PRIMARY_URL", "primary"],
    ["MSSQL_REPLICA_URL", "replica"],
  ])("%s leads to the %s, with its password", (variable, service) => {
    const parsed = parseDatabaseSetting(settings[variable] ?? "", 1);
    const config = parsed.ok ? parsed.value.config : undefined;
    expect(publishedAt(config?.port ?? 0)).toEqual({ service, port: 1433 });
    expect(config).toMatchObject({
      server: "localhost",
      user: "sa",
      password: compose.services[service]?.environment?.["MSSQL_SA_PASSWORD"],
    });
    expect(compose.services[service]?.environment).toMatchObject({ ACCEPT_EULA: "Y" });
  });

  it("REDIS_URL leads to Redis, which forgets nothing by itself", () => {
    expect(publishedAt(Number(new URL(settings["REDIS_URL"] ?? "").port))).toEqual({ service: "redis", port: 6379 });
    expect(compose.services["redis"]?.command).toEqual(
      expect.arrayContaining(["--appendonly", "yes", "--maxmemory-policy", "noeviction"]),
    );
  });

  it("AzureWebJobsStorage finds its blobs, queues and tables", () => {
    // What UseDevelopmentStorage=true stands for:
    // https://learn.microsoft.com/azure/storage/common/storage-use-azurite#http-connection-strings
    expect(settings["AzureWebJobsStorage"]).toBe("UseDevelopmentStorage=true");
    for (const port of [10000, 10001, 10002]) expect(publishedAt(port)).toEqual({ service: "azurite", port });
    for (const host of ["--blobHost", "--queueHost", "--tableHost"]) {
      const { command = [] } = compose.services["azurite"] ?? {};
      expect(command[command.indexOf(host) + 1]).toBe("0.0.0.0");
    }
    expect(settings["FUNCTIONS_WORKER_RUNTIME"]).toBe("node");
  });
});
