import { faultError } from "./fault-errors.ts";
import {
  ConnectionDropped,
  type FaultGate,
  type FaultMoment,
  type FaultStep,
  InjectedError,
} from "./tds/fault-gate.ts";

/**
 * What real life does to a server, and how a test orders it. `emulator` is what startEmulator gives; an emulator in a
 * process of its own takes the same as messages (emulator-control.ts, server-call.ts).
 *
 * | What happens | How |
 * |---|---|
 * | the network fails before, during or after a statement, a bulk load, a commit | `faults.at({ step, ... }, "drop")` |
 * | a connection stands still; the client is killed meanwhile | `faults.at({ step, ... }, "freeze")` |
 * | slow reads | `faults.at({ step: "row", times: Infinity }, { delayMs })` |
 * | deadlock victim, lock time-out, throttling (40501, 10928, 49918 ...), out of memory (701) | `faults.at({ step, after, ... }, { error })` |
 * | login failed (18456), Azure SQL database not available (40613) | `faults.at({ step: "login", ... }, { error })` |
 * | a killed session: 596 to what runs, or just a broken connection | `faults.at(..., { error: 596 })`, `server.endConnections(db)` |
 * | restore to a former moment | `image = await server.backup(db)`, later `await server.restore(image)` |
 * | failover without loss; under another server name | `await server.failOver({ serverName })` |
 * | failover with loss: the commits after the image are gone | `await server.failOver({ behind: [image] })` |
 * | read-only database: 3906 | `server.setReadOnly(db, true)`, or ALTER DATABASE ... SET READ_ONLY |
 * | readable secondary: 3906 and 22117 | `server.setRole(db, "secondary")` |
 * | disk or log full: 1105, 9002; of one table; after some rows; of tempdb | `makeRoom = server.runOutOfSpace({ ... })` |
 * | database missing or offline: 4060 and 18456 at login | `server.drop(db)`, `server.takeOffline(db)` |
 * | server being shut down: 6005 at login; gone; back | `server.beginShutdown()`, `server.stop()`, `server.start()` |
 * | replaced by another, empty server | `emulator.close()`, then `startEmulator({ port: emulator.port })` |
 * | time passes: retention, cleanup every 30 minutes, commit_time | `clock.advance(ms)` |
 * | shorter retention, cleanup off | ALTER DATABASE ... SET CHANGE_TRACKING (CHANGE_RETENTION = ..., AUTO_CLEANUP = OFF) |
 * | cleanup at once; history gone | `server.cleanUp(db)`, `server.forgetHistory(db, { upTo, table })` |
 * | TRUNCATE, tracking off and on, DENY, security policies, masks, another session's locks | plain T-SQL |
 */

/** Where a fault waits. All conditions that are given must hold. */
export interface FaultPlace {
  readonly step: FaultStep;
  /**
   * On the SQL text: of the request (batch, rpc, row), of the INSERT BULK (bulk), of any statement of the transaction
   * (commit, committed). login has no text: a fault with `match` never happens there.
   */
  readonly match?: RegExp;
  /** Application name of the login. */
  readonly app?: string;
  readonly database?: string;
  /**
   * row, bulk: rows of one request that pass before (when the request has no more rows, nothing happens).
   * Other steps: moments of that kind that pass before. Default 0.
   */
  readonly after?: number;
  /** How often it happens. Default 1; Infinity: until released. */
  readonly times?: number;
}

/**
 * freeze: the connection stands still until `release()` or until the client is gone; then it goes on, or is closed
 * (frozen before a commit: rolled back). drop: the connection ends as with a failing network; before that the rows that
 * have passed reach the client (step row). error: the server's error of that number; 1205 and its like roll the
 * transaction back, severity 20 and above ends the connection. delayMs: for slow reads, `times: Infinity` on step row.
 * run: a callback; the connection waits for its promise, which waits for `moment.gone` where it has ended the connection.
 */
export type FaultAction =
  | "freeze"
  | "drop"
  | { readonly error: number }
  | { readonly delayMs: number }
  | { run(moment: FaultMoment): void | Promise<void> };

