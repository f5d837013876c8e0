import { changeRecorder, recordTruncate } from "../../../emulator/change-tracking/change-recorder.ts";
import { changesSince } from "../../../emulator/change-tracking/read-changes.ts";
import { enableDatabaseTracking, enableTableTracking } from "../../../emulator/change-tracking/switch-tracking.ts";
import { currentVersion, minValidVersion } from "../../../emulator/change-tracking/tracking-versions.ts";
import type { Column, Index, TableObject } from "../../../emulator/storage/database-model.ts";
import { DBO_SCHEMA_ID } from "../../../emulator/storage/database.ts";
import { EmulatorClock } from "../../../emulator/storage/emulator-clock.ts";
import { indexSpecs } from "../../../emulator/storage/index-spec.ts";
import { readCommitted, snapshotView } from "../../../emulator/storage/read-view.ts";
import { Server } from "../../../emulator/storage/server.ts";
import type { Transaction } from "../../../emulator/storage/transaction.ts";
import type { SqlRow, SqlType } from "../../../emulator/values/sql-type.ts";
import { find } from "../storage/store-fixture.ts";

const column = (columnId: number, name: string, type: SqlType): Column => ({
  columnId,
  name,
  type,
  nullable: columnId > 1,
});

export const primaryKeyOf = (...columnIds: number[]): Index => ({
  indexId: 1,
  name: "PK_T",
  clustered: true,
  unique: true,
  primaryKey: true,
  uniqueConstraint: false,
  keyColumns: columnIds.map((columnId) => ({ columnId, descending: false })),
  includedColumnIds: [],
  ignoreDupKey: false,
  disabled: false,
  fillFactor: 0,
  padded: false,
  allowRowLocks: true,
  allowPageLocks: true,
});

export interface SceneOptions {
  readonly trackColumns?: boolean;
  readonly keyType?: SqlType;
  readonly tracked?: boolean;
}

/** A database with a table T(id, a, b) that is tracked unless told otherwise. Rows are [id, a, b]. */
export function trackedScene({ trackColumns = true, keyType = { name: "int" }, tracked = true }: SceneOptions = {}) {
  const clock = new EmulatorClock(() => 1_700_000_000_000);
  const server = new Server({ clock });
  const database = server.createDatabase("db");
  database.options.allowSnapshotIsolation = true;
  let spid = 50;
  const begin = (): Transaction => server.begin({ spid: ++spid });

  function createTable(name: string): number {
    const columns = [column(1, "id", keyType), column(2, "a", { name: "int" }), column(3, "b", { name: "int" })];
    const indexes = [primaryKeyOf(1)];
    const objectId = database.newObjectId();
    const label = { database: "db", schema: "dbo", table: name };
    const object: TableObject = {
      ...{
        kind: "table",
        objectId,
        schemaId: DBO_SCHEMA_ID,
        name,
        parentObjectId: 0,
        columns,
        indexes,
        maxColumnId: 3,
      },
      ...{ createDate: clock.now(), modifyDate: clock.now(), usesAnsiNulls: true },
      store: server.newTableStore(label, indexSpecs(columns, indexes)),
    };
    const transaction = begin();
    database.addObject(transaction, object);
    transaction.commit();
    return objectId;
  }

  const objectId = createTable("T");
  const table = (id = objectId): TableObject => database.objects.get(id) as TableObject;

  function enable(id = objectId): void {
    const transaction = begin();
    enableTableTracking(transaction, database, table(id), trackColumns);
    transaction.commit();
  }

  if (tracked) {
    enableDatabaseTracking(database);
    enable();
  }

  /** Statements as an engine would run them. */
  const write = {
    insert(transaction: Transaction, row: SqlRow, context: Buffer | null = null): void {
      table().store.insert(transaction, row);
      changeRecorder(transaction, database, table(), context)?.insert(row);
    },
    update(
      transaction: Transaction,
      row: SqlRow,
      columnIds: readonly number[],
      id = row[0]!,
      context: Buffer | null = null,
    ): void {
      const entry = find(table().store, transaction, id);
      const before = entry.row;
      table().store.update(transaction, [{ entry, row }]);
      changeRecorder(transaction, database, table(), context)?.update(before, row, columnIds);
    },
    delete(transaction: Transaction, id: SqlRow[number], context: Buffer | null = null): void {
      const entry = find(table().store, transaction, id);
      table().store.delete(transaction, entry);
      changeRecorder(transaction, database, table(), context)?.delete(entry.row);
    },
    truncate(transaction: Transaction): void {
      table().store.truncate(transaction);
      recordTruncate(transaction, database, objectId);
    },
  };

  /** Runs in a transaction of its own and commits. */
  function run(work: (transaction: Transaction) => void): void {
    const transaction = begin();
    work(transaction);
    transaction.commit();
  }

  const changes = (from: number | null, transaction?: Transaction) => {
    const reader = transaction ?? begin();
    const snapshot = reader.snapshot;
    const view = snapshot === undefined ? readCommitted(reader) : snapshotView(reader, snapshot);
    const found = [...changesSince(view, database, table(), from === null ? null : BigInt(from))];
    if (transaction === undefined) reader.commit();
    return found;
  };

  return {
    ...{ clock, server, database, objectId, table, createTable, begin, enable, write, run, changes },
    current: (snapshot?: number) => currentVersion(database, snapshot),
    minValid: (snapshot?: number) => minValidVersion(database, objectId, snapshot),
  };
}
