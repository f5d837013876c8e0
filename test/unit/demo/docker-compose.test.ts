import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config.ts";
import { splitBatches } from "../../demo/sql-client.ts";

const project = join(import.meta.dirname, "../../..");
const compose = readFileSync(join(project, "docker-compose.yml"), "utf8");

function values(pattern: RegExp): string[] {
  return [...compose.matchAll(pattern)].map((match) => match[1] ?? "");
}

describe("docker-compose.yml", () => {
  it("publishes everything on loopback only", () => {
    const ports = values(/^ {6}- "(\S+:\d+)"$/gm);
    expect(ports).toEqual([
      "127.0.0.1:1434:1433",
      "127.0.0.1:1435:1433",
      "127.0.0.1:6379:6379",
      "127.0.0.1:10000:10000",
      "127.0.0.1:10001:10001",
      "127.0.0.1:10002:10002",
    ]);
  });

  it("pins every image", () => {
    const images = values(/^ +image: (\S+)$/gm);
    expect(images).toHaveLength(3);
    for (const image of images) expect(image).toMatch(/:\d[\w.-]*$/);
    expect(images[0]).toMatch(/^mcr\.microsoft\.com\/mssql\/server:2022-CU\d+-ubuntu-22\.04$/);
  });

  it("names the Redis container as the commands of the README do", () => {
    expect(compose).toContain("container_name: redis_sync_state");
    expect(compose).toContain('MSSQL_SA_PASSWORD: "Password123!"');
  });

  it("runs the demo's SQL on the primary only with --profile demo", () => {
    const service = /^ {2}init-primary:\n(?: {4}.*\n|\n)+/m.exec(compose)?.[0] ?? "";
    expect(service).toContain('profiles: ["demo"]');
    expect(service).toContain("-i /scenario/primary.sql");
    expect(values(/^ {4}profiles: (.*)$/gm)).toHaveLength(1);
  });
});

describe("the demo's SQL", () => {
  it("is what the README's setup types, and more tables", () => {
    const script = readFileSync(join(project, "test/demo/scenario/primary.sql"), "utf8");
    const batches = splitBatches(script).map((batch) => batch.replace(/^--.*\n/gm, "").replace(/\s+/g, " "));
    expect(batches.slice(0, 5)).toEqual([
      "CREATE DATABASE testct;",
      "USE testct;",
      "ALTER DATABASE testct SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);",
      "CREATE TABLE [User] ( id BIGINT PRIMARY KEY, username VARCHAR(100), email VARCHAR(100) );",
      "ALTER TABLE [User] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);",
    ]);
    expect(batches.filter((batch) => batch.includes("ENABLE CHANGE_TRACKING"))).toHaveLength(4);
  });
});

describe("local.settings.example.json", () => {
  it("leads to the servers of docker-compose and is right", () => {
    const { Values } = JSON.parse(readFileSync(join(project, "local.settings.example.json"), "utf8")) as {
      Values: Record<string, string>;
    };
    const result = readConfig(Values);
    expect(result.ok ? [] : result.problems).toEqual([]);
    expect(Values["MSSQL_PRIMARY_URL"]).toContain("localhost:1434/testct");
    expect(Values["MSSQL_REPLICA_URL"]).toContain("localhost:1435/testct");
  });
});
