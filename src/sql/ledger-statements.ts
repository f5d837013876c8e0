import { cursorJson } from "../model/cursor.ts";
import { type HistoryMark, historyMarkJson } from "../model/history-mark.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { TableName } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";
import type { SqlParam, Statement } from "./statement.ts";

/**
 * Creates schema, ledger and the ledger's own id on the replica; adds what an older ledger lacks; does nothing where all stand. Names are compared
 * byte by byte, whatever the database's collation: the primary may hold both [user] and [User]. One transaction: a part of it that stood
 * alone after a crash would be taken for the whole.
 */
export const createLedger = `
BEGIN TRANSACTION;
IF SCHEMA_ID(N'mssql_sync') IS NULL EXEC (N'CREATE SCHEMA mssql_sync');
IF OBJECT_ID(N'mssql_sync.ledger', N'U') IS NULL
CREATE TABLE mssql_sync.ledger (
  schema_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  table_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  fence bigint NOT NULL, -- who raised it last may write
  state varchar(10) NULL, -- loading, live; NULL: nothing but a fence
  object_id int NULL, -- the primary's
  begin_version bigint NULL, -- sys.change_tracking_tables on the primary
  replica_object_id int NULL,
  shape nvarchar(max) NULL,
  transport varchar(10) NULL,
  transport_reason nvarchar(max) NULL, -- why the rows travel so; NULL: not tried yet
  watermark bigint NULL, -- the replica holds the table up to this version
  watermark_time varchar(40) NULL, -- the primary's clock when the watermark was current, UTC
  history_mark nvarchar(max) NULL, -- the primary's newest transaction then, to tell a restore by
  delta_to bigint NULL, -- end of a window that is half applied
  delta_position nvarchar(max) NULL, -- last key of it that is applied
  load_id bigint NOT NULL,
  load_cursor nvarchar(max) NULL,
  load_reason nvarchar(max) NULL,
  load_synced bigint NULL, -- rows
  load_total bigint NULL, -- rows, as counted when the load started
  load_started_at varchar(40) NULL, -- UTC
  enabled bit NOT NULL, -- mirror of the flag in Redis
  CONSTRAINT PK_ledger PRIMARY KEY (schema_name, table_name)
);
IF COL_LENGTH(N'mssql_sync.ledger', N'transport_reason') IS NULL
ALTER TABLE mssql_sync.ledger ADD transport_reason nvarchar(max) NULL;
IF COL_LENGTH(N'mssql_sync.ledger', N'history_mark') IS NULL
ALTER TABLE mssql_sync.ledger ADD history_mark nvarchar(max) NULL;
IF OBJECT_ID(N'mssql_sync.ledger_identity', N'U') IS NULL
CREATE TABLE mssql_sync.ledger_identity (
  only_row bit NOT NULL CONSTRAINT CK_ledger_identity CHECK (only_row = 1),
  id uniqueidentifier NOT NULL,
  CONSTRAINT PK_ledger_identity PRIMARY KEY (only_row)
);
INSERT mssql_sync.ledger_identity (only_row, id)
SELECT 1, NEWID() WHERE NOT EXISTS (SELECT 1 FROM mssql_sync.ledger_identity WITH (UPDLOCK, HOLDLOCK));
COMMIT TRANSACTION;`;

const columns = [
  "schema_name",
  "table_name",
  "fence",
  "state",
  "object_id",
  "begin_version",
  "replica_object_id",
  "shape",
  "transport",
  "transport_reason",
  "watermark",
  "watermark_time",
  "history_mark",
  "delta_to",
  "delta_position",
  "load_id",
  "load_cursor",
  "load_reason",
  "load_synced",
  "load_total",
  "load_started_at",
  "enabled",
];

/** Two rowsets: the ledger's id, and every row that holds more than a fence, with the object_id that its table has now. */
export const selectLedger: Statement = {
  text: `SELECT id FROM mssql_sync.ledger_identity;
SELECT ${columns.join(", ")}, OBJECT_ID(QUOTENAME(schema_name) + N'.' + QUOTENAME(table_name), N'U') AS replica_object_now
FROM mssql_sync.ledger WHERE watermark IS NOT NULL;`,
  params: [],
};

/** Raises a table's fence, making its row where there is none, and returns the row. The range lock keeps two from inserting. */
export function raiseFenceStatement(table: TableName): Statement {
  return {
    text: `BEGIN TRANSACTION;
INSERT mssql_sync.ledger (schema_name, table_name, fence, load_id, enabled)
SELECT @schema, @table, 0, 0, 0 WHERE NOT EXISTS (
  SELECT 1 FROM mssql_sync.ledger WITH (UPDLOCK, HOLDLOCK) WHERE schema_name = @schema AND table_name = @table);
UPDATE mssql_sync.ledger SET fence = fence + 1
OUTPUT ${columns.map((column) => `inserted.${column}`).join(", ")}
WHERE schema_name = @schema AND table_name = @table;
COMMIT TRANSACTION;`,
    params: tableParams(table),
  };
}

