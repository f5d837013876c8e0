import type { Column, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { CreateTableStatement, LedgerClause, TableDefinition } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ObjectPlace } from "./object-place.ts";
import type { TableDraft } from "./table-parts.ts";

/** What CREATE TABLE says of the table beside its columns. */
export interface TableKind {
  readonly graph?: "node" | "edge";
  readonly ledger?: "updatable" | "append-only";
}

/** @throws SqlError 41337, 1716, 1969; Unsupported */
export function tableKind(statement: CreateTableStatement, place: ObjectPlace): TableKind {
  const { graph, ledger, definition } = statement;
  for (const { name, value } of statement.options) {
    if (name === "data_compression" || name === "xml_compression") void value;
    // No filegroup for memory-optimized data can be made here, and without one the server makes no such table.
    else if (name === "memory_optimized" && value === "on") throw sqlError(41337);
    else if (name !== "memory_optimized" && name !== "durability") throw new Unsupported(`CREATE TABLE WITH (${name})`);
  }
  requireFilegroup(definition, statement.filestreamOn, place.database);
  const local = place.localName !== undefined;
  if (graph !== undefined && (local || statement.systemVersioning?.enabled === true))
    throw new Unsupported("a temporary or temporal graph table");
  const kind = ledger?.enabled === true ? ledgerKind(statement, ledger, local) : undefined;
  return { ...(graph === undefined ? {} : { graph }), ...(kind === undefined ? {} : { ledger: kind }) };
}

/** FILESTREAM data lies in a filegroup of its own kind, with at least one container. @throws SqlError 1716, 1969 */
function requireFilegroup(definition: TableDefinition, name: string | undefined, database: Database): void {
  if (!definition.columns.some((column) => column.filestream)) {
    if (name !== undefined) throw sqlError(1716);
    return;
  }
  const filegroups = [...database.filestreamFilegroups.values()].filter(({ files }) => files.length > 0);
  if (name === undefined ? filegroups.some(({ isDefault }) => isDefault) : hasName(filegroups, name, database)) return;
  if (name === undefined) throw sqlError(1969, database.name);
  throw new Unsupported(`FILESTREAM_ON ${name}`);
}

function hasName(filegroups: readonly { readonly name: string }[], name: string, database: Database): boolean {
  return filegroups.some((filegroup) => database.nameKey(filegroup.name) === database.nameKey(name));
}

/** "Ledger tables": with SYSTEM_VERSIONING = ON an updatable one, with APPEND_ONLY = ON one that only grows. */
function ledgerKind(
  { definition, systemVersioning, graph }: CreateTableStatement,
  ledger: LedgerClause,
  local: boolean,
): "updatable" | "append-only" {
  if (local || graph !== undefined || definition.period) throw new Unsupported("LEDGER = ON of such a table");
  if (definition.columns.some((column) => column.columnSet || column.filestream || column.computed))
    throw new Unsupported("LEDGER = ON of a table with such columns");
  // The view over a ledger's history is not made: its text is not documented.
  void ledger.view;
  if (ledger.appendOnly) {
    if (systemVersioning?.enabled === true) throw new Unsupported("APPEND_ONLY = ON with SYSTEM_VERSIONING = ON");
    return "append-only";
  }
  if (systemVersioning?.enabled !== true)
    throw new Unsupported("LEDGER = ON without SYSTEM_VERSIONING and APPEND_ONLY");
  return "updatable";
}

const LEDGER_COLUMNS = [
  ["transaction id start", "ledger_start_transaction_id"],
  ["transaction id end", "ledger_end_transaction_id"],
  ["sequence number start", "ledger_start_sequence_number"],
  ["sequence number end", "ledger_end_sequence_number"],
] as const;

/**
 * The GENERATED ALWAYS columns of a ledger table that its definition leaves out: hidden, under the server's own names
 * ("Updatable ledger tables", "Append-only ledger tables").
 */
export function addLedgerColumns(kind: "updatable" | "append-only", draft: TableDraft): void {
  for (const [generatedAlways, name] of LEDGER_COLUMNS) {
    const written = draft.columns.find((column) => column.generatedAlways === generatedAlways);
    const wanted = kind === "updatable" || generatedAlways.endsWith("start");
    if (written && (!wanted || written.type.name !== "bigint"))
      throw new Unsupported(`GENERATED ALWAYS AS ${generatedAlways} in an ${kind} ledger table`);
    if (written || !wanted) continue;
    if (draft.columns.some((column) => draft.context.sameName(column.name, name)))
      throw new Unsupported(`a ledger table with a column ${name} of its own`);
    draft.columns.push({
      columnId: Math.max(...draft.columns.map((column) => column.columnId)) + 1,
      name,
      type: { name: "bigint" },
      nullable: generatedAlways.endsWith("end"),
      generatedAlways,
      hidden: true,
    });
  }
}

/** GENERATED ALWAYS columns of a ledger in a table that is none. */
export function refuseLedgerColumns(columns: readonly Column[]): void {
  const column = columns.find(({ generatedAlways }) => generatedAlways?.startsWith("row") === false);
  if (column) throw new Unsupported(`GENERATED ALWAYS AS ${column.generatedAlways} without LEDGER = ON`);
}

/**
 * Sparse columns, column sets and the number of columns: 1,024, and 30,000 with a column set, of which 1,024 are not
 * sparse ("Use sparse columns", "Maximum capacity specifications").
 * @throws SqlError 1702, 1732
 */
export function checkColumnCount(columns: readonly Column[], table: string): void {
  const sets = columns.filter((column) => column.columnSet === true);
  if (sets.length > 1) throw sqlError(1732, sets[1]!.name, table);
  const most = sets.length === 0 ? 1024 : 30_000;
  if (columns.length > most) throw sqlError(1702, columns[most]!.name, table, most);
  const dense = columns.filter((column) => column.sparse !== true);
  if (dense.length > 1024) throw sqlError(1702, dense[1024]!.name, table, 1024);
}

/** A FILESTREAM column needs a row identity: a column ROWGUIDCOL NOT NULL with a unique index of its own. */
export function checkRowIdentity(table: Pick<TableObject, "columns" | "indexes">): void {
  if (!table.columns.some((column) => column.filestream === true)) return;
  const id = table.columns.find((column) => column.rowGuidCol === true && !column.nullable);
  const unique = table.indexes.some(
    (index) => index.unique && index.keyColumns.length === 1 && index.keyColumns[0]!.columnId === id?.columnId,
  );
  if (!unique) throw new Unsupported("FILESTREAM without a unique ROWGUIDCOL column");
}
