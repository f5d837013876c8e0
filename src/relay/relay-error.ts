import { isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import { WireFormatError } from "./tds-bytes.ts";

/**
 * A relay that did not end well. Whatever was taken by the replica in this transaction must be rolled back.
 * `cause` is the first thing that went wrong: the server's error (tedious RequestError with its number), a dropped connection, the
 * abort's reason, a RelayTimeout, or a WireFormatError.
 */
export class RelayError extends Error {
  override readonly name = "RelayError";
  /** The connection that is read can be used again: the server has acknowledged that the read is over. */
  readonly sourceUsable: boolean;
  /** The same of the connection that is written; false also where none was given yet. */
  readonly targetUsable: boolean;
  /** Where it went wrong first. */
  readonly side: "source" | "target";
  /** The form in which the rows went is what a server did not take, or what could not be read: another transport may carry them. */
  readonly refused: boolean;

  constructor(
    attempted: string,
    state: { cause: unknown; sourceUsable: boolean; targetUsable: boolean; side: RelayError["side"] },
  ) {
    super(`${attempted}: ${reason(state.cause)}`, { cause: state.cause });
    this.sourceUsable = state.sourceUsable;
    this.targetUsable = state.targetUsable;
    this.side = state.side;
    this.refused = state.cause instanceof WireFormatError || (state.side === "target" && isRefusal(state.cause));
  }
}

/** A load that cannot be made of these columns, or that the server took otherwise than it was sent. */
export class LoadRefused extends Error {
  override readonly name = "LoadRefused";
}

/**
 * Errors by which the server ends a session whose stream it does not understand: 4014 (reading the input stream failed), 7884 (violation of
 * the protocol), 17836 (length of a packet).
 */
const protocolErrors: ReadonlySet<number> = new Set([4014, 7884, 17836]);

/**
 * Whether the reason for which a load ended lies in the form of what was sent. Errors of severity 17 to 25 tell of the server's own state
 * (full disks, no memory, killed sessions), and what passes on its own says nothing either:
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-error-severities
 */
function isRefusal(cause: unknown): boolean {
  if (cause instanceof LoadRefused) return true;
  const number = sqlErrorNumber(cause);
  if (number === undefined || isTransient(cause)) return false;
  // The driver gathers several errors of one request.
  const first = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  const severity = (first as { readonly class?: unknown }).class;
  return protocolErrors.has(number) || (typeof severity === "number" && severity <= 16);
}

/** One wait for a server took longer than `timeoutMs`. */
export class RelayTimeout extends Error {
  override readonly name = "RelayTimeout";

  constructor(waitedFor: string, timeoutMs: number) {
    super(`waited ${timeoutMs} ms for ${waitedFor}`);
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
