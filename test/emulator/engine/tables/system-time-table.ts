import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { NamedTable, SystemTime } from "../../tsql/ast-queries.ts";
import type { Expression } from "../../tsql/ast-expressions.ts";
import { datetime2 } from "../../values/coerce-type.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import type { Evaluate } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import type { RowIterator, RowSource } from "../query/row-source.ts";
import { TableNode } from "../query/table-node.ts";
import type { Runtime } from "../runtime.ts";
import type { StatementContext } from "../statement-context.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { BaseTableSource } from "./base-table-source.ts";
import { withRowSecurity } from "./row-security.ts";
import { hintedView, tableSource } from "./table-source.ts";

/** Whether a row whose period is [start, end) belongs to the answer. */
type PeriodTest = (start: bigint, end: bigint) => boolean;

/**
 * FOR SYSTEM_TIME: the rows of the table and of its history whose periods pass, those of no duration left out
 * ("FROM clause plus JOIN, APPLY, PIVOT": FOR SYSTEM_TIME).
 */
export function systemTimeTable(
  table: TableObject,
  database: Database,
  alias: string,
  source: NamedTable,
  systemTime: SystemTime,
  context: StatementContext,
): ResolvedTable {
  const history = database.objects.get(table.historyTableId!);
  if (history?.kind !== "table") throw new Error(`the history table of ${table.name} is missing`);
  context.use("SELECT", history, database);
  // Rows that have aged are no longer shown, whether they are cleaned up already or not.
  if (table.historyRetention) throw new Unsupported("FOR SYSTEM_TIME with HISTORY_RETENTION_PERIOD");
  const test = compilePeriod(systemTime, context);
  const view =
    hintedView(source.hints, database) ??
    ((runtime: Runtime) => runtime.session.transactions.viewOf(database, runtime.view(), false));
  const ordinal = (id: number): number => table.columns.findIndex(({ columnId }) => columnId === id);
  const [start, end] = [ordinal(table.period!.startColumnId), ordinal(table.period!.endColumnId)];
  // Each of the two tables has its own policies; masks are those of the current one.
  const parts = [table, history].map((each) =>
    withRowSecurity(new BaseTableSource(each, view), each, database, context),
  );
  const schema = source.alias === undefined ? database.schemaName(table.schemaId) : undefined;
  const { columns } = tableSource(table, database, { alias, schema, hints: source.hints, target: false }, context);
  return {
    alias,
    schema,
    columns,
    node: (slot) => new TableNode(slot, new PeriodSource(parts, start, end, test)),
  };
}

function compilePeriod(systemTime: SystemTime, context: StatementContext): (runtime: Runtime) => PeriodTest {
  const { mode } = systemTime;
  if (mode === "all") return () => () => true;
  const from = moment(systemTime.from, context);
  const to = systemTime.to === undefined ? from : moment(systemTime.to, context);
  return (runtime) => {
    const a = from(runtime) as bigint | null;
    const b = to(runtime) as bigint | null;
    // A comparison with NULL is never true.
    if (a === null || b === null) return () => false;
    switch (mode) {
      case "as of":
        return (start, end) => start <= a && end > a;
      case "from":
        return (start, end) => start < b && end > a;
      case "between":
        return (start, end) => start <= b && end > a;
      case "contained in":
        return (start, end) => start >= a && end <= b;
    }
  };
}

/** A literal or a variable: the grammar takes nothing else. */
function moment(expression: Expression | undefined, context: StatementContext): Evaluate {
  if (expression?.kind !== "literal" && expression?.kind !== "variable")
    throw new Unsupported("FOR SYSTEM_TIME of an expression");
  return convertTo(compileExpression(expression, noColumns(context)), datetime2(7)).evaluate;
}

class PeriodSource implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes = [];
  readonly #parts: readonly RowSource[];
  readonly #start: number;
  readonly #end: number;
  readonly #test: (runtime: Runtime) => PeriodTest;

  constructor(parts: readonly RowSource[], start: number, end: number, test: (runtime: Runtime) => PeriodTest) {
    this.types = parts[0]!.types;
    this.#parts = parts;
    this.#start = start;
    this.#end = end;
    this.#test = test;
  }

  rowCount(runtime: Runtime): number {
    return this.#parts.reduce((count, part) => count + part.rowCount(runtime), 0);
  }

  scan(runtime: Runtime, again: boolean): RowIterator {
    const test = this.#test(runtime);
    const rows = this.#parts.map((part) => part.scan(runtime, again));
    let at = 0;
    return {
      next: (): SqlRow | undefined => {
        while (at < rows.length) {
          const row = rows[at]!.next();
          if (row === undefined) {
            at++;
            continue;
          }
          const start = row[this.#start] as bigint;
          const end = row[this.#end] as bigint;
          if (start < end && test(start, end)) return row;
        }
        return undefined;
      },
    };
  }

  seek(): never {
    throw new Error("FOR SYSTEM_TIME has no index to seek in");
  }
}
