import type { InspectedTable, ReplicaColumn } from "../model/replica-table.ts";
import {
  type ColumnShape,
  type ColumnType,
  type TableShape,
  keyColumns,
  replicatedColumns,
} from "../model/table-shape.ts";
import { columnDefinition } from "../sql/create-table.ts";
import { columnDeclaration, typeText } from "../sql/column-type.ts";
import { quoteName, quoteTable } from "../sql/quote.ts";

/** What is in the way of writing to a table, and the T-SQL that helps. */
export interface Misfit {
  readonly what: string;
  readonly fix?: string | undefined;
}

/**
 * Whether a table of the replica can take the primary's rows without losing anything; all that is in the way at once,
 * undefined when nothing is. An operator may have altered the table since it was made: look before every write.
 */
export function fitReplicaTable(shape: TableShape, replica: InspectedTable): Misfit | undefined {
  const found = [
    ...shape.columns.flatMap((column) => columnMisfits(shape, column, replica.columns.get(column.name))),
    ...extraColumns(shape, replica),
    ...keyMisfits(shape, replica),
    ...tableMisfits(shape, replica),
  ];
  if (found.length === 0) return undefined;
  const fixes = found.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
  return {
    what: `the replica's table cannot take the primary's rows: ${found.map(({ what }) => what).join("; ")}`,
    fix: fixes.length === 0 ? undefined : fixes.join("\n"),
  };
}

function columnMisfits(shape: TableShape, column: ColumnShape, there: ReplicaColumn | undefined): Misfit[] {
  if (column.columnSet) return [];
  const table = quoteTable(shape.table);
  if (there === undefined) {
    return [{ what: `column ${column.name} is missing`, fix: `ALTER TABLE ${table} ADD ${addable(column)};` }];
  }
  const replace = `ALTER TABLE ${table} DROP COLUMN ${quoteName(column.name)};\nALTER TABLE ${table} ADD ${addable(column)};`;
  if (column.computed !== undefined) {
    if (there.computed) return computedKeyMisfits(shape, column, there);
    return [
      {
        what: `column ${column.name} is computed on the primary and an ordinary column on the replica`,
        fix: replace,
      },
    ];
  }
  if (there.computed || there.columnSet) {
    return [
      {
        what: `column ${column.name} is ${there.computed ? "computed" : "a column set"} on the replica and takes no values`,
        fix: replace,
      },
    ];
  }
  if (there.type.name === "rowversion" || there.generatedAlways) {
    // The replica's server makes up such values itself; that is accepted where the primary's does so too.
    if (column.type.name === "rowversion" || column.generatedAlways !== undefined) return [];
  }
  if (there.generatedAlways) {
    return [
      {
        what: `column ${column.name} is GENERATED ALWAYS on the replica and takes no values`,
        fix: `ALTER TABLE ${table} DROP PERIOD FOR SYSTEM_TIME;`,
      },
    ];
  }
  const alter = unalterable.has(there.type.name)
    ? replace
    : `ALTER TABLE ${table} ALTER COLUMN ${quoteName(column.name)} ${columnDeclaration(column, false)} ${column.nullable ? "NULL" : "NOT NULL"};`;
  if (!sameType(column.type, there.type)) {
    return [
      {
        what: `column ${column.name} is ${typeText(there.type)} and should be ${typeText(storedType(column.type))}`,
        fix: alter,
      },
    ];
  }
  if (there.collation !== column.collation && collationMatters(shape, column)) {
    return [
      {
        what: `column ${column.name} has the collation ${there.collation ?? "none"} and should have ${column.collation ?? "none"}`,
        fix: alter,
      },
    ];
  }
  if (column.nullable && !there.nullable) return [{ what: `column ${column.name} does not take NULL`, fix: alter }];
  return [];
}

/** https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql#alter-column */
const unalterable: ReadonlySet<string> = new Set(["rowversion", "text", "ntext", "image"]);

