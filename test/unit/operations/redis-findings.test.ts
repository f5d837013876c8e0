import { describe, expect, it } from "vitest";
import { redisFacts } from "../../../src/operations/redis-facts.ts";
import { redisFindings } from "../../../src/operations/redis-findings.ts";

/** Lines of INFO as Redis 7.2 writes them: https://redis.io/docs/latest/commands/info/ */
const info = [
  "# Server",
  "redis_version:7.2.4",
  "redis_mode:standalone",
  "executable:/usr/bin/redis-server",
  "",
  "# Memory",
  "used_memory:1048576",
  "used_memory_human:1.00M",
  "maxmemory:2097152",
  "maxmemory_human:2.00M",
  "maxmemory_policy:noeviction",
  "",
  "# Persistence",
  "rdb_changes_since_last_save:0",
  "rdb_last_save_time:1700000000",
  "aof_enabled:1",
  "",
  "# Replication",
  "role:master",
  "connected_slaves:0",
  "",
  "# Cluster",
  "cluster_enabled:0",
  "",
].join("\r\n");

const good = redisFacts(info, { save: "" });

describe("redisFacts", () => {
  it("reads INFO", () => {
    expect(good).toEqual({
      version: "7.2.4",
      role: "master",
      cluster: false,
      evictionPolicy: "noeviction",
      usedBytes: 1048576,
      maxBytes: 2097152,
      appendOnly: true,
      snapshots: false,
    });
  });

  it("takes from CONFIG GET what INFO leaves out", () => {
    const config = { "maxmemory-policy": "allkeys-lru", maxmemory: "0", appendonly: "no", save: "3600 1" };
    expect(redisFacts("redis_version:6.2.0\r\n", config)).toMatchObject({
      evictionPolicy: "allkeys-lru",
      maxBytes: 0,
      appendOnly: false,
      snapshots: true,
    });
  });

  it("knows nothing where both are refused", () => {
    expect(Object.values(redisFacts(undefined, {})).filter((fact) => fact !== undefined)).toEqual([]);
  });
});

describe("redisFindings", () => {
  it.each([
    ["as it should be", {}, []],
    ["without a limit", { maxBytes: 0, usedBytes: 10 ** 10 }, []],
    ["only snapshots", { appendOnly: false, snapshots: true }, []],
    ["one that evicts all", { evictionPolicy: "allkeys-lfu" }, [/^error .*flags away.*allkeys-lfu/]],
    ["one that evicts leases", { evictionPolicy: "volatile-lru" }, [/^warning .*leases away.*volatile-lru/]],
    ["one that hides its policy", { evictionPolicy: undefined }, [/^info Redis does not tell its eviction policy/]],
    ["nothing on disk", { appendOnly: false, snapshots: false }, [/^warning Redis writes nothing to disk/]],
    ["one that hides persistence", { appendOnly: false, snapshots: undefined }, [/^info .*persistence/]],
    ["a replica", { role: "slave" }, [/^error REDIS_URL leads to a replica/]],
    ["a cluster", { cluster: true }, [/^error Redis is a cluster/]],
    ["an old one", { version: "5.0.14" }, [/^warning Redis is 5\.0\.14/]],
    ["a full one", { usedBytes: 2_080_000 }, [/^error Redis has used 99 % of its memory/]],
    ["one that fills up", { usedBytes: 1_850_000 }, [/^warning Redis has used 88 % of its memory/]],
  ])("%s", (_, change, patterns) => {
    const found = redisFindings({ ...good, ...change }).map(({ severity, what }) => `${severity} ${what}`);
    expect(found).toEqual(patterns.map((pattern) => expect.stringMatching(pattern) as string));
  });

  it("says once that nothing can be seen", () => {
    const found = redisFindings(redisFacts(undefined, {}));
    expect(found).toEqual([{ severity: "info", what: expect.stringMatching(/refuses INFO and CONFIG GET/) as string }]);
  });
});
