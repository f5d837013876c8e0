// [MS-TDS] knows no faults: the moments of a connection's life at which a test may step in. Implemented by ../faults.ts.
import type { SqlError } from "../values/sql-error.ts";

/**
 * login: LOGIN7 has arrived. batch, rpc: a request has arrived and nothing of it is executed. row: a row of a result is
 * about to be sent. bulk: rows of a bulk load are about to be given to the session. commit: before a commit takes
 * effect. committed: it has taken effect and the client does not know.
 */
export type FaultStep = "login" | "batch" | "rpc" | "row" | "bulk" | "commit" | "committed";

export interface FaultMoment {
  readonly step: FaultStep;
  readonly app: string;
  readonly database: string;
  /** The statement; for commit and committed all statements of the transaction. */
  readonly sql: readonly string[];
  /** row, bulk: rows of this request that have passed before this moment. */
  readonly count: number;
  /** Aborts when the connection is gone: whoever holds it up must let go then. */
  readonly gone: AbortSignal;
  /** Ends the connection as a failing network does. What was written before reaches the client or not, as asked. */
  drop(deliver: boolean): void;
}

export interface FaultGate {
  /** Cheap: asked for every row. */
  watches(step: FaultStep): boolean;
  /** Undefined: go on. @throws (rejects with) InjectedError, or ConnectionDropped when the connection is gone */
  reach(moment: FaultMoment): Promise<void> | undefined;
}

/** A server error that was ordered by a test; the session did not raise it. */
export class InjectedError extends Error {
  override readonly name = "InjectedError";
  readonly sqlError: SqlError;
  /** The transaction ends with it, as for a deadlock victim. */
  readonly rollsBack: boolean;

  constructor(sqlError: SqlError, rollsBack: boolean) {
    super(sqlError.message);
    this.sqlError = sqlError;
    this.rollsBack = rollsBack;
  }
}

export class ConnectionDropped extends Error {
  override readonly name = "ConnectionDropped";
}
