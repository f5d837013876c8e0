import { quoteText } from "./quote.ts";
import type { Statement } from "./statement.ts";

/**
 * Which of these rights on the database the login has. Rowsets: one row, 1, 0 or NULL under the place (`r<n>`) of each right and under
 * `reads_dependencies`; every schema that tables can be in, with `controls`.
 * https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
 */
export function doctorRightsQuery(rights: readonly string[]): Statement {
  const asked = rights.map((right, at) => `HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', ${quoteText(right)}) AS r${at}`);
  const dependencies =
    "HAS_PERMS_BY_NAME(N'sys.sql_expression_dependencies', N'OBJECT', N'SELECT') AS reads_dependencies";
  return {
    text: `SELECT ${[...asked, dependencies].join(",\n  ")};
SELECT s.name, HAS_PERMS_BY_NAME(QUOTENAME(s.name), N'SCHEMA', N'CONTROL') AS controls
FROM sys.schemas AS s
WHERE s.schema_id < 16384 AND s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', N'guest')
ORDER BY s.name;`,
    params: [],
  };
}
