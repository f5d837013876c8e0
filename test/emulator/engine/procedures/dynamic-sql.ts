import { coerce } from "../../values/coerce.ts";
import { nvarchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";
import { Scope } from "../session/scope.ts";
import type { Step } from "../session/step.ts";
import { atomic } from "../session/execution.ts";
import { StatementContext } from "../statement-context.ts";
import { bindTableArgument, tableTypeOf } from "../tables/create-local-table.ts";
import { runNested } from "./nested-scope.ts";
import { parseParameterList } from "./parameter-list.ts";
import type { CallArgument } from "./procedure-call.ts";

export function textArgument(argument: CallArgument | undefined): string | undefined {
  if (!argument || argument.value === null) return undefined;
  return coerce(argument.value, argument.type, nvarchar(-1), { explicit: true }) as string;
}

/** sp_executesql: a text with parameters, in a scope of its own. @throws SqlError 214, 8178, 8144-like */
export function* executeSql(
  text: string,
  declarations: string,
  args: readonly CallArgument[],
  execution: Execution,
): Step<number> {
  const { session } = execution;
  const scope = new Scope("dynamic", execution.scope);
  const parameters = parseParameterList(declarations, session);
  const context = new StatementContext(session, scope);
  const given = new Map<string, CallArgument>();
  args.forEach((argument, at) => {
    const name = argument.name === "" ? parameters[at]?.name : argument.name;
    if (name === undefined || !parameters.some((parameter) => parameter.name.toLowerCase() === name.toLowerCase())) {
      throw sqlError(8145, argument.name, "");
    }
    given.set(name.toLowerCase(), argument);
  });
  const shown = `(${declarations})${text}`;
  for (const parameter of parameters) {
    const argument = given.get(parameter.name.toLowerCase());
    const tableType = tableTypeOf(parameter.type, session);
    if (tableType) {
      const own = { ...execution, scope };
      const { userTypeId } = tableType;
      yield* atomic(execution, () =>
        bindTableArgument({ name: parameter.name, userTypeId }, argument, session.currentDatabase, own),
      );
      continue;
    }
    if (argument?.table) throw sqlError(206, "table", parameter.type.name);
    const type = context.dataType(parameter.type, "declaration");
    if (!argument) throw sqlError(8178, shown.slice(0, 500), parameter.name);
    scope.declare({
      name: parameter.name,
      type,
      value: argument.value === null ? null : coerce(argument.value, argument.type, type),
    });
  }
  const batch = session.engine.parse(text, session.options.quotedIdentifier);
  const status = yield* runNested(batch.statements, scope, execution, true);
  for (const parameter of parameters) {
    const argument = given.get(parameter.name.toLowerCase());
    const variable = scope.variables.get(parameter.name.toLowerCase());
    if (parameter.output && argument?.output && variable) argument.output(variable.value, variable.type);
  }
  return status;
}
