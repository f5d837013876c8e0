import type { TableName } from "../model/table-name.ts";

/**
 * The one way in which names and texts enter T-SQL. Names and values from the catalog are hostile input.
 * https://learn.microsoft.com/sql/t-sql/functions/quotename-transact-sql: inside brackets only `]` is doubled.
 * @throws Error for an empty name or one over 128 characters, which no server has
 */
export function quoteName(name: string): string {
  if (name.length === 0 || name.length > 128) {
    throw new Error(`quote the name ${JSON.stringify(name)}: a name has 1 to 128 characters`);
  }
  return `[${name.replaceAll("]", "]]")}]`;
}

/** `[schema].[name]` */
export function quoteTable(table: TableName): string {
  return `${quoteName(table.schema)}.${quoteName(table.name)}`;
}

/**
 * A Unicode literal: N'it''s'. Inside a literal the server takes a backslash before a line break away together with the
 * break, so that pair is split over two literals:
 * https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-backslash
 */
export function quoteText(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return `N'${doubled.replaceAll(/\\(?=\r?\n)/g, "\\' + N'")}'`;
}
