import { describe, expect, it } from "vitest";
import { describeProblem, readConfig, type Environment } from "../../../src/config.ts";

const good = {
  MSSQL_PRIMARY_URL: "mssql://sa:Password123!@localhost:1434/testct?encrypt=false",
  MSSQL_REPLICA_URL: "mssql://sa:Password123!@localhost:1435/testct?encrypt=false",
};

function problems(env: Environment): string[] {
  const result = readConfig({ ...good, ...env });
  return result.ok ? [] : result.problems.map(describeProblem);
}

describe("REDIS_AUTH", () => {
  it.each([
    [undefined, "redis://:p@h", "url"],
    ["", "redis://h", "url"],
    ["URL", "rediss://u:p@h:6380", "url"],
    ["entra", "rediss://cache.region.redis.azure.net:10000", "entra"],
    ["Entra", "rediss://h:10000/0", "entra"],
  ])("%j with %s", (REDIS_AUTH, REDIS_URL, expected) => {
    const result = readConfig({ ...good, REDIS_URL, REDIS_AUTH, AZURE_CLIENT_ID: " an-id " });
    expect(result.ok && result.config).toMatchObject({ redisAuth: expected, azureClientId: "an-id" });
  });

  it("knows no identity where none is named", () => {
    const result = readConfig({ ...good, REDIS_URL: "rediss://h", REDIS_AUTH: "entra", AZURE_CLIENT_ID: "" });
    expect(result.ok && result.config.azureClientId).toBeUndefined();
    expect(result.ok).toBe(true);
  });

  it.each([
    ["entra", "redis://h:10000", "REDIS_URL must begin with rediss:// (TLS) where REDIS_AUTH is entra"],
    ["entra", "rediss://:canary@h:10000", "REDIS_URL holds a user or password, and REDIS_AUTH is entra"],
    ["entra", "rediss://canary@h:10000", "REDIS_URL holds a user or password, and REDIS_AUTH is entra"],
    ["canary-password", "redis://h", "REDIS_AUTH must be url (log in by what REDIS_URL says) or entra"],
    ["url", "redis://:12?canary@h", "REDIS_URL is no URL"],
    ["url", "redis://h?canary", "REDIS_URL has text after ? or #"],
    ["url", "redis://h/0#canary", "REDIS_URL has text after ? or #"],
    ["url", "redis://%zz:canary@h", "REDIS_URL is no URL"],
  ])("%s with %s is a problem", (REDIS_AUTH, REDIS_URL, expected) => {
    const found = problems({ REDIS_URL, REDIS_AUTH });
    expect(found).toEqual([expect.stringContaining(expected)]);
    expect(found.join("\n")).not.toContain("canary");
  });
});
