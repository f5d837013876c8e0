-- What enabling asks for, and what tracked tables do not allow.
-- source: https://learn.microsoft.com/sql/relational-databases/track-changes/manage-change-tracking-sql-server
-- source: https://learn.microsoft.com/sql/relational-databases/track-changes/enable-and-disable-change-tracking-sql-server
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-4000-to-4999
CREATE TABLE dbo.nokey (a int);
CREATE TABLE dbo.t (id int NOT NULL CONSTRAINT pk_t PRIMARY KEY, a int);
GO
-- The database first.
DECLARE @sql nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET CHANGE_TRACKING = ON';
EXEC (@sql);
GO
-- expect error: 5088
-- expect error: 5069
DECLARE @sql nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET CHANGE_TRACKING = ON';
EXEC (@sql);
GO
-- expect error: 4997
ALTER TABLE dbo.nokey ENABLE CHANGE_TRACKING;
GO
-- expect error: 4998
ALTER TABLE dbo.t DISABLE CHANGE_TRACKING;
GO
-- expect error: 22105
SELECT * FROM CHANGETABLE(CHANGES dbo.t, 0) AS ct;
GO
-- expect error: 22104
EXEC (N'SELECT * FROM CHANGETABLE(CHANGES dbo.t, 0)');
GO
ALTER TABLE dbo.t ENABLE CHANGE_TRACKING;
GO
-- expect error: 4996
ALTER TABLE dbo.t ENABLE CHANGE_TRACKING;
GO
-- The views tell what is on. Without TRACK_COLUMNS_UPDATED the columns are not recorded.
-- expect: t | 0
SELECT OBJECT_NAME(object_id), CAST(is_track_columns_updated_on AS int) FROM sys.change_tracking_tables;
GO
INSERT INTO dbo.t VALUES (1, 1);
UPDATE dbo.t SET a = 2;
GO
-- expect: I | NULL
SELECT SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS FROM CHANGETABLE(CHANGES dbo.t, 0) AS ct;
GO
-- expect error: 22115
-- expect error: 5069
DECLARE @sql nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET CHANGE_TRACKING = OFF';
EXEC (@sql);
GO
-- TRUNCATE TABLE is allowed; the rows it deletes are not tracked, and the minimum valid version says so.
CREATE TABLE #mark (version bigint NOT NULL);
INSERT INTO #mark VALUES (CHANGE_TRACKING_CURRENT_VERSION());
INSERT INTO dbo.t VALUES (2, 2);
TRUNCATE TABLE dbo.t;
INSERT INTO dbo.t VALUES (3, 3);
GO
-- expect: 1
SELECT CASE WHEN CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.t')) > version THEN 1 ELSE 0 END FROM #mark;
GO
-- Columns come and go untracked; only their changes are recorded.
ALTER TABLE dbo.t ADD b int NULL;
ALTER TABLE dbo.t DROP COLUMN a;
GO
-- A dropped table takes its information with it.
DROP TABLE dbo.t;
GO
-- expect no rows
SELECT object_id FROM sys.change_tracking_tables;
