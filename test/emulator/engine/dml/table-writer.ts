import { changeRecorder, type ChangeRecorder } from "../../change-tracking/change-recorder.ts";
import type { Column, DefaultConstraintObject, TableObject, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { RowEntry } from "../../storage/row-entry.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type { RowChange } from "../../storage/table-store.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { indexedViewsOn } from "../ddl/schema-binding.ts";
import type { Evaluate, Test } from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";
import { Runtime as RuntimeClass } from "../runtime.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { isTableVariable } from "../tables/local-table.ts";
import { checkIndexedViews } from "./check-indexed-views.ts";
import { checkReferencing, checkReferenced } from "./foreign-keys.ts";
import { historyWriter, type HistoryWriter } from "./history-writer.ts";
import { keptColumns, type KeptColumns } from "./kept-columns.ts";
import { asColumn, compileRowExpression, compileRowPredicate } from "./row-expressions.ts";

interface CheckRule {
  readonly id: number;
  readonly name: string;
  readonly column: string | undefined;
  readonly test: Test;
}

/** What a table's definition asks of its rows, compiled once for each state of the definition. */
export interface TableRules {
  readonly table: TableObject;
  readonly defaults: readonly (Evaluate | undefined)[];
  readonly computed: readonly { readonly ordinal: number; readonly evaluate: Evaluate }[];
  readonly checks: readonly CheckRule[];
  readonly identity: { readonly ordinal: number; readonly column: Column } | undefined;
  readonly rowVersion: number | undefined;
  readonly kept: KeptColumns | undefined;
  readonly indexedViews: readonly ViewObject[];
}

const rules = new WeakMap<TableObject, { readonly version: number; readonly rules: TableRules }>();

export function tableRules(table: TableObject, database: Database, session: Session): TableRules {
  const { schemaVersion } = session.engine;
  const known = rules.get(table);
  if (known?.version === schemaVersion) return known.rules;
  const children = database.children(table.objectId);
  const { columns } = table;
  const made: TableRules = {
    table,
    defaults: columns.map((column) => {
      const constraint = children.find(
        (child): child is DefaultConstraintObject => child.kind === "default" && child.columnId === column.columnId,
      );
      if (!constraint) return undefined;
      return asColumn(compileRowExpression(constraint.definition, [], table.name, session), column, table, database);
    }),
    computed: columns.flatMap((column, ordinal) =>
      column.computed
        ? [
            {
              ordinal,
              evaluate: asColumn(
                compileRowExpression(column.computed.definition, columns, table.name, session),
                column,
                table,
                database,
              ),
            },
          ]
        : [],
    ),
    checks: children.flatMap((child) =>
      child.kind === "check" && !child.disabled
        ? [
            {
              id: child.objectId,
              name: child.name,
              column: columns.find((column) => column.columnId === child.columnId)?.name,
              test: compileRowPredicate(child.definition, columns, table.name, session),
            },
          ]
        : [],
    ),
    identity: findColumn(columns, (column) => column.identity !== undefined),
    rowVersion: findColumn(columns, (column) => column.type.name === "rowversion")?.ordinal,
    kept: keptColumns(table),
    indexedViews: indexedViewsOn(table, database),
  };
  rules.set(table, { version: schemaVersion, rules: made });
  return made;
}

function findColumn(
  columns: readonly Column[],
  test: (column: Column) => boolean,
): { ordinal: number; column: Column } | undefined {
  const ordinal = columns.findIndex(test);
  return ordinal < 0 ? undefined : { ordinal, column: columns[ordinal]! };
}

export interface WriteOptions {
  /** INSERT BULK without CHECK_CONSTRAINTS looks at neither checks nor foreign keys. */
  readonly checks: boolean;
  readonly trackingContext: Buffer | null;
}

export const FULL_CHECKS: WriteOptions = { checks: true, trackingContext: null };

/** Writes rows of one table for one statement: everything that a row must pass, and the trail that it leaves. */
export class TableWriter {
  readonly table: TableObject;
  readonly database: Database;
  readonly rules: TableRules;
  readonly session: Session;
  readonly transaction: Transaction;
  readonly #runtime: Runtime;
  readonly #options: WriteOptions;
  readonly #recorder: ChangeRecorder | undefined;
  readonly #history: HistoryWriter | undefined;
  readonly #snapshot: number | undefined;
  readonly #ignoresDuplicates: boolean;
  /** The indexed views of all tables that the statement writes: those of foreign keys' actions too. */
  readonly #views: Set<ViewObject>;
  /** Rows left out by IGNORE_DUP_KEY. */
  ignored = 0;

  /** @param cause the writer whose rows take these along */
  constructor(
    table: TableObject,
    database: Database,
    session: Session,
    options: WriteOptions = FULL_CHECKS,
    cause?: TableWriter,
  ) {
    const variable = isTableVariable(table);
    if (!variable) session.transactions.requireWritable();
    this.transaction = variable ? session.transactions.forVariables() : session.transactions.current!;
    database.requireWritable();
    this.table = table;
    this.database = database;
    this.session = session;
    this.rules = tableRules(table, database, session);
    this.#options = options;
    this.#runtime = new RuntimeClass(session, new Scope("function", undefined));
    this.#recorder = changeRecorder(this.transaction, database, table, options.trackingContext);
    this.#history = historyWriter(table, database, this.transaction);
    this.#snapshot = session.transactions.writeSnapshot(database);
    this.#ignoresDuplicates = table.indexes.some((index) => index.ignoreDupKey);
    this.#views = cause ? cause.#views : new Set();
    for (const view of this.rules.indexedViews) this.#views.add(view);
  }

  get label(): string {
    return `${this.database.schemaName(this.table.schemaId)}.${this.table.name}`;
  }

  /** The value of a column that got none: its default, else NULL. */
  defaultValue(ordinal: number): SqlValue {
    return this.rules.defaults[ordinal]?.(this.#runtime) ?? null;
  }

  nextRowVersion(): Buffer {
    const value = ++this.database.lastRowVersion;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(value);
    return bytes;
  }

  /** The next identity value. @throws SqlError 8115 beyond the column's type */
  nextIdentity(): SqlValue {
    const { column } = this.rules.identity!;
    const { seed, increment } = column.identity!;
    const { store } = this.table;
    const value = store.lastIdentity === undefined ? seed : store.lastIdentity + increment;
    const stored = identityValue(value, column);
    store.lastIdentity = value;
    return stored;
  }

  /** An explicit identity value moves the seed when it lies beyond it. */
  sawIdentity(value: SqlValue): void {
    const { column } = this.rules.identity!;
    const scale = 10n ** BigInt(column.type.scale ?? 0);
    const whole =
      typeof value === "bigint" && column.type.name !== "bigint" ? value / scale : BigInt(value as number | bigint);
    const { store } = this.table;
    const { increment } = column.identity!;
    const beyond =
      store.lastIdentity === undefined || (increment > 0n ? whole > store.lastIdentity : whole < store.lastIdentity);
    if (beyond) store.lastIdentity = whole;
  }

  /** Fills in computed columns, rowversion and what else the server keeps; checks NOT NULL and CHECK. `row` is changed. */
  complete(row: SqlRow, verb: "INSERT" | "UPDATE"): void {
    const { rules, table } = this;
    if (rules.rowVersion !== undefined) row[rules.rowVersion] = this.nextRowVersion();
    rules.kept?.fill(row, this.transaction);
    if (rules.computed.length > 0) {
      const { frame } = this.#runtime;
      frame[0] = row;
      this.#runtime.cache.clear();
      for (const { ordinal, evaluate } of rules.computed) row[ordinal] = evaluate(this.#runtime);
    }
    const { columns } = table;
    for (let at = 0; at < columns.length; at++) {
      if (row[at] === null && !columns[at]!.nullable) throw sqlError(515, columns[at]!.name, this.#shownTable(), verb);
    }
    if (this.#options.checks && rules.checks.length > 0) this.#check(row, verb);
  }

  /** Computed columns alone: for rows that stand when a column is added. */
  computeOnly(row: SqlRow): void {
    this.#runtime.frame[0] = row;
    this.#runtime.cache.clear();
    for (const { ordinal, evaluate } of this.rules.computed) row[ordinal] = evaluate(this.#runtime);
  }

  /** Checks a row that stands against some constraints. @throws SqlError 547 */
  checkAlone(row: SqlRow, verb: string, constraintIds: readonly number[]): void {
    this.#check(row, verb, constraintIds);
  }

  checkReferencingAlone(rows: readonly SqlRow[], verb: string, constraintIds: readonly number[]): void {
    checkReferencing(this, rows, verb, undefined, constraintIds);
  }

  #shownTable(): string {
    return `${this.database.name}.${this.label}`;
  }

  #check(row: SqlRow, verb: string, only?: readonly number[]): void {
    this.#runtime.frame[0] = row;
    this.#runtime.cache.clear();
    for (const { id, name, test, column } of this.rules.checks) {
      if (only && !only.includes(id)) continue;
      if (test(this.#runtime) !== false) continue;
      throw conflict547(verb, "CHECK", name, this.database.name, this.label, column);
    }
  }

  /** @returns undefined when IGNORE_DUP_KEY left it out */
  insert(row: SqlRow): RowEntry | undefined {
    const entry = this.table.store.insert(this.transaction, row);
    if (!entry) {
      if (this.#ignoresDuplicates) this.ignored++;
      return undefined;
    }
    this.#recorder?.insert(row);
    return entry;
  }

  /** @param columnIds the columns that SET names */
  update(changes: readonly RowChange[], before: readonly SqlRow[], columnIds: readonly number[]): void {
    if (this.#history) for (const row of before) this.#history.close(row);
    this.table.store.update(this.transaction, changes, this.#snapshot);
    if (this.#recorder)
      for (const [at, change] of changes.entries()) this.#recorder.update(before[at]!, change.row, columnIds);
  }

  delete(entry: RowEntry, row: SqlRow): void {
    if (this.table.store.delete(this.transaction, entry, this.#snapshot)) this.#history?.close(row);
    this.#recorder?.delete(row);
  }

  /** At the statement's end: rows that were written must find the rows that they reference. */
  checkReferencing(rows: readonly SqlRow[], verb: "INSERT" | "UPDATE", written?: ReadonlySet<number>): void {
    if (this.#options.checks) checkReferencing(this, rows, verb, written);
  }

  /** At the statement's end: nothing may reference rows that are gone, or a foreign key's action takes them along. */
  checkReferenced(removed: readonly SqlRow[], changedTo: readonly SqlRow[] | undefined, depth = 0): void {
    checkReferenced(this, removed, changedTo, depth);
  }

  /** At the statement's end, after all of its rows: keys of indexed views are unique. @throws SqlError 2601 */
  checkViews(): void {
    if (this.#views.size > 0) checkIndexedViews(this.#views, this.database, this.session);
  }
}

/** "The INSERT statement conflicted with the CHECK constraint ..." */
export function conflict547(
  verb: string,
  kind: string,
  constraint: string,
  database: string,
  table: string,
  column: string | undefined,
): Error {
  return sqlError(
    547,
    verb,
    kind,
    constraint,
    database,
    table,
    column === undefined ? "" : ", column '",
    column ?? "",
    column === undefined ? "" : "'",
  );
}

function identityValue(value: bigint, column: Column): SqlValue {
  const { type } = column;
  const limits: Partial<Record<typeof type.name, readonly [bigint, bigint]>> = {
    tinyint: [0n, 255n],
    smallint: [-32768n, 32767n],
    int: [-2147483648n, 2147483647n],
    bigint: [-9223372036854775808n, 9223372036854775807n],
  };
  const limit = limits[type.name];
  if (limit) {
    if (value < limit[0] || value > limit[1]) throw sqlError(8115, "IDENTITY", type.name);
    return type.name === "bigint" ? value : Number(value);
  }
  const beyond = 10n ** BigInt(type.precision ?? 18);
  if (value >= beyond || value <= -beyond) throw sqlError(8115, "IDENTITY", type.name);
  return value;
}
