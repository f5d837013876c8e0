import { recordTruncate } from "../../change-tracking/change-recorder.ts";
import type { TruncateTableStatement } from "../../tsql/ast-dml.ts";
import { sqlError, sqlErrorWithState } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { indexedViewsOn } from "../ddl/schema-binding.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import { requireTable, writtenName } from "../session/resolve-name.ts";
import type { Step } from "../session/step.ts";

/** TRUNCATE TABLE. @throws SqlError 4701 (no such table), 3729 and 4712 (referenced), 3906, 3930 */
export function* runTruncate(statement: TruncateTableStatement, execution: Execution): Step<void> {
  const { session, scope } = execution;
  session.transactions.beginImplicit();
  yield* atomic(execution, () => {
    const { database, table } = requireTable(statement.table, session, scope, () =>
      sqlError(4701, statement.table.name),
    );
    session.transactions.requireWritable();
    requirePermission(session, "ALTER", table, database);
    database.requireWritable();
    for (const object of database.objects.values()) {
      if (
        object.kind === "foreign-key" &&
        object.referencedObjectId === table.objectId &&
        object.parentObjectId !== table.objectId
      ) {
        throw sqlError(4712, table.name);
      }
    }
    const [view] = indexedViewsOn(table, database);
    if (view) throw sqlErrorWithState(3729, 2, "TRUNCATE TABLE", writtenName(statement.table), view.name);
    if (table.ledger !== undefined) throw new Unsupported("TRUNCATE TABLE of a ledger table");
    if (table.historyTableId !== undefined || table.historyOfTableId !== undefined)
      throw sqlError(13545, shownTable(table, database));
    const transaction = session.transactions.current!;
    table.store.truncate(transaction);
    recordTruncate(transaction, database, table.objectId);
  });
}
