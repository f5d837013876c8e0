import { SYS_SCHEMA_ID, type Database } from "../storage/database.ts";
import type { Schema } from "../storage/database-model.ts";
import { collation } from "../values/collation.ts";
import type { SqlVariant } from "../values/sql-type.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIT,
  DATETIME,
  defineView,
  description,
  flag,
  GUID,
  INT,
  notNull,
  nullable,
  nvarchar,
  SYSNAME,
  TINYINT,
  varbinary,
  VARIANT,
  type ViewSource,
} from "./define-view.ts";

const USER_ACCESS = ["MULTI_USER", "SINGLE_USER", "RESTRICTED_USER"] as const;
const RECOVERY = { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 } as const;

const intVariant = (value: number): SqlVariant => ({ type: INT, value });

/** Some server options with the values of a new installation ("Server configuration options"). */
const CONFIGURATIONS: readonly (readonly [id: number, name: string, value: number, dynamic: 0 | 1, advanced: 0 | 1])[] =
  [
    [103, "user connections", 0, 0, 1],
    [115, "nested triggers", 1, 1, 0],
    [124, "default language", 0, 1, 0],
    [503, "max worker threads", 0, 0, 1],
    [518, "show advanced options", 0, 1, 0],
    [1127, "two digit year cutoff", 2049, 1, 1],
    [1534, "user options", 0, 1, 0],
    [1562, "clr enabled", 0, 1, 0],
    [16390, "xp_cmdshell", 0, 1, 1],
    [16393, "contained database authentication", 0, 1, 0],
  ];

interface File {
  readonly database: Database;
  readonly fileId: 1 | 2;
}