/** A computed column's collation follows from its expression and the database: it cannot be altered by itself. */
function computedKeyMisfits(shape: TableShape, column: ColumnShape, there: ReplicaColumn): Misfit[] {
  const inKey = shape.key.some(({ columnId }) => columnId === column.columnId);
  if (!inKey || there.collation === column.collation) return [];
  return [
    {
      what: `the computed key column ${column.name} has the collation ${there.collation ?? "none"} on the replica and ${column.collation ?? "none"} on the primary`,
    },
  ];
}

/** A column as ALTER TABLE ADD takes it whether the table has rows or not. */
function addable(column: ColumnShape): string {
  const needsValue = !column.nullable && column.default === undefined && column.identity === undefined;
  return columnDefinition(needsValue && column.computed === undefined ? { ...column, nullable: true } : column);
}

/** The type that a replica's column is to have. */
function storedType(type: ColumnType): ColumnType {
  return type.name === "rowversion" ? { name: "binary", maxLength: 8, precision: 0, scale: 0 } : type;
}

function sameType(primary: ColumnType, replica: ColumnType): boolean {
  return comparableType(storedType(primary)) === comparableType(replica);
}

/** numeric and decimal are one type under two names. */
function comparableType(type: ColumnType): string {
  return typeText(type.name === "numeric" ? { ...type, name: "decimal" } : type);
}

/**
 * Keys must compare alike on both servers. Other columns may be sorted differently there, unless the collation is what
 * decides which characters a column can hold.
 */
function collationMatters(shape: TableShape, column: ColumnShape): boolean {
  if (column.type.name === "char" || column.type.name === "varchar" || column.type.name === "text") return true;
  return shape.key.some(({ columnId }) => columnId === column.columnId);
}

/** Columns that only the replica has must do without a value. */
function extraColumns(shape: TableShape, replica: InspectedTable): Misfit[] {
  const known = new Set(shape.columns.map(({ name }) => name));
  return [...replica.columns.values()].flatMap((column) => {
    const fillsItself =
      column.nullable ||
      column.hasDefault ||
      column.identity ||
      column.computed ||
      column.generatedAlways ||
      column.type.name === "rowversion";
    if (known.has(column.name) || fillsItself) return [];
    return [
      {
        what: `column ${column.name} exists on the replica only, takes no NULL and has no default`,
        fix: `ALTER TABLE ${quoteTable(shape.table)} DROP COLUMN ${quoteName(column.name)};`,
      },
    ];
  });
}

function keyMisfits(shape: TableShape, replica: InspectedTable): Misfit[] {
  const key = shape.key.map(({ name }) => name);
  if (replica.primaryKey !== undefined) {
    if (sameColumns(replica.primaryKey, key)) return [];
    return [{ what: `the primary key is (${replica.primaryKey.join(", ")}) and should be (${key.join(", ")})` }];
  }
  if (replica.uniqueIndexes.some(({ columns, filter }) => filter === undefined && sameColumns(columns, key))) return [];
  const columns = shape.key.map(({ name, descending }) => `${quoteName(name)}${descending ? " DESC" : ""}`).join(", ");
  return [
    {
      what: `no unique index is on the key (${key.join(", ")})`,
      fix: `CREATE UNIQUE INDEX [mssql_sync_key] ON ${quoteTable(shape.table)} (${columns});`,
    },
  ];
}

function sameColumns(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at]);
}

function tableMisfits(shape: TableShape, replica: InspectedTable): Misfit[] {
  const table = quoteTable(shape.table);
  const found: Misfit[] = replica.triggers.map((name) => ({
    what: `trigger ${name} is enabled`,
    fix: `ALTER TABLE ${table} DISABLE TRIGGER ${quoteName(name)};`,
  }));
  if (replica.systemVersioned) {
    found.push({ what: "it is system-versioned", fix: `ALTER TABLE ${table} SET (SYSTEM_VERSIONING = OFF);` });
  }
  if (replicatedColumns(shape).length === 0 || keyColumns(shape).length === 0) {
    found.push({ what: "the primary shows no columns that could be carried" });
  }
  return found;
}
