import type { SqlRow } from "../values/sql-type.ts";
import type { Transaction } from "./transaction.ts";

/** An earlier state of a row, for snapshots that are older than `RowEntry.stamp`. Newest first. */
export interface OldVersion {
  readonly row: SqlRow;
  readonly deleted: boolean;
  readonly stamp: number;
  readonly older: OldVersion | null;
}

/**
 * One row with its versions. The values of its key columns (of every index) never change: an update that changes one
 * deletes this entry and makes another. That is what lets all indexes hold entries and no keys of their own.
 */
export class RowEntry {
  /** Insertion order in the table; decides among equal keys. */
  readonly id: number;
  /** The newest state, committed or not. Never written into: an update puts another array here. */
  row: SqlRow;
  deleted = false;
  /** Commit number of the newest state; means nothing while `writer` is set. */
  stamp = 0;
  /** The open transaction that made the newest state; it holds the row's exclusive lock. */
  writer: Transaction | null;
  older: OldVersion | null = null;

  constructor(id: number, row: SqlRow, writer: Transaction | null) {
    this.id = id;
    this.row = row;
    this.writer = writer;
  }
}

/** What a snapshot sees of a row; undefined: no such row then. */
export function versionAt(entry: RowEntry, snapshot: number): SqlRow | undefined {
  if (entry.writer === null && entry.stamp <= snapshot) return entry.deleted ? undefined : entry.row;
  for (let version = entry.older; version !== null; version = version.older) {
    if (version.stamp <= snapshot) return version.deleted ? undefined : version.row;
  }
  return undefined;
}
