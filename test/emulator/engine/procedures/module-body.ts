import type { DatabaseObject } from "../../storage/database-model.ts";
import type {
  CreateFunctionStatement,
  CreateProcedureStatement,
  CreateTriggerStatement,
  CreateViewStatement,
} from "../../tsql/ast-modules.ts";
import type { Statement } from "../../tsql/ast.ts";
import type { Session } from "../session/session.ts";

type Module = Extract<DatabaseObject, { module: unknown }>;
export type ModuleStatement =
  CreateViewStatement | CreateProcedureStatement | CreateFunctionStatement | CreateTriggerStatement;

/** The syntax tree of a module's text. */
export function moduleStatement(module: Module, session: Session): ModuleStatement {
  const batch = session.engine.parse(module.module.source, module.module.usesQuotedIdentifier);
  const statement = batch.statements[0];
  switch (statement?.kind) {
    case "create-view":
    case "create-procedure":
    case "create-function":
    case "create-trigger":
      return statement;
    default:
      throw new Error(`module ${module.name}: its text is no module`);
  }
}

/** The statements of a procedure, trigger, or function with a body. */
export function moduleBody(module: Module, session: Session): readonly Statement[] {
  const statement = moduleStatement(module, session);
  if (statement.kind === "create-procedure" || statement.kind === "create-trigger") return statement.body;
  if (statement.kind === "create-function" && statement.returns.kind !== "inline-function")
    return statement.returns.body;
  throw new Error(`module ${module.name} has no body`);
}
