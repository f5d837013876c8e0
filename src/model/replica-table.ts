/** A table of the replica, as far as writing to it depends on it. Names are spelled as the replica's catalog has them. */
export interface ReplicaTable {
  readonly objectId: number;
  /** Columns that take values: not computed, rowversion, column set or GENERATED ALWAYS there. */
  readonly writable: ReadonlySet<string>;
  readonly identityColumn: string | undefined;
  /** Unique indexes and constraints beyond the key; `filter` is T-SQL over the table's own column names. */
  readonly uniqueIndexes: readonly { readonly columns: readonly string[]; readonly filter?: string | undefined }[];
  /**
   * No foreign key of another table references it, no indexed view is on it, it is neither temporal nor published:
   * https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql#restrictions
   */
  readonly canTruncate: boolean;
}
