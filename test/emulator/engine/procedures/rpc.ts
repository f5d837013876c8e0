import type { ResponseSink, RpcCall } from "../../tds/session-handler.ts";
import { coerce } from "../../values/coerce.ts";
import { INT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { endOfBatch } from "../session/interpreter.ts";
import type { Execution } from "../session/execution.ts";
import { parseName } from "../session/resolve-name.ts";
import type { Step } from "../session/step.ts";
import { callProcedure } from "./call-procedure.ts";
import { executeSql, textArgument } from "./dynamic-sql.ts";
import type { CallArgument } from "./procedure-call.ts";
import { guardedCall } from "./guarded-call.ts";

/** Remote procedure calls: of procedures, and of the ones that drivers use for texts with parameters. */
export function* runRpc(call: RpcCall, execution: Execution, sink: ResponseSink): Step<void> {
  const results: { name: string; type: SqlType; value: SqlValue }[] = [];
  const args = call.parameters.map((parameter): CallArgument => ({
    name: parameter.name,
    type: parameter.type,
    value: parameter.value,
    ...(parameter.output
      ? {
          output: (value, type) => {
            results.push({
              name: parameter.name,
              type: parameter.type,
              value: value === null ? null : coerce(value, type, parameter.type),
            });
          },
        }
      : {}),
  }));
  const status = yield* guardedCall(execution, () => dispatch(call.procedure, args, execution));
  endOfBatch(execution);
  if (status === undefined) return;
  sink.returnStatus(status);
  for (const { name, type, value } of results) sink.returnValue(name, type, value);
}

function* dispatch(procedure: string, args: readonly CallArgument[], execution: Execution): Step<number> {
  const { session } = execution;
  switch (procedure.toLowerCase()) {
    case "sp_executesql": {
      const [text, declarations, ...rest] = args;
      return yield* executeSql(textArgument(text) ?? "", textArgument(declarations) ?? "", rest, execution);
    }
    case "sp_prepare": {
      const [handle, declarations, text] = args;
      handle?.output?.(prepare(textArgument(text) ?? "", textArgument(declarations) ?? "", execution), INT);
      return 0;
    }
    case "sp_prepexec": {
      const [handle, declarations, text, ...rest] = args;
      const number = prepare(textArgument(text) ?? "", textArgument(declarations) ?? "", execution);
      handle?.output?.(number, INT);
      return yield* executePrepared(number, rest, execution);
    }
    case "sp_execute": {
      const [handle, ...rest] = args;
      return yield* executePrepared(Number(handle?.value), rest, execution);
    }
    case "sp_unprepare":
      if (!session.prepared.delete(Number(args[0]?.value))) throw sqlError(8179, Number(args[0]?.value));
      return 0;
    default:
      return yield* callProcedure(parseName(procedure), args, execution);
  }
}

function prepare(text: string, parameters: string, execution: Execution): number {
  const { session } = execution;
  session.engine.parse(text, session.options.quotedIdentifier);
  const handle = ++session.lastHandle;
  session.prepared.set(handle, { text, parameters });
  return handle;
}

function* executePrepared(handle: number, args: readonly CallArgument[], execution: Execution): Step<number> {
  const prepared = execution.session.prepared.get(handle);
  if (!prepared) throw sqlError(8179, handle);
  return yield* executeSql(prepared.text, prepared.parameters, args, execution);
}
