import type { Database } from "../../storage/database.ts";
import { inModule } from "../session/require-permission.ts";
import { Scope } from "../session/scope.ts";
import { StatementContext } from "../statement-context.ts";

/** Compiles something of a module: names mean what they mean in its own database, and no variable is in sight. */
export function inDatabase<T>(database: Database, context: StatementContext, run: () => T): T {
  const { session } = context;
  const before = session.currentDatabase;
  session.currentDatabase = database;
  try {
    return inModule(session, true, run);
  } finally {
    session.currentDatabase = before;
  }
}

/** A context without variables of the caller. */
export function moduleContext(context: StatementContext): StatementContext {
  return new StatementContext(context.session, new Scope("function", undefined));
}