export interface Fault {
  /** Resolves at the first time. */
  readonly hit: Promise<void>;
  /** How often it has happened. */
  readonly hits: number;
  /** Lets go what is frozen and takes the fault away. */
  release(): void;
}

/** What real life does to a server. One for each emulator. */
export class Faults implements FaultGate {
  readonly #armed = new Set<ArmedFault>();

  /** @throws Error for an error number that cannot be injected */
  at(place: FaultPlace, action: FaultAction): Fault {
    if (typeof action === "object" && "error" in action) faultError(action.error);
    const fault = new ArmedFault(place, action, () => this.#armed.delete(fault));
    this.#armed.add(fault);
    return fault;
  }

  /** Releases all faults. */
  clear(): void {
    for (const fault of [...this.#armed]) fault.release();
  }

  watches(step: FaultStep): boolean {
    for (const fault of this.#armed) if (fault.waitsAt(step)) return true;
    return false;
  }

  reach(moment: FaultMoment): Promise<void> | undefined {
    for (const fault of this.#armed) {
      if (fault.takes(moment)) return fault.act(moment);
    }
    return undefined;
  }
}

class ArmedFault implements Fault {
  readonly hit: Promise<void>;
  hits = 0;
  readonly #place: FaultPlace;
  readonly #action: FaultAction;
  readonly #disarm: () => void;
  readonly #released: Promise<void>;
  #release!: () => void;
  #announce!: () => void;
  #seen = 0;
  readonly #matched = new WeakMap<readonly string[], boolean>();

  constructor(place: FaultPlace, action: FaultAction, disarm: () => void) {
    this.#place = place;
    this.#action = action;
    this.#disarm = disarm;
    this.hit = new Promise((resolve) => (this.#announce = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#disarm();
    this.#release();
  }

  waitsAt(step: FaultStep): boolean {
    return this.#place.step === step && this.hits < (this.#place.times ?? 1);
  }

  /** Counts the moment where it is one of this fault's kind. */
  takes(moment: FaultMoment): boolean {
    const { step, match, app, database, after = 0 } = this.#place;
    if (!this.waitsAt(moment.step)) return false;
    if (app !== undefined && app !== moment.app) return false;
    if (database !== undefined && database.toLowerCase() !== moment.database.toLowerCase()) return false;
    if (step === "row" || step === "bulk") return moment.count >= after && this.#matchesOnce(moment.sql);
    if (match !== undefined && !moment.sql.some((text) => text.search(match) >= 0)) return false;
    return this.#seen++ >= after;
  }

  /** Asked for every row of a request, answered by the pattern once. */
  #matchesOnce(sql: readonly string[]): boolean {
    const { match } = this.#place;
    if (match === undefined) return true;
    let matches = this.#matched.get(sql);
    if (matches === undefined) {
      matches = sql.some((text) => text.search(match) >= 0);
      this.#matched.set(sql, matches);
    }
    return matches;
  }

  async act(moment: FaultMoment): Promise<void> {
    this.hits++;
    const action = this.#action;
    // The last time: others that wait at the same step have their turn from now on.
    if (action !== "freeze" && this.hits >= (this.#place.times ?? 1)) this.#disarm();
    if (action === "drop") moment.drop(moment.step === "row");
    this.#announce();
    if (action === "drop") throw new ConnectionDropped(`dropped by a test at ${moment.step}`);
    if (action === "freeze") {
      await Promise.race([this.#released, gone(moment.gone)]);
    } else if ("error" in action) {
      const { error, rollsBack } = faultError(action.error);
      throw new InjectedError(error, rollsBack);
    } else if ("delayMs" in action) {
      await delay(action.delayMs, moment.gone);
    } else {
      await action.run(moment);
    }
    if (moment.gone.aborted) throw new ConnectionDropped(`the client left while held up at ${moment.step}`);
  }
}

function gone(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Ends early when the connection is gone. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const timer = setTimeout(settle, ms);
    signal.addEventListener("abort", settle);
  });
}
