import type { Database } from "../storage/database.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import { INFORMATION_SCHEMA_COLUMNS } from "./information-schema-columns.ts";
import { SYSTEM_COLUMNS } from "./system-columns.ts";
import type { CatalogReader, SystemView, SystemViewColumn, ViewFilter } from "./system-view.ts";

/** A column's type and where its value comes from. */
export interface ColumnSource<T> {
  readonly type: SqlType;
  /** Undefined: not null. */
  readonly nullable?: boolean;
  readonly value: (item: T) => SqlValue;
}

export type ColumnSources<T> = Readonly<Record<string, ColumnSource<T>>>;

export const INT: SqlType = { name: "int" };
export const BIGINT: SqlType = { name: "bigint" };
export const SMALLINT: SqlType = { name: "smallint" };
export const TINYINT: SqlType = { name: "tinyint" };
export const BIT: SqlType = { name: "bit" };
export const DATETIME: SqlType = { name: "datetime" };
export const SYSNAME: SqlType = { name: "nvarchar", length: 128 };
export const GUID: SqlType = { name: "uniqueidentifier" };
export const VARIANT: SqlType = { name: "sql_variant" };
export const nvarchar = (length: number): SqlType => ({ name: "nvarchar", length });
export const varbinary = (length: number): SqlType => ({ name: "varbinary", length });

/** What descriptions and type codes are in, whatever the database's own collation is. */
export const CATALOG_COLLATION = "Latin1_General_CI_AS_KS_WS";
export const description = (length = 60): SqlType => ({ name: "nvarchar", length, collation: CATALOG_COLLATION });
export const code = (length: number): SqlType => ({ name: "char", length, collation: CATALOG_COLLATION });

export function notNull<T>(type: SqlType, value: (item: T) => SqlValue): ColumnSource<T> {
  return { type, value };
}

export function nullable<T>(type: SqlType, value: (item: T) => SqlValue): ColumnSource<T> {
  return { type, nullable: true, value };
}

/** The same value in each row: a feature that the emulator refuses, and so nothing can have. */
export function always<T>(type: SqlType, value: SqlValue): ColumnSource<T> {
  return { type, nullable: value === null, value: () => value };
}

/** bit. */
export function flag<T>(test: (item: T) => boolean | undefined): ColumnSource<T> {
  return { type: BIT, value: (item) => (test(item) === true ? 1 : 0) };
}

/** Shared columns without some that the view does not have. */
export function without<T>(columns: ColumnSources<T>, ...names: readonly string[]): ColumnSources<T> {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !names.includes(name)));
}

export interface ViewDefinition<T> {
  readonly schema: "sys" | "INFORMATION_SCHEMA";
  readonly name: string;
  readonly columns: ColumnSources<T>;
  /** `filter` holds values of `filters` only. */
  readonly items: (database: Database, reader: CatalogReader, filter: ViewFilter) => Iterable<T>;
  readonly filters?: readonly string[];
}

/** A view before it got its object id. */
export type ViewSource = Omit<SystemView, "objectId">;

const UNKNOWN: SqlType = { name: "int" };

/**
 * A view with the server's columns in the server's order; those without a source are unknown, and refused when read.
 * @throws Error for a source of a column that the server's view does not have
 */
export function defineView<T>(definition: ViewDefinition<T>): ViewSource {
  const { schema, name } = definition;
  const known = schema === "sys" ? SYSTEM_COLUMNS : INFORMATION_SCHEMA_COLUMNS;
  const names = known[`${schema}.${name}`]?.trim().split(/\s+/);
  if (names === undefined) throw new Error(`no columns are known of ${schema}.${name}`);
  for (const column of Object.keys(definition.columns)) {
    if (!names.includes(column)) throw new Error(`${schema}.${name} has no column ${column}`);
  }
  const sources = names.map((column) => definition.columns[column]);
  const columns = names.map((column, at): SystemViewColumn => {
    const source = sources[at];
    return {
      name: column,
      type: source?.type ?? UNKNOWN,
      nullable: source === undefined || source.nullable === true,
      unknown: source === undefined,
    };
  });
  return {
    schema,
    name,
    columns,
    filters: definition.filters ?? [],
    *rows(database, reader, filter = {}) {
      for (const item of definition.items(database, reader, filter)) {
        yield sources.map((source) => (source === undefined ? null : source.value(item)));
      }
    },
  };
}

/** A view of a feature that the emulator refuses: there can be no rows. */
export function emptyView(name: string, columns: ColumnSources<never>): ViewSource {
  return defineView<never>({ schema: "sys", name, columns, items: () => [] });
}
