import type { UpdateStatement } from "../../tsql/ast-dml.ts";
import type { RowChange } from "../../storage/table-store.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { compileArithmetic } from "../expressions/arithmetic.ts";
import type { Evaluate } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import { declareCtes } from "../query/compile-from.ts";
import type { QueryScope } from "../query/query-scope.ts";
import { sourceColumn } from "../query/query-scope.ts";
import type { Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import type { Step } from "../session/step.ts";
import { readHints } from "../statements/compile-statement.ts";
import { noColumns } from "../statements/variable-statements.ts";
import type { StatementContext } from "../statement-context.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { requireNoHistory, trackingContext, triggersOf, type ResolvedTarget } from "./dml-target.ts";
import { runDml, type DmlProgram } from "./dml-run.ts";
import { compileTop } from "./insert-statement.ts";
import { requireUpdatable } from "./kept-columns.ts";
import { compileOutput, OutputRows } from "./output-clause.ts";
import { asColumn } from "./row-expressions.ts";
import { TableWriter } from "./table-writer.ts";
import { compileWrittenRows } from "./written-rows.ts";

const UPDATE = 0xc5;

export function* runUpdate(statement: UpdateStatement, execution: Execution): Step<void> {
  yield* runDml(statement, execution, UPDATE, compileUpdate);
}

export interface ColumnAssignment {
  readonly ordinal: number;
  /** Undefined: DEFAULT. */
  readonly value: Evaluate | undefined;
}

export interface Assignments {
  readonly columns: readonly ColumnAssignment[];
  readonly variables: readonly {
    readonly name: string;
    readonly value: Evaluate;
    readonly column: number | undefined;
  }[];
}

/** SET. @throws SqlError 207, 264, 271, 272, 8102 */
export function compileAssignments(
  list: UpdateStatement["assignments"],
  target: ResolvedTarget,
  slot: number,
  scope: QueryScope,
): Assignments {
  const { context } = scope;
  const { table, database } = target;
  const columns: ColumnAssignment[] = [];
  const variables: { name: string; value: Evaluate; column: number | undefined }[] = [];
  const source = scope.sources.find((candidate) => candidate.slot === slot)!;
  const ordinalOf = (name: string): number => {
    const ordinal = table.columns.findIndex((column) => context.sameName(column.name, name));
    if (ordinal < 0) throw sqlError(207, name);
    const column = table.columns[ordinal]!;
    if (columns.some((known) => known.ordinal === ordinal)) throw sqlError(264, column.name);
    if (column.computed) throw sqlError(271, column.name);
    if (column.type.name === "rowversion") throw sqlError(272);
    if (column.identity) throw sqlError(8102, column.name);
    return ordinal;
  };
  for (const assignment of list) {
    if (assignment.kind === "write-column") throw new Unsupported(".WRITE");
    if (assignment.kind === "set-variable-in-update") {
      const ordinal = assignment.column ? ordinalOf(assignment.column.name) : undefined;
      if (ordinal !== undefined) requireUpdatable(table.columns[ordinal]!, false, shownTable(table, database));
      const compiled = compileExpression(assignment.value, scope);
      const value = context.assignmentValue(assignment.variable, assignment.operator, compiled);
      variables.push({ name: assignment.variable.toLowerCase(), value: value.evaluate, column: ordinal });
      if (ordinal !== undefined) {
        const name = assignment.variable.toLowerCase();
        const typed = {
          ...value,
          evaluate: ((runtime) => runtime.scope.variables.get(name)!.value) satisfies Evaluate,
        };
        columns.push({ ordinal, value: asColumn(typed, table.columns[ordinal]!, table, database) });
      }
      continue;
    }
    const { column: reference } = assignment;
    if (reference.table && !scope.sourcesOf(reference.table).some((candidate) => candidate.slot === slot)) {
      throw sqlError(4104, `${reference.table.name}.${reference.name}`);
    }
    const ordinal = ordinalOf(reference.name);
    const shown = shownTable(table, database);
    if (assignment.value.kind === "default-value") {
      requireUpdatable(table.columns[ordinal]!, true, shown);
      columns.push({ ordinal, value: undefined });
      continue;
    }
    const right = compileExpression(assignment.value, scope);
    requireUpdatable(table.columns[ordinal]!, right.literal === null, shown);
    const value =
      assignment.operator === "="
        ? right
        : compileArithmetic(assignment.operator.slice(0, -1) as "+", sourceColumn(source, ordinal), right);
    columns.push({ ordinal, value: asColumn(value, table.columns[ordinal]!, table, database) });
  }
  return { columns, variables };
}

export function compileUpdate(node: UpdateStatement, context: StatementContext): DmlProgram {
  readHints(node.options, context);
  declareCtes(node.with, noColumns(context));
  const rows = compileWrittenRows(node, context);
  const { target, scope, slot } = rows;
  requireNoHistory(target.table, target.database, 13561);
  requirePermission(context.session, "UPDATE", target.table, target.database);
  const assignments = compileAssignments(node.assignments, target, slot, scope);
  const track = trackingContext(node.changeTrackingContext, context);
  const top = node.top && compileTop(node.top, context);
  const output = compileOutput(node.output, node.outputInto, target, "update", scope.sources, context);
  if (output?.client && triggersOf(target, "update").length > 0) throw sqlError(334, target.name);
  const { table, database } = target;
  const ordinals = assignments.columns.map((assignment) => assignment.ordinal);
  const columnIds = ordinals.map((ordinal) => table.columns[ordinal]!.columnId);
  const names = new Set(ordinals.map((ordinal) => table.columns[ordinal]!.name.toLowerCase()));
  const written = new Set(ordinals);
  const computed = table.columns.some((column) => column.computed);
  table.columns.forEach((column, ordinal) => {
    // A computed column may change with any other.
    if (column.computed && computed) written.add(ordinal);
  });
  return {
    target,
    verb: "UPDATE",
    event: "update",
    output,
    updated: () => names,
    run: (runtime) => {
      const writer = new TableWriter(table, database, runtime.session, {
        checks: true,
        trackingContext: track(runtime),
      });
      const collected = output ? new OutputRows(output) : undefined;
      const changes: RowChange[] = [];
      const before: SqlRow[] = [];
      rows.collect(runtime, top ? top(runtime) : Infinity, (entry, row) => {
        for (const { name, value } of assignments.variables) runtime.scope.variables.get(name)!.value = value(runtime);
        const changed = [...row];
        for (const { ordinal, value } of assignments.columns) {
          changed[ordinal] = value ? value(runtime) : writer.defaultValue(ordinal);
        }
        writer.complete(changed, "UPDATE");
        changes.push({ entry, row: changed });
        before.push(row);
        collected?.add(runtime, changed, row, "UPDATE");
      });
      writer.update(changes, before, columnIds);
      const after = changes.map((change) => change.row);
      writer.checkReferencing(after, "UPDATE", written);
      writer.checkReferenced(before, after);
      writer.checkViews();
      collected?.finish(runtime);
      return { count: changes.length, inserted: after, deleted: before, output: collected };
    },
  };
}
