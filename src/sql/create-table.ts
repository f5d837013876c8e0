import type { NeededObject } from "../model/needed-object.ts";
import type { TableName } from "../model/table-name.ts";
import type { ColumnShape, NeededFunction, TableShape, UniqueKey } from "../model/table-shape.ts";
import { createSchemaText } from "./create-schema.ts";
import { columnDeclaration, isCharacterType } from "./column-type.ts";
import { type AliasType, createAliasType } from "./create-alias-type.ts";
import { rewriteHeader } from "./definition-header.ts";
import { quoteName, quoteTable, quoteText } from "./quote.ts";

/** What the replica already has of what a table needs. */
export interface CreationSite {
  /** The database's collation: what an alias type of character data gets when it is made here. */
  readonly collation: string;
  /** Where a name without schema lands when this login runs the statements; empty: unknown. */
  readonly defaultSchema: string;
  /** Names of constraints that other objects of the schema hold. */
  readonly takenNames: ReadonlySet<string>;
  /** Alias types that exist, by `quoteTable`, with their system type and collation as `columnDeclaration` writes them. */
  readonly aliasTypes: ReadonlyMap<string, string>;
}

/**
 * The statements that make the primary's table on a replica that lacks it, each to be sent as a batch of its own, in
 * order, in one transaction. Schemas, alias types, sequences and functions are made where they are missing.
 *
 * Carried over: names, types, collations, nullability, SPARSE, ROWGUIDCOL, IDENTITY, computed columns, defaults, the
 * primary key and the unique constraints; names that the server made up, or that another object has taken, are left to
 * the server. Not carried over: CHECK constraints and foreign keys (the primary has checked the rows, and tables arrive
 * one by one), other indexes, triggers, versioning, masks, column sets.
 */
export function createTableStatements(shape: TableShape, site: CreationSite): string[] {
  const aliases = aliasTypes(shape, site);
  const schemas = new Set([
    ...aliases.map(({ name }) => name.schema),
    ...shape.sequences.map(({ name }) => name.schema),
    ...shape.functions.map(({ name }) => name.schema),
    shape.table.schema,
  ]);
  return [
    ...[...schemas].map(createSchemaText),
    ...aliases.map(createAlias),
    ...shape.sequences.flatMap(createSequence),
    ...shape.functions.flatMap((needed) => createFunction(needed, site)),
    createTable(shape, site),
  ];
}

interface Alias extends AliasType {
  readonly name: TableName;
}

/** The alias types that are to be made: used by a column, not the server's own, and missing. */
function aliasTypes(shape: TableShape, site: CreationSite): Alias[] {
  const found = new Map<string, Alias>();
  for (const column of shape.columns) {
    const { aliasType } = column;
    if (aliasType === undefined || aliasType.schema === "sys" || !keepsAlias(column, site)) continue;
    const { schema, name, nullable } = aliasType;
    found.set(quoteTable(aliasType), { name: { schema, name }, type: column.type, nullable });
  }
  return [...found.values()].filter(({ name }) => !site.aliasTypes.has(quoteTable(name)));
}

/**
 * Whether the column can have its alias type on the replica. The type brings its collation, the database's at the time
 * it was made, and no column may have another: such a column gets the system type instead, with its own collation.
 * https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql#collate
 */
function keepsAlias(column: ColumnShape, site: CreationSite): boolean {
  if (column.aliasType === undefined) return false;
  const existing = site.aliasTypes.get(quoteTable(column.aliasType));
  if (existing !== undefined) return existing === columnDeclaration(column, false);
  return !isCharacterType(column.type) || column.collation === site.collation;
}

function createAlias(alias: Alias): string {
  return `IF TYPE_ID(${quoteText(quoteTable(alias.name))}) IS NULL ${createAliasType(alias.name, alias)}`;
}

/** One that cannot be made is left to the server, which refuses the table then. */
function createSequence({ name, create }: NeededObject): string[] {
  return create === undefined ? [] : [`IF OBJECT_ID(${quoteText(quoteTable(name))}) IS NULL ${create}`];
}

/**
 * The name of today takes the place of the one in the text, which sp_rename and ALTER SCHEMA TRANSFER leave as it was.
 * @throws Error when the definition is not known or cannot be read: the function must then be made by an operator
 */
