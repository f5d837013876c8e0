import type { BulkLoad, Connection } from "tedious";
import { addParameter } from "../db/session.ts";
import type { Statement } from "../sql/statement.ts";
import { driverColumn } from "./driver-type.ts";
import { LoadRefused, RelayError } from "./relay-error.ts";
import { RequestRun, requestFor } from "./request-run.ts";
import type { PipeResult, RelayOptions, RelaySource, RelayTarget, RowTransport } from "./row-transport.ts";
import { checkColumns } from "./staging-column.ts";

/** A row's values in the order of the columns, in the driver's own forms. */
type DriverRow = readonly unknown[];

/** Rows that wait between the two servers: a read is paused above this, so that memory does not grow with the rowset. */
const WAITING_ROWS = 256;
const WAITING_BYTES = 256 * 1024;

/**
 * Rows by nothing but the driver's documented API: a Request with row events that is paused and resumed, and a BulkLoad fed by an
 * AsyncIterable. https://tediousjs.github.io/tedious/api-request.html, https://tediousjs.github.io/tedious/bulk-load.html
 *
 * A bulk load rather than INSERTs from parameters: it takes rows of any size and number in one message with backpressure, where OPENJSON
 * would hold a whole batch in memory on both sides and JSON cannot carry lone surrogates. It is lossless for the types of driver-type.ts
 * only, so the statement must render all others to them (sql/carried-column.ts). One row at a time must fit into memory.
 */
export const driverTransport: RowTransport = { name: "driver", openSource: openDriverSource };

async function openDriverSource(
  connection: Connection,
  statement: Statement,
  options: RelayOptions,
): Promise<RelaySource> {
  const source = new DriverSource(connection, statement, options);
  try {
    await source.open();
  } catch (cause) {
    await source.giveUp(cause as Error);
    const state = { cause, sourceUsable: source.usable, targetUsable: false, side: "source" } as const;
    throw new RelayError("read rows by the driver", state);
  }
  return source;
}

class DriverSource implements RelaySource {
  readonly transport = "driver";
  columns: readonly { readonly name: string }[] = [];
  /** Rows that have been handed on. */
  rows = 0;

  readonly #connection: Connection;
  readonly #options: RelayOptions;
  readonly #run: RequestRun;
  readonly #statement: Statement;
  readonly #ends: Ends;
  #waiting: DriverRow[] = [];
  #waitingBytes = 0;
  #described = false;
  #wake: (() => void) | undefined;
  #busy = false;

  constructor(connection: Connection, statement: Statement, options: RelayOptions) {
    this.#connection = connection;
    this.#statement = statement;
    this.#options = options;
    this.#ends = new Ends(connection);
    this.#run = new RequestRun(connection, requestFor(statement.text), options, () => this.#wake?.());
  }

  get usable(): boolean {
    return this.#run.over && !this.#ends.ended;
  }

