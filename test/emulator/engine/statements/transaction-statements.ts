import type {
  BeginTransactionStatement,
  CommitTransactionStatement,
  RollbackTransactionStatement,
  SaveTransactionStatement,
} from "../../tsql/ast-control.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";

function nameOf(name: string | undefined, execution: Execution): string | undefined {
  if (name?.startsWith("@") !== true) return name;
  const value = execution.scope.variable(name).value;
  return typeof value === "string" ? value : undefined;
}

export function* runTransactionStatement(
  statement:
    BeginTransactionStatement | CommitTransactionStatement | RollbackTransactionStatement | SaveTransactionStatement,
  execution: Execution,
): Step<void> {
  const { transactions } = execution.session;
  const name = nameOf(statement.name, execution);
  if (execution.scope.kind === "function") throw sqlError(443, statement.kind.replace("-", " ").toUpperCase());
  switch (statement.kind) {
    case "begin-transaction":
      if (statement.mark !== undefined) throw new Unsupported("BEGIN TRANSACTION WITH MARK");
      transactions.begin(name ?? "");
      return;
    case "commit-transaction":
      // The name of a COMMIT is ignored by the server; so is when the log is written.
      yield* transactions.commit();
      return;
    case "rollback-transaction":
      transactions.rollback(name);
      return;
    case "save-transaction":
      transactions.save(name ?? "");
      return;
  }
}
