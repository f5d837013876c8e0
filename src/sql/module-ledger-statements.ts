import type { ModuleName } from "../model/module.ts";
import type { ModuleRecord } from "../model/module-record.ts";
import { quoteTable, quoteText } from "./quote.ts";
import type { Statement } from "./statement.ts";

/**
 * What the app knows of the modules that it follows: in the replica itself, written in the transaction of the change.
 * Names are compared byte by byte, whatever the database's collation. One transaction: a part of it that stood alone after a crash would be
 * taken for the whole.
 */
export const createModuleLedger = `
BEGIN TRANSACTION;
IF SCHEMA_ID(N'mssql_sync') IS NULL EXEC (N'CREATE SCHEMA mssql_sync');
IF OBJECT_ID(N'mssql_sync.modules', N'U') IS NULL
CREATE TABLE mssql_sync.modules (
  kind varchar(20) NOT NULL, -- module, or the kind of a needed object
  schema_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  object_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created bit NOT NULL, -- by this app, where nothing of that name stood
  primary_object_id int NOT NULL,
  source_hash varchar(70) NOT NULL, -- of the primary's definition, with its settings
  replica_hash varchar(64) NOT NULL, -- of what the replica made of it
  changed_at varchar(40) NOT NULL, -- UTC
  CONSTRAINT PK_modules PRIMARY KEY (kind, schema_name, object_name)
);
IF OBJECT_ID(N'mssql_sync.module_fence', N'U') IS NULL
CREATE TABLE mssql_sync.module_fence (
  only_row bit NOT NULL CONSTRAINT CK_module_fence CHECK (only_row = 1),
  fence bigint NOT NULL, -- who raised it last may write
  CONSTRAINT PK_module_fence PRIMARY KEY (only_row)
);
INSERT mssql_sync.module_fence (only_row, fence)
SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM mssql_sync.module_fence WITH (UPDLOCK, HOLDLOCK));
COMMIT TRANSACTION;`;

/** A rowset: every record. */
export const selectModuleRecords = `
SELECT kind, schema_name, object_name, created, primary_object_id, source_hash, replica_hash FROM mssql_sync.modules;`;

const now = "CONVERT(varchar(40), SYSUTCDATETIME(), 126) + 'Z'";

export const raiseModuleFence: Statement = {
  text: `UPDATE mssql_sync.module_fence SET fence = fence + 1 OUTPUT inserted.fence;`,
  params: [],
};

/**
 * The first statement of every transaction on modules. The lock keeps a second worker's out until the commit, so a
 * fence that is good here stays good.
 */
export const holdModuleFence = "SELECT fence FROM mssql_sync.module_fence WITH (UPDLOCK, HOLDLOCK);";

/** Records a module as the replica holds it now, inside the transaction that made it so. */
export function recordModuleStatement(record: Omit<ModuleRecord, "replicaHash">): Statement {
  const object = quoteText(quoteTable(record.name));
  return {
    text: `DECLARE @id int = OBJECT_ID(${object});
${deleteRow}
INSERT mssql_sync.modules (kind, schema_name, object_name, created, primary_object_id, source_hash, replica_hash, changed_at)
SELECT @kind, @schema, @name, @created, @object_id, @source, CONVERT(varchar(64), HASHBYTES('SHA2_256', m.definition), 2), ${now}
FROM sys.sql_modules AS m WHERE m.object_id = @id AND m.definition IS NOT NULL;
SELECT @@ROWCOUNT AS recorded;`,
    params: [
      ...nameParams("module", record.name),
      { name: "created", type: "bit", value: record.created },
      { name: "object_id", type: "int", value: record.primaryObjectId },
      { name: "source", type: "nvarchar", value: record.source },
    ],
  };
}

/** Forgets a module or needed object. */
export function forgetModuleStatement(kind: string, name: ModuleName): Statement {
  return { text: deleteRow, params: nameParams(kind, name) };
}

/**
 * Writes records as they are given, all in one statement. OPENJSON needs compatibility level 130:
 * https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
 */
export function writeModuleRecordsStatement(records: readonly ModuleRecord[]): Statement {
  const rows = records.map((record) => ({
    k: record.kind,
    s: record.name.schema,
    n: record.name.name,
    c: record.created,
    o: record.primaryObjectId,
    h: record.source,
    r: record.replicaHash,
  }));
  return {
    text: `DECLARE @rows TABLE (
  kind varchar(20) NOT NULL, schema_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  object_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL, created bit NOT NULL,
  primary_object_id int NOT NULL, source_hash varchar(70) NOT NULL, replica_hash varchar(64) NOT NULL,
  PRIMARY KEY (kind, schema_name, object_name));
INSERT @rows (kind, schema_name, object_name, created, primary_object_id, source_hash, replica_hash)
SELECT k, s, n, c, o, h, r FROM OPENJSON(@records) WITH (k varchar(20) '$.k', s nvarchar(128) '$.s', n nvarchar(128) '$.n',
  c bit '$.c', o int '$.o', h varchar(70) '$.h', r varchar(64) '$.r');
DELETE m FROM mssql_sync.modules AS m
JOIN @rows AS r ON r.kind = m.kind AND r.schema_name = m.schema_name AND r.object_name = m.object_name;
INSERT mssql_sync.modules (kind, schema_name, object_name, created, primary_object_id, source_hash, replica_hash, changed_at)
SELECT kind, schema_name, object_name, created, primary_object_id, source_hash, replica_hash, ${now} FROM @rows;`,
    params: [{ name: "records", type: "nvarchar", value: JSON.stringify(rows) }],
  };
}

const deleteRow = `DELETE mssql_sync.modules WHERE kind = @kind AND schema_name = @schema AND object_name = @name;`;

function nameParams(kind: string, name: ModuleName) {
  return [
    { name: "kind", type: "nvarchar", value: kind },
    { name: "schema", type: "nvarchar", value: name.schema },
    { name: "name", type: "nvarchar", value: name.name },
  ] as const;
}
