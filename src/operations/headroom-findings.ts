import type { Finding } from "./finding.ts";
import type { TableReport } from "./table-report.ts";

/** Used-up shares of retention at which a table is warned of, and called in danger. */
const warningShare = 0.5;
const errorShare = 0.8;

/** Tables that retention is about to overtake; those that are paused wait for an operator and are no finding. Pure. */
export function headroomFindings(
  reports: readonly Pick<TableReport, "table" | "enabled" | "retentionUsed" | "retentionHeadroomHours">[],
  database: string,
): Finding[] {
  return reports.flatMap(({ table, enabled, retentionUsed, retentionHeadroomHours }): Finding[] => {
    if (!enabled || retentionUsed === null || retentionHeadroomHours === null || retentionUsed < warningShare)
      return [];
    const left =
      retentionHeadroomHours > 0
        ? `${retentionHeadroomHours} h are left before its changes may be cleaned up`
        : "its changes may be cleaned up at any moment";
    return [
      {
        severity: retentionUsed >= errorShare ? "error" : "warning",
        what: `${table}: ${Math.floor(retentionUsed * 100)} % of the primary's change retention is used up, ${left} and it must be loaded again`,
        fix: `ALTER DATABASE ${database} SET CHANGE_TRACKING (CHANGE_RETENTION = 7 DAYS);`,
      },
    ];
  });
}
