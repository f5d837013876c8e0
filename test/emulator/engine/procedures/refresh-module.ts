import { sqlError } from "../../values/error-table.ts";
import { storedView, viewColumns } from "../ddl/module-shape.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { findTarget, parseName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Step } from "../session/step.ts";
import { StatementContext } from "../statement-context.ts";
import { textArgument } from "./dynamic-sql.ts";
import { inDatabase } from "./module-context.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments } from "./system-procedures.ts";

/** sp_refreshview and sp_refreshsqlmodule: a view's columns are bound anew. */
export function* refreshModule(args: readonly CallArgument[], execution: Execution): Step<number> {
  const { session } = execution;
  const named = namedArguments(
    "sp_refreshsqlmodule",
    [args[0]?.name.toLowerCase() === "@viewname" ? "@viewname" : "@name", "@namespace"],
    args,
  );
  const text = textArgument(named.get("@name") ?? named.get("@viewname"));
  if (text === undefined) throw sqlError(201, "sp_refreshsqlmodule", "@name");
  yield* atomic(execution, () => {
    const found = findTarget(parseName(text), session, execution.scope);
    if (!found || !("module" in found.object)) throw sqlError(15165, text);
    const { object, database } = found;
    if (object.kind !== "view") return;
    const context = new StatementContext(session, new Scope("function", undefined));
    const columns = inDatabase(database, context, () => viewColumns(storedView(object, session), context), object);
    database.replaceObject(session.transactions.current!, {
      ...object,
      columns,
      modifyDate: session.engine.clock.now(),
    });
    session.transactions.changedMetadata = true;
    session.engine.metadataChanged();
  });
  return 0;
}
