import type { Connection } from "tedious";
import type { Statement } from "../sql/statement.ts";
import { writeBulkColMetadata, writeBulkDone, type WireColumn } from "./col-metadata.ts";
import { BulkWriter, beginBulk } from "./bulk-writer.ts";
import { isUsable } from "./driver-hook.ts";
import { LoadRefused, RelayError } from "./relay-error.ts";
import type { PipeResult, RelayOptions, RelaySource, RelayTarget, RowTransport } from "./row-transport.ts";
import { checkColumns, insertBulkText } from "./staging-column.ts";
import { WireFormatError } from "./tds-bytes.ts";
import { WireRead } from "./wire-read.ts";

export type { PipeResult, RelayOptions, RelaySource, RelayTarget } from "./row-transport.ts";

/** Rows in wire form: the bytes that one server sends are the bytes that the other gets. */
export const relayTransport: RowTransport = { name: "relay", openSource: openRelaySource };

/**
 * Runs a SELECT whose rows are to be relayed: by sp_executesql when it has parameters, else as a batch. Resolves when its columns are
 * known.
 *
 * @throws RelayError when it fails before that
 */
export async function openRelaySource(
  connection: Connection,
  statement: Statement,
  options: RelayOptions,
): Promise<RelaySource> {
  const read = new WireRead(connection, statement, options);
  await read.open("read rows to relay");
  return new WireSource(connection, read, options);
}

class WireSource implements RelaySource {
  readonly transport = "relay";
  readonly #connection: Connection;
  readonly #read: WireRead;
  readonly #options: RelayOptions;
  #busy = false;

  constructor(connection: Connection, read: WireRead, options: RelayOptions) {
    this.#connection = connection;
    this.#read = read;
    this.#options = options;
  }

  get columns(): readonly WireColumn[] {
    return this.#read.columns;
  }

  get rows(): number {
    return this.#read.rows;
  }

  get usable(): boolean {
    return this.#read.usable;
  }

  async pipe(target: RelayTarget, { maxRows = Infinity }: { readonly maxRows?: number } = {}): Promise<PipeResult> {
    if (this.#busy) throw new Error("a relay source feeds one load at a time");
    if (maxRows < 1) throw new Error(`relay at most ${maxRows} rows: at least one is needed`);
    this.#busy = true;
    const before = this.rows;
    try {
      return await this.#load(target, maxRows);
    } catch (cause) {
      const attempted = `relay rows from number ${before + 1} on into ${target.table} (${this.rows - before} read)`;
      const ofSource = this.#read.failed || cause instanceof WireFormatError;
      await this.#read.giveUp(cause as Error);
      throw new RelayError(attempted, {
        cause,
        sourceUsable: this.usable,
        targetUsable: isUsable(target.connection),
        side: ofSource ? "source" : "target",
      });
    } finally {
      this.#busy = false;
    }
  }

  async #load(target: RelayTarget, maxRows: number): Promise<PipeResult> {
    if (target.connection === this.#connection) throw new Error("one connection cannot be read and written at once");
    checkColumns(this.columns, target.columns);
    const metadata = writeBulkColMetadata(this.columns);
    if (!(await this.#read.hasRow())) return { rows: 0, bytes: 0, more: false };

    await beginBulk(target.connection, insertBulkText(target), this.#options);
    const writer = new BulkWriter(target.connection, this.#options);
    const before = this.rows;
    let rows = 0;
    const read = async (out: Buffer[]) => {
      const more = await this.#readUpTo(before + maxRows, out);
      rows = this.rows - before;
      return more;
    };
    const bytes = await writer.send(metadata, read, writeBulkDone());
    if (writer.rowsTaken !== rows) {
      throw new LoadRefused(`${rows} rows were sent, and the server took ${writer.rowsTaken}`);
    }
    return { rows, bytes, more: await this.#read.hasRow() };
  }

  close(): Promise<void> {
    return this.#read.giveUp(new Error("the read was closed"));
  }

  /** The next bytes of rows, into `out`. @returns false when no more are to come up to row number `upTo` */
  async #readUpTo(upTo: number, out: Buffer[]): Promise<boolean> {
    while (this.rows < upTo) {
      const step = await this.#read.advance(upTo - this.rows, out);
      if (out.length > 0) return true;
      if (step === "end") return false;
    }
    return false;
  }
}
