import type { Column, DatabaseObject, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { readCommitted, readPast, readUncommitted, withLocks, type ReadView } from "../../storage/read-view.ts";
import type { TableHint, TableVariable } from "../../tsql/ast-queries.ts";
import { quoteName } from "../../tsql/print-data-type.ts";
import { sqlError, sqlErrorWithState } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { unreadable } from "../dml/kept-columns.ts";
import { isIndexedView } from "../ddl/schema-binding.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import { DEFAULT_MASK } from "../query/data-mask.ts";
import type { SourceColumn } from "../query/query-scope.ts";
import { TableNode } from "../query/table-node.ts";
import type { Runtime } from "../runtime.ts";
import type { StatementContext } from "../statement-context.ts";
import { BaseTableSource, type ViewOf } from "./base-table-source.ts";
import { isTableVariable, localTableObject, type LocalTable } from "./local-table.ts";
import { withRowSecurity } from "./row-security.ts";

/** Tables of the database as sources of a query: columns as names see them, hints as ways of reading. */

export function sourceColumns(columns: readonly Column[]): SourceColumn[] {
  // "Adding a column set changes the behavior of SELECT * queries": the set stands for the sparse columns.
  const hasSet = columns.some((column) => column.columnSet === true);
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    ...(column.hidden === true || (hasSet && column.sparse === true) ? { hidden: true } : {}),
    ...unknownOf(column),
    ...(column.identity ? { identity: true } : {}),
    ...(column.computed ? { computed: true } : {}),
    ...(column.rowGuidCol === true ? { rowGuidCol: true } : {}),
  }));
}

function unknownOf(column: Column): { unknown?: string } {
  const unknown = unreadable(column);
  return unknown === undefined ? {} : { unknown };
}

/** Hints that choose how the server reads and never what it returns. */
const NO_EFFECT = new Set([
  "rowlock",
  "paglock",
  "index",
  "forceseek",
  "forcescan",
  "noexpand",
  "keepidentity",
  "keepdefaults",
  "readcommittedlock",
  "nowait",
]);

/**
 * NOEXPAND is for indexed views alone ("Table hints (Transact-SQL)").
 * @param name as the statement writes it
 * @throws SqlError 8171
 */
export function requireExpandable(
  hints: readonly TableHint[],
  object: DatabaseObject,
  name: string,
  state: number,
): void {
  if (hints.some((hint) => hint.name === "noexpand") && !isIndexedView(object))
    throw sqlErrorWithState(8171, state, "noexpand", name);
}

/** "Table hints (Transact-SQL)". @returns undefined: the statement's own view */
export function hintedView(hints: readonly TableHint[], database: Database): ViewOf | undefined {
  const names = new Set(hints.map((hint) => hint.name));
  for (const hint of hints) void hint.arguments;
  const has = (...candidates: readonly string[]): boolean => candidates.some((name) => names.delete(name));
  for (const name of NO_EFFECT) names.delete(name);
  const dirty = has("nolock", "readuncommitted");
  const hold = has("holdlock", "serializable");
  const past = has("readpast");
  const exclusive = has("xlock", "tablockx");
  const update = has("updlock");
  const repeatable = has("repeatableread");
  const committed = has("readcommitted");
  // TABLOCK on a read is a shared lock of the table for the statement only.
  has("tablock");
  if (names.size > 0) throw new Unsupported(`table hint ${[...names].join(", ")}`);
  if (dirty && (hold || update || exclusive || repeatable)) throw sqlError(1047);
  if (dirty) return (runtime) => readUncommitted(runtime.view().transaction);
  if (past) return (runtime) => readPast(runtime.view().transaction);
  if (exclusive) return (runtime) => withLocks(runtime.view().transaction, "X", hold);
  if (update) return (runtime) => withLocks(runtime.view().transaction, "U", hold);
  if (hold) return (runtime) => withLocks(runtime.view().transaction, "S", true);
  if (repeatable) return (runtime) => withLocks(runtime.view().transaction, "S");
  if (committed) return (runtime) => readCommitted(runtime.view().transaction);
  void database;
  return undefined;
}

/** A #temp table is the session's own: no isolation level hides anything in it. */
function ownView(runtime: Runtime): ReadView {
  return readCommitted(runtime.view().transaction);
}

function variableView(runtime: Runtime): ReadView {
  return readCommitted(runtime.session.transactions.variableReader);
}

export interface TableUse {
  readonly alias: string;
  readonly schema?: string | undefined;
  readonly hints: readonly TableHint[];
  /** The target of UPDATE or DELETE: rows are read as they are now, and their handles are kept. */
  readonly target: boolean;
}

export function tableSource(
  table: TableObject,
  database: Database,
  use: TableUse,
  context: StatementContext,
): ResolvedTable {
  const own = database.name === "tempdb";
  const hinted = hintedView(use.hints, database);
  const databaseView: ViewOf = (runtime) => runtime.session.transactions.viewOf(database, runtime.view(), use.target);
  const view = own ? (isTableVariable(table) ? variableView : ownView) : (hinted ?? databaseView);
  const stored = new BaseTableSource(table, view);
  const source = own ? stored : withRowSecurity(stored, table, database, context);
  return {
    alias: use.alias,
    schema: use.schema,
    columns: maskedColumns(table, database, context),
    node: (slot) => {
      const node = new TableNode(slot, source);
      node.wantsHandles = use.target;
      return node;
    },
  };
}

/**
 * What the reader sees of masked columns: UNMASK may be granted on the database, a schema, a table or a column. A computed column over a
 * masked one is masked too.
 */
function maskedColumns(table: TableObject, database: Database, context: StatementContext): SourceColumn[] {
  const columns = sourceColumns(table.columns);
  const hidden = table.columns.filter(
    ({ maskingFunction, columnId }) =>
      maskingFunction !== undefined && !context.session.rights.onColumn("UNMASK", table, columnId, database),
  );
  if (hidden.length === 0) return columns;
  return columns.map((column, at) => {
    const own = table.columns[at]!;
    if (hidden.includes(own)) return { ...column, masked: own.maskingFunction! };
    const { computed } = own;
    const over = computed && hidden.some(({ name }) => computed.definition.includes(quoteName(name)));
    return over === true ? { ...column, masked: DEFAULT_MASK } : column;
  });
}

export function localTableOf(table: LocalTable): TableObject {
  const found = localTableObject(table);
  if (!found) throw new Error("a local table has gone while it was in use");
  return found;
}

export function tableVariableSource(source: TableVariable, context: StatementContext): ResolvedTable {
  const variable = context.tableVariableOf(source.name);
  const local = variable.table!;
  return tableSource(
    localTableOf(local),
    local.database,
    { alias: source.alias ?? source.name, hints: source.hints, target: false },
    context,
  );
}
