import type { SqlError } from "../values/sql-error.ts";
import type { SqlType, SqlRow, SqlValue } from "../values/sql-type.ts";

/** The contract between the wire (tds/) and whatever executes SQL (engine/). tds/ knows no SQL; engine/ knows no bytes. */

export interface Login {
  readonly user: string;
  readonly password: string;
  /** "" means the login's default database (master). */
  readonly database: string;
  readonly appName: string;
  readonly hostName: string;
  readonly readOnlyIntent: boolean;
}

export interface SessionFactory {
  /** @throws SqlError 18456 (wrong login), 4060 (no such database) */
  openSession(login: Login, hooks: SessionHooks): SessionHandler;
}

/**
 * Moments that only the executor of SQL sees. Call both around every commit that makes changes durable, wherever it
 * comes from (COMMIT as text or request, the end of an autocommitted statement). Undefined means: go on at once.
 */
export interface SessionHooks {
  /** Rejected: do not commit; roll back and let the error (SqlError or the connection's end) go its way. */
  beforeCommit(): Promise<void> | undefined;
  /** The commit has taken effect, the client does not know yet. Rejected: the connection is gone. */
  afterCommit(): Promise<void> | undefined;
  /** The server ends the session: the connection breaks, what runs is aborted, and `SessionHandler.close` follows. */
  endConnection?(): void;
}

export interface RpcParameter {
  /** With its `@`; "" when passed by position. */
  readonly name: string;
  readonly type: SqlType;
  readonly value: SqlValue;
  readonly output: boolean;
}

export interface RpcCall {
  /** `sp_executesql`, `sp_prepare`, ... ; well-known ids are already translated to names ([MS-TDS] 2.2.6.6). */
  readonly procedure: string;
  readonly parameters: readonly RpcParameter[];
}

/** [MS-TDS] 2.2.7.17 numbers of the isolation level in a transaction manager request; "unchanged" is 0. */
export type WireIsolationLevel =
  "unchanged" | "read uncommitted" | "read committed" | "repeatable read" | "serializable" | "snapshot";

export type TransactionRequest =
  | { readonly kind: "begin"; readonly isolation: WireIsolationLevel; readonly name: string }
  | {
      readonly kind: "commit";
      readonly name: string;
      readonly beginNext?: { isolation: WireIsolationLevel; name: string };
    }
  | {
      readonly kind: "rollback";
      readonly name: string;
      readonly beginNext?: { isolation: WireIsolationLevel; name: string };
    }
  | { readonly kind: "save"; readonly name: string };

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
}

export interface BulkColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export type EnvChange =
  | { readonly kind: "database"; readonly value: string; readonly old: string }
  | { readonly kind: "language"; readonly value: string; readonly old: string }
  /** Names of collations; the server sends it with "database" when the new database's default differs. */
  | { readonly kind: "collation"; readonly value: string; readonly old: string }
  /** 8 bytes that name the transaction; sent on begin, commit and roll back ([MS-TDS] 2.2.7.9). */
  | { readonly kind: "begin-transaction" | "commit-transaction" | "rollback-transaction"; readonly descriptor: bigint };

/** What a session writes while it executes. Methods that return a promise apply backpressure: await them. */
export interface ResponseSink {
  columns(columns: readonly ResultColumn[]): void;
  /** Undefined means: go on at once (no promise is made for each row). */
  row(values: SqlRow): Promise<void> | undefined;
  /** Ends a statement. `rowCount` undefined = no count (SET NOCOUNT ON, or a statement that has none). */
  done(done: { readonly rowCount?: bigint; readonly inProcedure: boolean; readonly command: number }): void;
  info(message: {
    readonly number: number;
    readonly severity: number;
    readonly state: number;
    readonly text: string;
    readonly line: number;
  }): void;
  error(error: SqlError): void;
  envChange(change: EnvChange): void;
  /** Only in answer to an RPC call. */
  returnStatus(status: number): void;
  returnValue(name: string, type: SqlType, value: SqlValue): void;
}

/**
 * One connection's session. tds/ calls one method at a time and never the next before the promise settled.
 * Errors of the SQL go to `sink.error`; a rejected promise is a defect (or Unsupported) and ends the connection after
 * the ERROR token. `signal` aborts at ATTENTION or when the socket closes: stop soon, settle the promise; tds/ then
 * sends the DONE with the attention bit. The final DONE of each response is written by tds/ when the promise settles.
 */
export interface SessionHandler {
  readonly spid: number;
  /** What the login answer tells: the database in its own spelling and its default collation. */
  readonly database: string;
  readonly collation: string;
  batch(text: string, sink: ResponseSink, signal: AbortSignal): Promise<void>;
  rpc(call: RpcCall, sink: ResponseSink, signal: AbortSignal): Promise<void>;
  transaction(request: TransactionRequest, sink: ResponseSink, signal: AbortSignal): Promise<void>;
  /**
   * The bulk stream that follows a batch `INSERT BULK ...`. When the load is cancelled or the client gone, `rows`
   * throws; it never ends early as if it were complete.
   * @returns rows inserted; throws SqlError when refused.
   */
  bulkLoad(
    columns: readonly BulkColumn[],
    rows: AsyncIterable<readonly SqlRow[]>,
    signal: AbortSignal,
  ): Promise<bigint>;
  /** RESETCONNECTION / RESETCONNECTIONSKIPTRAN ([MS-TDS] 2.2.3.1.2), as sp_reset_connection. */
  reset(keepTransaction: boolean, sink: ResponseSink): void;
  /** The connection is gone: roll back, release locks, drop temp tables. */
  close(): void;
}
