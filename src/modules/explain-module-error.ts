import { describeError } from "../describe-error.ts";
import { isTransient, sqlErrorNumber, sqlErrorText } from "../db/sql-error.ts";
import type { ModuleName } from "../model/module.ts";
import { quoteName } from "../sql/quote.ts";

/** Why a module could not be changed, for an operator. */
export interface ModuleFailure {
  readonly reason: string;
  readonly fix?: string | undefined;
  readonly sqlError?: number | undefined;
  /** Passes on its own: it is tried again with the next run. */
  readonly passing: boolean;
  /** May come of the order in which modules are made: something that another change brings is missing. */
  readonly needsOthers: boolean;
}

/** Wrong names, columns, types and parameters of what is referred to; and what refers to it still. */
const needingOthers: ReadonlySet<number> = new Set([
  207, 208, 313, 2715, 3729, 3732, 4121, 4413, 4429, 4512, 4513, 8144,
]);

/**
 * By the number of the server's error, never by its text.
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */
export function explainModuleError(error: unknown, name: ModuleName): ModuleFailure {
  const sqlError = sqlErrorNumber(error);
  const reason = sqlErrorText(error) ?? describeError(error);
  const needsOthers = needingOthers.has(sqlError ?? 0);
  return { reason, fix: fixOf(sqlError, name), sqlError, passing: isTransient(error), needsOthers };
}

function fixOf(number: number | undefined, name: ModuleName): string | undefined {
  switch (number) {
    case 207: // invalid column name
    case 208: // invalid object name
    case 4121: // cannot find the function
    case 4413: // a view it refers to is broken
      return "enable the table that it reads; it is created once what it refers to is there";
    case 2714: // the name is taken
      return "rename or drop the object of this name on the replica";
    case 2715: // unknown data type
    case 15151: // unknown user or object
    case 15517: // EXECUTE AS: the principal cannot be impersonated
      return "create what it refers to on the replica";
    case 3729: // referenced by a schema-bound object
    case 3732: // the type is in use
      return "drop what refers to it on the replica, or, where that is a view or a function, GRANT SELECT ON sys.sql_expression_dependencies TO [the login's user on the replica];";
    case 229: // permission denied on an object
    case 230: // on a column
    case 262: // CREATE denied in the database
    case 297:
    case 300:
    case 2760: // the schema may not be used
    case 1088: // cannot find the object, or no permission
    case 3701:
    case 3704:
    case 4902:
    case 15247: // no permission for this action
      return (
        `GRANT CREATE SCHEMA, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CREATE TYPE, CREATE SYNONYM, VIEW DEFINITION, REFERENCES ` +
        `TO [the login's user on the replica]; GRANT CONTROL ON SCHEMA::${quoteName(name.schema)} TO [the same user];`
      );
    default:
      return undefined;
  }
}
