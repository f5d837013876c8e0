import type { NeededObject } from "../model/needed-object.ts";
import type { ColumnShape, ColumnType } from "../model/table-shape.ts";
import type { TableName } from "../model/table-name.ts";
import { isCharacterType, typeText } from "./column-type.ts";
import { type AliasType, createAliasType } from "./create-alias-type.ts";
import { columnDefinition } from "./create-table.ts";
import { quoteName, quoteTable } from "./quote.ts";

/** What the catalog says of an object that modules or columns may need. */
export type NeededFacts = { readonly name: TableName; readonly id: number } & (
  | ({ readonly kind: "alias type" } & AliasType)
  | ({ readonly kind: "table type" } & TableTypeFacts)
  | ({ readonly kind: "sequence" } & SequenceFacts)
  | {
      readonly kind: "synonym";
      /** sys.synonyms.base_object_name: a fully quoted name of one to four parts. */
      readonly baseObject: string;
    }
  | { readonly kind: "clr type" | "xml schema collection" }
);

interface TableTypeFacts {
  readonly memoryOptimized: boolean;
  readonly columns: readonly ColumnShape[];
  readonly indexes: readonly TableTypeIndex[];
  /** Conditions with their parentheses, as the catalog stores them. */
  readonly checks: readonly string[];
  /** The login may not read a default, a computed column or a CHECK constraint of it. */
  readonly hidden: boolean;
}

export interface TableTypeIndex {
  /** The server makes up the names of constraints. */
  readonly name: string;
  readonly role: "primary key" | "unique constraint" | "index";
  /** undefined: neither clustered nor nonclustered rows, as columnstore and hash. */
  readonly clustered: boolean | undefined;
  readonly unique: boolean;
  readonly ignoresDuplicates: boolean;
  readonly filter: string | undefined;
  readonly keys: readonly { readonly column: string; readonly descending: boolean }[];
  readonly included: readonly string[];
}

/** Values are decimal text: those of decimal(38) fit no number. */
interface SequenceFacts {
  readonly type: ColumnType;
  /** The last one given out; the first one where none was. */
  readonly current: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cycles: boolean;
  readonly cached: boolean;
  /** undefined: the server's choice. */
  readonly cacheSize: number | undefined;
}

/**
 * How the object is made on the replica, or why it cannot be.
 *
 * Collations: an alias type cannot name one, it takes that of the database in which it is made; that is what parameters
 * and variables have anyway. A character column of a table type always names the collation that it has on the primary,
 * and since no column of an alias type may, it is declared with the system type instead; other columns keep their alias
 * types. Not carried over: defaults and rules bound by sp_bindefault and sp_bindrule, permissions, the names of
 * constraints, and the alias type of a sequence, which counts in none of its values.
 *
 * https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
 * https://learn.microsoft.com/sql/t-sql/statements/create-sequence-transact-sql
 */
export function createNeededObject(facts: NeededFacts): NeededObject {
  switch (facts.kind) {
    case "alias type":
      return made(facts, createAliasType(facts.name, facts));
    case "table type":
      return tableType(facts.name, facts.id, facts);
    case "sequence":
      return sequence(facts.name, facts.id, facts);
    case "synonym":
      return isObjectName(facts.baseObject)
        ? made(facts, `CREATE SYNONYM ${quoteTable(facts.name)} FOR ${facts.baseObject};`)
        : refused(facts, "what it stands for is not written as a quoted name: create it on the replica by hand");
    case "clr type":
      return refused(facts, "it is a CLR type: create its assembly and the type on the replica by hand");
    case "xml schema collection":
      return refused(
        facts,
        "the schemas of an XML schema collection are not followed: create it on the replica by hand",
      );
  }
}

type Identity = Pick<NeededObject, "kind" | "name" | "id">;

function made({ kind, name, id }: Identity, create: string, needs: readonly TableName[] = []): NeededObject {
  return { kind, name, id, create, definition: create, needs };
}

function refused({ kind, name, id }: Identity, obstacle: string): NeededObject {
  return { kind, name, id, create: undefined, obstacle, definition: `${kind} ${quoteTable(name)}`, needs: [] };
}

