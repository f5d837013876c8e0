import type { TableName } from "../model/table-name.ts";
import { quoteTable } from "./quote.ts";
import type { Statement } from "./statement.ts";

/**
 * The columns that CHANGETABLE gives for a table, `ordinal` and `name`, without reading a change: five of its own, then
 * the table's key. Takes no other rights than reading the changes does; a row without a name where the server refuses.
 * https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql
 * https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-exec-describe-first-result-set-transact-sql
 */
export function trackedKeyQuery(table: TableName): Statement {
  const text = `SELECT * FROM CHANGETABLE(CHANGES ${quoteTable(table)}, 0) AS c`;
  return {
    text: `SELECT d.column_ordinal AS ordinal, d.name FROM sys.dm_exec_describe_first_result_set(@text, NULL, 0) AS d
ORDER BY d.column_ordinal;`,
    params: [{ name: "text", type: "nvarchar", value: text }],
  };
}

/** How many columns of CHANGETABLE(CHANGES ...) stand before the key's. */
export const ownColumns = 5;
