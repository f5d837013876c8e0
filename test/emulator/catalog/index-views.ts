import type { FilestreamFilegroup } from "../storage/table-kind-model.ts";
import type { DatabaseObject, Index, TableObject, ViewObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import {
  always,
  BIGINT,
  BIT,
  code,
  defineView,
  description,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  SYSNAME,
  TINYINT,
  VARIANT,
  type ViewSource,
} from "./define-view.ts";
import { visibleObjects, visibleOf } from "./object-columns.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";

interface Item {
  readonly object: DatabaseObject;
  /** Undefined: the heap's row, index_id 0. */
  readonly index: Index | undefined;
}

function indexesOf(object: DatabaseObject): readonly Index[] {
  return object.kind === "table" || object.kind === "view" || object.kind === "table-type" ? object.indexes : [];
}

function* indexes(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item> {
  for (const object of visibleObjects(database, reader, filter)) {
    const list = indexesOf(object);
    const isTable = object.kind === "table" || object.kind === "table-type";
    if (isTable && !list.some((index) => index.clustered)) yield { object, index: undefined };
    for (const index of [...list].sort((a, b) => a.indexId - b.indexId)) yield { object, index };
  }
}

interface ColumnItem {
  readonly object: DatabaseObject;
  readonly index: Index;
  readonly columnId: number;
  readonly indexColumnId: number;
  /** 0: an included column. */
  readonly keyOrdinal: number;
  readonly descending: boolean;
}

function* indexColumns(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<ColumnItem> {
  for (const { object, index } of indexes(database, reader, filter)) {
    if (index === undefined) continue;
    let indexColumnId = 0;
    for (const { columnId, descending } of index.keyColumns) {
      indexColumnId++;
      yield { object, index, columnId, indexColumnId, keyOrdinal: indexColumnId, descending };
    }
    for (const columnId of index.includedColumnIds) {
      yield { object, index, columnId, indexColumnId: ++indexColumnId, keyOrdinal: 0, descending: false };
    }
  }
}

interface PartitionItem {
  readonly table: TableObject | ViewObject;
  readonly indexId: number;
  readonly reader: CatalogReader;
}

/** A disabled index of a view has been taken apart; one of a table keeps its row. */
function* partitions(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<PartitionItem> {
  for (const table of visibleOf(["table", "view"], database, reader, filter)) {
    if (table.kind === "table" && !table.indexes.some((index) => index.clustered)) yield { table, indexId: 0, reader };
    for (const { indexId, disabled } of table.indexes)
      if (table.kind === "table" || !disabled) yield { table, indexId, reader };
  }
}

/** One partition for each index of each table. */
const partitionId = ({ table, indexId }: PartitionItem): bigint =>
  72057594037927936n + BigInt(table.objectId) * 1000n + BigInt(indexId);

function rowsIn({ table, indexId, reader }: PartitionItem): bigint {
  if (table.kind === "view") {
    if (!reader.countRows) throw new Error(`sys.partitions of ${table.name}: nobody counts its rows`);
    return BigInt(reader.countRows(table));
  }
  const index = table.indexes.find((candidate) => candidate.indexId === indexId);
  if (index?.filterDefinition !== undefined) return BigInt(table.store.index(indexId)?.size ?? 0);
  return BigInt(table.store.rowCount);
}

export const indexViews: readonly ViewSource[] = [
  defineView<Item>({
    schema: "sys",
    name: "indexes",
    filters: ["object_id"],
    items: indexes,
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      name: nullable(SYSNAME, ({ index }) => index?.name ?? null),
      index_id: notNull(INT, ({ index }) => index?.indexId ?? 0),
      type: notNull(TINYINT, ({ index }) => (index === undefined ? 0 : index.clustered ? 1 : 2)),
      type_desc: nullable(description(), ({ index }) =>
        index === undefined ? "HEAP" : index.clustered ? "CLUSTERED" : "NONCLUSTERED",
      ),
      is_unique: flag(({ index }) => index?.unique),
      data_space_id: always(INT, 1),
      ignore_dup_key: flag(({ index }) => index?.ignoreDupKey),
      is_primary_key: flag(({ index }) => index?.primaryKey),
      is_unique_constraint: flag(({ index }) => index?.uniqueConstraint),
      fill_factor: notNull(TINYINT, ({ index }) => index?.fillFactor ?? 0),
      is_padded: flag(({ index }) => index?.padded),
      is_disabled: flag(({ index }) => index?.disabled),
      is_hypothetical: always(BIT, 0),
      is_ignored_in_optimization: always(BIT, 0),
      allow_row_locks: flag(({ index }) => index?.allowRowLocks ?? true),
      allow_page_locks: flag(({ index }) => index?.allowPageLocks ?? true),
      has_filter: flag(({ index }) => index?.filterDefinition !== undefined),
      filter_definition: nullable(nvarchar(-1), ({ index }) => index?.filterDefinition ?? null),
      compression_delay: always(INT, null),
      suppress_dup_key_messages: always(BIT, 0),
      auto_created: always(BIT, 0),
      optimize_for_sequential_key: always(BIT, 0),
    },
  }),
  defineView<ColumnItem>({
    schema: "sys",
    name: "index_columns",
    filters: ["object_id"],
    items: indexColumns,
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      index_id: notNull(INT, ({ index }) => index.indexId),
      index_column_id: notNull(INT, ({ indexColumnId }) => indexColumnId),
      column_id: notNull(INT, ({ columnId }) => columnId),
      key_ordinal: notNull(TINYINT, ({ keyOrdinal }) => keyOrdinal),
      partition_ordinal: always(TINYINT, 0),
      is_descending_key: flag(({ descending }) => descending),
      is_included_column: flag(({ keyOrdinal }) => keyOrdinal === 0),
      column_store_order_ordinal: always(TINYINT, 0),
    },
  }),
  defineView<PartitionItem>({
    schema: "sys",
    name: "partitions",
    filters: ["object_id"],
    items: partitions,
    columns: {
      partition_id: notNull(BIGINT, partitionId),
      object_id: notNull(INT, ({ table }) => table.objectId),
      index_id: notNull(INT, ({ indexId }) => indexId),
      partition_number: always(INT, 1),
      hobt_id: notNull(BIGINT, partitionId),
      rows: nullable(BIGINT, rowsIn),
      filestream_filegroup_id: always({ name: "smallint" }, 0),
      data_compression: always(TINYINT, 0),
      data_compression_desc: always(description(), "NONE"),
      xml_compression: always(BIT, 0),
      xml_compression_desc: always({ name: "varchar", length: 3 }, "OFF"),
    },
  }),
  defineView<PartitionItem>({
    schema: "sys",
    name: "dm_db_partition_stats",
    filters: ["object_id"],
    items: partitions,
    columns: {
      partition_id: nullable(BIGINT, partitionId),
      object_id: notNull(INT, ({ table }) => table.objectId),
      index_id: notNull(INT, ({ indexId }) => indexId),
      partition_number: always(INT, 1),
      row_count: nullable(BIGINT, rowsIn),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "stats",
    filters: ["object_id"],
    // Each index has its statistics; the emulator makes no others.
    *items(database, reader, filter) {
      for (const item of indexes(database, reader, filter)) if (item.index !== undefined) yield item;
    },
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      name: nullable(nvarchar(128), ({ index }) => index!.name),
      stats_id: notNull(INT, ({ index }) => index!.indexId),
      auto_created: always(BIT, 0),
      user_created: always(BIT, 0),
      no_recompute: always(BIT, 0),
      has_filter: flag(({ index }) => index!.filterDefinition !== undefined),
      filter_definition: nullable(nvarchar(-1), ({ index }) => index!.filterDefinition ?? null),
      is_temporary: always(BIT, 0),
      is_incremental: always(BIT, 0),
    },
  }),
  defineView<ColumnItem>({
    schema: "sys",
    name: "stats_columns",
    filters: ["object_id"],
    *items(database, reader, filter) {
      for (const item of indexColumns(database, reader, filter)) if (item.keyOrdinal > 0) yield item;
    },
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      stats_id: notNull(INT, ({ index }) => index.indexId),
      stats_column_id: nullable(INT, ({ keyOrdinal }) => keyOrdinal),
      column_id: nullable(INT, ({ columnId }) => columnId),
    },
  }),
  defineView<FilestreamFilegroup | undefined>({
    schema: "sys",
    name: "data_spaces",
    items: (database) => [undefined, ...database.filestreamFilegroups.values()],
    columns: {
      name: notNull(SYSNAME, (filegroup) => filegroup?.name ?? "PRIMARY"),
      data_space_id: notNull(INT, (filegroup) => filegroup?.dataSpaceId ?? 1),
      type: notNull(code(2), (filegroup) => (filegroup ? "FD" : "FG")),
      type_desc: nullable(description(), (filegroup) => (filegroup ? "FILESTREAM_DATA_FILEGROUP" : "ROWS_FILEGROUP")),
      is_default: nullable(BIT, (filegroup) => (filegroup?.isDefault === false ? 0 : 1)),
      is_system: nullable(BIT, () => 0),
    },
  }),
  defineView<ExtendedPropertyItem>({
    schema: "sys",
    name: "extended_properties",
    *items(database, reader) {
      for (const property of database.extendedProperties.values()) {
        const owner = property.class === 1 || property.class === 7 ? database.objects.get(property.majorId) : undefined;
        if (owner === undefined || reader.canSee === undefined || reader.canSee(owner)) yield property;
      }
    },
    columns: {
      class: notNull(TINYINT, (property) => property.class),
      class_desc: nullable(description(), (property) => PROPERTY_CLASSES[property.class] ?? null),
      major_id: notNull(INT, (property) => property.majorId),
      minor_id: notNull(INT, (property) => property.minorId),
      name: notNull(SYSNAME, (property) => property.name),
      value: nullable(VARIANT, (property) => property.value),
    },
  }),
];

type ExtendedPropertyItem = Database["extendedProperties"] extends { get(key: never): infer P }
  ? NonNullable<P>
  : never;

/** "sys.extended_properties". */
const PROPERTY_CLASSES: Readonly<Record<number, string>> = {
  0: "DATABASE",
  1: "OBJECT_OR_COLUMN",
  2: "PARAMETER",
  3: "SCHEMA",
  4: "DATABASE_PRINCIPAL",
  6: "TYPE",
  7: "INDEX",
  8: "USER_DEFINED_TABLE_TYPE_COLUMN",
};
