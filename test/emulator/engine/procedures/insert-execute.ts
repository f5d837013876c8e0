import type { ExecuteStatement } from "../../tsql/ast-control.ts";
import { coercion } from "../../values/coerce.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import type { ResultColumn } from "../../tds/session-handler.ts";
import type { OutputColumn } from "../expressions/expression-env.ts";
import type { Execution, Output } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { runExecute } from "./execute-statement.ts";

/** INSERT ... EXEC: all rowsets of the call, which must have the same columns. @throws SqlError 8164 (nested) */
export function* captureRows(
  statement: ExecuteStatement,
  execution: Execution,
): Step<{ rows: readonly SqlRow[]; columns: readonly OutputColumn[] }> {
  if (execution.session.insertExec) throw sqlError(8164);
  const rows: SqlRow[] = [];
  let columns: readonly ResultColumn[] | undefined;
  let converters: readonly (ReturnType<typeof coercion> | undefined)[] = [];
  const output: Output = {
    columns: (next) => {
      if (!columns) {
        columns = next;
        converters = next.map(() => undefined);
        return;
      }
      if (next.length !== columns.length) throw sqlError(213);
      const first = columns;
      converters = next.map((column, at) => coercion(column.type, first[at]!.type));
    },
    row: (row) => {
      rows.push(row.map((value, at) => converters[at]?.(value) ?? value));
      return undefined;
    },
    done: () => undefined,
    info: (message) => execution.output.info(message),
    error: (error) => execution.output.error(error),
  };
  execution.session.insertExec = true;
  try {
    yield* runExecute(statement, { ...execution, output });
  } finally {
    execution.session.insertExec = false;
  }
  return { rows, columns: (columns ?? []).map(({ name, type, nullable }) => ({ name, type, nullable })) };
}
