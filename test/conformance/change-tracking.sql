-- Net changes as CHANGETABLE(CHANGES ...) reports them, and the functions around it.
-- source: https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-current-version-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-min-valid-version-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-is-column-in-mask-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/track-changes/work-with-change-tracking-sql-server
CREATE TABLE dbo.p (id int NOT NULL PRIMARY KEY, a int NULL, b nvarchar(20) NULL);
INSERT INTO dbo.p VALUES (1, 1, N'one'), (2, 2, N'two');
GO
-- Without Change Tracking on the database both are NULL.
-- expect: NULL | NULL
SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.p'));
GO
DECLARE @sql nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)';
EXEC (@sql);
GO
-- Tracked is only what changes after the table is enabled.
-- expect: NULL
SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.p'));
GO
ALTER TABLE dbo.p ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
GO
-- expect no rows
SELECT * FROM CHANGETABLE(CHANGES dbo.p, 0) AS ct;
GO
CREATE TABLE #mark (name varchar(10) PRIMARY KEY, version bigint NOT NULL);
INSERT INTO #mark VALUES ('start', CHANGE_TRACKING_CURRENT_VERSION());
GO
-- One committed transaction is one version.
BEGIN TRAN; INSERT INTO dbo.p VALUES (3, 3, N'three'); INSERT INTO dbo.p VALUES (4, 4, N'four'); COMMIT;
GO
-- expect: 1
SELECT CHANGE_TRACKING_CURRENT_VERSION() - version FROM #mark WHERE name = 'start';
GO
INSERT INTO #mark VALUES ('inserted', CHANGE_TRACKING_CURRENT_VERSION());
UPDATE dbo.p SET a = 10 WHERE id = 1;
UPDATE dbo.p SET b = N'THREE' WHERE id = 3;
DELETE FROM dbo.p WHERE id = 2;
GO
-- From the start: an insert that is followed by an update is an insert; the columns of inserts and deletes are NULL.
-- expect: 1 | U | NULL | 1
-- expect: 2 | D | NULL | 0
-- expect: 3 | I | 1 | 0
-- expect: 4 | I | 1 | 0
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'start');
SELECT ct.id, ct.SYS_CHANGE_OPERATION, ct.SYS_CHANGE_CREATION_VERSION - @v, CASE WHEN ct.SYS_CHANGE_COLUMNS IS NULL THEN 0 ELSE 1 END
FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct ORDER BY ct.id;
GO
-- From between: the same row is an update.
-- expect: 1 | U
-- expect: 2 | D
-- expect: 3 | U
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'inserted');
SELECT ct.id, ct.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct ORDER BY ct.id;
GO
-- NULL asks for everything.
-- expect: 4
SELECT COUNT(*) FROM CHANGETABLE(CHANGES dbo.p, NULL) AS ct;
GO
-- The mask tells the columns.
-- expect: 1 | 1 | 0
-- expect: 3 | 0 | 1
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'inserted');
SELECT ct.id,
  CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID(N'dbo.p'), 'a', 'ColumnId'), ct.SYS_CHANGE_COLUMNS),
  CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID(N'dbo.p'), 'b', 'ColumnId'), ct.SYS_CHANGE_COLUMNS)
FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct WHERE ct.SYS_CHANGE_OPERATION = 'U' ORDER BY ct.id;
GO
-- A row that was not changed since tracking began has no version; a changed one has that of its change.
-- expect: 1 | 1
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'inserted');
SELECT p.id, cv.SYS_CHANGE_VERSION - @v FROM dbo.p AS p CROSS APPLY CHANGETABLE(VERSION dbo.p, (id), (p.id)) AS cv WHERE p.id = 1;
GO
-- Column aliases in place of the names.
-- expect: 4 | I
SELECT k, op FROM CHANGETABLE(CHANGES dbo.p, 0) AS ct (v, cv, op, cols, ctx, k) WHERE k = 4;
GO
INSERT INTO #mark VALUES ('context', CHANGE_TRACKING_CURRENT_VERSION());
DECLARE @who varbinary(128) = 0x0102;
WITH CHANGE_TRACKING_CONTEXT (@who) UPDATE dbo.p SET a = 11 WHERE id = 1;
UPDATE dbo.p SET a = 40 WHERE id = 4;
GO
-- expect: 1 | 0x0102
-- expect: 4 | NULL
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'context');
SELECT ct.id, ct.SYS_CHANGE_CONTEXT FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct ORDER BY ct.id;
GO
-- A change of a primary key value is a delete and an insert.
INSERT INTO #mark VALUES ('key', CHANGE_TRACKING_CURRENT_VERSION());
UPDATE dbo.p SET id = 40 WHERE id = 4;
GO
-- expect: 4 | D
-- expect: 40 | I
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'key');
SELECT ct.id, ct.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct ORDER BY ct.id;
GO
-- What is rolled back leaves nothing and takes no version.
INSERT INTO #mark VALUES ('rollback', CHANGE_TRACKING_CURRENT_VERSION());
BEGIN TRAN; DELETE FROM dbo.p; ROLLBACK;
GO
-- expect: 0 | 0
DECLARE @v bigint = (SELECT version FROM #mark WHERE name = 'rollback');
SELECT CHANGE_TRACKING_CURRENT_VERSION() - @v, (SELECT COUNT(*) FROM CHANGETABLE(CHANGES dbo.p, @v) AS ct);
