import type { Column } from "../../storage/database-model.ts";
import type { DefaultValue, InsertStatement } from "../../tsql/ast-dml.ts";
import type { Expression } from "../../tsql/ast-expressions.ts";
import { coercion } from "../../values/coerce.ts";
import { BIGINT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import type { Evaluate } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { OutputColumn, RowPlan } from "../expressions/expression-env.ts";
import { declareCtes } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import type { QueryScope } from "../query/query-scope.ts";
import type { Runtime } from "../runtime.ts";
import { captureRows } from "../procedures/insert-execute.ts";
import type { Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import type { Step } from "../session/step.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { readHints } from "../statements/compile-statement.ts";
import type { StatementContext } from "../statement-context.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import {
  columnOrdinals,
  requireNoHistory,
  resolveTarget,
  trackingContext,
  triggersOf,
  type ResolvedTarget,
} from "./dml-target.ts";
import { runDml, type DmlProgram, type DmlResult } from "./dml-run.ts";
import { requireInsertable } from "./kept-columns.ts";
import { compileOutput, OutputRows } from "./output-clause.ts";
import { asColumn, columnConverter } from "./row-expressions.ts";
import { TableWriter } from "./table-writer.ts";

/** INSERT. All rows are worked out before the first is written, so a statement may read what it writes. */

const INSERT = 0xc3;

export function* runInsert(statement: InsertStatement, execution: Execution): Step<void> {
  let captured: { rows: readonly SqlRow[]; columns: readonly OutputColumn[] } | undefined;
  if (statement.source.kind === "insert-execute") captured = yield* captureRows(statement.source.execute, execution);
  yield* runDml(statement, execution, INSERT, (node, context) => compileInsert(node, context, captured));
}

/** The rows to insert, each with one value for each of the written columns; undefined is DEFAULT. */
type RowMaker = (runtime: Runtime) => readonly (readonly (SqlValue | undefined)[])[];

export interface InsertPlan {
  readonly target: ResolvedTarget;
  /** Columns that are written, as places in the row. */
  readonly ordinals: readonly number[];
}

/** @throws SqlError 271, 273, 544, 545, 8101 */
export function planColumns(
  target: ResolvedTarget,
  names: readonly string[] | undefined,
  context: StatementContext,
): InsertPlan {
  const { table, database } = target;
  const identity = table.columns.findIndex((column) => column.identity);
  const { identityInsert } = context.session.options;
  const explicit = identityInsert?.objectId === table.objectId && identityInsert.database === database.name;
  const hasSet = table.columns.some((column) => column.columnSet === true);
  const skips = (at: number): boolean => {
    const column = table.columns[at]!;
    return (
      column.computed !== undefined ||
      column.type.name === "rowversion" ||
      column.identity !== undefined ||
      column.hidden === true ||
      column.graphType !== undefined ||
      (column.sparse === true && hasSet)
    );
  };
  const ordinals = names
    ? columnOrdinals(names, target, context)
    : table.columns.flatMap((_, at) => (skips(at) && !(at === identity && explicit) ? [] : [at]));
  if (!names && identity >= 0 && explicit) throw sqlError(8101, table.name);
  for (const ordinal of ordinals) {
    const column = table.columns[ordinal]!;
    if (column.computed) throw sqlError(271, column.name);
    if (column.type.name === "rowversion") throw sqlError(273);
  }
  if (names && identity >= 0) {
    const written = ordinals.includes(identity);
    if (written && !explicit) throw sqlError(544, table.name);
    if (!written && explicit) throw sqlError(545, table.name);
  }
  return { target, ordinals };
}

export function compileInsert(
  node: InsertStatement,
  context: StatementContext,
  captured: { rows: readonly SqlRow[]; columns: readonly OutputColumn[] } | undefined,
): DmlProgram {
  readHints(node.options, context);
  declareCtes(node.with, noColumns(context));
  const target = resolveTarget(node.target, context);
  requireNoHistory(target.table, target.database, 13559);
  requirePermission(context.session, "INSERT", target.table, target.database);
  const plan = planColumns(target, node.source.kind === "insert-default-values" ? undefined : node.columns, context);
  const track = trackingContext(node.changeTrackingContext, context);
  const top = node.top && compileTop(node.top, context);
  const rows = compileRows(node, plan, context, captured);
  const output = compileOutput(node.output, node.outputInto, target, "insert", [], context);
  if (output?.client && triggersOf(target, "insert").length > 0) throw sqlError(334, target.name);
  return {
    target,
    verb: "INSERT",
    event: "insert",
    output,
    updated: () => new Set(target.table.columns.map((column) => column.name.toLowerCase())),
    run: (runtime) => {
      let values = rows(runtime);
      if (top) values = values.slice(0, top(runtime));
      const { rowCount } = runtime.session.options;
      if (rowCount > 0) values = values.slice(0, rowCount);
      return insertRows(plan, values, runtime, track(runtime), output ? new OutputRows(output) : undefined);
    },
  };
}

/** TOP (n) of a DML statement. */
export function compileTop(
  top: NonNullable<InsertStatement["top"]>,
  context: StatementContext,
): (runtime: Runtime) => number {
  if (top.withTies) throw sqlError(1062);
  if (top.percent) throw new Unsupported("TOP PERCENT in DML");
  const count: Evaluate = convertTo(compileExpression(top.count, noColumns(context)), BIGINT).evaluate;
  return (runtime) => Number(count(runtime) ?? 0n);
}

function compileRows(
  node: InsertStatement,
  plan: InsertPlan,
  context: StatementContext,
  captured: { rows: readonly SqlRow[]; columns: readonly OutputColumn[] } | undefined,
): RowMaker {
  const { table, database } = plan.target;
  const columns = plan.ordinals.map((ordinal) => table.columns[ordinal]!);
  switch (node.source.kind) {
    case "insert-default-values":
      return () => [plan.ordinals.map(() => undefined)];
    case "insert-values": {
      const scope = noColumns(context);
      const rows = node.source.rows.map((row) => {
        if (row.length > columns.length) throw node.columns ? sqlError(110) : sqlError(213);
        if (row.length < columns.length) throw node.columns ? sqlError(109) : sqlError(213);
        return row.map((value, at) => insertedValue(value, columns[at]!, plan.target, scope));
      });
      return (runtime) => rows.map((row) => row.map((value) => value?.(runtime)));
    }
    case "insert-query": {
      requireQueryInsertable(columns, plan.target);
      const query = compileQuery(node.source.query, context, undefined);
      return queryRows(query, plan, node.columns !== undefined);
    }
    case "insert-execute": {
      void node.source.execute;
      requireQueryInsertable(columns, plan.target);
      if (!captured) throw new TypeError("INSERT EXEC without its rows");
      const { rows, columns: given } = captured;
      if (rows.length > 0 && given.length !== columns.length) throw sqlError(213);
      const converters = given.map((column, at) => columnConverter(column.type, columns[at]!, table, database));
      return () =>
        rows.map((row) => row.map((value, at) => converters[at]?.(value) ?? (converters[at] ? null : value)));
    }
  }
}

/** A value of VALUES; undefined: DEFAULT. @throws SqlError 13536 */
export function insertedValue(
  value: Expression | DefaultValue,
  column: Column,
  { table, database }: ResolvedTarget,
  scope: QueryScope,
): Evaluate | undefined {
  if (value.kind === "default-value") {
    requireInsertable(column, "default", shownTable(table, database));
    return undefined;
  }
  const compiled = compileExpression(value, scope);
  requireInsertable(column, compiled.literal === null ? "null" : "value", shownTable(table, database));
  return asColumn(compiled, column, table, database);
}

function requireQueryInsertable(columns: readonly Column[], { table, database }: ResolvedTarget): void {
  for (const column of columns) requireInsertable(column, "value", shownTable(table, database));
}

function queryRows(query: RowPlan, plan: InsertPlan, named: boolean): RowMaker {
  const { table, database } = plan.target;
  if (query.columns.length < plan.ordinals.length) throw named ? sqlError(120) : sqlError(213);
  if (query.columns.length > plan.ordinals.length) throw named ? sqlError(121) : sqlError(213);
  const columns = query.columns.map(({ type, source }, at) => ({
    type,
    isNull: source?.literal === null,
    target: table.columns[plan.ordinals[at]!]!,
  }));
  const strict = columns.map(({ type, isNull, target }) =>
    isNull ? undefined : columnConverter(type, target, table, database),
  );
  const cutting = columns.map(({ type, isNull, target }) => (isNull ? undefined : coercion(type, target.type)));
  return (runtime) => {
    const converters = runtime.session.options.ansiWarnings ? strict : cutting;
    const converts = converters.some((converter) => converter !== undefined);
    const cursor = query.open(runtime);
    cursor.reset();
    const rows: SqlRow[] = [];
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
      rows.push(converts ? row.map((value, at) => (converters[at] ? converters[at](value) : value)) : row);
    }
    return rows;
  };
}

