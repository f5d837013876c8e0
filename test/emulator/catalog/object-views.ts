import type {
  DatabaseObject,
  SecurityPolicyObject,
  SequenceObject,
  SynonymObject,
  TableObject,
} from "../storage/database-model.ts";
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
  TINYINT,
  VARIANT,
  without,
  type ViewSource,
} from "./define-view.ts";
import { isVisible, objectColumns, visibleObjects, visibleOf } from "./object-columns.ts";
import { SYSTEM_TYPE_IDS, typeSize } from "./type-facts.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";

interface Item<T extends DatabaseObject = DatabaseObject> {
  readonly object: T;
  readonly database: Database;
}

function* items<T extends DatabaseObject>(database: Database, objects: Iterable<T>): Iterable<Item<T>> {
  for (const object of objects) yield { object, database };
}

function allObjects(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item> {
  return items(database, visibleObjects(database, reader, filter));
}

const LOB_TYPES: readonly string[] = ["text", "ntext", "image", "xml"];
const isLob = (type: SqlType): boolean => LOB_TYPES.includes(type.name) || type.length === -1;

const LOCK_ESCALATION = { TABLE: 0, DISABLE: 1, AUTO: 2 } as const;

function temporalType({ object }: Item<TableObject>): 0 | 1 | 2 {
  if (object.ledger !== undefined) return 0;
  return object.historyTableId !== undefined ? 2 : object.historyOfTableId !== undefined ? 1 : 0;
}

const TEMPORAL = ["NON_TEMPORAL_TABLE", "HISTORY_TABLE", "SYSTEM_VERSIONED_TEMPORAL_TABLE"] as const;

const RETENTION_UNITS = { DAY: 3, WEEK: 4, MONTH: 5, YEAR: 6 } as const;

/** [unit, name of the unit, number of units] */
function retention(item: Item<TableObject>): readonly [number, string, number] | undefined {
  if (temporalType(item) !== 2) return undefined;
  const kept = item.object.historyRetention;
  return kept === undefined ? [-1, "INFINITE", -1] : [RETENTION_UNITS[kept.unit], kept.unit, kept.period];
}

const LEDGER_TYPES = ["NON_LEDGER_TABLE", "HISTORY_TABLE", "UPDATABLE_LEDGER_TABLE", "APPEND_ONLY_LEDGER_TABLE"];

function ledgerType({ object }: Item<TableObject>): number {
  return [undefined, "history", "updatable", "append-only"].indexOf(object.ledger);
}

/** Of the default filegroup for FILESTREAM, where the table has such data. */
function filestreamSpace({ object, database }: Item<TableObject>): number | null {
  if (!object.columns.some((column) => column.filestream === true)) return null;
  return [...database.filestreamFilegroups.values()].find(({ isDefault }) => isDefault)?.dataSpaceId ?? null;
}

const BLOCK_OPERATIONS: readonly string[] = ["AFTER INSERT", "AFTER UPDATE", "BEFORE UPDATE", "BEFORE DELETE"];

/** A sequence's numbers are sql_variant of its own type. */
function ofSequence(object: SequenceObject, value: bigint): SqlVariant {
  const wide = object.type.name === "bigint" || object.type.name === "decimal" || object.type.name === "numeric";
  return { type: object.type, value: wide ? value : Number(value) };
}

function isExhausted({ object }: Item<SequenceObject>): boolean {
  const { current, used } = object.state;
  if (object.cycling || !used) return false;
  const next = current + object.increment;
  return next > object.maximum || next < object.minimum;
}

export const objectViews: readonly ViewSource[] = [
  ...["objects", "all_objects"].map((name) =>
    defineView<Item>({
      schema: "sys",
      name,
      columns: objectColumns<Item>(),
      items: allObjects,
      filters: ["object_id"],
    }),
  ),
  defineView<Item<TableObject>>({
    schema: "sys",
    name: "tables",
    filters: ["object_id"],
    items: (database, reader, filter) => items(database, visibleOf(["table"], database, reader, filter)),
    columns: {
      ...objectColumns<Item<TableObject>>(),
      lob_data_space_id: notNull(INT, ({ object }) => (object.columns.some(({ type }) => isLob(type)) ? 1 : 0)),
      filestream_data_space_id: nullable(INT, filestreamSpace),
      max_column_id_used: notNull(INT, ({ object }) => object.maxColumnId),
      lock_on_bulk_load: flag(({ object }) => object.lockOnBulkLoad),
      uses_ansi_nulls: flag(({ object }) => object.usesAnsiNulls),
      is_replicated: always(BIT, 0),
      has_replication_filter: always(BIT, 0),
      is_merge_published: always(BIT, 0),
      is_sync_tran_subscribed: always(BIT, 0),
      has_unchecked_assembly_data: always(BIT, 0),
      text_in_row_limit: notNull(INT, ({ object }) => object.textInRowLimit ?? 0),
      large_value_types_out_of_row: flag(({ object }) => object.largeValueTypesOutOfRow),
      is_tracked_by_cdc: always(BIT, 0),
      lock_escalation: notNull(TINYINT, ({ object }) => LOCK_ESCALATION[object.lockEscalation ?? "TABLE"]),
      lock_escalation_desc: notNull(description(), ({ object }) => object.lockEscalation ?? "TABLE"),
      is_filetable: always(BIT, 0),
      is_memory_optimized: always(BIT, 0),
      durability: always(TINYINT, 0),
      durability_desc: always(description(), "SCHEMA_AND_DATA"),
      temporal_type: notNull(TINYINT, temporalType),
      temporal_type_desc: notNull(description(), (item) => TEMPORAL[temporalType(item)]),
      history_table_id: nullable(INT, ({ object }) => object.historyTableId ?? null),
      is_remote_data_archive_enabled: always(BIT, 0),
      is_external: always(BIT, 0),
      history_retention_period: nullable(INT, (item) => retention(item)?.[2] ?? null),
      history_retention_period_unit: nullable(INT, (item) => retention(item)?.[0] ?? null),
      history_retention_period_unit_desc: nullable(nvarchar(10), (item) => retention(item)?.[1] ?? null),
      is_node: flag(({ object }) => object.graph === "node"),
      is_edge: flag(({ object }) => object.graph === "edge"),
      data_retention_period: always(INT, -1),
      data_retention_period_unit: always(INT, -1),
      data_retention_period_unit_desc: always(nvarchar(10), "INFINITE"),
      ledger_type: notNull(TINYINT, ledgerType),
      ledger_type_desc: notNull(description(), (item) => LEDGER_TYPES[ledgerType(item)]!),
      // The view over a ledger's history is not made here.
      ledger_view_id: always(INT, null),
      is_dropped_ledger_table: always(BIT, 0),
    },
  }),
  ...["views", "all_views"].map((name) =>
    defineView<Item<Extract<DatabaseObject, { kind: "view" }>>>({
      schema: "sys",
      name,
      filters: ["object_id"],
      items: (database, reader, filter) => items(database, visibleOf(["view"], database, reader, filter)),
      columns: {
        ...objectColumns<Item<Extract<DatabaseObject, { kind: "view" }>>>(),
        is_replicated: always(BIT, 0),
        has_replication_filter: always(BIT, 0),
        has_opaque_metadata: always(BIT, 0),
        has_unchecked_assembly_data: always(BIT, 0),
        with_check_option: flag(({ object }) => object.withCheckOption),
        is_date_correlation_view: always(BIT, 0),
        is_tracked_by_cdc: always(BIT, 0),
        has_snapshot: always(BIT, 0),
        ledger_view_type: always(TINYINT, 0),
        ledger_view_type_desc: always(description(), "NON_LEDGER_VIEW"),
        is_dropped_ledger_view: always(BIT, 0),
      },
    }),
  ),
  defineView<Item<Extract<DatabaseObject, { kind: "procedure" }>>>({
    schema: "sys",
    name: "procedures",
    filters: ["object_id"],
    items: (database, reader, filter) => items(database, visibleOf(["procedure"], database, reader, filter)),
    columns: {
      ...objectColumns<Item<Extract<DatabaseObject, { kind: "procedure" }>>>(),
      is_auto_executed: always(BIT, 0),
      is_execution_replicated: always(BIT, 0),
      is_repl_serializable_only: always(BIT, 0),
      skips_repl_constraints: always(BIT, 0),
    },
  }),
  defineView<Item<SynonymObject>>({
    schema: "sys",
    name: "synonyms",
    filters: ["object_id"],
    items: (database, reader, filter) => items(database, visibleOf(["synonym"], database, reader, filter)),
    columns: {
      ...objectColumns<Item<SynonymObject>>(),
      base_object_name: nullable(nvarchar(1035), ({ object }) => object.baseObjectName),
    },
  }),
  defineView<Item<SequenceObject>>({
    schema: "sys",
    name: "sequences",
    filters: ["object_id"],
    items: (database, reader, filter) => items(database, visibleOf(["sequence"], database, reader, filter)),
    columns: {
      ...objectColumns<Item<SequenceObject>>(),
      start_value: notNull(VARIANT, ({ object }) => ofSequence(object, object.start)),
      increment: notNull(VARIANT, ({ object }) => ofSequence(object, object.increment)),
      minimum_value: notNull(VARIANT, ({ object }) => ofSequence(object, object.minimum)),
      maximum_value: notNull(VARIANT, ({ object }) => ofSequence(object, object.maximum)),
      is_cycling: flag(({ object }) => object.cycling),
      is_cached: flag(({ object }) => object.cached),
      cache_size: nullable(INT, ({ object }) => object.cacheSize ?? null),
      system_type_id: notNull(TINYINT, ({ object }) => SYSTEM_TYPE_IDS[object.type.name]),
      user_type_id: notNull(INT, ({ object }) => object.userTypeId ?? SYSTEM_TYPE_IDS[object.type.name]),
      precision: notNull(TINYINT, ({ object }) => typeSize(object.type).precision),
      scale: notNull(TINYINT, ({ object }) => typeSize(object.type).scale),
      current_value: notNull(VARIANT, ({ object }) => ofSequence(object, object.state.current)),
      is_exhausted: flag(isExhausted),
      last_used_value: nullable(VARIANT, ({ object }) =>
        object.state.used ? ofSequence(object, object.state.current) : null,
      ),
    },
  }),
  defineView<Item<SecurityPolicyObject>>({
    schema: "sys",
    name: "security_policies",
    filters: ["object_id"],
    items: (database, reader, filter) => items(database, visibleOf(["security-policy"], database, reader, filter)),
    columns: {
      ...without(objectColumns<Item<SecurityPolicyObject>>(), "is_published", "is_schema_published"),
      is_enabled: flag(({ object }) => object.enabled),
      is_not_for_replication: flag(({ object }) => object.notForReplication),
      uses_database_collation: nullable(BIT, () => 0),
      is_schema_bound: flag(({ object }) => object.schemaBound),
    },
  }),
  defineView<{ readonly policy: SecurityPolicyObject; readonly predicate: SecurityPolicyObject["predicates"][number] }>(
    {
      schema: "sys",
      name: "security_predicates",
      *items(database, reader) {
        for (const policy of visibleOf(["security-policy"], database, reader)) {
          for (const predicate of policy.predicates) {
            const target = database.objects.get(predicate.targetObjectId);
            if (target !== undefined && isVisible(database, target, reader)) yield { policy, predicate };
          }
        }
      },
      columns: {
        object_id: notNull(INT, ({ policy }) => policy.objectId),
        security_predicate_id: notNull(INT, ({ predicate }) => predicate.predicateId),
        target_object_id: notNull(INT, ({ predicate }) => predicate.targetObjectId),
        predicate_definition: notNull(nvarchar(-1), ({ predicate }) => predicate.definition),
        predicate_type: nullable(INT, ({ predicate }) => (predicate.type === "FILTER" ? 0 : 1)),
        predicate_type_desc: nullable(description(), ({ predicate }) => predicate.type),
        operation: nullable(INT, ({ predicate }) =>
          predicate.operation === undefined ? null : BLOCK_OPERATIONS.indexOf(predicate.operation) + 1,
        ),
        operation_desc: nullable(description(), ({ predicate }) => predicate.operation ?? null),
      },
    },
  ),
];
