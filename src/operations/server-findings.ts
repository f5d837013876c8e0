import { quoteName } from "../sql/quote.ts";
import type { Finding } from "./finding.ts";
import type { ServerFacts } from "./server-facts.ts";

/** SQL Server 2019. */
const oldestMajor = 15;
/** Of OPENJSON, with which the ledger's rows are moved. */
const oldestLevel = 130;

/** EngineEdition: 2 Standard and Web, 3 Enterprise and Developer, 4 Express. Only these have a version that tells what they can do. */
const boxed: ReadonlySet<number> = new Set([2, 3, 4]);
/** 5 Azure SQL Database, 8 Azure SQL Managed Instance: always new enough, whatever number they give. */
const cloud: ReadonlySet<number> = new Set([5, 8]);

/** What is to be said of a server and its database, but for rights and space. Pure. */
export function serverFindings(role: "primary" | "replica", database: string, facts: ServerFacts): Finding[] {
  const findings = [...editionFindings(role, facts), ...accessFindings(role, database, facts)];
  const name = quoteName(database);
  if (facts.autoClose) {
    findings.push({
      severity: "warning",
      what: `AUTO_CLOSE is on for the ${role}'s database: it is opened anew whenever nobody was connected for a moment`,
      fix: `ALTER DATABASE ${name} SET AUTO_CLOSE OFF;`,
    });
  }
  if (role === "primary") return findings;
  if (facts.compatibilityLevel < oldestLevel) {
    findings.push({
      severity: "error",
      what: `the replica's database has compatibility level ${facts.compatibilityLevel}: OPENJSON, which the ledger needs, asks for ${oldestLevel}`,
      fix: `ALTER DATABASE ${name} SET COMPATIBILITY_LEVEL = 150;`,
    });
  }
  if (!facts.readCommittedSnapshot) {
    findings.push({
      severity: "info",
      what: "READ_COMMITTED_SNAPSHOT is off on the replica: who reads a table there waits while rows are applied to it, and holds them up",
      fix: `ALTER DATABASE ${name} SET READ_COMMITTED_SNAPSHOT ON; -- needs a moment without other connections, or WITH ROLLBACK IMMEDIATE`,
    });
  }
  if (facts.delayedDurability === "FORCED") {
    findings.push({
      severity: "info",
      what: "delayed durability is forced on the replica: a crash there takes the last commits back, rows and ledger alike, and they come again",
      fix: `ALTER DATABASE ${name} SET DELAYED_DURABILITY = DISABLED;`,
    });
  }
  return findings;
}

function editionFindings(role: string, { engineEdition, productVersion, edition }: ServerFacts): Finding[] {
  if (cloud.has(engineEdition)) return [];
  if (!boxed.has(engineEdition)) {
    return [
      {
        severity: "warning",
        what: `the ${role} is ${edition} (engine edition ${engineEdition}), with which this app has not been tried`,
        fix: "use SQL Server 2019 or newer, Azure SQL Database or Azure SQL Managed Instance",
      },
    ];
  }
  const major = Number(productVersion.split(".")[0]);
  if (major >= oldestMajor) return [];
  return [
    {
      severity: "error",
      what: `the ${role} is SQL Server ${productVersion}; 2019 (15.0) is the oldest that this app knows`,
      fix: "move the database to SQL Server 2019 or newer, or to Azure SQL",
    },
  ];
}

function accessFindings(role: "primary" | "replica", database: string, facts: ServerFacts): Finding[] {
  const findings: Finding[] = [];
  const name = quoteName(database);
  if (facts.userAccess !== "MULTI_USER") {
    const single = facts.userAccess === "SINGLE_USER";
    findings.push({
      severity: single ? "error" : "warning",
      what: single
        ? `the ${role}'s database is in SINGLE_USER mode: one connection at a time, and the app needs several`
        : `the ${role}'s database is in RESTRICTED_USER mode: only its owners get in`,
      fix: `ALTER DATABASE ${name} SET MULTI_USER;`,
    });
  }
  const secondary = facts.updateability === "READ_ONLY" && !facts.readOnly;
  if (role === "replica" && facts.readOnly) {
    findings.push({
      severity: "fatal",
      what: "the replica's database is read-only",
      fix: `ALTER DATABASE ${name} SET READ_WRITE;`,
    });
  } else if (role === "replica" && secondary) {
    findings.push({
      severity: "fatal",
      what: "MSSQL_REPLICA_URL leads to a readable secondary, which takes no writes",
      fix: "point MSSQL_REPLICA_URL to the listener of the availability group or failover group",
    });
  } else if (role === "primary" && secondary) {
    findings.push({
      severity: "fatal",
      what: "MSSQL_PRIMARY_URL leads to a readable secondary, where Change Tracking cannot be read",
      fix: "point MSSQL_PRIMARY_URL to the listener of the availability group or failover group",
    });
  } else if (role === "primary" && facts.readOnly) {
    findings.push({ severity: "info", what: "the primary's database is read-only: nothing changes in it" });
  }
  return findings;
}

/** What is to be said of the two together. Pure. */
export function pairFindings(primary: ServerFacts, replica: ServerFacts, replicaDatabase: string): Finding[] {
  if (primary.collation === replica.collation) return [];
  return [
    {
      severity: "warning",
      what:
        `the replica's database has the collation ${replica.collation} and the primary's ${primary.collation}: columns keep their own, ` +
        "but literals, variables and #temp tables in modules compare by the database's, and may fail with error 468",
      fix: `make the replica's database anew: CREATE DATABASE ${quoteName(replicaDatabase)} COLLATE ${primary.collation};`,
    },
  ];
}
