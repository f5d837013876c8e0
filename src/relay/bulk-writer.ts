import type { Connection } from "tedious";
import { guardAnswer, sendBulkLoad } from "./driver-hook.ts";
import { LoadRefused } from "./relay-error.ts";
import { RequestRun, requestFor, type RunLimits } from "./request-run.ts";

/**
 * Runs the INSERT BULK batch that a bulk load message has to follow.
 *
 * @throws the server's error, the abort's reason, or RelayTimeout. A server that may have begun to wait for the message when the batch was
 *   cancelled loses its connection: it would refuse the next request (error 4022).
 */
export async function beginBulk(connection: Connection, text: string, limits: RunLimits): Promise<void> {
  const run = new RequestRun(connection, requestFor(text), limits);
  run.expect("the answer to INSERT BULK");
  startGuarded(connection, run, () => connection.execSqlBatch(run.request));
  const { error } = await run.outcome;
  if (run.request.canceled) connection.close();
  if (error) throw error;
}

function startGuarded(connection: Connection, run: RequestRun, send: () => void): void {
  const restore = guardAnswer(
    connection,
    (error) => run.abort(error),
    () => run.start(send),
  );
  void run.outcome.then(restore);
}

/** One bulk load message, behind an INSERT BULK batch on the same connection. */
export class BulkWriter {
  /** As the server counted. */
  rowsTaken = 0;

  readonly #connection: Connection;
  readonly #limits: RunLimits;
  #bytes = 0;
  #allGiven = false;
  #readFailure: Error | undefined;

  constructor(connection: Connection, limits: RunLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /**
   * Sends head, rows, tail. `read` puts the next pieces into the array that it is given, as fast as the connection takes them, and
   * resolves to false at the end.
   *
   * @returns the bytes of the rows
   * @throws what `read` threw, the server's error, the abort's reason, or RelayTimeout. A server that answers before it has got
   *   everything loses its connection: the rest of the message would be taken for something else.
   */
  async send(head: Buffer, read: (out: Buffer[]) => Promise<boolean>, tail: Buffer): Promise<number> {
    const run = new RequestRun(this.#connection, requestFor(""), this.#limits);
    startGuarded(this.#connection, run, () =>
      sendBulkLoad(this.#connection, run.request, this.#payload(run, head, read, tail)),
    );
    const { error, rowCount } = await run.outcome;
    const answeredEarly = !this.#allGiven && !this.#readFailure && !run.request.canceled;
    if (answeredEarly) this.#connection.close();
    if (this.#readFailure) throw this.#readFailure;
    if (error) throw error;
    if (answeredEarly) throw new LoadRefused("the server ended the load before it had all rows");
    this.rowsTaken = rowCount;
    return this.#bytes;
  }

  async *#payload(
    run: RequestRun,
    head: Buffer,
    read: (out: Buffer[]) => Promise<boolean>,
    tail: Buffer,
  ): AsyncGenerator<readonly Buffer[], void, undefined> {
    yield [head];
    for (;;) {
      run.met();
      const pieces: Buffer[] = [];
      let more: boolean;
      try {
        more = await read(pieces);
      } catch (error) {
        this.#readFailure = error as Error;
        run.expect("the answer to a bulk load that was given up");
        throw error;
      }
      if (!more) break;
      for (const piece of pieces) this.#bytes += piece.length;
      run.expect("room for more rows");
      yield pieces;
      // Nobody wants the rest when the server has answered already.
      if (run.over) return;
    }
    run.expect("room for more rows");
    yield [tail];
    this.#allGiven = true;
    run.expect("the answer to the bulk load");
  }
}
