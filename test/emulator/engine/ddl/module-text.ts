import type { ModuleText } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ModuleStatement } from "../procedures/module-body.ts";
import type { Session } from "../session/session.ts";

/** What sys.sql_modules will hold. */
export function moduleText(statement: ModuleStatement, database: Database, session: Session): ModuleText {
  const attributes = new Set(statement.attributes);
  const known = [
    "schemabinding",
    "encryption",
    "view_metadata",
    "recompile",
    "returns null on null input",
    "called on null input",
    "native_compilation",
  ];
  for (const attribute of attributes)
    if (!known.includes(attribute)) throw new Unsupported(`WITH ${attribute.toUpperCase()}`);
  if (attributes.has("native_compilation")) throw new Unsupported("WITH NATIVE_COMPILATION");
  return {
    definition: attributes.has("encryption") ? undefined : statement.definition,
    source: statement.definition,
    usesAnsiNulls: session.options.ansiNulls,
    usesQuotedIdentifier: session.options.quotedIdentifier,
    schemaBound: attributes.has("schemabinding"),
    recompiled: attributes.has("recompile"),
    nullOnNullInput: attributes.has("returns null on null input"),
    ...executeAs(statement.executeAs, database, session),
  };
}

/** WITH EXECUTE AS. @throws SqlError 15151 for a user that is not there */
function executeAs(
  written: string | undefined,
  database: Database,
  session: Session,
): Pick<ModuleText, "executeAsPrincipalId"> {
  switch (written) {
    case undefined:
    case "caller":
      return {};
    case "owner":
      return { executeAsPrincipalId: -2 };
    case "self":
      return { executeAsPrincipalId: session.rights.user(database).principalId };
    default: {
      const principal = database.findPrincipal(written, session.transactions.current);
      if (!principal || principal.type === "DATABASE_ROLE") throw sqlError(15151, "execute as", "user", written);
      return { executeAsPrincipalId: principal.principalId };
    }
  }
}
