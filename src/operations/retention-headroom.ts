import type { LedgerRow } from "../model/ledger-row.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import { secondsBetween } from "./seconds-between.ts";

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
