import type { Row, Session } from "../db/session.ts";
import type { CommitRow, HistoryMark, HistoryView } from "../model/history-mark.ts";
import type { Version } from "../model/version.ts";
import { historyQuery } from "../sql/history-query.ts";

/** What the primary says of a table's mark, and the mark that version `upTo` has now. */
export interface TableHistory {
  readonly view: HistoryView;
  readonly mark: HistoryMark;
}

/** One round trip; outside of the snapshot that reads rows. */
export async function readHistory(
  session: Session,
  known: HistoryMark | undefined,
  upTo: Version,
): Promise<TableHistory> {
  const rows = (await session.query(historyQuery(known?.commit?.version, upTo))).flat();
  const mark = newestMark(rows);
  return { mark, view: viewOf(known, markedCommits(rows), mark.recoveryFork) };
}

/** What a batch of `markedCommitsBatch` says of a mark. */
export function viewOf(
  known: HistoryMark | undefined,
  marked: ReadonlyMap<Version, HistoryView["commit"]>,
  recoveryFork: string | undefined,
): HistoryView {
  return { commit: known?.commit && marked.get(known.commit.version), recoveryFork };
}

/** The rowset of `markedCommitsBatch` among the rows of an answer, by version. */
export function markedCommits(rows: readonly Row[]): Map<Version, HistoryView["commit"]> {
  const marked = new Map<Version, HistoryView["commit"]>();
  for (const row of rows) {
    const version = row["marked_version"];
    if (typeof version !== "string") continue;
    const found = typeof row["commit_ts"] === "string" ? commitRow(row) : undefined;
    marked.set(BigInt(version), { found, othersStand: row["others_stand"] === 1 });
  }
  return marked;
}

/** The rowsets of `newestCommitBatch` among the rows of an answer. */
export function newestMark(rows: readonly Row[]): HistoryMark {
  const newest = rows.find((row) => !("marked_version" in row) && typeof row["commit_ts"] === "string");
  const fork = rows.find((row) => typeof row["recovery_fork"] === "string");
  return { commit: newest && commitRow(newest), recoveryFork: fork?.["recovery_fork"] as string | undefined };
}

function commitRow(row: Row): CommitRow {
  return {
    version: BigInt(row["commit_ts"] as string),
    transactionId: row["xdes_id"] as string,
    logBlock: row["commit_lbn"] as string,
    committedAt: row["commit_time"] as string,
  };
}
