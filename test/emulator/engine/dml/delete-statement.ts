import type { DeleteStatement } from "../../tsql/ast-dml.ts";
import type { RowEntry } from "../../storage/row-entry.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { declareCtes } from "../query/compile-from.ts";
import type { Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import type { Step } from "../session/step.ts";
import { readHints } from "../statements/compile-statement.ts";
import { noColumns } from "../statements/variable-statements.ts";
import type { StatementContext } from "../statement-context.ts";
import { requireNoHistory, trackingContext, triggersOf } from "./dml-target.ts";
import { runDml, type DmlProgram } from "./dml-run.ts";
import { compileTop } from "./insert-statement.ts";
import { compileOutput, OutputRows } from "./output-clause.ts";
import { TableWriter } from "./table-writer.ts";
import { compileWrittenRows } from "./written-rows.ts";

const DELETE = 0xc4;

export function* runDelete(statement: DeleteStatement, execution: Execution): Step<void> {
  yield* runDml(statement, execution, DELETE, compileDelete);
}

export function compileDelete(node: DeleteStatement, context: StatementContext): DmlProgram {
  readHints(node.options, context);
  declareCtes(node.with, noColumns(context));
  const rows = compileWrittenRows(node, context);
  const { target } = rows;
  requireNoHistory(target.table, target.database, 13560);
  requirePermission(context.session, "DELETE", target.table, target.database);
  const track = trackingContext(node.changeTrackingContext, context);
  const top = node.top && compileTop(node.top, context);
  const output = compileOutput(node.output, node.outputInto, target, "delete", rows.scope.sources, context);
  if (output?.client && triggersOf(target, "delete").length > 0) throw sqlError(334, target.name);
  return {
    target,
    verb: "DELETE",
    event: "delete",
    output,
    updated: () => new Set(),
    run: (runtime) => {
      const writer = new TableWriter(target.table, target.database, runtime.session, {
        checks: true,
        trackingContext: track(runtime),
      });
      const collected = output ? new OutputRows(output) : undefined;
      const entries: RowEntry[] = [];
      const before: SqlRow[] = [];
      rows.collect(runtime, top ? top(runtime) : Infinity, (entry, row) => {
        entries.push(entry);
        before.push(row);
        collected?.add(runtime, undefined, row, "DELETE");
      });
      entries.forEach((entry, at) => writer.delete(entry, before[at]!));
      writer.checkReferenced(before, undefined);
      writer.checkViews();
      collected?.finish(runtime);
      return { count: entries.length, inserted: [], deleted: before, output: collected };
    },
  };
}
