import type { Column, DatabaseObject, TableObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { SqlType, SqlVariant } from "../values/sql-type.ts";
import {
  always,
  BIT,
  defineView,
  description,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  SMALLINT,
  SYSNAME,
  TINYINT,
  VARIANT,
  type ColumnSources,
  type ViewSource,
} from "./define-view.ts";
import { shownDefinition, visibleObjects, visibleOf } from "./object-columns.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";
import { collationName, SYSTEM_TYPE_IDS, typeSize, userTypeIdOf } from "./type-facts.ts";

interface Item {
  readonly object: DatabaseObject;
  readonly column: Column;
  readonly database: Database;
  readonly reader: CatalogReader;
}

export function columnsOf(object: DatabaseObject): readonly Column[] {
  switch (object.kind) {
    case "table":
    case "view":
    case "table-type":
    case "inline-function":
    case "table-function":
      return object.columns;
    default:
      return [];
  }
}

function* columns(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item> {
  for (const object of visibleObjects(database, reader, filter)) {
    for (const column of columnsOf(object)) yield { object, column, database, reader };
  }
}

function columnsWhere(test: (column: Column) => boolean) {
  return function* (database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item> {
    for (const item of columns(database, reader, filter)) if (test(item.column)) yield item;
  };
}

const GENERATED = {
  "row start": [1, "AS_ROW_START"],
  "row end": [2, "AS_ROW_END"],
  "transaction id start": [5, "AS_TRANSACTION_ID_START"],
  "transaction id end": [6, "AS_TRANSACTION_ID_END"],
  "sequence number start": [7, "AS_SEQUENCE_NUMBER_START"],
  "sequence number end": [8, "AS_SEQUENCE_NUMBER_END"],
} as const;

const GRAPH_TYPES: readonly string[] = [
  ...["GRAPH_ID", "GRAPH_ID_COMPUTED", "GRAPH_FROM_ID", "GRAPH_FROM_OBJ_ID", "GRAPH_FROM_ID_COMPUTED"],
  ...["GRAPH_TO_ID", "GRAPH_TO_OBJ_ID", "GRAPH_TO_ID_COMPUTED"],
];

const PADDED: readonly string[] = ["char", "varchar", "nchar", "nvarchar", "binary", "varbinary"];

/** What sys.columns and the views that extend it share. */
function columnColumns(): ColumnSources<Item> {
  const generated = ({ column }: Item) =>
    column.generatedAlways === undefined ? ([0, "NOT_APPLICABLE"] as const) : GENERATED[column.generatedAlways];
  return {
    object_id: notNull(INT, ({ object }) => object.objectId),
    name: nullable(SYSNAME, ({ column }) => column.name),
    column_id: notNull(INT, ({ column }) => column.columnId),
    system_type_id: notNull(TINYINT, ({ column }) => SYSTEM_TYPE_IDS[column.type.name]),
    user_type_id: notNull(INT, ({ column }) => column.userTypeId ?? userTypeIdOf(column.type)),
    max_length: notNull(SMALLINT, ({ column }) => typeSize(column.type).maxLength),
    precision: notNull(TINYINT, ({ column }) => typeSize(column.type).precision),
    scale: notNull(TINYINT, ({ column }) => typeSize(column.type).scale),
    collation_name: nullable(SYSNAME, ({ column, database }) => collationName(column.type, database.collation)),
    is_nullable: flag(({ column }) => column.nullable),
    is_ansi_padded: flag(({ column }) => PADDED.includes(column.type.name)),
    is_rowguidcol: flag(({ column }) => column.rowGuidCol),
    is_identity: flag(({ column }) => column.identity !== undefined),
    is_computed: flag(({ column }) => column.computed !== undefined),
    is_filestream: flag(({ column }) => column.filestream),
    is_replicated: always(BIT, 0),
    is_non_sql_subscribed: always(BIT, 0),
    is_merge_published: always(BIT, 0),
    is_dts_replicated: always(BIT, 0),
    is_xml_document: always(BIT, 0),
    xml_collection_id: always(INT, 0),
    default_object_id: notNull(INT, ({ column }) => column.defaultObjectId ?? 0),
    rule_object_id: always(INT, 0),
    is_sparse: flag(({ column }) => column.sparse),
    is_column_set: flag(({ column }) => column.columnSet),
    generated_always_type: notNull(TINYINT, (item) => generated(item)[0]),
    generated_always_type_desc: notNull(description(), (item) => generated(item)[1]),
    encryption_type: nullable(INT, ({ column }) =>
      column.encryption ? ["DETERMINISTIC", "RANDOMIZED"].indexOf(column.encryption.type) + 1 : null,
    ),
    encryption_type_desc: nullable(description(64), ({ column }) => column.encryption?.type ?? null),
    encryption_algorithm_name: nullable(SYSNAME, ({ column }) => column.encryption?.algorithm ?? null),
    column_encryption_key_id: nullable(INT, ({ column }) => column.encryption?.keyId ?? null),
    column_encryption_key_database_name: always(SYSNAME, null),
    is_hidden: flag(({ column }) => column.hidden),
    is_masked: flag(({ column }) => column.maskingFunction !== undefined),
    graph_type: nullable(INT, ({ column }) =>
      column.graphType === undefined ? null : GRAPH_TYPES.indexOf(column.graphType) + 1,
    ),
    graph_type_desc: nullable(description(), ({ column }) => column.graphType ?? null),
    is_data_deletion_filter_column: always(BIT, 0),
    ledger_view_column_type: always(TINYINT, null),
    ledger_view_column_type_desc: always(description(), null),
    is_dropped_ledger_column: always(BIT, 0),
  };
}

/** Identity values are sql_variant of the column's type; decimal(p, 0) and bigint hold bigint. */
function identityValue(type: SqlType, value: bigint): SqlVariant {
  const wide = type.name === "bigint" || type.name === "decimal" || type.name === "numeric";
  return { type, value: wide ? value : Number(value) };
}

function lastIdentity({ object, column }: Item): SqlVariant | null {
  const last = object.kind === "table" ? object.store.lastIdentity : undefined;
  return last === undefined ? null : identityValue(column.type, last);
}

export const columnViews: readonly ViewSource[] = [
  ...["columns", "all_columns"].map((name) =>
    defineView<Item>({ schema: "sys", name, columns: columnColumns(), items: columns, filters: ["object_id"] }),
  ),
  defineView<Item>({
    schema: "sys",
    name: "identity_columns",
    filters: ["object_id"],
    items: columnsWhere((column) => column.identity !== undefined),
    columns: {
      ...columnColumns(),
      seed_value: nullable(VARIANT, ({ column }) => identityValue(column.type, column.identity!.seed)),
      increment_value: nullable(VARIANT, ({ column }) => identityValue(column.type, column.identity!.increment)),
      last_value: nullable(VARIANT, lastIdentity),
      is_not_for_replication: flag(({ column }) => column.identity?.notForReplication),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "computed_columns",
    filters: ["object_id"],
    items: columnsWhere((column) => column.computed !== undefined),
    columns: {
      ...columnColumns(),
      definition: nullable(nvarchar(-1), ({ object, column, reader }) =>
        shownDefinition(column.computed!.definition, object, reader),
      ),
      uses_database_collation: nullable(BIT, () => 0),
      is_persisted: flag(({ column }) => column.computed!.persisted),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "masked_columns",
    filters: ["object_id"],
    items: columnsWhere((column) => column.maskingFunction !== undefined),
    columns: {
      ...columnColumns(),
      definition: nullable(nvarchar(-1), ({ column }) => column.computed?.definition ?? null),
      uses_database_collation: nullable(BIT, () => null),
      is_persisted: flag(({ column }) => column.computed?.persisted),
      masking_function: nullable(nvarchar(4000), ({ column }) => column.maskingFunction ?? null),
    },
  }),
  defineView<TableObject>({
    schema: "sys",
    name: "periods",
    filters: ["object_id"],
    *items(database, reader, filter) {
      for (const table of visibleOf(["table"], database, reader, filter)) if (table.period !== undefined) yield table;
    },
    columns: {
      name: notNull(SYSNAME, () => "SYSTEM_TIME"),
      period_type: nullable(TINYINT, () => 1),
      period_type_desc: nullable(description(), () => "SYSTEM_TIME_PERIOD"),
      object_id: notNull(INT, (table) => table.objectId),
      start_column_id: notNull(INT, (table) => table.period!.startColumnId),
      end_column_id: notNull(INT, (table) => table.period!.endColumnId),
    },
  }),
];
