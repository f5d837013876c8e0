import type { ObjectName } from "../../tsql/ast-names.ts";
import { coerce } from "../../values/coerce.ts";
import { BIT, INT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { getAppLock, releaseAppLock } from "./application-locks.ts";
import { describeFirstResultSet } from "./describe-result-set.ts";
import { executeSql, textArgument } from "./dynamic-sql.ts";
import { addProperty, dropProperty, updateProperty } from "./extended-properties.ts";
import type { CallArgument } from "./procedure-call.ts";
import { refreshModule } from "./refresh-module.ts";
import { renameObject } from "./rename-object.ts";
import { flushTracking } from "./tracking-procedures.ts";

/** The server's own procedures. */
export type SystemProcedure = (args: readonly CallArgument[], execution: Execution) => Step<number>;

/** Arguments by name, or by the position that the name has. @throws SqlError 8145, 8144 */
export function namedArguments(
  procedure: string,
  names: readonly string[],
  args: readonly CallArgument[],
): Map<string, CallArgument> {
  const out = new Map<string, CallArgument>();
  args.forEach((argument, at) => {
    const name = argument.name === "" ? names[at] : names.find((known) => known === argument.name.toLowerCase());
    if (name === undefined)
      throw argument.name === "" ? sqlError(8144, procedure) : sqlError(8145, argument.name, procedure);
    if (!argument.isDefault) out.set(name, argument);
  });
  return out;
}

export function numberArgument(argument: CallArgument | undefined): number | undefined {
  if (!argument || argument.value === null) return undefined;
  return coerce(argument.value, argument.type, INT, { explicit: true }) as number;
}

function* executeSqlProcedure(args: readonly CallArgument[], execution: Execution): Step<number> {
  const [text, declarations, ...rest] = args;
  if (!text) throw sqlError(201, "sp_executesql", "@statement");
  return yield* executeSql(textArgument(text) ?? "", textArgument(declarations) ?? "", rest, execution);
}

// eslint-disable-next-line require-yield
function* setSessionContext(args: readonly CallArgument[], execution: Execution): Step<number> {
  const named = namedArguments("sp_set_session_context", ["@key", "@value", "@read_only"], args);
  const key = textArgument(named.get("@key"))?.toLowerCase();
  if (key === undefined) throw sqlError(201, "sp_set_session_context", "@key");
  const known = execution.session.sessionContext.get(key);
  if (known?.readOnly === true) throw sqlError(15664, key);
  const value = named.get("@value");
  const readOnly = named.get("@read_only");
  execution.session.sessionContext.set(key, {
    value:
      value && value.value !== null
        ? value.type.name === "sql_variant"
          ? value.value
          : { type: value.type, value: value.value }
        : null,
    readOnly: readOnly !== undefined && coerce(readOnly.value, readOnly.type, BIT, { explicit: true }) === 1,
  });
  return 0;
}

const PROCEDURES: ReadonlyMap<string, SystemProcedure> = new Map<string, SystemProcedure>([
  ["sp_executesql", executeSqlProcedure],
  ["sp_getapplock", getAppLock],
  ["sp_releaseapplock", releaseAppLock],
  ["sp_rename", renameObject],
  ["sp_refreshview", refreshModule],
  ["sp_refreshsqlmodule", refreshModule],
  ["sp_addextendedproperty", addProperty],
  ["sp_updateextendedproperty", updateProperty],
  ["sp_dropextendedproperty", dropProperty],
  ["sp_set_session_context", setSessionContext],
  ["sp_describe_first_result_set", describeFirstResultSet],
  ["sp_flush_ct_internal_table_on_demand", flushTracking],
]);

/** @returns undefined: not one of the server's own that are here */
export function systemProcedure(name: ObjectName): SystemProcedure | undefined {
  const schema = name.schema?.toLowerCase();
  if (schema !== undefined && schema !== "sys" && schema !== "dbo") return undefined;
  return PROCEDURES.get(name.name.toLowerCase());
}
