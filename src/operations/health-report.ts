import type { TableState } from "../model/table-state.ts";
import type { SettingProblem } from "../config.ts";
import type { RedisAuth } from "../config/redis-setting.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import { quoteName } from "../sql/quote.ts";
import type { StrangeKey } from "../state/list-strange-keys.ts";
import type { Rebuilt } from "../state/redis-view.ts";
import type { Finding } from "./finding.ts";
import type { ModulesHealth } from "./modules-health.ts";
import type { TableReport } from "./table-report.ts";

export interface PartHealth {
  readonly reachable: boolean;
  /** Of one round trip, connecting included where there was no connection. */
  readonly milliseconds: number;
}

export interface PrimaryFacts {
  readonly currentVersion: string | null;
  readonly snapshotIsolation: boolean;
  readonly retentionMinutes: number | null;
  readonly autoCleanup: boolean;
}

export interface HealthReport {
  /** "degraded": the app works, and something is to be mended. */
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly findings: readonly Finding[];
  readonly settings: { readonly ok: boolean; readonly problems: readonly SettingProblem[] };
  /** `auth`: how the app logs in there. `rebuilt`: when and why Redis was last filled again from the ledger. */
  readonly redis?: PartHealth & { readonly auth?: RedisAuth; readonly rebuilt?: Rebuilt };
  readonly primary?: PartHealth & { readonly url: string } & Partial<PrimaryFacts>;
  readonly replica?: PartHealth & { readonly url: string; readonly ledgerId?: string };
  /** Number of tables by state. */
  readonly tables?: Readonly<Record<TableState, number>>;
  readonly modules?: ModulesHealth;
  readonly strangeKeys?: readonly StrangeKey[];
  readonly garbageValues?: readonly string[];
}

export function statusOf(findings: readonly Finding[]): HealthReport["status"] {
  if (findings.some(({ severity }) => severity === "fatal")) return "unhealthy";
  return findings.some(({ severity }) => severity !== "info") ? "degraded" : "healthy";
}

/** The report when the app could not even be made. */
export function unhealthySettings(problems: readonly SettingProblem[]): HealthReport {
  const findings = problems.map(({ variable, problem, example }): Finding => ({
    severity: "fatal",
    what: `${variable} ${problem}`,
    fix: `${variable}=${example}`,
  }));
  return { status: "unhealthy", findings, settings: { ok: false, problems } };
}

export function primaryFacts(primary: PrimaryView): PrimaryFacts {
  return {
    currentVersion: primary.currentVersion?.toString() ?? null,
    snapshotIsolation: primary.snapshotAllowed,
    retentionMinutes: primary.retentionMinutes ?? null,
    autoCleanup: primary.autoCleanup,
  };
}

/** Tables whose rows the replica does not take in wire form. Pure. */
export function transportFindings(
  reports: readonly Pick<TableReport, "table" | "transport" | "transportReason">[],
  setting: "auto" | "relay" | "driver",
): Finding[] {
  if (setting === "driver") return [];
  return reports
    .filter(({ transport }) => transport === "driver")
    .map(({ table, transportReason }) => ({
      severity: "warning",
      what: `the rows of ${table} travel by the slower driver path: ${transportReason ?? "the reason is not known"}`,
    }));
}

/** What is to be said of the primary's settings. Pure. */
export function primaryFindings(primary: PrimaryView, database: string): Finding[] {
  const findings: Finding[] = [];
  if (primary.currentVersion === undefined) {
    findings.push({
      severity: "fatal",
      what: "Change Tracking is off on the primary's database",
      fix: `ALTER DATABASE ${quoteName(database)} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);`,
    });
  }
  if (!primary.snapshotAllowed) {
    findings.push({
      severity: "warning",
      what: "snapshot isolation is off on the primary: rows of one delta may be from different moments until the next one",
      fix: `ALTER DATABASE ${quoteName(database)} SET ALLOW_SNAPSHOT_ISOLATION ON;`,
    });
  }
  if (!primary.seesDefinitions) {
    findings.push({
      severity: "warning",
      what: "the login has no VIEW DEFINITION on the primary: the catalog may leave tables out without an error",
      fix: "GRANT VIEW DEFINITION TO [login];",
    });
  }
  if (!primary.seesCommits) {
    const fork = primary.history.recoveryFork === undefined ? "" : " but by its recovery fork";
    findings.push({
      severity: "warning",
      what: `the login has no VIEW DATABASE STATE on the primary: a restore of the primary to the past cannot be recognised${fork} once it has grown beyond the watermarks`,
      fix: "GRANT VIEW DATABASE STATE TO [login];",
    });
  }
  return findings;
}