function tableType(name: TableName, id: number, facts: TableTypeFacts): NeededObject {
  const identity: Identity = { kind: "table type", name, id };
  const obstacle = tableTypeObstacle(facts);
  if (obstacle !== undefined) return refused(identity, `${obstacle}: create the type on the replica by hand`);
  // The order of constraints and indexes means nothing, and the ids by which they come may differ on the two sides.
  const isIndex = ({ role }: TableTypeIndex): boolean => role === "index";
  const keys = facts.indexes.filter((index) => !isIndex(index)).map(indexText);
  const parts = [
    ...facts.columns.map(columnText),
    ...[...keys, ...facts.checks.map((check) => `CHECK ${check}`)].sort(),
    ...facts.indexes.filter(isIndex).map(indexText).sort(),
  ];
  const needs = facts.columns.flatMap(({ aliasType, ...column }) =>
    aliasType !== undefined && keepsAlias({ aliasType, ...column })
      ? [{ schema: aliasType.schema, name: aliasType.name }]
      : [],
  );
  return made(identity, `CREATE TYPE ${quoteTable(name)} AS TABLE (\n  ${parts.join(",\n  ")}\n);`, needs);
}

function tableTypeObstacle({ memoryOptimized, columns, indexes, hidden }: TableTypeFacts): string | undefined {
  if (memoryOptimized) return "it is a memory-optimized table type";
  if (columns.length === 0) return "the login may not read its columns";
  if (hidden) return "the login may not read its defaults, computed columns or CHECK constraints";
  for (const { name, userDefinedClr, typedXml, type } of columns) {
    if (userDefinedClr) return `its column ${name} is of the CLR type ${type.name}`;
    if (typedXml) return `its column ${name} is xml with a schema collection`;
    if (type.name === "vector") return `its column ${name} is a vector, whose dimensions are not known`;
  }
  const special = indexes.find(({ clustered }) => clustered === undefined);
  return special && `its index ${special.name} is neither clustered nor nonclustered`;
}

function columnText(column: ColumnShape): string {
  // Unlike in a replica's table, the server is to make up the values of rowversion, and timestamp is its other name.
  const type = column.type.name === "rowversion" ? { ...column.type, name: "timestamp" } : column.type;
  return columnDefinition({ ...column, type }, keepsAlias(column));
}

function keepsAlias({ aliasType, type }: ColumnShape): boolean {
  return aliasType !== undefined && aliasType.schema !== "sys" && !isCharacterType(type);
}

function indexText(index: TableTypeIndex): string {
  const keys = index.keys.map(({ column, descending }) => `${quoteName(column)} ${descending ? "DESC" : "ASC"}`);
  const words = {
    "primary key": ["PRIMARY KEY"],
    "unique constraint": ["UNIQUE"],
    index: ["INDEX", quoteName(index.name), ...(index.unique ? ["UNIQUE"] : [])],
  }[index.role];
  return [
    ...words,
    index.clustered === true ? "CLUSTERED" : "NONCLUSTERED",
    `(${keys.join(", ")})`,
    ...(index.included.length > 0 ? [`INCLUDE (${index.included.map(quoteName).sort().join(", ")})`] : []),
    ...(index.filter === undefined ? [] : [`WHERE ${index.filter}`]),
    ...(index.ignoresDuplicates ? ["WITH (IGNORE_DUP_KEY = ON)"] : []),
  ].join(" ");
}

function sequence(name: TableName, id: number, facts: SequenceFacts): NeededObject {
  const identity: Identity = { kind: "sequence", name, id };
  const { current, increment, minimum, maximum } = facts;
  if (![current, increment, minimum, maximum].every((value) => /^-?\d+$/.test(value))) {
    return refused(identity, "the login may not read its values: create it on the replica by hand");
  }
  const cache = facts.cacheSize === undefined ? "CACHE" : `CACHE ${facts.cacheSize}`;
  const head = `CREATE SEQUENCE ${quoteTable(name)} AS ${typeText(facts.type)}`;
  const tail = [
    `INCREMENT BY ${increment} MINVALUE ${minimum} MAXVALUE ${maximum}`,
    facts.cycles ? "CYCLE" : "NO CYCLE",
    facts.cached ? cache : "NO CACHE",
  ].join(" ");
  return { ...made(identity, `${head} START WITH ${current} ${tail};`), definition: `${head} ${tail};` };
}

/** One to four quoted parts, where those before the last may be left out: the name goes into a statement as it stands. */
function isObjectName(text: string): boolean {
  return /^(?:(?:\[(?:[^\]]|\]\])+\])?\.){0,3}\[(?:[^\]]|\]\])+\]$/.test(text);
}
