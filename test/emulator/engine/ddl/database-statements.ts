import {
  alterDatabaseTracking,
  disableDatabaseTracking,
  enableDatabaseTracking,
  type TrackingOptions,
} from "../../change-tracking/switch-tracking.ts";
import { filesOf } from "../../storage/database-files.ts";
import type { Database, DatabaseOptions } from "../../storage/database.ts";
import type {
  AlterDatabaseAction,
  AlterDatabaseStatement,
  CreateDatabaseStatement,
  DatabaseOption,
} from "../../tsql/ast-ddl.ts";
import { collation, isKnownCollation } from "../../values/collation.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import type { Session } from "../session/session.ts";

/** CREATE DATABASE. @throws SqlError 1801, 448 */
export function createDatabase(statement: CreateDatabaseStatement, session: Session): void {
  const { server } = session.engine;
  if (statement.collation === undefined) {
    server.createDatabase(statement.name);
    return;
  }
  if (!isKnownCollation(statement.collation)) throw sqlError(448, statement.collation);
  server.createDatabase(statement.name, collation(statement.collation).name);
}

/** ALTER DATABASE: its errors come with 5069 after them. */
export function alterDatabase(statement: AlterDatabaseStatement, execution: Execution): void {
  const { session, output } = execution;
  const { server } = session.engine;
  const database = statement.database === undefined ? session.currentDatabase : server.findDatabase(statement.database);
  if (!database) throw sqlError(5011, statement.database ?? "");
  const { action } = statement;
  try {
    switch (action.kind) {
      case "rename-database":
        server.renameDatabase(database, action.name);
        return;
      case "collate-database":
        throw new Unsupported("ALTER DATABASE COLLATE");
      case "add-filestream-filegroup":
        addFilegroup(action.name, database);
        return;
      case "add-file":
        addFile(action, database);
        return;
      case "modify-file":
        modifyFile(action.name, database);
        return;
      case "set-database-options": {
        void action.termination?.action;
        void action.termination?.seconds;
        if (action.termination?.action.startsWith("rollback") === true) endOthers(database, session, action.options);
        for (const option of action.options) setOption(option, database, session);
        return;
      }
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    error.line = statement.line;
    output.error(error);
    throw sqlError(5069);
  }
}

/** ADD FILEGROUP ... CONTAINS FILESTREAM; the first one is the default. */
function addFilegroup(name: string, database: Database): void {
  const known = [...database.filestreamFilegroups.values()];
  if (known.some((filegroup) => database.nameKey(filegroup.name) === database.nameKey(name)))
    throw new Unsupported(`a second filegroup ${name}`);
  // PRIMARY is data space 1.
  const dataSpaceId = known.length + 2;
  const filegroup = { dataSpaceId, name, isDefault: known.length === 0, files: [] };
  database.filestreamFilegroups.set(undefined, dataSpaceId, filegroup);
}

/** ADD FILE ... TO FILEGROUP: where the file lies is read, and no file is made. */
function addFile(action: Extract<AlterDatabaseAction, { kind: "add-file" }>, database: Database): void {
  void action.path;
  for (const [id, filegroup] of database.filestreamFilegroups.entries()) {
    if (database.nameKey(filegroup.name) !== database.nameKey(action.filegroup)) continue;
    database.filestreamFilegroups.set(undefined, id, { ...filegroup, files: [...filegroup.files, action.name] });
    return;
  }
  throw new Unsupported(`ADD FILE TO FILEGROUP ${action.filegroup}`);
}

/** MODIFY FILE (NAME = ..., MAXSIZE = UNLIMITED): a file that was full grows again. */
function modifyFile(name: string, database: Database): void {
  const file = filesOf(database).find((each) => database.nameKey(each.name) === database.nameKey(name));
  if (file === undefined) throw sqlError(5041, name);
  database.server.space.makeRoom(database.name, file.kind === "ROWS" ? 1105 : 9002);
}

/** Options for whose change the database must be somebody's alone. */
// prettier-ignore
const EXCLUSIVE = new Set([
  "read_only", "read_write", "single_user", "restricted_user", "offline", "read_committed_snapshot",
]);

/**
 * WITH ROLLBACK IMMEDIATE: the transactions of other sessions in that database end, and where the database must be this session's alone
 * their connections too ("ALTER DATABASE SET options").
 */
function endOthers(database: Database, session: Session, options: readonly DatabaseOption[]): void {
  const disconnects = options.some((option) => option.kind !== "change-tracking" && EXCLUSIVE.has(option.name));
  for (const other of [...session.engine.sessions.values()]) {
    if (other === session || other.currentDatabase !== database) continue;
    if (disconnects) other.hooks.endConnection?.();
    if (!other.running) other.transactions.rollbackAll();
  }
}

const BOOLEAN: Readonly<Record<string, keyof DatabaseOptions>> = {
  ansi_null_default: "ansiNullDefault",
  ansi_nulls: "ansiNulls",
  ansi_padding: "ansiPadding",
  ansi_warnings: "ansiWarnings",
  arithabort: "arithAbort",
  concat_null_yields_null: "concatNullYieldsNull",
  numeric_roundabort: "numericRoundAbort",
  quoted_identifier: "quotedIdentifier",
  recursive_triggers: "recursiveTriggers",
  trustworthy: "trustworthy",
  auto_close: "autoClose",
};

/** Options that change nothing that can be seen here. */
// prettier-ignore
const SILENT = new Set([
  "auto_create_statistics", "auto_update_statistics", "auto_update_statistics_async", "auto_shrink", "page_verify",
  "parameterization", "target_recovery_time", "accelerated_database_recovery", "query_store", "db_chaining",
  "date_correlation_optimization", "broker", "enable_broker", "disable_broker", "mixed_page_allocation", "temporal_history_retention",
]);

function setOption(option: DatabaseOption, database: Database, session: Session): void {
  if (option.kind === "change-tracking") {
    setTracking(option, database);
    return;
  }
  const { options } = database;
  const on = option.value === "on";
  const flag = BOOLEAN[option.name];
  if (flag) {
    Object.assign(options, { [flag]: on });
    return;
  }
  switch (option.name) {
    case "allow_snapshot_isolation":
      if (on && !options.allowSnapshotIsolation) database.snapshotAllowedSince = session.engine.server.commits.last;
      options.allowSnapshotIsolation = on;
      return;
    case "read_committed_snapshot":
      options.readCommittedSnapshot = on;
      return;
    case "read_only":
      options.readOnly = true;
      return;
    case "read_write":
      options.readOnly = false;
      return;
    case "single_user":
      options.userAccess = "SINGLE_USER";
      return;
    case "multi_user":
      options.userAccess = "MULTI_USER";
      return;
    case "restricted_user":
      options.userAccess = "RESTRICTED_USER";
      return;
    case "online":
      options.online = true;
      return;
    case "offline":
      options.online = false;
      return;
    case "compatibility_level":
      options.compatibilityLevel = Number(option.value);
      if (options.compatibilityLevel < 130) throw new Unsupported(`COMPATIBILITY_LEVEL ${option.value ?? ""}`);
      return;
    case "recovery":
      options.recoveryModel = (option.value ?? "full").toUpperCase() as DatabaseOptions["recoveryModel"];
      return;
    case "delayed_durability":
      options.delayedDurability = (option.value ?? "disabled").toUpperCase() as DatabaseOptions["delayedDurability"];
      return;
    default:
      if (!SILENT.has(option.name)) throw new Unsupported(`ALTER DATABASE SET ${option.name.toUpperCase()}`);
  }
}

function setTracking(option: Extract<DatabaseOption, { kind: "change-tracking" }>, database: Database): void {
  const unit =
    option.retention && ({ days: "DAYS", hours: "HOURS", minutes: "MINUTES" } as const)[option.retention.unit];
  const options: TrackingOptions = {
    ...(option.retention ? { retention: { value: option.retention.value, unit: unit! } } : {}),
    ...(option.autoCleanup === undefined ? {} : { autoCleanup: option.autoCleanup }),
  };
  if (option.enabled === true) enableDatabaseTracking(database, options);
  else if (option.enabled === false) disableDatabaseTracking(database);
  else alterDatabaseTracking(database, options);
}
