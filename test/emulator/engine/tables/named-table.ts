import type { DatabaseObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { NamedTable } from "../../tsql/ast-queries.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import type { StatementContext } from "../statement-context.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { viewTable } from "../procedures/view-table.ts";
import { localTableOf, requireExpandable, tableSource } from "./table-source.ts";
import { systemTimeTable } from "./system-time-table.ts";
import { systemViewTable } from "./system-view-table.ts";

/** inserted and deleted in a trigger. */
function triggerTable(source: NamedTable, context: StatementContext): ResolvedTable | undefined {
  const { trigger } = context.scope;
  const name = source.name.name.toLowerCase();
  if (!trigger || source.name.schema !== undefined || (name !== "inserted" && name !== "deleted")) return undefined;
  const local = name === "inserted" ? trigger.inserted : trigger.deleted;
  context.usesLocalTables = true;
  return tableSource(
    localTableOf(local),
    local.database,
    { alias: source.alias ?? source.name.name, hints: source.hints, target: false },
    context,
  );
}

function isSystemName(name: ObjectName): boolean {
  const schema = name.schema?.toLowerCase();
  return schema === "sys" || schema === "information_schema";
}

/** @throws SqlError 13544; Unsupported for views, which pass the clause on to theirs */
function requireTemporal(object: DatabaseObject, database: Database): void {
  if (object.kind !== "table") throw new Unsupported("FOR SYSTEM_TIME of a view");
  if (object.historyTableId === undefined || !object.period) throw sqlError(13544, shownTable(object, database));
}

/** A table, view, #temp table or system view by name. @throws SqlError 208; Unsupported */
export function resolveNamedTable(source: NamedTable, context: StatementContext): ResolvedTable {
  const { session, scope } = context;
  const fromTrigger = triggerTable(source, context);
  if (fromTrigger) return fromTrigger;
  const found = findTarget(source.name, session, scope);
  if (!found) {
    if (source.systemTime && isSystemName(source.name)) throw new Unsupported("FOR SYSTEM_TIME");
    // System views may be named without schema only in the old form (sysobjects), which is not here.
    if (isSystemName(source.name) || isServerView("sys", source.name.name)) return systemViewTable(source, context);
    throw sqlError(208, writtenName(source.name));
  }
  const { object, database } = found;
  if (source.systemTime) requireTemporal(object, database);
  if (found.localName !== undefined) context.usesLocalTables = true;
  const shown = source.alias ?? (found.localName === undefined ? source.name.name : found.localName);
  if (object.kind === "table" || object.kind === "view") context.use("SELECT", object, database);
  requireExpandable(source.hints, object, writtenName(source.name), 2);
  if (object.kind === "view") {
    return viewTable(object, database, shown, source, context);
  }
  if (object.kind !== "table") throw sqlError(208, writtenName(source.name));
  if (source.systemTime) return systemTimeTable(object, database, shown, source, source.systemTime, context);
  const written = context.writtenSource?.source === source ? context.writtenSource : undefined;
  const table = tableSource(
    object,
    database,
    {
      alias: shown,
      schema: source.alias === undefined ? database.schemaName(object.schemaId) : undefined,
      hints: source.hints,
      target: written !== undefined,
    },
    context,
  );
  if (!written) return table;
  return {
    ...table,
    node: (slot, siblings) => {
      written.slot = slot;
      return table.node(slot, siblings);
    },
  };
}
