import type { LedgerRow } from "../model/ledger-row.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import type { Finding } from "./finding.ts";
import type { TableReport } from "./table-report.ts";
import { secondsBetween } from "./seconds-between.ts";

/** Used-up shares of retention at which a table is warned of, and called in danger. */
const warningShare = 0.5;
const errorShare = 0.8;

export interface RetentionHeadroom {
  /** Until cleanup may take the changes that the table still needs; negative: it may have. */
  readonly hours: number;
  /** Share of the retention period that is used up, 0 to 1 and beyond. */
  readonly used: number;
}

/**
 * How long a table may stay where it is before its history is lost; undefined where nothing can be said. By the primary's own clock on
 * both ends.
 */
export function retentionHeadroom(
  row: LedgerRow | undefined,
  primary: Pick<PrimaryView, "currentVersion" | "now" | "retentionMinutes">,
): RetentionHeadroom | undefined {
  if (row === undefined || primary.retentionMinutes === undefined) return undefined;
  const age =
    row.watermark === primary.currentVersion ? 0 : Math.max(0, secondsBetween(row.watermarkTime, primary.now));
  if (!Number.isFinite(age)) return undefined;
  const retention = primary.retentionMinutes * 60;
  return { hours: (retention - age) / 3600, used: age / retention };
}

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
