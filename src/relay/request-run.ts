import { Request, type Connection } from "tedious";
import { RelayTimeout } from "./relay-error.ts";

export interface RunLimits {
  readonly signal: AbortSignal;
  /** The longest that one wait for the server may take, in ms; not the whole request. */
  readonly timeoutMs: number;
}

export interface RunOutcome {
  readonly error?: Error;
  /** The sum of the counts of the DONE tokens. */
  readonly rowCount: number;
}

/**
 * How long a server may take until a cancelled request is over, before its connection is closed: as long as it may take for anything
 * else, within these bounds. The driver's own limit begins with the ATTENTION only, which has to wait for a server that takes no bytes.
 */
const CANCEL_GRACE_MS = { least: 2_000, most: 10_000 } as const;

/** What the driver calls when a request is over. */
export type RequestDone = (error: Error | null | undefined, rowCount?: number) => void;

/** What the driver's Request and BulkLoad have in common. */
interface Cancellable {
  cancel(): void;
  setTimeout(timeoutMs?: number): void;
}

/** Makes a request for a batch or a statement. */
export function requestFor(text: string): (done: RequestDone) => Request {
  return (done) => new Request(text, done);
}

/**
 * One request on a connection, from its making to the driver's callback. It is cancelled when the signal aborts, or when a wait that
 * was begun with `expect` is not ended in time; `outcome` then comes when the server has acknowledged, and says why.
 */
export class RequestRun<R extends Cancellable = Request> {
  readonly request: R;
  /** Never rejects. */
  readonly outcome: Promise<RunOutcome>;

  readonly #connection: Connection;
  readonly #limits: RunLimits;
  readonly #onFailure: (reason: Error) => void;
  #failure: Error | undefined;
  #over = false;
  #settle: (outcome: RunOutcome) => void = () => {};
  #waitTimer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  /**
   * @param make makes the request, which is to call what it is given when it is over
   * @param onFailure called once, when the request is cancelled or has ended with an error
   */
  constructor(
    connection: Connection,
    make: (done: RequestDone) => R,
    limits: RunLimits,
    onFailure: (reason: Error) => void = () => {},
  ) {
    this.#connection = connection;
    this.#limits = limits;
    this.#onFailure = onFailure;
    this.outcome = new Promise((resolve) => (this.#settle = resolve));
    this.request = make((error, rowCount) => this.#end(error ?? undefined, rowCount ?? 0));
    // The driver's own limit stops counting when the answer begins.
    this.request.setTimeout(0);
    limits.signal.addEventListener("abort", this.#onAbort);
  }

  /** Why the request was cancelled or failed; the first reason. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Hands the request to the driver; not at all when the signal has aborted already. */
  start(send: () => void): void {
    if (this.#limits.signal.aborted) {
      this.#end(abortReason(this.#limits.signal), 0);
      return;
    }
    try {
      send();
    } catch (error) {
      this.#end(error as Error, 0);
    }
  }

  /** A wait for the server begins. */
  expect(what: string): void {
    clearTimeout(this.#waitTimer);
    if (this.#over) return;
    const { timeoutMs } = this.#limits;
    this.#waitTimer = setTimeout(() => this.cancel(new RelayTimeout(what, timeoutMs)), timeoutMs);
  }

  /** The server did what was waited for. */
  met(): void {
    clearTimeout(this.#waitTimer);
    this.#waitTimer = undefined;
  }

  /** Has the server stop (ATTENTION); a server that does not answer loses its connection. Does nothing when the request is over. */
  cancel(reason: Error): void {
    if (this.#over) return;
    this.#fail(reason);
    this.met();
    const grace = Math.min(Math.max(this.#limits.timeoutMs, CANCEL_GRACE_MS.least), CANCEL_GRACE_MS.most);
    this.#graceTimer ??= setTimeout(() => this.#connection.close(), grace);
    this.request.cancel();
  }

  /** Closes the connection at once: its stream makes no sense any more. */
  abort(reason: Error): void {
    this.#fail(reason);
    this.#connection.close();
  }

  readonly #onAbort = () => this.cancel(abortReason(this.#limits.signal));

  #end(error: Error | undefined, rowCount: number): void {
    if (this.#over) return;
    this.#over = true;
    this.met();
    clearTimeout(this.#graceTimer);
    this.#limits.signal.removeEventListener("abort", this.#onAbort);
    if (error) this.#fail(error);
    this.#settle({ ...(this.#failure && { error: this.#failure }), rowCount });
  }

  #fail(reason: Error): void {
    if (this.#failure) return;
    this.#failure = reason;
    this.#onFailure(reason);
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted", { cause: signal.reason });
}
