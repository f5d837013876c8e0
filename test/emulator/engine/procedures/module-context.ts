import type { Database } from "../../storage/database.ts";
import type { DatabaseObject, ModuleText } from "../../storage/database-model.ts";
import type { SessionOptions } from "../session/session-options.ts";
import { inModule, moduleFrame } from "../session/require-permission.ts";
import type { StatementContext } from "../statement-context.ts";

type Module = Extract<DatabaseObject, { module: unknown }>;

/** Compiles something of a module: names mean what they mean in its own database and schema, and no variable is in sight. */
export function inDatabase<T>(database: Database, context: StatementContext, run: () => T, module: Module): T {
  const { session } = context;
  const before = session.currentDatabase;
  const options = session.options;
  session.currentDatabase = database;
  session.options = moduleOptions(options, module.module);
  try {
    return inModule(session, moduleFrame(module, database), run);
  } finally {
    session.currentDatabase = before;
    session.options = options;
  }
}

/** A module runs with the two settings that it was made under. */
export function moduleOptions(
  options: SessionOptions,
  module: Pick<ModuleText, "usesAnsiNulls" | "usesQuotedIdentifier">,
): SessionOptions {
  return { ...options, ansiNulls: module.usesAnsiNulls, quotedIdentifier: module.usesQuotedIdentifier };
}
