import type { ExecuteStatement } from "../../tsql/ast-control.ts";
import { coerce } from "../../values/coerce.ts";
import { INT, nvarchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { plainText } from "../../values/plain-text.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { compileExpression } from "../expressions/expression.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { parseName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Step } from "../session/step.ts";
import { compiled } from "../statements/compile-statement.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { callProcedure } from "./call-procedure.ts";
import { runNested } from "./nested-scope.ts";
import type { CallArgument } from "./procedure-call.ts";

/** EXEC of a procedure or of a text. */
export function* runExecute(statement: ExecuteStatement, execution: Execution): Step<void> {
  const { session, scope } = execution;
  if (statement.kind === "execute-text") {
    const text = yield* atomic(execution, (runtime) => {
      const parts = compiled(statement, execution, (node, context) => {
        if (node.kind !== "execute-text") throw new TypeError("not a text");
        return node.parts.map((part) => convertTo(compileExpression(part, noColumns(context)), nvarchar(-1)).evaluate);
      });
      return parts.map((part) => (part(runtime) as string | null) ?? "").join("");
    });
    const batch = session.engine.parse(text, session.options.quotedIdentifier);
    yield* runNested(batch.statements, new Scope("dynamic", scope), execution, true);
    return;
  }
  const args = yield* evaluateArguments(statement, execution);
  const name =
    typeof statement.procedure === "string"
      ? parseName(plainText(scope.variable(statement.procedure).value))
      : statement.procedure;
  const status = yield* callProcedure(name, args, execution);
  if (statement.returnVariable !== undefined) {
    const variable = scope.variable(statement.returnVariable);
    variable.value = coerce(status, INT, variable.type);
  }
}

type Evaluator = (runtime: Parameters<Parameters<typeof atomic<readonly CallArgument[]>>[1]>[0]) => CallArgument;

function* evaluateArguments(
  statement: Extract<ExecuteStatement, { kind: "execute" }>,
  execution: Execution,
): Step<readonly CallArgument[]> {
  return yield* atomic(execution, (runtime) => {
    const evaluators = compiled(statement, execution, (node, context): Evaluator[] => {
      void node.recompile;
      void node.returnVariable;
      void (typeof node.procedure === "string"
        ? node.procedure
        : [node.procedure.name, node.procedure.schema, node.procedure.database, node.procedure.server]);
      return node.arguments.map((argument): Evaluator => {
        const name = argument.name ?? "";
        const { value, output } = argument;
        if (value.kind === "default-value") return () => ({ name, type: INT, value: null, isDefault: true });
        if (value.kind === "variable") {
          const variable = context.scope.variables.get(value.name.toLowerCase());
          if (variable?.table) {
            const { table } = variable;
            context.usesLocalTables = true;
            return () => ({ name, type: INT, value: null, table });
          }
        }
        if (output && value.kind !== "variable") throw sqlError(179);
        const expression = compileExpression(value, noColumns(context));
        const target = output && value.kind === "variable" ? value.name.toLowerCase() : undefined;
        return (own) => ({
          name,
          type: expression.type,
          value: expression.evaluate(own),
          ...(target === undefined
            ? {}
            : {
                output: (result, type) => {
                  const variable = own.scope.variables.get(target)!;
                  variable.value = result === null ? null : coerce(result, type, variable.type);
                },
              }),
        });
      });
    });
    return evaluators.map((evaluate) => evaluate(runtime));
  });
}
