import type { NeededObject } from "./needed-object.ts";
import type { TableName } from "./table-name.ts";
import type { Version } from "./version.ts";

/** A column's type, as sys.columns has it. */
export interface ColumnType {
  /**
   * The system type's name in lower case: "nvarchar", "decimal", "hierarchyid"... timestamp is called "rowversion";
   * an alias type stands by its base type; a CLR type of a user by its own name, with `userDefinedClr`.
   */
  readonly name: string;
  /** Bytes; -1: (max), and xml. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
}

export interface ColumnDefault {
  readonly name: string;
  /** The server made the name up: it is not carried over. */
  readonly systemNamed: boolean;
  /** T-SQL expression with its parentheses, as the catalog stores it. */
  readonly definition: string;
}

export interface ColumnShape {
  readonly columnId: number;
  readonly name: string;
  readonly type: ColumnType;
  /** The alias type (or sys.sysname) the column was declared with; `nullable` is the type's own default. */
  readonly aliasType?: { readonly schema: string; readonly name: string; readonly nullable: boolean } | undefined;
  /** Present for character types only. */
  readonly collation?: string | undefined;
  readonly nullable: boolean;
  /** Seed and increment as decimal text: they may be beyond bigint for decimal(38,0). */
  readonly identity?: { readonly seed: string; readonly increment: string } | undefined;
  readonly computed?: { readonly definition: string; readonly persisted: boolean } | undefined;
  readonly default?: ColumnDefault | undefined;
  /** Start or end of a period (system-versioned tables), or a column that a ledger table maintains. */
  readonly generatedAlways?: "row-start" | "row-end" | "ledger" | undefined;
  readonly sparse: boolean;
  readonly columnSet: boolean;
  readonly rowGuid: boolean;
  readonly filestream: boolean;
  /** Always Encrypted. */
  readonly encrypted: boolean;
  /** Dynamic Data Masking. */
  readonly masked: boolean;
  /** A column that only graph tables have. */
  readonly graph: boolean;
  /** A CLR type that is not one of the server's own. */
  readonly userDefinedClr: boolean;
  /** xml bound to a schema collection. */
  readonly typedXml: boolean;
}

export interface KeyColumn {
  readonly columnId: number;
  readonly name: string;
  readonly descending: boolean;
}

/** The primary key or a unique constraint. */
export interface UniqueKey {
  readonly name: string;
  readonly systemNamed: boolean;
  readonly clustered: boolean;
  /** In the index's order. */
  readonly columns: readonly KeyColumn[];
}

/** A schema-bound function that a computed column or default calls, directly or through others. */
export interface NeededFunction {
  readonly name: TableName;
  readonly objectId: number;
  /** undefined: encrypted, CLR, or hidden from this login. */
  readonly definition: string | undefined;
  readonly ansiNulls: boolean;
  readonly quotedIdentifier: boolean;
}

/** A tracked table as the primary's catalog shows it. */
export interface TableShape {
  readonly table: TableName;
  readonly objectId: number;
  /** sys.change_tracking_tables.begin_version. */
  readonly beginVersion: Version;
  /** CHANGE_TRACKING_MIN_VALID_VERSION; undefined: the server gave NULL (no VIEW CHANGE TRACKING on the table). */
  readonly minValidVersion: Version | undefined;
  /** By column_id. */
  readonly columns: readonly ColumnShape[];
  /** What rows are told apart and ordered by: the primary key's columns, all of them, in the server's order. */
  readonly key: readonly KeyColumn[];
  /**
   * Its index; where the login may not see that, one of the same columns under no name. undefined: not even the columns
   * are known.
   */
  readonly primaryKey: UniqueKey | undefined;
  readonly uniques: readonly UniqueKey[];
  /** Those that defaults take their values from. */
  readonly sequences: readonly NeededObject[];
  /** Each after those that it calls. */
  readonly functions: readonly NeededFunction[];
  readonly memoryOptimized: boolean;
  readonly graph: boolean;
  readonly systemVersioned: boolean;
}

/** The column `name` of the shape. @throws Error when the shape has none: a mistake of the caller */
export function columnNamed(shape: TableShape, name: string): ColumnShape {
  const column = shape.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`column ${name} is not in the shape of ${shape.table.name}`);
  return column;
}

/** The key's columns with all that is known of them, in key order. */
export function keyColumns(shape: TableShape): ColumnShape[] {
  return shape.key.map((part) => columnNamed(shape, part.name));
}

/**
 * The columns whose values travel, by column_id: all but computed columns and column sets (whose sparse columns travel
 * by their own names). A computed column of the key travels too, since rows are matched by it; it is never written.
 */
export function replicatedColumns(shape: TableShape): ColumnShape[] {
  const inKey = new Set(shape.key.map(({ columnId }) => columnId));
  return shape.columns.filter(
    (column) => !column.columnSet && (column.computed === undefined || inKey.has(column.columnId)),
  );
}

