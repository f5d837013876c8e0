import type { Statement } from "../../tsql/ast.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { runDelete } from "../dml/delete-statement.ts";
import { runInsert } from "../dml/insert-statement.ts";
import { runInsertBulk } from "../dml/bulk-load.ts";
import { runMerge } from "../dml/merge-statement.ts";
import { runTruncate } from "../dml/truncate-statement.ts";
import { runUpdate } from "../dml/update-statement.ts";
import { runDdl } from "../ddl/run-ddl.ts";
import { runExecute } from "../procedures/execute-statement.ts";
import type { Execution } from "../session/execution.ts";
import { NEXT, runStatements, type Flow } from "../session/interpreter.ts";
import type { Step } from "../session/step.ts";
import { runDbcc } from "./dbcc-statement.ts";
import { runPrint, runRaiserror, runThrow } from "./error-statements.ts";
import { runSelect } from "./select-statement.ts";
import { runSetOption, runSetValue, runIdentityInsert, runIsolation } from "./set-statements.ts";
import { runTransactionStatement } from "./transaction-statements.ts";
import { condition, runDeclare, runReturn, runSetVariable } from "./variable-statements.ts";
import { runWaitFor } from "./waitfor-statement.ts";

/** Statements that count as rows: they set @@ROWCOUNT themselves. */
// prettier-ignore
const KEEPS_ROW_COUNT: ReadonlySet<Statement["kind"]> = new Set([
  "select", "insert", "update", "delete", "merge", "declare", "execute", "execute-text", "block", "if", "while", "print", "return", "goto", "label",
  "set-variable", "throw", "raiserror", "waitfor",
]);

/** Executes one statement of any kind, but TRY, which the interpreter handles. */
export function* runStatement(statement: Statement, execution: Execution): Step<Flow> {
  const flow = yield* dispatch(statement, execution);
  const { session } = execution;
  if (
    statement.kind !== "if" &&
    statement.kind !== "while" &&
    statement.kind !== "block" &&
    !statement.kind.startsWith("execute")
  ) {
    if (statement.kind !== "raiserror") session.lastError = 0;
    if (!KEEPS_ROW_COUNT.has(statement.kind)) session.rowCount = 0n;
  }
  return flow;
}

function* dispatch(statement: Statement, execution: Execution): Step<Flow> {
  switch (statement.kind) {
    case "select":
      yield* runSelect(statement, execution);
      return NEXT;
    case "insert":
      yield* runInsert(statement, execution);
      return NEXT;
    case "insert-bulk":
      yield* runInsertBulk(statement, execution);
      return NEXT;
    case "update":
      yield* runUpdate(statement, execution);
      return NEXT;
    case "delete":
      yield* runDelete(statement, execution);
      return NEXT;
    case "merge":
      yield* runMerge(statement, execution);
      return NEXT;
    case "truncate-table":
      yield* runTruncate(statement, execution);
      return NEXT;
    case "declare":
      yield* runDeclare(statement, execution);
      return NEXT;
    case "set-variable":
      yield* runSetVariable(statement, execution);
      return NEXT;
    case "set-option":
      runSetOption(statement, execution);
      return NEXT;
    case "set-value":
      runSetValue(statement, execution);
      return NEXT;
    case "set-identity-insert":
      runIdentityInsert(statement, execution);
      return NEXT;
    case "set-isolation-level":
      runIsolation(statement, execution);
      return NEXT;
    case "if": {
      const holds = yield* condition(statement, statement.condition, execution);
      if (holds === true) return yield* runStatements([statement.then], execution);
      return statement.otherwise ? yield* runStatements([statement.otherwise], execution) : NEXT;
    }
    case "while":
      while ((yield* condition(statement, statement.condition, execution)) === true) {
        const flow = yield* runStatements([statement.body], execution);
        if (flow.kind === "break") break;
        if (flow.kind === "return" || flow.kind === "goto") return flow;
      }
      return NEXT;
    case "block":
      return yield* runStatements(statement.statements, execution);
    case "break":
      return { kind: "break" };
    case "continue":
      return { kind: "continue" };
    case "return":
      return { kind: "return", value: yield* runReturn(statement, execution) };
    case "goto":
      return { kind: "goto", label: statement.label };
    case "label":
      return NEXT;
    case "print":
      yield* runPrint(statement, execution);
      return NEXT;
    case "throw":
      yield* runThrow(statement, execution);
      return NEXT;
    case "raiserror":
      yield* runRaiserror(statement, execution);
      return NEXT;
    case "waitfor":
      yield* runWaitFor(statement, execution);
      return NEXT;
    case "begin-transaction":
    case "commit-transaction":
    case "rollback-transaction":
    case "save-transaction":
      yield* runTransactionStatement(statement, execution);
      return NEXT;
    case "execute":
    case "execute-text":
      yield* runExecute(statement, execution);
      return NEXT;
    case "use":
      execution.session.use(statement.database);
      return NEXT;
    case "dbcc":
      yield* runDbcc(statement, execution);
      return NEXT;
    case "checkpoint":
      execution.session.currentDatabase.checkpointTime = execution.session.engine.clock.now();
      return NEXT;
    case "try":
      throw new TypeError("TRY is the interpreter's");
    case "kill":
    case "execute-as":
    case "revert":
      throw new Unsupported(statement.kind);
    default:
      yield* runDdl(statement, execution);
      return NEXT;
  }
}
