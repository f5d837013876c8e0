import type { WaitForStatement } from "../../tsql/ast-control.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { compileExpression } from "../expressions/expression.ts";
import { Cancelled } from "../session/batch-end.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { evaluateWith, noColumns } from "./variable-statements.ts";

const TIME: SqlType = { name: "time", scale: 3 };

/** WAITFOR DELAY; ATTENTION ends it. */
export function* runWaitFor(statement: WaitForStatement, execution: Execution): Step<void> {
  if (statement.mode === "time") throw new Unsupported("WAITFOR TIME");
  const ticks = yield* evaluateWith(statement, execution, (node, context) => {
    void node.mode;
    return convertTo(compileExpression(node.value, noColumns(context)), TIME).evaluate;
  });
  if (ticks === null) return;
  const { signal } = execution.session;
  yield new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(new Cancelled());
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", aborted);
        resolve();
      },
      (ticks as number) / 10_000,
    );
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
