import { isConnectionLoss, sqlErrorNumber } from "./sql-error.ts";
import { describeError } from "../describe-error.ts";
import { fixForError } from "./fix-for-error.ts";
import { quoteName } from "../sql/quote.ts";

/** What a failure means to an operator, and the statement that helps. */
export interface ExplainedError {
  readonly what: string;
  readonly fix?: string | undefined;
  readonly sqlError?: number | undefined;
}

/** Explains why a database cannot be used, by the number of the error. */
export function explainDatabaseError(error: unknown, role: "primary" | "replica", database: string): ExplainedError {
  const sqlError = sqlErrorNumber(error);
  const what = describeError(error);
  switch (sqlError) {
    case 4060:
    case 911:
      return {
        sqlError,
        what: `the ${role} has no database ${database}, or the login may not open it (${what})`,
        fix:
          role === "replica"
            ? `CREATE DATABASE ${quoteName(database)};`
            : `USE ${quoteName(database)}; CREATE USER [login] FOR LOGIN [login];`,
      };
    case 18456:
      return {
        sqlError,
        what: `the ${role} refuses the login: user or password are wrong, or the login may not open the database (${what})`,
        fix: `check MSSQL_${role.toUpperCase()}_URL; CREATE LOGIN [login] WITH PASSWORD = '...'; or ALTER LOGIN [login] ENABLE; in master, and CREATE USER [login] FOR LOGIN [login]; in ${quoteName(database)}`,
      };
    case 229:
    case 262:
    case 300:
    case 916:
      return {
        sqlError,
        what: `the login lacks a right on the ${role} (${what})`,
        fix: `run infra/sql/${role}-rights.sql in ${quoteName(database)}`,
      };
    default:
      return {
        sqlError,
        what: `the ${role} cannot be used: ${what}`,
        fix:
          sqlError === undefined && isConnectionLoss(error)
            ? `check MSSQL_${role.toUpperCase()}_URL, that the server runs, and that its firewall lets this app in`
            : fixForError(sqlError, { primary: database, replica: database }),
      };
  }
}

/** A database could not be asked; knows which, for the explanation. */
export class DatabaseFailed extends Error {
  override readonly name = "DatabaseFailed";
  readonly role: "primary" | "replica";
  readonly #database: string;

  constructor(database: { readonly role: "primary" | "replica"; readonly name: string }, cause: unknown) {
    const { fix } = explainDatabaseError(cause, database.role, database.name);
    super(`ask the ${database.role}${fix === undefined ? "" : ` (what helps: ${fix})`}`, { cause });
    this.role = database.role;
    this.#database = database.name;
  }

  explain(): ExplainedError {
    return explainDatabaseError(this.cause, this.role, this.#database);
  }
}
