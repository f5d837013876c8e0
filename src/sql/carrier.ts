/**
 * What stands for a column's values on the way through the driver, which carries few types losslessly (relay/driver-type.ts): integers,
 * float and real and binary go as they are; what else there is the server renders itself, by the documented styles of CONVERT
 * (key-text.ts), and reads back by the same. https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
 *
 * float and real need no text: a JS number holds all their values, denormals included. Only -0 goes as 0 beside a bit, since the driver
 * passes what it writes through parseFloat, which knows no -0. Texts go as their bytes,
 * whatever the code page, and are assigned to the column as such: the server takes bytes that are assigned to a character column for text
 * in the column's own code page, where CONVERT would take them for text in the database's. UTF-16 goes as bytes too: a text of more than 1 GiB
 * is no JS string, and the driver, which would make one, has nobody to tell: the error ends the process.
 */
export interface Carrier {
  readonly name: string;
  /** T-SQL type. */
  readonly declaration: string;
  /** What is selected on the primary; `value` is in the column's own type. */
  readonly read: (value: string) => string;
}
