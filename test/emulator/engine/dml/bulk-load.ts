import { LockConflict } from "../../storage/locks.ts";
import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { BulkColumn } from "../../tds/session-handler.ts";
import type { InsertBulkStatement } from "../../tsql/ast-dml.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import { requireTable } from "../session/resolve-name.ts";
import type { Session } from "../session/session.ts";
import { drive, type Step } from "../session/step.ts";
import { StatementContext } from "../statement-context.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { requireNoHistory } from "./dml-target.ts";
import { requireInsertable } from "./kept-columns.ts";
import { requireWriteOptions } from "./require-write-options.ts";
import { columnConverter } from "./row-expressions.ts";
import { TableWriter } from "./table-writer.ts";

/** INSERT BULK: what a driver says before it sends rows ("BULK INSERT", bcp hints; [MS-TDS] 2.2.6.1). */
export interface PendingBulk {
  readonly database: Database;
  readonly table: TableObject;
  readonly columns: readonly { readonly name: string; readonly ordinal: number; readonly type: SqlType }[];
  readonly keepNulls: boolean;
  readonly checkConstraints: boolean;
  readonly keepIdentity: boolean;
}

export function* runInsertBulk(statement: InsertBulkStatement, execution: Execution): Step<void> {
  const { session, scope } = execution;
  session.pendingBulk = yield* atomic(execution, (): PendingBulk => {
    const { database, table } = requireTable(statement.table, session, scope);
    requireNoHistory(table, database, 13559);
    requirePermission(session, "INSERT", table, database);
    requireWriteOptions("INSERT", { table, database }, session);
    const context = new StatementContext(session, scope);
    const options = new Set<string>();
    for (const option of statement.options) {
      switch (option.name) {
        case "keep_nulls":
        case "check_constraints":
        case "keep_identity":
          options.add(option.name);
          break;
        case "tablock":
        case "rows_per_batch":
        case "kilobytes_per_batch":
        case "order":
          break;
        default:
          throw new Unsupported(`INSERT BULK ... WITH (${option.name.toUpperCase()})`);
      }
    }
    const columns = statement.columns.map((column) => {
      const ordinal = table.columns.findIndex((candidate) => context.sameName(candidate.name, column.name));
      if (ordinal < 0) throw sqlError(207, column.name);
      if (table.columns[ordinal]!.computed) throw sqlError(271, column.name);
      requireInsertable(table.columns[ordinal]!, "value", shownTable(table, database));
      const type = context.dataType(column.type, "declaration");
      return {
        name: column.name,
        ordinal,
        type: column.collation === undefined ? type : { ...type, collation: column.collation },
      };
    });
    return {
      database,
      table,
      columns,
      keepNulls: options.has("keep_nulls"),
      checkConstraints: options.has("check_constraints"),
      keepIdentity: options.has("keep_identity"),
    };
  });
}

/**
 * The rows that follow. An identity column takes the values sent where SET IDENTITY_INSERT is on or KEEP_IDENTITY was
 * said, else values of its own. One failing row takes the whole load back.
 * @throws SqlError
 */
export async function loadBulk(
  pending: PendingBulk,
  sent: readonly BulkColumn[],
  batches: AsyncIterable<readonly SqlRow[]>,
  session: Session,
  signal: AbortSignal,
): Promise<bigint> {
  const { transactions } = session;
  const own = transactions.beginStatement();
  const savepoint = transactions.current!.savepoint();
  try {
    const loader = new BulkLoader(pending, sent, session);
    for await (const batch of batches) {
      for (let at = 0; at < batch.length; at++) {
        try {
          loader.add(batch[at]!);
        } catch (error) {
          if (!(error instanceof LockConflict)) throw error;
          await drive(transactions.waitFor(error));
          at--;
        }
      }
      if (signal.aborted) break;
    }
    if (signal.aborted) throw sqlError(4002);
    const count = await finished(loader, session);
    if (own) await drive(transactions.commitStatement());
    return count;
  } catch (error) {
    if (own) transactions.rollbackAll();
    else if (session.options.xactAbort) transactions.rollbackAll();
    else if (transactions.current?.state === "active") transactions.current.rollbackTo(savepoint);
    throw error;
  }
}

async function finished(loader: BulkLoader, session: Session): Promise<bigint> {
  for (;;) {
    try {
      return loader.finish();
    } catch (error) {
      if (!(error instanceof LockConflict)) throw error;
      await drive(session.transactions.waitFor(error));
    }
  }
}

class BulkLoader {
  readonly #writer: TableWriter;
  readonly #pending: PendingBulk;
  readonly #converters: readonly (((value: SqlValue) => SqlValue) | undefined)[];
  /** For each column of the table: its place among the sent ones, or -1. */
  readonly #source: readonly number[];
  readonly #identity: number;
  readonly #takesIdentity: boolean;
  readonly #written: SqlRow[] = [];
  readonly #keepsRows: boolean;
  readonly #defaults: readonly boolean[];
  #count = 0n;

  constructor(pending: PendingBulk, sent: readonly BulkColumn[], session: Session) {
    const { table, database } = pending;
    this.#pending = pending;
    this.#writer = new TableWriter(table, database, session, {
      checks: pending.checkConstraints,
      trackingContext: null,
    });
    if (sent.length !== pending.columns.length) throw sqlError(4816, sent.length);
    this.#converters = sent.map((column, at) => {
      const target = table.columns[pending.columns[at]!.ordinal]!;
      if (target.type.name === "rowversion") return undefined;
      // The stream says what the bytes are, the statement what they mean: text comes in the collation of the column.
      return columnConverter(column.type, target, table, database);
    });
    this.#source = table.columns.map((_, ordinal) => pending.columns.findIndex((column) => column.ordinal === ordinal));
    this.#identity = this.#writer.rules.identity?.ordinal ?? -1;
    const { identityInsert } = session.options;
    this.#takesIdentity =
      pending.keepIdentity ||
      (identityInsert?.objectId === table.objectId && identityInsert.database === database.name);
    this.#keepsRows =
      pending.checkConstraints && database.children(table.objectId).some((child) => child.kind === "foreign-key");
    this.#defaults = table.columns.map((_, ordinal) => this.#writer.rules.defaults[ordinal] !== undefined);
  }

  add(values: SqlRow): void {
    const { keepNulls } = this.#pending;
    const source = this.#source;
    const writer = this.#writer;
    const row: SqlRow = new Array<SqlValue>(source.length);
    for (let ordinal = 0; ordinal < source.length; ordinal++) {
      const at = source[ordinal]!;
      if (ordinal === this.#identity && (at < 0 || !this.#takesIdentity)) {
        row[ordinal] = writer.nextIdentity();
        continue;
      }
      if (at < 0) {
        row[ordinal] = writer.defaultValue(ordinal);
        continue;
      }
      const convert = this.#converters[at];
      const value = convert ? convert(values[at]!) : values[at]!;
      row[ordinal] = value === null && !keepNulls && this.#defaults[ordinal]! ? writer.defaultValue(ordinal) : value;
    }
    if (this.#identity >= 0 && this.#takesIdentity && row[this.#identity] !== null)
      writer.sawIdentity(row[this.#identity]!);
    writer.complete(row, "INSERT");
    if (!writer.insert(row)) return;
    this.#count++;
    if (this.#keepsRows) this.#written.push(row);
  }

  finish(): bigint {
    this.#writer.checkReferencing(this.#written, "INSERT");
    this.#writer.checkViews();
    return this.#count;
  }
}
