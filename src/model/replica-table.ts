import type { ColumnType } from "./table-shape.ts";

/** What the apply statements depend on. Names are as the replica's catalog spells them. */
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

export interface ReplicaColumn {
  readonly name: string;
  /** An alias type stands by its base type; timestamp is called "rowversion". */
  readonly type: ColumnType;
  readonly collation: string | undefined;
  readonly nullable: boolean;
  readonly identity: boolean;
  readonly computed: boolean;
  readonly generatedAlways: boolean;
  readonly columnSet: boolean;
  readonly hasDefault: boolean;
}

/** A table of the replica with all that decides whether it can take the primary's rows. */
export interface InspectedTable extends ReplicaTable {
  readonly columns: ReadonlyMap<string, ReplicaColumn>;
  /** Columns in the index's order; undefined: the table has no primary key. */
  readonly primaryKey: readonly string[] | undefined;
  /** Names of the enabled triggers; they are in the table's own schema. */
  readonly triggers: readonly string[];
  readonly systemVersioned: boolean;
}
