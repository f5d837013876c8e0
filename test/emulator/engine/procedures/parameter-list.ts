import type { ModuleParameter } from "../../tsql/ast-modules.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Session } from "../session/session.ts";

/** Reads the declarations of sp_executesql and sp_prepare: `@a int, @b nvarchar(10) OUTPUT`. */
export function parseParameterList(text: string, session: Session): readonly ModuleParameter[] {
  if (text.trim() === "") return [];
  const batch = session.engine.parse(`CREATE PROCEDURE p ${text} AS RETURN`, true);
  const statement = batch.statements[0];
  if (statement?.kind !== "create-procedure") throw sqlError(102, text.slice(0, 30));
  return statement.parameters;
}
