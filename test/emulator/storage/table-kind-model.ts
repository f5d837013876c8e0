/** What only some kinds of tables have: temporal, ledger and graph tables, Always Encrypted, FILESTREAM. Plain data, never changed in place. */

/** What the server keeps itself in a GENERATED ALWAYS column: the period of a row, or a ledger's record of it. */
export type GeneratedAlwaysModel =
  | "row start"
  | "row end"
  | "transaction id start"
  | "transaction id end"
  | "sequence number start"
  | "sequence number end";

export interface ColumnEncryption {
  readonly type: "DETERMINISTIC" | "RANDOMIZED";
  readonly algorithm: string;
  readonly keyId: number;
}

/** In the order of sys.columns.graph_type, from 1. */
export type GraphColumnType =
  | "GRAPH_ID"
  | "GRAPH_ID_COMPUTED"
  | "GRAPH_FROM_ID"
  | "GRAPH_FROM_OBJ_ID"
  | "GRAPH_FROM_ID_COMPUTED"
  | "GRAPH_TO_ID"
  | "GRAPH_TO_OBJ_ID"
  | "GRAPH_TO_ID_COMPUTED";

export interface HistoryRetention {
  readonly period: number;
  readonly unit: "DAY" | "WEEK" | "MONTH" | "YEAR";
}

/** CREATE COLUMN MASTER KEY. */
export interface ColumnMasterKey {
  readonly keyId: number;
  readonly name: string;
  readonly providerName: string;
  readonly path: string;
  readonly createDate: number;
}

/** CREATE COLUMN ENCRYPTION KEY, with the value that one or two master keys encrypt. */
export interface ColumnEncryptionKey {
  readonly keyId: number;
  readonly name: string;
  readonly values: readonly { readonly masterKeyId: number; readonly algorithm: string; readonly encrypted: Buffer }[];
  readonly createDate: number;
}

/** ALTER DATABASE ... ADD FILEGROUP ... CONTAINS FILESTREAM. */
export interface FilestreamFilegroup {
  readonly dataSpaceId: number;
  readonly name: string;
  readonly isDefault: boolean;
  /** Names of its containers; without one nothing can be stored in it. */
  readonly files: readonly string[];
}
