import type { NamedTable } from "../../tsql/ast-queries.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import { requirePermission } from "../session/require-permission.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import type { StatementContext } from "../statement-context.ts";
import { viewTable } from "../procedures/view-table.ts";
import { localTableOf, tableSource } from "./table-source.ts";
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

/** A table, view, #temp table or system view by name. @throws SqlError 208; Unsupported */
export function resolveNamedTable(source: NamedTable, context: StatementContext): ResolvedTable {
  const { session, scope } = context;
  if (source.systemTime) throw new Unsupported("FOR SYSTEM_TIME");
  const fromTrigger = triggerTable(source, context);
  if (fromTrigger) return fromTrigger;
  const found = findTarget(source.name, session, scope);
  if (!found) {
    // System views may be named without schema only in the old form (sysobjects), which is not here.
    if (isSystemName(source.name) || isServerView("sys", source.name.name)) return systemViewTable(source, context);
    throw sqlError(208, writtenName(source.name));
  }
  const { object, database } = found;
  if (found.localName !== undefined) context.usesLocalTables = true;
  const shown = source.alias ?? (found.localName === undefined ? source.name.name : found.localName);
  if (object.kind === "table" || object.kind === "view") requirePermission(session, "SELECT", object, database);
  if (object.kind === "view") {
    return viewTable(object, database, shown, source, context);
  }
  if (object.kind !== "table") throw sqlError(208, writtenName(source.name));
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