function createFunction(needed: NeededFunction, { defaultSchema }: CreationSite): string[] {
  const { name, ansiNulls, quotedIdentifier } = needed;
  if (needed.definition === undefined) {
    throw new Error(`create the function ${quoteTable(name)}: its definition is encrypted, CLR or hidden`);
  }
  const definition = rewriteHeader(needed.definition, { action: "CREATE", name, defaultSchema });
  if (definition === undefined) {
    throw new Error(`create the function ${quoteTable(name)}: the head of its definition could not be read`);
  }
  const create = `IF OBJECT_ID(${quoteText(quoteTable(name))}) IS NULL EXEC(${quoteText(definition)});`;
  if (ansiNulls && quotedIdentifier) return [create];
  // The settings that stand when CREATE is parsed stay with the function. A batch's last SET QUOTED_IDENTIFIER holds
  // for all that it executes, so that setting and using it take batches of their own:
  // https://learn.microsoft.com/sql/t-sql/statements/set-quoted-identifier-transact-sql#remarks
  return [
    `SET ANSI_NULLS ${ansiNulls ? "ON" : "OFF"}; SET QUOTED_IDENTIFIER ${quotedIdentifier ? "ON" : "OFF"};`,
    create,
    "SET ANSI_NULLS ON; SET QUOTED_IDENTIFIER ON;",
  ];
}

function createTable(shape: TableShape, site: CreationSite): string {
  const parts = shape.columns.filter(({ columnSet }) => !columnSet).map((column) => columnText(column, site));
  if (shape.primaryKey !== undefined) parts.push(keyText("PRIMARY KEY", shape.primaryKey, site));
  for (const unique of shape.uniques) parts.push(keyText("UNIQUE", unique, site));
  return `CREATE TABLE ${quoteTable(shape.table)} (
  ${parts.join(",\n  ")}
);`;
}

function columnText(column: ColumnShape, site: CreationSite): string {
  return definitionText(column, keepsAlias(column, site), (name) => !site.takenNames.has(name));
}

/** A column as CREATE TABLE, CREATE TYPE and ALTER TABLE ADD take it; the server names its default. */
export function columnDefinition(column: ColumnShape, keepAlias = false): string {
  return definitionText(column, keepAlias, () => false);
}

function definitionText(column: ColumnShape, keepAlias: boolean, isFree: (name: string) => boolean): string {
  const name = quoteName(column.name);
  if (column.computed !== undefined) {
    const { definition, persisted } = column.computed;
    // NOT NULL may be said of persisted ones only.
    return `${name} AS ${definition}${persisted ? ` PERSISTED${column.nullable ? "" : " NOT NULL"}` : ""}`;
  }
  const words = [name, columnDeclaration(column, keepAlias)];
  if (column.sparse) words.push("SPARSE");
  if (column.default !== undefined) {
    const { name: constraint, systemNamed, definition } = column.default;
    if (!systemNamed && isFree(constraint)) words.push(`CONSTRAINT ${quoteName(constraint)}`);
    words.push(`DEFAULT ${definition}`);
  }
  if (column.identity !== undefined) words.push(`IDENTITY(${column.identity.seed},${column.identity.increment})`);
  words.push(column.nullable ? "NULL" : "NOT NULL");
  if (column.rowGuid) words.push("ROWGUIDCOL");
  return words.join(" ");
}

function keyText(kind: "PRIMARY KEY" | "UNIQUE", key: UniqueKey, site: CreationSite): string {
  const named = !key.systemNamed && !site.takenNames.has(key.name);
  const columns = key.columns.map(({ name, descending }) => `${quoteName(name)} ${descending ? "DESC" : "ASC"}`);
  const words = [kind, key.clustered ? "CLUSTERED" : "NONCLUSTERED", `(${columns.join(", ")})`];
  return [...(named ? [`CONSTRAINT ${quoteName(key.name)}`] : []), ...words].join(" ");
}

/** The names that the table's constraints would like to have. */
export function constraintNames(shape: TableShape): string[] {
  const named = [...shape.columns.map((column) => column.default), shape.primaryKey, ...shape.uniques];
  return named.flatMap((constraint) => (constraint === undefined || constraint.systemNamed ? [] : [constraint.name]));
}
