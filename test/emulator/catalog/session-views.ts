import type { Server } from "../storage/server.ts";
import type { SessionInfo } from "../storage/session-info.ts";
import type { Transaction } from "../storage/transaction.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIGINT,
  BIT,
  DATETIME,
  defineView,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  SMALLINT,
  varbinary,
  type ColumnSources,
  type ViewSource,
} from "./define-view.ts";
import type { CatalogReader } from "./system-view.ts";

interface Item {
  readonly session: SessionInfo;
  readonly server: Server;
}

/** Without VIEW SERVER STATE a login sees its own session only. */
function* sessions(server: Server, reader: CatalogReader): Iterable<Item> {
  for (const session of server.sessions.values()) {
    if (reader.canSeeState === false && session.spid !== reader.spid) continue;
    yield { session, server };
  }
}

function optionColumns(): ColumnSources<Item> {
  return {
    context_info: nullable(varbinary(128), ({ session }) => session.contextInfo),
    text_size: notNull(INT, ({ session }) => session.textSize),
    language: nullable(nvarchar(128), ({ session }) => session.language),
    date_format: nullable(nvarchar(3), ({ session }) => session.dateFormat),
    date_first: notNull(SMALLINT, ({ session }) => session.dateFirst),
    quoted_identifier: flag(({ session }) => session.quotedIdentifier),
    arithabort: flag(({ session }) => session.arithAbort),
    ansi_null_dflt_on: flag(({ session }) => session.ansiNullDefaultOn),
    ansi_defaults: flag(({ session }) => session.ansiDefaults),
    ansi_warnings: flag(({ session }) => session.ansiWarnings),
    ansi_padding: flag(({ session }) => session.ansiPadding),
    ansi_nulls: flag(({ session }) => session.ansiNulls),
    concat_null_yields_null: flag(({ session }) => session.concatNullYieldsNull),
    transaction_isolation_level: notNull(SMALLINT, ({ session }) => session.isolationLevel),
    lock_timeout: notNull(INT, ({ session }) => session.lockTimeout),
    deadlock_priority: notNull(INT, ({ session }) => session.deadlockPriority),
    row_count: notNull(BIGINT, ({ session }) => session.rowCount),
    prev_error: notNull(INT, ({ session }) => session.previousError),
  };
}

function blockedBy({ session, server }: Item): number {
  return server.locks.waiting().find(({ spid }) => spid === session.spid)?.blockedBy[0] ?? 0;
}

/** "sys.dm_exec_sessions" and its kin. */
export const sessionViews: readonly ViewSource[] = [
  defineView<Item>({
    schema: "sys",
    name: "dm_exec_sessions",
    items: (database, reader) => sessions(database.server, reader),
    columns: {
      ...optionColumns(),
      session_id: notNull(SMALLINT, ({ session }) => session.spid),
      login_time: notNull(DATETIME, ({ session }) => datetimeOf(session.loginTime)),
      host_name: nullable(nvarchar(128), ({ session }) => session.hostName),
      program_name: nullable(nvarchar(128), ({ session }) => session.programName),
      login_name: notNull(nvarchar(128), ({ session }) => session.loginName),
      nt_domain: always(nvarchar(128), null),
      nt_user_name: always(nvarchar(128), null),
      status: notNull(nvarchar(30), ({ session }) => session.status),
      last_request_start_time: notNull(DATETIME, ({ session }) => datetimeOf(session.lastRequestStart)),
      last_request_end_time: nullable(DATETIME, ({ session }) =>
        session.lastRequestEnd === undefined ? null : datetimeOf(session.lastRequestEnd),
      ),
      is_user_process: always(BIT, 1),
      original_login_name: notNull(nvarchar(128), ({ session }) => session.loginName),
      database_id: notNull(SMALLINT, ({ session }) => session.databaseId),
      open_transaction_count: notNull(INT, ({ session }) => session.openTransactionCount),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "dm_exec_requests",
    *items(database, reader) {
      for (const item of sessions(database.server, reader)) if (item.session.status === "running") yield item;
    },
    columns: {
      ...optionColumns(),
      session_id: notNull(SMALLINT, ({ session }) => session.spid),
      request_id: always(INT, 0),
      start_time: notNull(DATETIME, ({ session }) => datetimeOf(session.lastRequestStart)),
      status: notNull(nvarchar(30), (item) => (blockedBy(item) === 0 ? "running" : "suspended")),
      database_id: notNull(SMALLINT, ({ session }) => session.databaseId),
      blocking_session_id: nullable(SMALLINT, blockedBy),
      open_transaction_count: notNull(INT, ({ session }) => session.openTransactionCount),
      transaction_id: nullable(BIGINT, ({ session }) => BigInt(session.transactionId ?? 0)),
    },
  }),
  defineView<Transaction>({
    schema: "sys",
    name: "dm_tran_active_transactions",
    *items(database, reader) {
      for (const transaction of database.server.transactions.values()) {
        if (reader.canSeeState !== false || transaction.spid === reader.spid) yield transaction;
      }
    },
    columns: {
      transaction_id: notNull(BIGINT, (transaction) => BigInt(transaction.id)),
      name: notNull(nvarchar(32), (transaction) => transaction.name || "user_transaction"),
      transaction_begin_time: notNull(DATETIME, (transaction) => datetimeOf(transaction.beginTime)),
      transaction_type: notNull(INT, (transaction) => (transaction.hasWritten ? 1 : 2)),
      transaction_state: notNull(INT, () => 2),
      dtc_state: always(INT, 0),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "dm_tran_session_transactions",
    *items(database, reader) {
      for (const item of sessions(database.server, reader)) if (item.session.transactionId !== undefined) yield item;
    },
    columns: {
      session_id: notNull(INT, ({ session }) => session.spid),
      transaction_id: notNull(BIGINT, ({ session }) => BigInt(session.transactionId!)),
      is_user_transaction: flag(({ session }) => session.openTransactionCount > 0),
      is_local: always(BIT, 1),
      open_transaction_count: notNull(INT, ({ session }) => session.openTransactionCount),
    },
  }),
];
