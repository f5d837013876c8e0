import type { PrimaryView } from "../primary/inspect.ts";
import { quoteName } from "../sql/quote.ts";
import type { Finding } from "./finding.ts";

const shortestMinutes = 24 * 60;

/** What is to be said of how Change Tracking is set up, where it is on. Pure. */
export function trackingFindings(
  {
    currentVersion,
    retentionMinutes,
    autoCleanup,
  }: Pick<PrimaryView, "currentVersion" | "retentionMinutes" | "autoCleanup">,
  database: string,
): Finding[] {
  if (currentVersion === undefined || retentionMinutes === undefined) return [];
  const findings: Finding[] = [];
  const alter = `ALTER DATABASE ${quoteName(database)} SET CHANGE_TRACKING`;
  if (retentionMinutes < shortestMinutes) {
    findings.push({
      severity: "warning",
      what: `the primary keeps changes for ${hours(retentionMinutes)} only: after an outage of that length every table is loaded anew`,
      fix: `${alter} (CHANGE_RETENTION = 2 DAYS);`,
    });
  }
  if (!autoCleanup) {
    findings.push({
      severity: "warning",
      what: "the cleanup of old changes is off on the primary: its side tables grow without end",
      fix: `${alter} (AUTO_CLEANUP = ON);`,
    });
  }
  return findings;
}

function hours(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