/**
 * Writes a row under its fence, in the transaction of the rows. Returns `updated`: 0 means that somebody else raised
 * the fence, and the transaction must be rolled back.
 */
export function saveRowStatement(row: LedgerRow): Statement {
  const params: SqlParam[] = [
    ...tableParams(row.table),
    { name: "fence", type: "bigint", value: row.fence },
    { name: "state", type: "nvarchar", value: row.state },
    { name: "object_id", type: "int", value: row.objectId },
    { name: "begin_version", type: "bigint", value: row.beginVersion },
    { name: "replica_object_id", type: "int", value: row.replicaObjectId },
    { name: "shape", type: "nvarchar", value: row.shape },
    { name: "transport", type: "nvarchar", value: row.transport },
    { name: "transport_reason", type: "nvarchar", value: row.transportReason ?? null },
    { name: "watermark", type: "bigint", value: row.watermark },
    { name: "watermark_time", type: "nvarchar", value: row.watermarkTime },
    { name: "history_mark", type: "nvarchar", value: row.historyMark ? historyMarkJson(row.historyMark) : null },
    { name: "delta_to", type: "bigint", value: row.halfApplied?.to ?? null },
    { name: "delta_position", type: "nvarchar", value: row.halfApplied ? cursorJson(row.halfApplied.position) : null },
    { name: "load_id", type: "bigint", value: row.loadId },
    { name: "load_cursor", type: "nvarchar", value: row.load?.cursor ? cursorJson(row.load.cursor) : null },
    { name: "load_reason", type: "nvarchar", value: row.load?.reason ?? null },
    { name: "load_synced", type: "bigint", value: row.load?.synced ?? null },
    { name: "load_total", type: "bigint", value: row.load?.total ?? null },
    { name: "load_started_at", type: "nvarchar", value: row.load?.startedAt ?? null },
    { name: "enabled", type: "bit", value: row.enabled },
  ];
  const assignments = columns.slice(3).map((column) => `${column} = @${column}`);
  return {
    text: `UPDATE mssql_sync.ledger SET ${assignments.join(", ")}
WHERE schema_name = @schema AND table_name = @table AND fence = @fence;
SELECT @@ROWCOUNT AS updated;`,
    params,
  };
}

/** Mirrors the enabled flag; needs no fence, since the flag decides nothing about rows. */
export function mirrorEnabledStatement(table: TableName, enabled: boolean): Statement {
  return {
    text: `UPDATE mssql_sync.ledger SET enabled = @enabled WHERE schema_name = @schema AND table_name = @table;`,
    params: [...tableParams(table), { name: "enabled", type: "bit", value: enabled }],
  };
}

/** A live table without changes, as it was seen before the probe. */
export interface IdleTable {
  readonly table: TableName;
  readonly watermark: Version;
}

/** A version of the primary, by its own clock (UTC, ISO 8601), with its mark. */
export interface Moment {
  readonly version: Version;
  readonly time: string;
  readonly mark: HistoryMark;
}

/**
 * Moves the watermarks of idle tables to `to` in one statement, where they still stand as seen. Returns the tables
 * that moved. OPENJSON needs compatibility level 130: https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
 */
export function moveIdleStatement(tables: readonly IdleTable[], moment: Moment): Statement {
  const seen = tables.map(({ table, watermark }) => ({ s: table.schema, t: table.name, w: watermark.toString() }));
  return {
    text: `UPDATE l SET watermark = @to, watermark_time = @watermark_time, history_mark = COALESCE(@history_mark, l.history_mark)
OUTPUT inserted.schema_name, inserted.table_name
FROM mssql_sync.ledger AS l
JOIN OPENJSON(@seen) WITH (s nvarchar(128) '$.s', t nvarchar(128) '$.t', w bigint '$.w') AS j
  ON l.schema_name = j.s COLLATE Latin1_General_100_BIN2 AND l.table_name = j.t COLLATE Latin1_General_100_BIN2
WHERE l.watermark = j.w AND l.state = 'live' AND l.delta_to IS NULL;`,
    params: [
      { name: "to", type: "bigint", value: moment.version },
      { name: "watermark_time", type: "nvarchar", value: moment.time },
      {
        name: "history_mark",
        type: "nvarchar",
        // Without a commit row the one that is kept goes on to hold.
        value: moment.mark.commit === undefined ? null : historyMarkJson(moment.mark),
      },
      { name: "seen", type: "nvarchar", value: JSON.stringify(seen) },
    ],
  };
}

function tableParams(table: TableName): SqlParam[] {
  return [
    { name: "schema", type: "nvarchar", value: table.schema },
    { name: "table", type: "nvarchar", value: table.name },
  ];
}