export const databaseViews: readonly ViewSource[] = [
  defineView<Schema>({
    schema: "sys",
    name: "schemas",
    items: (database) => database.schemas.values(),
    columns: {
      name: notNull(SYSNAME, (schema) => schema.name),
      schema_id: notNull(INT, (schema) => schema.schemaId),
      principal_id: nullable(INT, (schema) => schema.principalId),
    },
  }),
  defineView<Database>({
    schema: "sys",
    name: "databases",
    items: (database) => database.server.databases,
    columns: {
      name: notNull(SYSNAME, (database) => database.name),
      database_id: notNull(INT, (database) => database.databaseId),
      source_database_id: always(INT, null),
      owner_sid: nullable(varbinary(85), () => Buffer.from([1])),
      create_date: notNull(DATETIME, (database) => datetimeOf(database.createDate)),
      compatibility_level: notNull(TINYINT, ({ options }) => options.compatibilityLevel),
      collation_name: nullable(SYSNAME, (database) => collation(database.collation).name),
      user_access: nullable(TINYINT, ({ options }) => USER_ACCESS.indexOf(options.userAccess)),
      user_access_desc: nullable(description(), ({ options }) => options.userAccess),
      is_read_only: flag(({ options }) => options.readOnly),
      is_auto_close_on: always(BIT, 0),
      is_auto_shrink_on: always(BIT, 0),
      state: nullable(TINYINT, ({ options }) => (options.online ? 0 : 6)),
      state_desc: nullable(description(), ({ options }) => (options.online ? "ONLINE" : "OFFLINE")),
      is_in_standby: always(BIT, 0),
      is_cleanly_shutdown: always(BIT, 0),
      is_supplemental_logging_enabled: always(BIT, 0),
      snapshot_isolation_state: nullable(TINYINT, ({ options }) => (options.allowSnapshotIsolation ? 1 : 0)),
      snapshot_isolation_state_desc: nullable(description(), ({ options }) =>
        options.allowSnapshotIsolation ? "ON" : "OFF",
      ),
      is_read_committed_snapshot_on: flag(({ options }) => options.readCommittedSnapshot),
      recovery_model: nullable(TINYINT, ({ options }) => RECOVERY[options.recoveryModel]),
      recovery_model_desc: nullable(description(), ({ options }) => options.recoveryModel),
      page_verify_option: nullable(TINYINT, () => 2),
      page_verify_option_desc: nullable(description(), () => "CHECKSUM"),
      is_auto_create_stats_on: always(BIT, 1),
      is_auto_create_stats_incremental_on: always(BIT, 0),
      is_auto_update_stats_on: always(BIT, 1),
      is_auto_update_stats_async_on: always(BIT, 0),
      is_ansi_null_default_on: flag(({ options }) => options.ansiNullDefault),
      is_ansi_nulls_on: flag(({ options }) => options.ansiNulls),
      is_ansi_padding_on: flag(({ options }) => options.ansiPadding),
      is_ansi_warnings_on: flag(({ options }) => options.ansiWarnings),
      is_arithabort_on: flag(({ options }) => options.arithAbort),
      is_concat_null_yields_null_on: flag(({ options }) => options.concatNullYieldsNull),
      is_numeric_roundabort_on: flag(({ options }) => options.numericRoundAbort),
      is_quoted_identifier_on: flag(({ options }) => options.quotedIdentifier),
      is_recursive_triggers_on: flag(({ options }) => options.recursiveTriggers),
      is_cursor_close_on_commit_on: always(BIT, 0),
      is_local_cursor_default: always(BIT, 0),
      is_fulltext_enabled: always(BIT, 0),
      is_trustworthy_on: flag(({ options }) => options.trustworthy),
      is_db_chaining_on: always(BIT, 0),
      is_parameterization_forced: always(BIT, 0),
      is_published: always(BIT, 0),
      is_subscribed: always(BIT, 0),
      is_merge_published: always(BIT, 0),
      is_distributor: always(BIT, 0),
      is_sync_with_backup: always(BIT, 0),
      service_broker_guid: notNull(GUID, (database) => database.serviceBrokerGuid),
      is_broker_enabled: always(BIT, 0),
      is_date_correlation_on: always(BIT, 0),
      is_cdc_enabled: always(BIT, 0),
      is_encrypted: always(BIT, 0),
      is_honor_broker_priority_on: always(BIT, 0),
      replica_id: always(GUID, null),
      group_database_id: always(GUID, null),
      containment: always(TINYINT, 0),
      containment_desc: always(description(), "NONE"),
      is_federation_member: always(BIT, 0),
      is_remote_data_archive_enabled: always(BIT, 0),
      physical_database_name: nullable(SYSNAME, (database) => database.name),
      is_memory_optimized_enabled: always(BIT, 0),
      is_ledger_on: always(BIT, 0),
      is_change_feed_enabled: always(BIT, 0),
    },
  }),
  defineView<File>({
    schema: "sys",
    name: "database_files",
    items: (database): File[] => [
      { database, fileId: 1 },
      { database, fileId: 2 },
    ],
    columns: {
      file_id: notNull(INT, ({ fileId }) => fileId),
      type: notNull(TINYINT, ({ fileId }) => fileId - 1),
      type_desc: nullable(description(), ({ fileId }) => (fileId === 1 ? "ROWS" : "LOG")),
      data_space_id: notNull(INT, ({ fileId }) => (fileId === 1 ? 1 : 0)),
      name: notNull(SYSNAME, ({ database, fileId }) => (fileId === 1 ? database.name : `${database.name}_log`)),
      state: nullable(TINYINT, () => 0),
      state_desc: nullable(description(), () => "ONLINE"),
      is_media_read_only: always(BIT, 0),
      is_read_only: always(BIT, 0),
      is_sparse: always(BIT, 0),
      is_name_reserved: always(BIT, 0),
    },
  }),
  defineView<(typeof CONFIGURATIONS)[number]>({
    schema: "sys",
    name: "configurations",
    items: () => CONFIGURATIONS,
    columns: {
      configuration_id: notNull(INT, ([id]) => id),
      name: notNull(nvarchar(35), ([, name]) => name),
      value: nullable(VARIANT, ([, , value]) => intVariant(value)),
      value_in_use: nullable(VARIANT, ([, , value]) => intVariant(value)),
      is_dynamic: notNull(BIT, ([, , , dynamic]) => dynamic),
      is_advanced: notNull(BIT, ([, , , , advanced]) => advanced),
    },
  }),
  defineView<Database>({
    schema: "sys",
    name: "database_recovery_status",
    items: (database) => database.server.databases,
    columns: {
      database_id: notNull(INT, (database) => database.databaseId),
      recovery_fork_guid: nullable(GUID, (database) => database.recoveryForkGuid),
    },
  }),
  defineView<null>({
    schema: "sys",
    name: "assemblies",
    items: () => [null],
    columns: {
      name: notNull(SYSNAME, () => "Microsoft.SqlServer.Types"),
      principal_id: nullable(INT, () => SYS_SCHEMA_ID),
      assembly_id: notNull(INT, () => 1),
      permission_set: nullable(TINYINT, () => 3),
      permission_set_desc: nullable(description(), () => "UNSAFE_ACCESS"),
      is_visible: always(BIT, 1),
      is_user_defined: nullable(BIT, () => 0),
    },
  }),
  // Features that are refused, and so have no rows.
  defineView<never>({
    schema: "sys",
    name: "assembly_modules",
    items: () => [],
    columns: {
      object_id: always(INT, 0),
      assembly_id: always(INT, 0),
      assembly_class: always(SYSNAME, null),
      assembly_method: always(SYSNAME, null),
      null_on_null_input: always(BIT, 0),
      execute_as_principal_id: always(INT, null),
    },
  }),
  defineView<never>({
    schema: "sys",
    name: "column_encryption_keys",
    items: () => [],
    columns: {
      name: always(SYSNAME, ""),
      column_encryption_key_id: always(INT, 0),
      create_date: always(DATETIME, 0),
      modify_date: always(DATETIME, 0),
    },
  }),
  defineView<never>({
    schema: "sys",
    name: "fulltext_indexes",
    items: () => [],
    columns: { object_id: always(INT, 0), unique_index_id: always(INT, 0), is_enabled: always(BIT, 0) },
  }),
  defineView<never>({
    schema: "sys",
    name: "internal_tables",
    items: () => [],
    columns: {
      name: always(SYSNAME, ""),
      object_id: always(INT, 0),
      parent_id: always(INT, 0),
      parent_minor_id: always(INT, 0),
      internal_type: always(TINYINT, null),
      internal_type_desc: always(description(), null),
    },
  }),
  ...["xml_indexes", "spatial_indexes"].map((name) =>
    defineView<never>({
      schema: "sys",
      name,
      items: () => [],
      columns: {
        object_id: always(INT, 0),
        name: always(SYSNAME, null),
        index_id: always(INT, 0),
        type: always(TINYINT, 0),
        type_desc: always(description(), null),
      },
    }),
  ),
  defineView<null>({
    schema: "sys",
    name: "xml_schema_collections",
    items: () => [null],
    columns: {
      xml_collection_id: notNull(INT, () => 1),
      schema_id: notNull(INT, () => SYS_SCHEMA_ID),
      principal_id: always(INT, null),
      name: notNull(SYSNAME, () => "sys"),
    },
  }),
];
