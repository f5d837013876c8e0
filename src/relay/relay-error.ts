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

  constructor(attempted: string, state: { cause: unknown; sourceUsable: boolean; targetUsable: boolean }) {
    super(`${attempted}: ${reason(state.cause)}`, { cause: state.cause });
    this.sourceUsable = state.sourceUsable;
    this.targetUsable = state.targetUsable;
  }
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
