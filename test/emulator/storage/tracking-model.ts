import type { SqlValue } from "../values/sql-type.ts";
import type { Transaction } from "./transaction.ts";

/** The data of Change Tracking; what is done with it stands in change-tracking/. */

export type ChangeOperation = "I" | "U" | "D";

/** One change of one row, as the side table of a tracked table keeps it. */
export interface ChangeRecord {
  readonly version: number;
  readonly operation: ChangeOperation;
  /** Primary key values in key order. */
  readonly key: readonly SqlValue[];
  /** Ids of the columns an update named; null: all columns, or columns are not tracked. */
  readonly columnIds: readonly number[] | null;
  readonly context: Buffer | null;
}

/** Something that holds from a commit on: `since` is compared with a snapshot's number. */
export interface Since<T> {
  readonly since: number;
  readonly value: T;
}

export interface TableValidity {
  readonly beginVersion: number;
  readonly minValidVersion: number;
  readonly cleanupVersion: number;
}

export interface TableTracking {
  readonly objectId: number;
  readonly trackColumns: boolean;
  /** Primary key columns, in key order. */
  readonly keyColumnIds: readonly number[];
  /** By version, ascending; within one version in the order of the changes. */
  changes: ChangeRecord[];
  /** The last one counts; earlier ones for older snapshots. */
  validity: Since<TableValidity>[];
  /** Open transactions with changes in this table: READ COMMITTED readers of the changes wait for them. */
  readonly writers: Set<Transaction>;
}

/** A row of sys.dm_tran_commit_table. */
export interface CommitRow {
  readonly commitTs: number;
  readonly xdesId: number;
  readonly commitLbn: number;
  readonly commitCsn: number;
  /** Milliseconds since 1970 UTC; the view shows it as datetime. */
  readonly commitTime: number;
}

export interface DatabaseTracking {
  retention: { readonly value: number; readonly unit: "MINUTES" | "HOURS" | "DAYS" };
  autoCleanup: boolean;
  readonly tables: Map<number, TableTracking>;
  /** Versions in order with the commit from which they are seen; one without a row was taken by TRUNCATE. */
  versions: Since<number>[];
  commits: Since<CommitRow>[];
  /** The clock when auto cleanup last ran. */
  lastCleanup: number;
  /** sys.change_tracking_databases.max_cleanup_version; null: no cleanup has taken anything yet. */
  maxCleanupVersion: number | null;
  /** Validity of tables that were tracked before, by object id: tracking may be switched on again. */
  readonly former: Map<number, TableValidity>;
}
