import { recordTruncate } from "../../change-tracking/change-recorder.ts";
import type { TruncateTableStatement } from "../../tsql/ast-dml.ts";
import { sqlError } from "../../values/error-table.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import { requireTable } from "../session/resolve-name.ts";
import type { Step } from "../session/step.ts";

/** TRUNCATE TABLE. @throws SqlError 4701 (no such table), 4711 and 4712 (referenced), 3906, 3930 */
export function* runTruncate(statement: TruncateTableStatement, execution: Execution): Step<void> {
  const { session, scope } = execution;
  session.transactions.beginImplicit();
  yield* atomic(execution, () => {
    const { database, table } = requireTable(statement.table, session, scope, () =>
      sqlError(4701, statement.table.name),
    );
    session.transactions.requireWritable();
    requirePermission(session, "ALTER", table, database);
    if (database.options.readOnly) throw sqlError(3906, database.name);
    for (const object of database.objects.values()) {
      if (
        object.kind === "foreign-key" &&
        object.referencedObjectId === table.objectId &&
        object.parentObjectId !== table.objectId
      ) {
        throw sqlError(4712, table.name);
      }
      if (object.kind === "view" && object.module.schemaBound && object.indexes.length > 0) {
        const references = object.references.some(
          (reference) => reference.name.toLowerCase() === table.name.toLowerCase() && reference.class === "object",
        );
        if (references) throw sqlError(3729, "TRUNCATE TABLE", table.name, object.name);
      }
    }
    if (table.historyTableId !== undefined)
      throw sqlError(13545, `${database.name}.${database.schemaName(table.schemaId)}.${table.name}`);
    const transaction = session.transactions.current!;
    table.store.truncate(transaction);
    recordTruncate(transaction, database, table.objectId);
  });
}