type ColumnText = readonly [id: number, name: string, type: string, collation: string | null, nullable: boolean];
type KeyText = readonly [id: number, descending: boolean];
interface ShapeText {
  readonly columns: readonly ColumnText[];
  readonly key: readonly KeyText[];
}

/**
 * Canonical text of what a load depends on: the travelling columns (id, name, type, collation, nullability) and the
 * key. Two shapes with the same text take the same rows; the ledger keeps it.
 */
export function shapeText(shape: TableShape): string {
  const text: ShapeText = {
    columns: replicatedColumns(shape).map((column) => [
      column.columnId,
      column.name,
      typeText(column.type),
      column.collation ?? null,
      column.nullable,
    ]),
    key: shape.key.map(({ columnId, descending }) => [columnId, descending]),
  };
  return JSON.stringify(text);
}

function typeText({ name, maxLength, precision, scale }: ColumnType): string {
  return `${name}(${maxLength},${precision},${scale})`;
}

/**
 * How a shape differs from the one of which `before` is the text (`shapeText`): a phrase a column; empty when it does
 * not.
 * @throws SyntaxError when `before` was not made by `shapeText`
 */
export function shapeDifference(before: string, after: TableShape): string[] {
  const text = shapeText(after);
  if (before === text) return [];
  const old = JSON.parse(before) as ShapeText;
  const now = JSON.parse(text) as ShapeText;
  const found: string[] = [];
  const oldById = new Map(old.columns.map((column) => [column[0], column]));
  for (const [id, name, type, collation, nullable] of now.columns) {
    const was = oldById.get(id);
    oldById.delete(id);
    if (was === undefined) {
      found.push(`column ${name} was added`);
      continue;
    }
    if (was[1] !== name) found.push(`column ${was[1]} is called ${name} now`);
    if (was[2] !== type) found.push(`column ${name} was ${was[2]} and is ${type}`);
    if (was[3] !== collation)
      found.push(`column ${name} had collation ${was[3] ?? "none"} and has ${collation ?? "none"}`);
    if (was[4] !== nullable) found.push(`column ${name} ${nullable ? "takes" : "no longer takes"} NULL`);
  }
  for (const [, name] of oldById.values()) found.push(`column ${name} was dropped`);
  if (JSON.stringify(old.key) !== JSON.stringify(now.key)) {
    found.push(`the key was (${keyNames(old)}) and is (${keyNames(now)})`);
  }
  return found;
}

function keyNames(text: ShapeText): string {
  const names = new Map(text.columns.map(([id, name]) => [id, name]));
  return text.key.map(([id, descending]) => `${names.get(id) ?? id}${descending ? " DESC" : ""}`).join(", ");
}

/**
 * Why a table of this shape is never replicated, whatever the rights and the replica; undefined: it can be.
 * Change Tracking itself asks for a primary key:
 * https://learn.microsoft.com/sql/relational-databases/track-changes/enable-and-disable-change-tracking-sql-server
 */
export function refuseShape(shape: TableShape): string | undefined {
  if (shape.memoryOptimized) return "it is a memory-optimised table";
  if (shape.graph) return "it is a graph table (node or edge)";
  if (shape.columns.some(({ generatedAlways }) => generatedAlways === "ledger")) return "it is a ledger table";
  if (shape.columns.length > 1024)
    return `it has ${shape.columns.length} columns; 1,024 is the most that can be staged`;
  // A table, and so the stage, has at most 1,024 columns, and one of the stage's marks deleted rows:
  // https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
  if (replicatedColumns(shape).length > 1023)
    return "it has 1,024 columns that travel; 1,023 is the most that can be staged beside the mark of deleted rows";
  for (const column of shape.columns) {
    const why = refuseColumn(column);
    if (why !== undefined) return `column ${column.name} ${why}`;
  }
  if (shape.key.length === 0)
    return "no primary key is to be seen: GRANT SELECT, VIEW CHANGE TRACKING and VIEW DEFINITION on it";
  for (const column of keyColumns(shape)) {
    if (unordered.has(column.type.name)) {
      return `column ${column.name} of the key is ${column.type.name}, whose order cannot be used for chunks`;
    }
  }
  return undefined;
}

/** Types whose values cannot be ranges of keys: no order, or (sql_variant) an order over several types. */
const unordered: ReadonlySet<string> = new Set([
  "text",
  "ntext",
  "image",
  "xml",
  "json",
  "geography",
  "geometry",
  "sql_variant",
]);

function refuseColumn(column: ColumnShape): string | undefined {
  if (column.encrypted) return "is encrypted (Always Encrypted): its plain values cannot be read";
  if (column.userDefinedClr) return `is of the CLR type ${column.type.name}, whose assembly the replica lacks`;
  if (column.graph) return "belongs to a graph table";
  if (column.type.name === "vector") return "is a vector: its values have no lossless form that can be carried yet";
  return undefined;
}
