import type { DbccStatement } from "../../tsql/ast-control.ts";
import { sqlError } from "../../values/error-table.ts";
import { plainText } from "../../values/plain-text.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { compileExpression } from "../expressions/expression.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { parseName, requireTable } from "../session/resolve-name.ts";
import type { Step } from "../session/step.ts";
import { compiled } from "./compile-statement.ts";
import { noColumns } from "./variable-statements.ts";

/** DBCC CHECKIDENT ("DBCC CHECKIDENT (Transact-SQL)"). */
export function* runDbcc(statement: DbccStatement, execution: Execution): Step<void> {
  if (statement.command !== "checkident") throw new Unsupported(`DBCC ${statement.command.toUpperCase()}`);
  yield* atomic(execution, (runtime) => {
    const args = compiled(statement, execution, (node, context) => {
      void node.command;
      void node.options.map((option) => option);
      return node.arguments.map((argument) => compileExpression(argument, noColumns(context)).evaluate);
    }).map((evaluate) => evaluate(runtime));
    const { table } = requireTable(parseName(plainText(args[0])), execution.session, execution.scope, (written) =>
      sqlError(2501, written),
    );
    const column = table.columns.find((candidate) => candidate.identity);
    if (!column) throw sqlError(7997, table.name);
    const { store } = table;
    const current = store.lastIdentity;
    const mode = args.length > 1 ? plainText(args[1]).toLowerCase() : "reseed";
    if (mode !== "reseed" && mode !== "noreseed") throw sqlError(2560, 2);
    const silent = statement.options.includes("no_infomsgs");
    if (!silent) {
      const shown = current === undefined ? "NULL" : current.toString();
      execution.output.info({
        number: 7998,
        severity: 10,
        state: 1,
        line: statement.line,
        text: `Checking identity information: current identity value '${shown}'.`,
      });
    }
    if (mode === "noreseed" || args[2] === undefined || args[2] === null) return;
    const value = BigInt(args[2] as number | bigint);
    // In a table that never had a row the next value is the new seed itself.
    store.lastIdentity = store.rowCount === 0 && current === undefined ? value - column.identity!.increment : value;
  });
}
