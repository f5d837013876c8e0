import type { Column, DatabaseObject, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { readCommitted, readPast, readUncommitted, withLocks, type ReadView } from "../../storage/read-view.ts";
import type { TableHint, TableVariable } from "../../tsql/ast-queries.ts";
import { sqlError, sqlErrorWithState } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { isIndexedView } from "../ddl/schema-binding.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import type { SourceColumn } from "../query/query-scope.ts";
import { TableNode } from "../query/table-node.ts";
import type { Runtime } from "../runtime.ts";
import type { StatementContext } from "../statement-context.ts";
import { BaseTableSource, type ViewOf } from "./base-table-source.ts";
import { isTableVariable, localTableObject, type LocalTable } from "./local-table.ts";

/** Tables of the database as sources of a query: columns as names see them, hints as ways of reading. */

export function sourceColumns(columns: readonly Column[]): SourceColumn[] {
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    ...(column.hidden === true ? { hidden: true } : {}),
    ...(column.identity ? { identity: true } : {}),
    ...(column.computed ? { computed: true } : {}),
    ...(column.rowGuidCol === true ? { rowGuidCol: true } : {}),
  }));
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
  return {
    alias: use.alias,
    schema: use.schema,
    columns: withMasks(table, database, context),
    node: (slot) => {
      const node = new TableNode(slot, new BaseTableSource(table, view));
      node.wantsHandles = use.target;
      return node;
    },
  };
}

/** A masked column is refused to who has not UNMASK: the masks themselves are not made here. */
function withMasks(table: TableObject, database: Database, context: StatementContext): SourceColumn[] {
  const columns = sourceColumns(table.columns);
  if (!table.columns.some((column) => column.maskingFunction !== undefined)) return columns;
  if (context.session.rights.onDatabase("UNMASK", database)) return columns;
  return columns.map((column, at) =>
    table.columns[at]!.maskingFunction === undefined ? column : { ...column, unknown: "dynamic data masking" },
  );
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