  async open(): Promise<void> {
    const { request } = this.#run;
    const { params } = this.#statement;
    for (const param of params) addParameter(request, param);
    request.on("columnMetadata", (columns) => {
      if (this.#described) this.#run.cancel(new Error("a second rowset: the statement must return one"));
      this.columns = Object.values(columns).map(({ colName }) => ({ name: colName }));
      this.#described = true;
      this.#wake?.();
    });
    request.on("row", (row: readonly { readonly value: unknown }[]) => this.#take(row.map(({ value }) => value)));
    void this.#run.outcome.then(() => {
      this.#ends.forget();
      this.#wake?.();
    });
    this.#run.start(() => {
      if (params.length > 0) this.#connection.execSql(request);
      else this.#connection.execSqlBatch(request);
    });
    await this.#until(() => this.#described);
    if (!this.#described) throw new Error("the statement returned no rowset");
  }

  async pipe(target: RelayTarget, { maxRows = Infinity }: { readonly maxRows?: number } = {}): Promise<PipeResult> {
    if (this.#busy) throw new Error("a source feeds one load at a time");
    if (maxRows < 1) throw new Error(`load at most ${maxRows} rows: at least one is needed`);
    this.#busy = true;
    const before = this.rows;
    const ends = new Ends(target.connection);
    try {
      return await this.#load(target, maxRows);
    } catch (cause) {
      const attempted = `load rows from number ${before + 1} on into ${target.table} (${this.rows - before} read)`;
      const side = this.#run.failure === undefined ? "target" : "source";
      await this.giveUp(cause as Error);
      const targetUsable = !ends.ended && target.connection !== this.#connection;
      throw new RelayError(attempted, { cause, sourceUsable: this.usable, targetUsable, side });
    } finally {
      ends.forget();
      this.#busy = false;
    }
  }

  async #load(target: RelayTarget, maxRows: number): Promise<PipeResult> {
    if (target.connection === this.#connection) throw new Error("one connection cannot be read and written at once");
    checkColumns(this.columns, target.columns);
    if (!(await this.#hasRow())) return { rows: 0, bytes: 0, more: false };
    const run = new RequestRun(target.connection, (done) => bulkLoadInto(target, done), this.#options);
    const feed = new Feed(run, maxRows, () => this.#next());
    run.expect("the answer to INSERT BULK");
    run.start(() => target.connection.execBulkLoad(run.request, feed.rows()));
    const { error, rowCount } = await run.outcome;
    // The rest of the message would be taken for something else.
    if (!feed.allGiven && feed.failure === undefined && !run.request.canceled) target.connection.close();
    if (feed.failure !== undefined) throw feed.failure;
    if (error) throw error;
    if (rowCount !== feed.given) throw new LoadRefused(`${feed.given} rows were sent, and the server took ${rowCount}`);
    return { rows: feed.given, bytes: feed.bytes, more: await this.#hasRow() };
  }

  close(): Promise<void> {
    return this.giveUp(new Error("the read was closed"));
  }

  /** Resolves when the connection is usable again, or closed. */
  async giveUp(reason: Error): Promise<void> {
    this.#run.cancel(reason);
    await this.#run.outcome;
  }

  #take(row: DriverRow): void {
    this.#waiting.push(row);
    this.#waitingBytes += sizeOf(row);
    if (this.#waiting.length >= WAITING_ROWS || this.#waitingBytes >= WAITING_BYTES) this.#run.request.pause();
    this.#wake?.();
  }

  async #next(): Promise<DriverRow | undefined> {
    if (!(await this.#hasRow())) return undefined;
    const row = this.#waiting.shift()!;
    this.#waitingBytes -= sizeOf(row);
    this.rows++;
    return row;
  }

  /** @throws what went wrong with the read; so false means that all rows were read and the server says that all is well */
  async #hasRow(): Promise<boolean> {
    await this.#until(() => this.#waiting.length > 0);
    return this.#waiting.length > 0;
  }

  /** Resolves when the condition holds, or the answer is over. */
  async #until(holds: () => boolean): Promise<void> {
    const run = this.#run;
    while (run.failure === undefined && !holds() && !run.over) {
      run.request.resume();
      run.expect("the next rows");
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
      run.met();
    }
    if (run.failure) throw run.failure;
  }
}

/** What a bulk load reads its rows from; knows what was given and what went wrong before the driver does. */
class Feed {
  given = 0;
  bytes = 0;
  allGiven = false;
  failure: Error | undefined;
  readonly #run: RequestRun<BulkLoad>;
  readonly #maxRows: number;
  readonly #next: () => Promise<DriverRow | undefined>;

  constructor(run: RequestRun<BulkLoad>, maxRows: number, next: () => Promise<DriverRow | undefined>) {
    this.#run = run;
    this.#maxRows = maxRows;
    this.#next = next;
  }

  async *rows(): AsyncGenerator<unknown[], void, undefined> {
    while (this.given < this.#maxRows) {
      this.#run.met();
      let row: DriverRow | undefined;
      try {
        row = await this.#next();
      } catch (error) {
        this.failure = error as Error;
        this.#run.expect("the answer to a bulk load that was given up");
        throw error;
      }
      if (row === undefined) break;
      this.given++;
      this.bytes += sizeOf(row);
      this.#run.expect("room for more rows");
      yield [...row];
      // Nobody wants the rest when the server has answered already.
      if (this.#run.over) return;
    }
    this.allGiven = true;
    this.#run.expect("the answer to the bulk load");
  }
}

/** Whether a connection has ended since. */
class Ends {
  ended = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on("end", this.#onEnd);
  }

  forget(): void {
    this.#connection.removeListener("end", this.#onEnd);
  }

  readonly #onEnd = (): void => {
    this.ended = true;
  };
}

function bulkLoadInto(target: RelayTarget, done: (error: Error | null | undefined, rows?: number) => void): BulkLoad {
  const options = Object.fromEntries(target.options.map((option) => [bulkOption(option), true]));
  const bulkLoad = target.connection.newBulkLoad(target.table, options, done);
  for (const { name, declaration } of target.columns) {
    const { type, length } = driverColumn(declaration);
    bulkLoad.addColumn(name, type, { nullable: true, ...(length !== undefined && { length }) });
  }
  return bulkLoad;
}

function bulkOption(option: string): string {
  switch (option) {
    case "KEEP_NULLS":
      return "keepNulls";
    case "CHECK_CONSTRAINTS":
      return "checkConstraints";
    case "TABLOCK":
      return "lockTable";
    default:
      throw new Error(`load with the option ${option}: the driver has none such`);
  }
}

/** Bytes of a row's values, about. */
function sizeOf(row: DriverRow): number {
  let bytes = 0;
  for (const value of row) {
    if (typeof value === "string") bytes += value.length * 2;
    else if (Buffer.isBuffer(value)) bytes += value.length;
    else if (value !== null) bytes += 8;
  }
  return bytes;
}
