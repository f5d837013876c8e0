import { requireIndexOptions } from "../session/require-index-options.ts";
import type { Session } from "../session/session.ts";
import type { ResolvedTarget } from "./dml-target.ts";
import { tableRules } from "./table-writer.ts";

/**
 * The settings that a statement must have that changes what is stored by an expression: under indexed views, in filtered indexes, in
 * persisted computed columns and in indexes on computed columns ("SET QUOTED_IDENTIFIER", "Indexes on computed columns",
 * "Create filtered indexes", "Create indexed views").
 * @throws SqlError 1934
 */
export function requireWriteOptions(
  verb: string,
  { table, database }: Pick<ResolvedTarget, "table" | "database">,
  session: Session,
): void {
  const computed = new Set(table.columns.flatMap((column) => (column.computed ? [column.columnId] : [])));
  const holdsExpressions =
    table.columns.some((column) => column.computed?.persisted) ||
    table.indexes.some(
      (index) =>
        !index.disabled &&
        (index.filterDefinition !== undefined ||
          index.keyColumns.some((key) => computed.has(key.columnId)) ||
          index.includedColumnIds.some((columnId) => computed.has(columnId))),
    );
  if (holdsExpressions || tableRules(table, database, session).indexedViews.length > 0)
    requireIndexOptions(verb, session.options);
}
