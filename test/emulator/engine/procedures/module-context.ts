import type { Database } from "../../storage/database.ts";
import type { ModuleText } from "../../storage/database-model.ts";
import type { SessionOptions } from "../session/session-options.ts";
import { inModule } from "../session/require-permission.ts";
import type { StatementContext } from "../statement-context.ts";

/** Compiles something of a module: names mean what they mean in its own database, and no variable is in sight. */
export function inDatabase<T>(
  database: Database,
  context: StatementContext,
  run: () => T,
  module?: Pick<ModuleText, "usesAnsiNulls" | "usesQuotedIdentifier">,
): T {
  const { session } = context;
  const before = session.currentDatabase;
  const options = session.options;
  session.currentDatabase = database;
  if (module) session.options = moduleOptions(options, module);
  try {
    return inModule(session, true, run);
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
