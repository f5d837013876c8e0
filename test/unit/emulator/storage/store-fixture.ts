import type { KeyColumn } from "../../../emulator/storage/key-order.ts";
import { readCommitted, type ReadView } from "../../../emulator/storage/read-view.ts";
import type { RowEntry } from "../../../emulator/storage/row-entry.ts";
import { Server } from "../../../emulator/storage/server.ts";
import type { IndexSpec, TableStore } from "../../../emulator/storage/table-store.ts";
import type { Transaction } from "../../../emulator/storage/transaction.ts";
import type { SqlRow, SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";

export const key = (ordinal: number, type: SqlType | "int" = "int", descending = false): KeyColumn => ({
  ordinal,
  type: type === "int" ? { name: "int" } : type,
  descending,
});

export const primaryKey: IndexSpec = {
  indexId: 1,
  name: "PK_T",
  unique: true,
  clustered: true,
  constraint: "PRIMARY KEY",
  keys: [key(0)],
};

export const uniqueIndex: IndexSpec = { indexId: 2, name: "UX", unique: true, clustered: false, keys: [key(1)] };

export function newStore(specs: readonly IndexSpec[] = [primaryKey], server = new Server()) {
  let spid = 50;
  const store = server.newTableStore({ database: "db", schema: "dbo", table: "T" }, specs);
  return { server, store, begin: () => server.begin({ spid: ++spid }) };
}

export function rows(store: TableStore, view: ReadView, range: Parameters<TableStore["scan"]>[1] = {}): SqlRow[] {
  const cursor = store.scan(view, range);
  const found: SqlRow[] = [];
  for (let row = cursor.next(); row !== undefined; row = cursor.next()) found.push(row);
  return found;
}

export function find(store: TableStore, transaction: Transaction, id: SqlValue): RowEntry {
  const bound = { values: [id], inclusive: true };
  const cursor = store.scan(readCommitted(transaction), { from: bound, to: bound });
  if (cursor.next() === undefined) throw new Error("no row of that key");
  return cursor.entry;
}

/** Inserts in a transaction of its own. */
export function fill(server: Server, store: TableStore, ...values: SqlRow[]): void {
  const transaction = server.begin({ spid: 49 });
  for (const row of values) store.insert(transaction, row);
  transaction.commit();
}

/** What is there now, read by a transaction of its own. */
export function committed(server: Server, store: TableStore, indexId?: number): SqlRow[] {
  const transaction = server.begin({ spid: 48 });
  const found = rows(store, readCommitted(transaction), indexId === undefined ? {} : { indexId });
  transaction.commit();
  return found;
}
