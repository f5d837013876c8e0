import type { Connection } from "tedious";
import type { Transport } from "../model/ledger-row.ts";
import type { Statement } from "../sql/statement.ts";
import type { BulkTable } from "./staging-column.ts";

/** Where rows go: a table on a connection, inside whatever transaction that connection is in. */
export interface RelayTarget extends BulkTable {
  readonly connection: Connection;
}

export interface PipeResult {
  readonly rows: number;
  /** Of the rows' values, as they were carried. */
  readonly bytes: number;
  /** Whether at least one row is left. */
  readonly more: boolean;
}

/**
 * An open read. Between two pipes it stands still: the server waits (backpressure), nothing is held in memory but a few packets, and the
 * connection can take no other request until the read is over or closed.
 */
export interface RelaySource {
  readonly transport: Transport;
  /** In the order of the SELECT. */
  readonly columns: readonly { readonly name: string }[];
  /** Rows that have been read so far. */
  readonly rows: number;
  /** Whether the connection can take another request: the read is over or closed, and the server agrees. */
  readonly usable: boolean;
  /**
   * Loads the next rows, at most `maxRows`, in one bulk load. With no row left nothing is sent to the target.
   *
   * @throws RelayError when anything goes wrong on either side; the read is cancelled then, and the target's transaction must be rolled
   *   back
   */
  pipe(target: RelayTarget, options?: { readonly maxRows?: number }): Promise<PipeResult>;
  /** Ends the read; one that is not over is cancelled. Never rejects; may be called again. */
  close(): Promise<void>;
}

export interface RelayOptions {
  /** Ends the read and any load that it feeds. */
  readonly signal: AbortSignal;
  /** The longest that one wait for either server may take (first row, next packet, room for more, the answer to a load), in ms. */
  readonly timeoutMs: number;
}

/** A way for rows from one server to the other. */
export interface RowTransport {
  readonly name: Transport;
  /**
   * Runs a statement that returns one rowset. The connection must have an `error` listener, as every tedious connection.
   *
   * @throws RelayError when the statement fails before its rowset begins
   */
  openSource(connection: Connection, statement: Statement, options: RelayOptions): Promise<RelaySource>;
}
