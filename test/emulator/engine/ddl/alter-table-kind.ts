import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { AlterTableAction, TableDefinition } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import { StatementContext } from "../statement-context.ts";
import { without } from "../without.ts";
import { shownTable } from "./temporal-period.ts";

/** What ALTER TABLE may not do to temporal, ledger and graph tables, and the columns' properties that it switches. */

/** Actions that leave the columns as they are. */
const HARMLESS: ReadonlySet<AlterTableAction["kind"]> = new Set<AlterTableAction["kind"]>([
  "change-tracking",
  "enable-constraints",
  "enable-triggers",
  "set-system-versioning",
  "set-table-options",
  "rebuild",
]);

/**
 * A change of the columns of a system-versioned table is made to its history too, which is not modelled.
 * @throws SqlError 13592, 13557; Unsupported
 */
export function requireAlterable(action: AlterTableAction, table: TableObject, database: Database): void {
  if (HARMLESS.has(action.kind)) return;
  if (action.kind === "add" && !changesColumns(action.definition)) return;
  if (action.kind === "alter-column-property" && action.property === "hidden") return;
  if (action.kind === "drop-elements") {
    if (table.historyTableId !== undefined && action.items.some(({ element }) => element === "period"))
      throw sqlError(13592, shownTable(table, database));
    if (action.items.every(({ element }) => element === "constraint")) return;
  }
  if (table.historyTableId !== undefined || table.historyOfTableId !== undefined || table.ledger !== undefined)
    throw new Unsupported("ALTER TABLE of the columns of a system-versioned or ledger table");
}

function changesColumns(definition: TableDefinition): boolean {
  return definition.columns.length > 0 || definition.period !== undefined;
}

/** "A column set cannot be added to a table if that table already contains sparse columns" ("Use column sets"). */
export function requireAddable(definition: TableDefinition, table: TableObject): void {
  if (definition.columns.some((column) => column.columnSet) && table.columns.some((column) => column.sparse === true))
    throw new Unsupported("a column set for a table that has sparse columns");
  if (definition.columns.some((column) => column.filestream)) throw new Unsupported("ALTER TABLE ADD of FILESTREAM");
  if (definition.period && table.period) throw new Unsupported("a second period");
}

/** ALTER COLUMN c ADD | DROP HIDDEN, MASKED. @throws SqlError 4924; Unsupported: other properties */
export function alterColumnProperty(
  action: Extract<AlterTableAction, { kind: "alter-column-property" }>,
  table: TableObject,
  database: Database,
  { session, scope }: Execution,
): void {
  if (action.property !== "hidden" && action.property !== "masked")
    throw new Unsupported(`ALTER COLUMN ${action.add ? "ADD" : "DROP"} ${action.property}`);
  const context = new StatementContext(session, scope);
  const column = table.columns.find((candidate) => context.sameName(candidate.name, action.column));
  if (!column) throw sqlError(4924, "ALTER TABLE ALTER COLUMN", action.column, table.name);
  if (action.property === "hidden" && column.generatedAlways === undefined)
    throw new Unsupported("HIDDEN of a column that is not GENERATED ALWAYS");
  const { add, argument } = action;
  const changed =
    action.property === "hidden"
      ? add
        ? { ...column, hidden: true }
        : without(column, "hidden")
      : !add || argument === undefined
        ? without(column, "maskingFunction")
        : { ...column, maskingFunction: argument };
  database.replaceObject(session.transactions.current!, {
    ...table,
    columns: table.columns.map((each) => (each === column ? changed : each)),
    modifyDate: session.engine.clock.now(),
  });
}
