import type { SelectStatement } from "../../tsql/ast-dml.ts";
import { LockConflict, type LockResource } from "../../storage/locks.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import type { OutputColumn, RowCursor, RowPlan } from "../expressions/expression-env.ts";
import { declareCtes } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import { withMasks } from "../query/data-mask.ts";
import { compileSelect } from "../query/compile-select.ts";
import { QueryScope } from "../query/query-scope.ts";
import { selectPlan } from "../query/select-plan.ts";
import { Runtime } from "../runtime.ts";
import { Cancelled } from "../session/batch-end.ts";
import { atomic, done, type Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import type { StatementContext } from "../statement-context.ts";
import type { ResultColumn } from "../../tds/session-handler.ts";
import { compileSelectInto } from "../dml/select-into.ts";
import { compiled, readHints, usesOf } from "./compile-statement.ts";

const SELECT = 0xc1;

export type SelectProgram =
  | {
      readonly kind: "rows";
      readonly plan: RowPlan;
      readonly columns: readonly ResultColumn[];
      readonly uses: ReadonlySet<LockResource>;
    }
  | { readonly kind: "assign"; readonly plan: RowPlan; readonly variables: readonly string[] }
  | { readonly kind: "into"; readonly run: (runtime: Runtime) => bigint };

export function resultColumns(columns: readonly OutputColumn[]): ResultColumn[] {
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    ...(column.source?.column?.identity === true ? { identity: true } : {}),
    ...(column.source?.column?.computed === true ? { computed: true } : {}),
  }));
}

export function compileSelectStatement(node: SelectStatement, context: StatementContext): SelectProgram {
  if (node.changeTrackingContext) throw sqlError(22108);
  readHints(node.options, context);
  declareCtes(node.with, new QueryScope(context, undefined));
  if (node.into) return { kind: "into", run: unmasked(compileSelectInto(node, context), context) };
  const { query } = node;
  if (query.body.kind === "select-query" && query.body.items[0]?.kind === "select-assign") {
    const shape = compileSelect(
      query.body,
      { orderBy: query.orderBy, offset: query.offset, fetch: query.fetch },
      context,
      undefined,
    );
    return {
      kind: "assign",
      plan: unmasked(selectPlan(shape), context),
      variables: shape.assigns.map((assign) => assign!.variable.toLowerCase()),
    };
  }
  const plan = withMasks(compileQuery(query, context, undefined));
  return { kind: "rows", plan, columns: resultColumns(plan.columns), uses: context.uses };
}

/** What goes elsewhere than to the client would have to be masked first. */
function unmasked<T>(compiled: T, context: StatementContext): T {
  if (context.maskedReads > 0) throw new Unsupported("a masked column in SELECT INTO or an assignment");
  return compiled;
}

export function* runSelect(statement: SelectStatement, execution: Execution): Step<void> {
  const { session } = execution;
  session.transactions.beginImplicit();
  const own = session.transactions.beginStatement();
  try {
    const program = yield* session.transactions.retrying(() => compiled(statement, execution, compileSelectStatement));
    if (program.kind === "into") {
      const count = yield* atomic(execution, program.run, usesOf(statement, session));
      session.rowCount = count;
      done(execution, 0xc2, count);
    } else if (program.kind === "assign") {
      // Within one statement @v = @v + x sees what the row before assigned.
      const count = yield* atomic(
        execution,
        (runtime) => assignRows(program.plan, program.variables, runtime),
        usesOf(statement, session),
      );
      session.rowCount = count;
      done(execution, SELECT, count);
    } else yield* streamRows(program, execution);
    if (own) yield* session.transactions.commitStatement();
  } catch (error) {
    if (own) session.transactions.rollbackAll();
    throw error;
  }
}

function assignRows(plan: RowPlan, variables: readonly string[], runtime: Runtime): bigint {
  const before = variables.map((name) => runtime.scope.variables.get(name)!.value);
  try {
    const cursor = plan.open(runtime);
    cursor.reset();
    let count = 0n;
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
      for (const [at, name] of variables.entries()) runtime.scope.variables.get(name)!.value = row[at]!;
      count++;
    }
    return count;
  } catch (error) {
    if (error instanceof LockConflict) {
      for (const [at, name] of variables.entries()) runtime.scope.variables.get(name)!.value = before[at]!;
    }
    throw error;
  }
}

/** How many rows go by before other connections get their turn. */
const ROWS_PER_TURN = 5000;

type RowsProgram = Extract<SelectProgram, { kind: "rows" }>;

/**
 * Sends rows as they are read; a lock is waited for in the middle, and reading goes on where it stood. What the statement uses is held
 * with Sch-S until its last row: DDL waits that long.
 */
function* streamRows({ plan, columns, uses }: RowsProgram, execution: Execution): Step<void> {
  const { session, output } = execution;
  const { transactions } = session;
  const runtime = new Runtime(session, execution.scope);
  const limit = session.options.rowCount;
  const { locks } = session.engine.server;
  const reader = transactions.current!;
  const held: LockResource[] = [];
  try {
    for (const resource of uses) {
      yield* transactions.retrying(() => locks.acquire(reader, resource, "Sch-S"));
      held.push(resource);
    }
    const cursor = yield* transactions.retrying((): RowCursor => {
      const opened = plan.open(runtime, limit > 0 ? limit : undefined);
      opened.reset();
      return opened;
    });
    const next = (): SqlRow | undefined => cursor.next();
    // The first row is read before the columns are sent: an error in it comes without an empty result in front.
    let row = yield* fetchRow(next, execution);
    output.columns(columns);
    let count = 0;
    while (row !== undefined) {
      const pressure = output.row(row);
      if (pressure) yield pressure;
      count++;
      if (limit > 0 && count >= limit) break;
      if (count % ROWS_PER_TURN === 0) {
        yield new Promise((resolve) => setImmediate(resolve));
        if (session.signal?.aborted === true) throw new Cancelled();
      }
      try {
        row = next();
      } catch (error) {
        if (!(error instanceof LockConflict)) throw error;
        yield* transactions.waitFor(error);
        row = yield* fetchRow(next, execution);
      }
    }
    session.rowCount = BigInt(count);
    done(execution, SELECT, BigInt(count));
  } finally {
    for (const resource of held) locks.release(reader, resource, "Sch-S");
    runtime.end();
  }
}

function* fetchRow(next: () => SqlRow | undefined, execution: Execution): Step<SqlRow | undefined> {
  return yield* execution.session.transactions.retrying(next);
}
