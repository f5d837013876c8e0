-- source: https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
-- source: https://learn.microsoft.com/dotnet/framework/data/adonet/sql/snapshot-isolation-in-sql-server
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-3000-to-3999
CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, a int NOT NULL);
INSERT INTO dbo.t VALUES (1, 1), (2, 2);
CREATE TABLE dbo.u (id int NOT NULL PRIMARY KEY);
GO
-- Off by default.
-- expect error: 3952
SET TRANSACTION ISOLATION LEVEL SNAPSHOT;
SELECT a FROM dbo.t;
GO
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
DECLARE @sql nvarchar(400) = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET ALLOW_SNAPSHOT_ISOLATION ON';
EXEC (@sql);
GO
-- The transaction sees what was committed when it first read.
SET TRANSACTION ISOLATION LEVEL SNAPSHOT;
BEGIN TRAN;
SELECT a FROM dbo.t WHERE id = 1;
GO
-- session: other
UPDATE dbo.t SET a = 10 WHERE id = 1;
INSERT INTO dbo.t VALUES (3, 3);
DELETE FROM dbo.t WHERE id = 2;
GO
-- expect: 1 | 1
-- expect: 2 | 2
SELECT id, a FROM dbo.t ORDER BY id;
GO
-- A row that another transaction changed since then cannot be changed; the transaction is over.
-- expect error: 3960
UPDATE dbo.t SET a = 100 WHERE id = 1;
GO
-- expect: 0
SELECT @@TRANCOUNT;
GO
-- expect: 1 | 10
-- expect: 3 | 3
SELECT id, a FROM dbo.t ORDER BY id;
GO
-- Its own changes it sees.
-- expect: 11
BEGIN TRAN;
UPDATE dbo.t SET a = a + 1 WHERE id = 1;
SELECT a FROM dbo.t WHERE id = 1;
COMMIT;
GO
-- Metadata is not versioned.
BEGIN TRAN;
SELECT COUNT(*) FROM dbo.t;
GO
-- session: other
ALTER TABLE dbo.u ADD b int NULL;
GO
-- expect error: 3961
SELECT * FROM dbo.u;
