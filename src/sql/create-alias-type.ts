import type { TableName } from "../model/table-name.ts";
import type { ColumnType } from "../model/table-shape.ts";
import { typeText } from "./column-type.ts";
import { quoteTable } from "./quote.ts";

export interface AliasType {
  readonly type: ColumnType;
  /** What columns of the type take that do not say it themselves. */
  readonly nullable: boolean;
}

/**
 * CREATE TYPE for an alias type. Character data gets the collation of the database in which it is made: no other can be
 * asked for. https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
 */
export function createAliasType(name: TableName, { type, nullable }: AliasType): string {
  return `CREATE TYPE ${quoteTable(name)} FROM ${typeText(type)} ${nullable ? "NULL" : "NOT NULL"};`;
}
