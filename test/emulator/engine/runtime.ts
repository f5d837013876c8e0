import type { ReadView } from "../storage/read-view.ts";
import { decodeText } from "../values/collation.ts";
import { storedBytes } from "../values/coerce-string.ts";
import { isUnicode, maxLength } from "../values/coerce-type.ts";
import type { SqlRow, SqlType, SqlValue, SqlVariant } from "../values/sql-type.ts";
import type { Scope } from "./session/scope.ts";
import type { Session } from "./session/session.ts";
import type { RowHandle } from "./query/row-source.ts";

/** One statement while it runs: the rows that its sources stand on, and what it works out once. */
export class Runtime {
  readonly session: Session;
  readonly scope: Scope;
  /** The current row of each source, by slot. */
  readonly frame: SqlRow[] = [];
  /** Storage handles of the rows in slots that are written to. */
  readonly handles: (RowHandle | undefined)[] = [];
  /** Results that stay the same for the whole statement, by whatever needs them. */
  readonly cache = new Map<object, unknown>();
  readonly #onEnd: (() => void)[] = [];
  #time: number | undefined;
  #view: ReadView | undefined;

  constructor(session: Session, scope: Scope) {
    this.session = session;
    this.scope = scope;
  }

  /** One moment for the whole statement, ms since 1970 UTC. */
  statementTime(): number {
    return (this.#time ??= this.session.engine.clock.now());
  }

  /** How this statement sees rows that no hint says otherwise about. */
  view(): ReadView {
    if (!this.#view) {
      const { view, close } = this.session.transactions.readView();
      this.#view = view;
      if (close) this.#onEnd.push(close);
    }
    return this.#view;
  }

  /** The same statement with other variables: the query of an inline function with its parameters. */
  nested(scope: Scope): Runtime {
    const runtime = new Runtime(this.session, scope);
    runtime.#time = this.statementTime();
    runtime.#view = this.view();
    return runtime;
  }

  /** The statement is over: snapshots of its own go. */
  end(): void {
    for (const close of this.#onEnd.splice(0)) close();
    this.session.endStatementSnapshot();
  }

  random(seed: number | undefined): number {
    return this.session.random(seed);
  }

  nextSequentialId(): number {
    return this.session.engine.nextSequentialId();
  }

  decodeByte(byte: number): string {
    return decodeText(Buffer.from([byte]), this.session.currentDatabase.collation);
  }

  /** DATALENGTH. */
  dataLength(value: SqlValue, type: SqlType): number {
    if (type.name === "sql_variant") {
      const variant = value as SqlVariant;
      return this.dataLength(variant.value, variant.type);
    }
    if (typeof value === "string" && type.name !== "uniqueidentifier") {
      return isUnicode(type) ? value.length * 2 : storedBytes(value, type).length;
    }
    if (Buffer.isBuffer(value)) return value.length;
    return maxLength(type);
  }
}
