import type { TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { shownTable } from "../ddl/temporal-period.ts";
import { transactionTime } from "./kept-columns.ts";

/**
 * Puts rows that are changed or deleted into the history table, their period closed at the time the transaction began
 * ("Temporal tables": How does temporal work).
 */
export interface HistoryWriter {
  /** @throws SqlError 13535 (another transaction, which began later, has changed the row) */
  close(row: SqlRow): void;
}

/** @returns undefined for a table that is not system-versioned */
export function historyWriter(
  table: TableObject,
  database: Database,
  transaction: Transaction,
): HistoryWriter | undefined {
  const { historyTableId, period } = table;
  if (table.ledger !== undefined) {
    return {
      close: () => {
        throw new Unsupported("UPDATE and DELETE of ledger tables");
      },
    };
  }
  if (historyTableId === undefined || period === undefined) return undefined;
  const history = database.objects.get(historyTableId);
  if (history?.kind !== "table") throw new Error(`the history table ${historyTableId} of ${table.name} is missing`);
  const ordinal = (id: number): number => table.columns.findIndex(({ columnId }) => columnId === id);
  const [start, end] = [ordinal(period.startColumnId), ordinal(period.endColumnId)];
  const time = transactionTime(transaction, table.columns[end]!);
  return {
    close: (row) => {
      if ((row[start] as bigint) > time) throw sqlError(13535, shownTable(table, database));
      const closed = [...row];
      closed[end] = time;
      history.store.insert(transaction, closed);
    },
  };
}
