import type { PrintStatement, RaiserrorStatement, ThrowStatement } from "../../tsql/ast-control.ts";
import { INT, nvarchar } from "../../values/coerce-type.ts";
import { errorMessage, sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Expression } from "../../tsql/ast-expressions.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { compileExpression } from "../expressions/expression.ts";
import { formatMessage } from "../functions/format-message.ts";
import { atomic, type Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { compiled } from "./compile-statement.ts";
import { noColumns } from "./variable-statements.ts";

const TEXT = nvarchar(4000);

/** Values of several expressions of one statement. */
function* values<T extends object>(
  statement: T,
  execution: Execution,
  pick: (node: T) => readonly (readonly [Expression, SqlType | undefined])[],
): Step<SqlValue[]> {
  return yield* atomic(execution, (runtime) => {
    const evaluators = compiled(statement, execution, (node, context) =>
      pick(node).map(([expression, type]) => {
        const value = compileExpression(expression, noColumns(context));
        return (type ? convertTo(value, type) : value).evaluate;
      }),
    );
    return evaluators.map((evaluate) => evaluate(runtime));
  });
}

export function* runPrint(statement: PrintStatement, execution: Execution): Step<void> {
  const [text] = yield* values(statement, execution, (node) => [[node.message, TEXT]]);
  execution.output.info({
    number: 0,
    severity: 0,
    state: 1,
    text: (text as string | null) ?? " ",
    line: statement.line,
  });
}

/** THROW ("THROW (Transact-SQL)"): always severity 16; without arguments it raises again what was caught. */
export function* runThrow(statement: ThrowStatement, execution: Execution): Step<void> {
  const { session } = execution;
  if (!statement.error) {
    const caught = execution.scope.caught.at(-1);
    if (!caught) throw sqlError(10704);
    session.thrown.add(caught);
    throw caught;
  }
  const [number, message, state] = yield* values(statement, execution, (node) => [
    [node.error!.number, INT],
    [node.error!.message, nvarchar(2048)],
    [node.error!.state, INT],
  ]);
  if ((number as number) < 50000) throw sqlError(35100, number as number);
  const error = new SqlError(number as number, 16, state as number, (message as string | null) ?? "");
  session.thrown.add(error);
  throw error;
}

/** RAISERROR: a message text or a number of sys.messages; severity 10 and less is information. */
export function* runRaiserror(statement: RaiserrorStatement, execution: Execution): Step<void> {
  const { session } = execution;
  const all = yield* values(statement, execution, (node) => [
    [node.message, undefined],
    [node.severity, INT],
    [node.state, INT],
    ...node.arguments.map((argument) => [argument, undefined] as const),
  ]);
  void statement.options;
  if (statement.options.includes("log")) throw new Unsupported("RAISERROR WITH LOG");
  const [message, severity, state, ...args] = all;
  let number = 50000;
  let template = message as string;
  if (typeof message === "number") {
    number = message;
    const known = errorMessage(message);
    if (message < 13000 || !known) throw sqlError(2732, message, 13000, 2147483647);
    template = known[2];
  }
  const text = formatMessage(template ?? "", args).slice(0, 2047);
  const level = Math.min(severity as number, 25);
  const shownState = (state as number) < 0 ? 1 : Math.min(state as number, 255);
  if (level <= 10) {
    session.lastError = statement.options.includes("seterror") ? number : 0;
    execution.output.info({ number, severity: 0, state: shownState, text, line: statement.line });
    return;
  }
  if (level > 18) throw new Unsupported(`RAISERROR with severity ${level}`);
  const error = new SqlError(number, level, shownState, text);
  session.raised.add(error);
  throw error;
}
