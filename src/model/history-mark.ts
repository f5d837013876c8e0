import type { Version } from "./version.ts";

/**
 * A row of sys.dm_tran_commit_table: one committed transaction on tracked tables. The commit sequence number is left
 * out: it is the instance's, not the database's, and another one after a failover.
 * https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/change-tracking-sys-dm-tran-commit-table
 */
export interface CommitRow {
  /** commit_ts: the version that the transaction made. */
  readonly version: Version;
  /** xdes_id, as decimal text. */
  readonly transactionId: string;
  /** commit_lbn, as decimal text. */
  readonly logBlock: string;
  /** commit_time, to the minute, by the primary's clock. */
  readonly committedAt: string;
}

/**
 * What the primary's history looked like when a watermark was taken. Versions are mere numbers: after a restore to the
 * past and new writes a watermark looks valid again, though it stands for other transactions.
 */
export interface HistoryMark {
  /** The newest commit row at or below the watermark; undefined: the login could not see it, or there was none. */
  readonly commit: CommitRow | undefined;
  /** recovery_fork_guid; undefined where it cannot be seen (Azure SQL Database). */
  readonly recoveryFork: string | undefined;
}

/** What the primary says of a mark now. */
export interface HistoryView {
  /** undefined: the login may not read the commit table, or the mark has no commit row. */
  readonly commit:
    | {
        /** The row at the mark's version. */
        readonly found: CommitRow | undefined;
        /**
         * Whether rows stand below and above the mark's version: then neither did cleanup take the mark's, nor is it yet to be seen (a login
         * without VIEW SERVER STATE sees rows after a checkpoint only).
         */
        readonly othersStand: boolean;
      }
    | undefined;
  readonly recoveryFork: string | undefined;
}

/**
 * Why the history that a watermark belongs to is no longer the primary's; undefined: nothing tells against it. Commit
 * rows decide where they can be read, since a failover without loss keeps them; the recovery fork counts where they
 * cannot: it may call a forced failover without loss a rewritten history, which costs a load in place.
 */
export function rewrittenHistory(mark: HistoryMark | undefined, now: HistoryView): string | undefined {
  if (mark === undefined) return undefined;
  if (mark.commit !== undefined && now.commit !== undefined) {
    const { version } = mark.commit;
    const { found, othersStand } = now.commit;
    if (found === undefined) {
      return othersStand
        ? `the primary no longer has the transaction of version ${version}, though others before and after it stand: it was restored to the past`
        : undefined;
    }
    return sameCommit(found, mark.commit)
      ? undefined
      : `version ${version} is another transaction than it was (${found.committedAt}, was ${mark.commit.committedAt}): the primary was restored to the past`;
  }
  if (mark.recoveryFork === undefined || now.recoveryFork === undefined) return undefined;
  if (mark.recoveryFork === now.recoveryFork) return undefined;
  return `the primary was restored (its recovery fork is ${now.recoveryFork}, was ${mark.recoveryFork})`;
}

/** What the newest commit row alone tells of a mark: nothing (undefined) where it is newer than the mark's. */
export function viewFromNewest(
  mark: HistoryMark | undefined,
  newest: { readonly commit: CommitRow | undefined; readonly recoveryFork: string | undefined },
): HistoryView | undefined {
  const { commit, recoveryFork } = newest;
  if (mark?.commit === undefined || commit === undefined) return { commit: undefined, recoveryFork };
  if (commit.version > mark.commit.version) return undefined;
  const found = commit.version === mark.commit.version ? commit : undefined;
  return { commit: { found, othersStand: false }, recoveryFork };
}

/** The later mark, with the newer commit of both: a login may have seen more before than it does now. */
export function newerMark(before: HistoryMark | undefined, after: HistoryMark): HistoryMark {
  const [old, found] = [before?.commit, after.commit];
  return { ...after, commit: found === undefined || (old !== undefined && old.version > found.version) ? old : found };
}

export function sameCommit(one: CommitRow | undefined, other: CommitRow | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.version === other.version &&
    one.transactionId === other.transactionId &&
    one.logBlock === other.logBlock &&
    one.committedAt === other.committedAt
  );
}

/** The mark as the ledger keeps it. */
export function historyMarkJson(mark: HistoryMark): string {
  const { commit, recoveryFork } = mark;
  return JSON.stringify({ ...(commit && { ...commit, version: commit.version.toString() }), recoveryFork });
}

/** @throws Error when the text was not made by `historyMarkJson` */
export function parseHistoryMark(text: string): HistoryMark {
  const kept = JSON.parse(text) as Partial<Record<keyof CommitRow | "recoveryFork", string>>;
  const { version, transactionId, logBlock, committedAt, recoveryFork } = kept;
  if (version === undefined) return { commit: undefined, recoveryFork };
  if (transactionId === undefined || logBlock === undefined || committedAt === undefined) {
    throw new Error(`read a history mark: ${text} lacks a part of its commit row`);
  }
  return { commit: { version: BigInt(version), transactionId, logBlock, committedAt }, recoveryFork };
}