/** Writes rows; undefined values take their defaults. */
export function insertRows(
  plan: InsertPlan,
  values: readonly (readonly (SqlValue | undefined)[])[],
  runtime: Runtime,
  context: Buffer | null,
  output: OutputRows | undefined,
): DmlResult {
  const { table, database } = plan.target;
  const { session } = runtime;
  const writer = new TableWriter(table, database, session, { checks: true, trackingContext: context });
  const identity = writer.rules.identity?.ordinal ?? -1;
  const source = table.columns.map((_, ordinal) => plan.ordinals.indexOf(ordinal));
  const written: SqlRow[] = [];
  let lastIdentity: SqlValue = null;
  for (const given of values) {
    const row: SqlRow = new Array<SqlValue>(source.length);
    for (let ordinal = 0; ordinal < source.length; ordinal++) {
      const at = source[ordinal]!;
      const value = at < 0 ? undefined : given[at];
      if (value !== undefined) row[ordinal] = value;
      else row[ordinal] = ordinal === identity ? writer.nextIdentity() : writer.defaultValue(ordinal);
    }
    if (identity >= 0) {
      lastIdentity = row[identity]!;
      if (source[identity]! >= 0 && lastIdentity !== null) writer.sawIdentity(lastIdentity);
    }
    writer.complete(row, "INSERT");
    if (!writer.insert(row)) continue;
    written.push(row);
    output?.add(runtime, row, undefined, "INSERT");
  }
  writer.checkReferencing(written, "INSERT");
  writer.checkViews();
  output?.finish(runtime);
  const scaled = lastIdentity === null ? undefined : lastIdentityValue(lastIdentity, plan);
  return {
    count: written.length,
    inserted: written,
    deleted: [],
    output,
    identity: scaled,
    ignoredDuplicates: writer.ignored > 0,
  };
}

function lastIdentityValue(value: SqlValue, plan: InsertPlan): bigint {
  const column = plan.target.table.columns.find((candidate) => candidate.identity)!;
  return typeof value === "bigint" && column.type.name !== "bigint"
    ? value / 10n ** BigInt(column.type.scale ?? 0)
    : BigInt(value as number | bigint);
}
