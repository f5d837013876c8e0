import type { Column, TableObject } from "../../storage/database-model.ts";
import type { TableStore } from "../../storage/table-store.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { datetime2FromUnix } from "../../values/calendar.ts";
import { coercion } from "../../values/coerce.ts";
import { datetime2 } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";

/** Columns that the server fills in itself beside computed ones and rowversion: periods, ledger columns, graph ids. */
export interface KeptColumns {
  fill(row: SqlRow, transaction: Transaction): void;
}

/** 9999-12-31 23:59:59.9999999, cut (not rounded) to the digits of the column: the end of a row that is current. */
export function endOfTime(scale: number): bigint {
  const last = 3_155_378_975_999_999_999n;
  return last - (last % 10n ** BigInt(7 - scale));
}

/**
 * When a transaction began, in UTC: what "Temporal tables" says the period columns get, the same for all its rows.
 */
export function transactionTime(transaction: Transaction, column: Column): bigint {
  const time = datetime2FromUnix(transaction.beginTime);
  const convert = coercion(datetime2(7), column.type);
  return (convert ? convert(time) : time) as bigint;
}

/** graph_id of the last row of a node or edge table. */
const lastGraphIds = new WeakMap<TableStore, bigint>();

/** @returns undefined for an ordinary table */
export function keptColumns(table: TableObject): KeptColumns | undefined {
  const { columns, period } = table;
  const ordinalOf = (test: (column: Column) => boolean): number => columns.findIndex(test);
  const fillers: KeptColumns["fill"][] = [];
  if (period) {
    const start = ordinalOf((column) => column.columnId === period.startColumnId);
    const end = ordinalOf((column) => column.columnId === period.endColumnId);
    const last = endOfTime(columns[end]!.type.scale ?? 7);
    fillers.push((row, transaction) => {
      row[start] = transactionTime(transaction, columns[start]!);
      row[end] = last;
    });
  }
  if (table.ledger !== undefined) {
    const id = ordinalOf((column) => column.generatedAlways === "transaction id start");
    const sequence = ordinalOf((column) => column.generatedAlways === "sequence number start");
    fillers.push((row, transaction) => {
      row[id] = BigInt(transaction.id);
      // Reading it is refused (`unreadable`): how the server numbers the rows of a transaction is not modelled.
      row[sequence] = 0n;
    });
  }
  if (table.graph !== undefined) {
    const id = ordinalOf((column) => column.graphType === "GRAPH_ID");
    fillers.push((row) => {
      if (table.graph === "edge") throw new Unsupported("INSERT into an edge table");
      const next = (lastGraphIds.get(table.store) ?? -1n) + 1n;
      lastGraphIds.set(table.store, next);
      row[id] = next;
    });
  }
  if (fillers.length === 0) return undefined;
  return {
    fill: (row, transaction) => {
      for (const fill of fillers) fill(row, transaction);
    },
  };
}

/** Why a column's values cannot be read here; undefined: they can. */
export function unreadable(column: Column): string | undefined {
  if (column.columnSet === true) return "the XML of a column set";
  if (column.graphType !== undefined) return "graph pseudo column";
  if (column.encryption) return "Always Encrypted";
  if (column.generatedAlways !== undefined && !column.generatedAlways.startsWith("row")) return "ledger column";
  return undefined;
}

/**
 * What may be written into a column of a special kind.
 * @param what a DEFAULT, a NULL literal, or anything else
 * @throws SqlError 13536; Unsupported
 */
export function requireInsertable(column: Column, what: "default" | "null" | "value", shownTable: string): void {
  if (what === "default") return;
  if (column.generatedAlways !== undefined) throw sqlError(13536, shownTable);
  if (column.columnSet === true) throw new Unsupported("writing a column set");
  if (column.graphType !== undefined) throw new Unsupported("writing a graph pseudo column");
  if (column.encryption && what === "value") throw new Unsupported("writing an Always Encrypted column");
}

/** The same for SET. @throws SqlError 13537; Unsupported */
export function requireUpdatable(column: Column, isNull: boolean, shownTable: string): void {
  if (column.generatedAlways !== undefined) throw sqlError(13537, shownTable);
  if (column.columnSet === true) throw new Unsupported("writing a column set");
  if (column.graphType !== undefined) throw new Unsupported("writing a graph pseudo column");
  if (column.encryption && !isNull) throw new Unsupported("writing an Always Encrypted column");
}
