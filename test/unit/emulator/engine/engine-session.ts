import { createEngine, type Engine } from "../../../emulator/engine/engine.ts";
import { EmulatorClock } from "../../../emulator/storage/emulator-clock.ts";
import type { ResponseSink, RpcParameter, SessionHandler } from "../../../emulator/tds/session-handler.ts";
import { coerce } from "../../../emulator/values/coerce.ts";
import { typeFamily } from "../../../emulator/values/coerce-type.ts";
import type { SqlError } from "../../../emulator/values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";

/** What a request gave, as texts: the form in which tests are easy to read. */
export interface Recorded {
  readonly rowsets: (string | null)[][][];
  readonly types: SqlType[][];
  readonly errors: SqlError[];
  readonly infos: string[];
  readonly counts: number[];
  readonly returned: Record<string, string | null>;
  status: number | undefined;
}

export function shownValue(value: SqlValue, type: SqlType): string | null {
  if (value === null) return null;
  if (type.name === "sql_variant") {
    const variant = value as { type: SqlType; value: SqlValue };
    return shownValue(variant.value, variant.type);
  }
  const style = typeFamily(type) === "binary" ? { style: 1 } : typeFamily(type) === "money" ? { style: 2 } : {};
  return coerce(value, type, { name: "nvarchar", length: -1 }, { explicit: true, ...style }) as string;
}

class RecordingSink implements ResponseSink {
  readonly recorded: Recorded = {
    rowsets: [],
    types: [],
    errors: [],
    infos: [],
    counts: [],
    returned: {},
    status: undefined,
  };
  #types: SqlType[] = [];

  columns(columns: Parameters<ResponseSink["columns"]>[0]): void {
    this.#types = columns.map((column) => column.type);
    this.recorded.types.push(this.#types);
    this.recorded.rowsets.push([]);
  }

  row(values: SqlRow): undefined {
    this.recorded.rowsets.at(-1)!.push(values.map((value, at) => shownValue(value, this.#types[at]!)));
  }

  done(done: Parameters<ResponseSink["done"]>[0]): void {
    if (done.rowCount !== undefined) this.recorded.counts.push(Number(done.rowCount));
  }

  info(message: Parameters<ResponseSink["info"]>[0]): void {
    this.recorded.infos.push(message.text);
  }

  error(error: SqlError): void {
    this.recorded.errors.push(error);
  }

  envChange(): void {
    return;
  }

  returnStatus(status: number): void {
    this.recorded.status = status;
  }

  returnValue(name: string, type: SqlType, value: SqlValue): void {
    this.recorded.returned[name] = shownValue(value, type);
  }
}

/** A session straight on the engine, without a wire. */
export class TestSession {
  readonly handler: SessionHandler;

  readonly engine: Engine;

  constructor(engine: Engine, database = "test", user = "sa", password = "p") {
    this.engine = engine;
    this.handler = engine.openSession(
      { user, password, database, appName: "engine test", hostName: "here", readOnlyIntent: false },
      { beforeCommit: () => undefined, afterCommit: () => undefined },
    );
  }

  async run(text: string, signal = new AbortController().signal): Promise<Recorded> {
    const sink = new RecordingSink();
    await this.handler.batch(text, sink, signal);
    return sink.recorded;
  }

  /** Batches parted by lines that say GO. @returns what the last one gave. @throws Error for an error in one before */
  async script(text: string): Promise<Recorded> {
    let last: Recorded | undefined;
    for (const batch of text.split(/^\s*GO\s*$/m)) {
      if (last && last.errors.length > 0) throw last.errors[0]!;
      last = await this.run(batch.trim());
    }
    return last!;
  }

  /** Rows of the last rowset. @throws the first error */
  async rows(text: string): Promise<(string | null)[][]> {
    const { rowsets, errors } = await this.run(text);
    if (errors.length > 0) throw errors[0]!;
    return rowsets.at(-1) ?? [];
  }

  async value(text: string): Promise<string | null> {
    return (await this.rows(text))[0]![0]!;
  }

  /** Error numbers, in order. */
  async errors(text: string): Promise<number[]> {
    return (await this.run(text)).errors.map((error) => error.number);
  }

  async rpc(procedure: string, parameters: readonly RpcParameter[]): Promise<Recorded> {
    const sink = new RecordingSink();
    await this.handler.rpc({ procedure, parameters }, sink, new AbortController().signal);
    return sink.recorded;
  }
}

export function newEngine(): { engine: Engine; clock: EmulatorClock } {
  const clock = new EmulatorClock();
  return { engine: createEngine({ clock, password: "p", databases: ["test"] }), clock };
}

export function newSession(): TestSession {
  return new TestSession(newEngine().engine);
}
