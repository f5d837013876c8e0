import type { Finding } from "./finding.ts";
import type { RedisFacts } from "./redis-facts.ts";

const oldestMajor = 6;
const warningShare = 0.85;
const errorShare = 0.95;

/** What is to be said of the Redis server itself. Pure. */
export function redisFindings(facts: RedisFacts): Finding[] {
  if (Object.values(facts).every((fact) => fact === undefined)) {
    return [{ severity: "info", what: "Redis refuses INFO and CONFIG GET: its settings cannot be seen" }];
  }
  const { version, role, cluster } = facts;
  const findings = [...evictionFindings(facts), ...memoryFindings(facts), ...persistenceFindings(facts)];
  if (version !== undefined && Number(version.split(".")[0]) < oldestMajor) {
    findings.push({
      severity: "warning",
      what: `Redis is ${version}; ${oldestMajor}.0 is the oldest that this app knows`,
      fix: "use Redis 6 or newer, or Azure Managed Redis",
    });
  }
  if (role !== undefined && role !== "master") {
    findings.push({
      severity: "error",
      what: "REDIS_URL leads to a replica of Redis: what is written there is refused or lost",
      fix: "point REDIS_URL to the primary node",
    });
  }
  if (cluster === true) {
    findings.push({
      severity: "error",
      what: "Redis is a cluster: keys that are on other nodes answer MOVED",
      fix: "use a Redis without clustering: on Azure Managed Redis the clustering policy NoCluster or EnterpriseCluster",
    });
  }
  if (facts.evictionPolicy === undefined) {
    findings.push({
      severity: "info",
      what: "Redis does not tell its eviction policy: choose noeviction, so that no flag is ever thrown away",
    });
  }
  return findings;
}

/** https://redis.io/docs/latest/develop/reference/eviction/ */
function evictionFindings({ evictionPolicy: policy }: RedisFacts): Finding[] {
  if (policy === undefined || policy === "noeviction") return [];
  const fix = "CONFIG SET maxmemory-policy noeviction";
  // The leases are the only keys that expire.
  if (policy.startsWith("volatile-")) {
    return [
      {
        severity: "warning",
        what: `Redis may throw leases away when memory is short (maxmemory-policy ${policy}): two workers would do the same work`,
        fix,
      },
    ];
  }
  return [
    {
      severity: "error",
      what: `Redis may throw flags away when memory is short (maxmemory-policy ${policy}): a table without its flag is paused`,
      fix,
    },
  ];
}

function memoryFindings({ usedBytes, maxBytes }: RedisFacts): Finding[] {
  if (usedBytes === undefined || maxBytes === undefined || maxBytes === 0) return [];
  const used = usedBytes / maxBytes;
  if (used < warningShare) return [];
  return [
    {
      severity: used >= errorShare ? "error" : "warning",
      what: `Redis has used ${Math.floor(used * 100)} % of its memory`,
      fix: "CONFIG SET maxmemory to more, or a larger size of the service",
    },
  ];
}

function persistenceFindings({ appendOnly, snapshots }: RedisFacts): Finding[] {
  if (appendOnly === true || snapshots === true) return [];
  if (appendOnly === false && snapshots === false) {
    return [
      {
        severity: "warning",
        what: "Redis writes nothing to disk: a restart loses flags and orders that the ledger does not know yet",
        fix: "CONFIG SET appendonly yes",
      },
    ];
  }
  return [{ severity: "info", what: "Redis does not tell whether it writes its keys to disk: switch persistence on" }];
}
