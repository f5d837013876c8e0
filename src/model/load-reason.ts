import { type HistoryView, rewrittenHistory } from "./history-mark.ts";
import type { LedgerRow } from "./ledger-row.ts";
import type { Version } from "./version.ts";

/** What the primary says of a table at one moment: the catalog's identity of it, and what Change Tracking still knows. */
export interface TrackingFacts {
  readonly objectId: number;
  readonly beginVersion: Version;
  readonly minValidVersion: Version | undefined;
  readonly currentVersion: Version;
  /** What the primary says of the row's history mark; undefined: not looked at. */
  readonly history?: HistoryView | undefined;
}

/**
 * Why a watermark cannot be continued from, in words for the operator; undefined when it can. Signs of a TRUNCATE come
 * before any comparison of versions: neither is documented to take a version of its own.
 * https://learn.microsoft.com/sql/relational-databases/track-changes/work-with-change-tracking-sql-server
 */
export function lostHistory(
  row: Pick<LedgerRow, "objectId" | "beginVersion" | "watermark" | "historyMark">,
  facts: TrackingFacts,
): string | undefined {
  if (facts.objectId !== row.objectId) {
    return `the table was dropped and made again on the primary (object_id ${row.objectId} is now ${facts.objectId})`;
  }
  if (facts.beginVersion !== row.beginVersion) {
    return `the table was truncated, or its tracking switched off and on (begin version ${row.beginVersion} is now ${facts.beginVersion})`;
  }
  if (facts.currentVersion < row.watermark) {
    return `the primary's version ${facts.currentVersion} is below the watermark ${row.watermark}: it was restored to the past`;
  }
  const rewritten = facts.history && rewrittenHistory(row.historyMark, facts.history);
  if (rewritten !== undefined) return rewritten;
  if (facts.minValidVersion !== undefined && row.watermark < facts.minValidVersion) {
    return `changes up to version ${facts.minValidVersion} are cleaned up on the primary, the watermark is ${row.watermark}`;
  }
  return undefined;
}
