import { runDueCleanup } from "../change-tracking/cleanup.ts";
import { commitRows, lastCheckpoint, validitySeen } from "../change-tracking/tracking-versions.ts";
import type { Database } from "../storage/database.ts";
import type { CommitRow, TableTracking, TableValidity } from "../storage/tracking-model.ts";
import { smallDatetimeOf } from "./catalog-values.ts";
import {
  BIGINT,
  defineView,
  description,
  flag,
  INT,
  notNull,
  nullable,
  TINYINT,
  type ViewSource,
} from "./define-view.ts";
import { isVisible } from "./object-columns.ts";

/** Units of retention ("sys.change_tracking_databases"). */
const UNITS = { MINUTES: 1, HOURS: 2, DAYS: 3 } as const;

interface Item {
  readonly table: TableTracking;
  readonly validity: TableValidity;
}

/** "Change tracking catalog views". */
export const trackingViews: readonly ViewSource[] = [
  defineView<Database>({
    schema: "sys",
    name: "change_tracking_databases",
    *items(database) {
      for (const each of database.server.databases) {
        runDueCleanup(each);
        if (each.tracking !== null) yield each;
      }
    },
    columns: {
      database_id: notNull(INT, (database) => database.databaseId),
      is_auto_cleanup_on: flag((database) => database.tracking!.autoCleanup),
      retention_period: nullable(INT, (database) => database.tracking!.retention.value),
      retention_period_units: nullable(TINYINT, (database) => UNITS[database.tracking!.retention.unit]),
      retention_period_units_desc: nullable(description(), (database) => database.tracking!.retention.unit),
      max_cleanup_version: nullable(BIGINT, ({ tracking }) =>
        tracking!.maxCleanupVersion === null ? null : BigInt(tracking!.maxCleanupVersion),
      ),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "change_tracking_tables",
    filters: ["object_id"],
    *items(database, reader, filter) {
      runDueCleanup(database);
      const { object_id: only } = filter;
      for (const table of database.tracking?.tables.values() ?? []) {
        if (only !== undefined && only !== table.objectId) continue;
        const object = database.objects.get(table.objectId);
        if (object === undefined || !isVisible(database, object, reader)) continue;
        yield { table, validity: validitySeen(database.tracking!, table, reader.snapshot) };
      }
    },
    columns: {
      object_id: notNull(INT, ({ table }) => table.objectId),
      is_track_columns_updated_on: flag(({ table }) => table.trackColumns),
      min_valid_version: nullable(BIGINT, ({ validity }) => BigInt(validity.minValidVersion)),
      begin_version: nullable(BIGINT, ({ validity }) => BigInt(validity.beginVersion)),
      cleanup_version: nullable(BIGINT, ({ validity }) => BigInt(validity.cleanupVersion)),
    },
  }),
  // "sys.dm_tran_commit_table": who has not VIEW SERVER STATE sees what was committed from the next CHECKPOINT on.
  defineView<CommitRow>({
    schema: "sys",
    name: "dm_tran_commit_table",
    items(database, reader) {
      runDueCleanup(database);
      const rows = commitRows(database, reader.snapshot);
      if (reader.canSeeServerState !== false) return rows;
      const checkpoint = lastCheckpoint(database);
      return rows.filter(({ commitTime }) => commitTime <= checkpoint);
    },
    columns: {
      commit_ts: notNull(BIGINT, (row) => BigInt(row.commitTs)),
      xdes_id: notNull(BIGINT, (row) => BigInt(row.xdesId)),
      commit_lbn: notNull(BIGINT, (row) => BigInt(row.commitLbn)),
      commit_csn: notNull(BIGINT, (row) => BigInt(row.commitCsn)),
      // Documented as smalldatetime until 2023 and as datetime since: the one that tells less.
      commit_time: notNull({ name: "smalldatetime" }, (row) => smallDatetimeOf(row.commitTime)),
    },
  }),
];
