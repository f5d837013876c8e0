import type { SqlRow } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import { atomic, done, type Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { compiled, usesOf } from "../statements/compile-statement.ts";
import type { StatementContext } from "../statement-context.ts";
import { triggersOf, type ResolvedTarget } from "./dml-target.ts";
import { fireTriggers } from "./fire-triggers.ts";
import { requireWriteOptions } from "./require-write-options.ts";
import type { OutputProgram, OutputRows } from "./output-clause.ts";

export interface DmlResult {
  readonly count: number;
  readonly inserted: readonly SqlRow[];
  readonly deleted: readonly SqlRow[];
  readonly output: OutputRows | undefined;
  /** The last identity value of an INSERT; undefined: no identity column, or nothing inserted. */
  readonly identity?: bigint | undefined;
  readonly ignoredDuplicates?: boolean;
  /** MERGE: what each kind of its actions did, for the triggers of each. */
  readonly actions?: readonly FiredRows[];
}

/** Rows that one kind of action wrote: what inserted and deleted hold in its triggers. */
export interface FiredRows {
  readonly event: "insert" | "update" | "delete";
  readonly inserted: readonly SqlRow[];
  readonly deleted: readonly SqlRow[];
}

export interface DmlProgram {
  readonly target: ResolvedTarget;
  /** How errors name the statement. */
  readonly verb: "INSERT" | "UPDATE" | "DELETE" | "MERGE";
  readonly event: "insert" | "update" | "delete";
  readonly output: OutputProgram | undefined;
  /** Names of the columns written, in lower case. */
  readonly updated: () => ReadonlySet<string>;
  run(runtime: Runtime): DmlResult;
}

/** Runs a statement that changes rows: all of it or nothing, then its triggers, its OUTPUT and its count. */
export function* runDml<T extends object>(
  statement: T,
  execution: Execution,
  command: number,
  compile: (node: T, context: StatementContext) => DmlProgram,
): Step<void> {
  const { session, output } = execution;
  session.transactions.beginImplicit();
  const own = session.transactions.beginStatement();
  try {
    const program = yield* session.transactions.retrying(() =>
      compiled(statement, execution, (node: T, context) => {
        const made = compile(node, context);
        requireWriteOptions(made.verb, made.target, session);
        return made;
      }),
    );
    const savepoint = session.transactions.current!.savepoint();
    const result = yield* atomic(execution, (runtime) => program.run(runtime), usesOf(statement, session));
    if (result.identity !== undefined) {
      execution.scope.scopeIdentity = result.identity;
      session.lastIdentity = result.identity;
    }
    try {
      yield* fire(program, result, execution);
    } catch (error) {
      if (session.transactions.current?.state === "active") session.transactions.current.rollbackTo(savepoint);
      throw error;
    }
    if (result.ignoredDuplicates === true) {
      output.info({ number: 3604, severity: 0, state: 1, text: "Duplicate key was ignored.", line: 1 });
    }
    if (own && session.transactions.current && !session.transactions.explicit)
      yield* session.transactions.commitStatement();
    session.rowCount = BigInt(result.count);
    if (program.output?.client && result.output) {
      output.columns(program.output.client.columns);
      for (const row of result.output.rows) {
        const pressure = output.row(row);
        if (pressure) yield pressure;
      }
    }
    done(execution, command, BigInt(result.count));
  } catch (error) {
    if (own && !session.transactions.explicit) session.transactions.rollbackAll();
    throw error;
  }
}

function* fire(program: DmlProgram, result: DmlResult, execution: Execution): Step<void> {
  const fired = result.actions ?? [{ event: program.event, inserted: result.inserted, deleted: result.deleted }];
  for (const rows of fired) {
    const triggers = triggersOf(program.target, rows.event);
    if (triggers.length > 0) yield* fireTriggers(triggers, program, rows, result.count, execution);
  }
}
